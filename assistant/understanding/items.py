"""A question read once: what each stretch of it can mean."""

from dataclasses import dataclass, field

from assistant.names import NameSpan
from assistant.tokens import Token
from assistant.understanding.fields import path
from assistant.understanding.lexicon import Concept
from assistant.understanding.numbers import Number
from assistant.understanding.periods import Period
from assistant.understanding.vocabulary import FieldName, FieldValue

_LIGHT = frozenset({"stop", "bound", "time"})


@dataclass(slots=True, kw_only=True)
class Item:
    """A stretch of tokens with its possible meanings. What nothing explains has none."""

    start: int
    end: int
    text: str
    concepts: tuple[Concept, ...] = ()
    values: tuple[FieldValue, ...] = ()
    columns: tuple[FieldName, ...] = ()
    name: NameSpan | None = None
    period: Period | None = None
    number: Number | None = None
    partial: bool = False  # the values hold the word, but are more than it
    fuzzy: bool = False  # misspelled
    capital: bool = False

    def columns_for(self, target: str) -> tuple[FieldName, ...]:
        """The columns that are meant when one type of record is spoken of.

        Its own; a linked record's only where no field that the product knows bears the name: the industry of
        deals is that of their accounts, and not a column of the persons in them.
        """
        own = tuple(column for column in self.columns if column.type == target)
        field = self.get("field")
        return own if own or (field and path(target, field)) else self.columns

    def has(self, group: str, *names: str) -> bool:
        """Whether the item can mean one of these concepts (any of the group where none is named)."""
        return any(c.group == group and (not names or c.name in names) for c in self.concepts)

    def get(self, group: str) -> str | None:
        """The concept's name within the group."""
        return next((c.name for c in self.concepts if c.group == group), None)

    @property
    def unknown(self) -> bool:
        """Nothing explains it."""
        return not (self.concepts or self.values or self.columns or self.name or self.period or self.number)

    @property
    def absent(self) -> bool:
        """Its values stand in no record of the book."""
        return bool(self.values) and all(v.absent for v in self.values)

    @property
    def held(self) -> bool:
        """A value of a column in full: no name, where only names of deals are made of it."""
        plain = bool(self.values) and not (self.partial or self.absent)
        return plain and self.name is not None and not self.name.candidates[0].exact

    @property
    def filler(self) -> bool:
        """It carries the sentence and nothing else."""
        return (
            bool(self.concepts)
            and all(c.group in _LIGHT for c in self.concepts)
            and not (self.values or self.columns or self.name or self.period or self.number)
        )

    @property
    def sign(self) -> bool:
        """Punctuation."""
        return not any(c.isalnum() for c in self.text) and not self.has("compare")

    @property
    def content(self) -> bool:
        """Neither filler nor punctuation."""
        return not (self.filler or self.sign)


@dataclass(slots=True, kw_only=True)
class Reading:
    """The items of one question, in order. `mine` are the tokens that say "I", inside other phrases too."""

    text: str
    language: str
    tokens: tuple[Token, ...]
    items: list[Item] = field(default_factory=list)
    mine: frozenset[int] = frozenset()

    def any(self, group: str, *names: str) -> bool:
        """Whether some item can mean this."""
        return any(i.has(group, *names) for i in self.items)

    def first(self, group: str, *names: str) -> Item | None:
        """The first item that can mean this."""
        return next((i for i in self.items if i.has(group, *names)), None)

    def all(self, group: str, *names: str) -> list[Item]:
        """All items that can mean this."""
        return [i for i in self.items if i.has(group, *names)]

    def content(self) -> list[Item]:
        """The items that carry meaning."""
        return [i for i in self.items if i.content]

    def span(self, first: Item, last: Item) -> str:
        """The text from one item to another, as typed."""
        return self.text[self.tokens[first.start].start : self.tokens[last.end - 1].end]
