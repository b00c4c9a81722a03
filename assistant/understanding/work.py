"""What is known while a question becomes a frame: its reading, and which items have found their use."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.understanding.frame import Condition, Measure
from assistant.understanding.items import Item, Reading
from assistant.understanding.vocabulary import Vocabulary
from ingest.entities import RecordType


@dataclass(slots=True, kw_only=True)
class Work:
    """The question on the bench."""

    reading: Reading
    vocabulary: Vocabulary
    record_type: str | None = None
    noun: Item | None = None  # the word that named the record type
    conditions: list[Condition] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    group_by: list[str] = field(default_factory=list)
    period: str | None = None
    period_on: str | None = None
    either: list[str] = field(default_factory=list)  # further periods, each as good as the first
    compare_to: str | None = None
    days: int | None = None
    order_by: str | None = None
    descending: bool | None = None
    limit: int | None = None
    active: bool = False  # records with an activity in the period
    last_range: str | None = None  # the field that was compared last
    unmeasured: bool = False  # a figure is asked for of which no field is known
    quiet: bool = False  # without an activity in a period, which is a condition
    longest_silent: bool = False  # ordered by how long nobody was in touch
    best_sellers: bool = False  # the best by what they sold
    used: set[int] = field(default_factory=set)  # the `start` of items that have found their use

    @property
    def items(self) -> list[Item]:
        return self.reading.items

    def use(self, *items: Item | None) -> None:
        """Mark items as understood."""
        self.used.update(i.start for i in items if i is not None)

    def free(self, item: Item) -> bool:
        """Whether an item still waits to be understood."""
        return item.start not in self.used

    def unused(self, group: str, *names: str) -> list[Item]:
        """Items with one of these concepts that still wait."""
        return [i for i in self.items if self.free(i) and i.has(group, *names)]

    def before(self, item: Item, *, steps: int = 3) -> Iterator[Item]:
        """The items to the left, nearest first, fillers skipped."""
        yield from self._beside(item, -1, steps)

    def after(self, item: Item, *, steps: int = 3) -> Iterator[Item]:
        """The items to the right, nearest first, fillers skipped."""
        yield from self._beside(item, 1, steps)

    def _beside(self, item: Item, step: int, steps: int) -> Iterator[Item]:
        position = self.items.index(item) + step
        while 0 <= position < len(self.items) and steps > 0:
            other = self.items[position]
            if not other.filler:
                yield other
                steps -= 1
            position += step

    def add(self, path: str, op: str, value: object = None) -> None:
        """One more condition, unless it is there."""
        condition: Condition = {"field": path, "op": op}
        if value is not None:
            condition["value"] = value
        if condition not in self.conditions:
            self.conditions.append(condition)

    def link(self, kind: str, where: list[Condition], *, absent: bool = False) -> None:
        """One more demand on linked records; what is demanded of the same kind is one demand."""
        word = "none" if absent else "some"
        known = next((c for c in self.conditions if c.get(word) == kind), None)
        if known is None:
            self.conditions.append({word: kind, "where": list(where)})
            return
        known["where"] = [*known["where"], *(c for c in where if c not in known["where"])]

    @property
    def buyers(self) -> bool:
        """Whether the user sees deals that were won, so that a customer is who has bought."""
        return self.vocabulary.buyers and self.vocabulary.has(RecordType.OPPORTUNITY)

    def has_condition(self, path: str) -> bool:
        """Whether something is demanded of the field already."""
        return any(c.get("field") == path for c in self.conditions)
