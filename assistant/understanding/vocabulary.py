"""What one user's records say: names, values of fields, and columns of their own, found in a question.

Built from the asking user's book alone, so a question cannot be understood by what others own.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from assistant.names import Name, NameIndex
from assistant.tokens import forms, stem
from assistant.understanding.columns import other_words, telling_noun, telling_words, words_of
from assistant.understanding.fields import kind_of
from assistant.understanding.synonyms import equivalents, of_the_world
from ingest.entities import RecordType

if TYPE_CHECKING:
    from ingest.records import Select

MAX_VALUE = 80  # a longer value, or one with line breaks, is text and no vocabulary
_LONGEST = 7
_ARTICLES = frozenset(
    {"a", "an", "the", "our", "their", "to", "der", "die", "das", "den", "ein", "eine", "einen", "el", "la",
     "los", "las", "un", "una", "de", "del"}
)  # fmt: skip
_INFLECTED = ("de", "es")  # languages whose endings values take on: "aus Webinaren"
_BARE = frozenset({"is", "has", "was", "of", "the", "a", "c", "flag"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomColumn:
    """A column of a file that the product does not know by itself."""

    type: RecordType
    name: str
    kind: str  # number | date | boolean | category | identifier | text


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularySource:
    """Everything of a user's book that a question may name.

    `values` holds the distinct values of closed text fields by (record type, field); `counts` how many
    records of each type the user sees.
    """

    names: tuple[Name, ...] = ()
    values: Mapping[tuple[RecordType, str], tuple[str, ...]] = field(default_factory=dict)
    custom: tuple[CustomColumn, ...] = ()
    called: Mapping[tuple[RecordType, str], str] = field(default_factory=dict)  # own names of known fields
    counts: Mapping[RecordType, int] = field(default_factory=dict)
    nouns: Mapping[str, RecordType] = field(default_factory=dict)  # "claims", as the company calls its deals
    buyers: bool = True  # some deal was won, so that "customer" can mean who has bought


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value that a field of a record type holds, as it stands in the records."""

    type: RecordType
    field: str
    value: str
    kind: str = "category"
    absent: bool = False  # no record of the book holds it, but the world knows it


@dataclass(frozen=True, slots=True)
class FieldName:
    """A custom column named in a question."""

    type: RecordType
    field: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """Values or columns in the tokens [start, end); `weight` says how good the match is."""

    start: int
    end: int
    values: tuple[FieldValue, ...] = ()
    columns: tuple[FieldName, ...] = ()
    weight: float = 1.0
    partial: bool = False


class Vocabulary:
    """The words of one user's book."""

    def __init__(self, source: VocabularySource) -> None:
        self.names = NameIndex(source.names)
        self.counts = dict(source.counts)
        self.buyers = source.buyers
        self.nouns = {key: kind for noun, kind in source.nouns.items() for key in words_of(noun)}
        self.columns = {(c.type, c.name.casefold()): c for c in source.custom}
        self._values: dict[tuple[str, ...], list[FieldValue]] = defaultdict(list)
        self._stems: dict[tuple[str, ...], list[FieldValue]] = defaultdict(list)
        self._inflected: dict[str, dict[tuple[str, ...], list[FieldValue]]] = {
            language: defaultdict(list) for language in _INFLECTED
        }
        self._parts: dict[str, list[FieldValue]] = defaultdict(list)
        self._columns: dict[tuple[str, ...], list[FieldName]] = defaultdict(list)
        for (kind, name), values in source.values.items():
            column = self.columns.get((kind, name.casefold()))
            for value in values:
                self._enter(FieldValue(kind, name, value, column.kind if column else "category"))
        self._closed: dict[str, list[RecordType]] = defaultdict(list)
        for kind, name in source.values:
            self._closed[name].append(kind)
        for column in source.custom:
            for key in words_of(column.name):
                self._columns[key].append(FieldName(column.type, column.name, column.kind))
        for column in source.custom:  # a column's own name comes before what others would call it
            named = FieldName(column.type, column.name, column.kind)
            for key in other_words(column.name):
                if named not in self._columns[key]:
                    self._columns[key].append(named)
        self._column_stems: dict[tuple[str, ...], list[FieldName]] = defaultdict(list)
        for key, columns in list(self._columns.items()):
            self._column_stems[tuple(stem(w, "en") for w in key)] += columns
        for (kind, name), known in source.called.items():
            for key in words_of(name):
                self._columns[key].append(FieldName(kind, known, kind_of(known)))
        self._telling: dict[str, list[FieldName]] = defaultdict(list)
        telling = telling_words(c.name for c in source.custom)
        for column in source.custom:
            named = FieldName(column.type, column.name, column.kind)
            for word in (w for w, name in telling.items() if name == column.name):
                self._telling[word].append(named)
            if column.kind == "boolean" and (noun := telling_noun(column.name)):
                for key in (noun, *(forms(other) for other in equivalents(" ".join(noun)))):
                    _add(self._columns, key, named)
        self._flags = [
            (frozenset(stem(w, "en") for w in key if w not in _BARE), FieldName(c.type, c.name, c.kind))
            for c in source.custom
            if c.kind == "boolean"
            for key in words_of(c.name)[:1]
            if len([w for w in key if w not in _BARE]) > 1
        ]
        spoken = {w for key in self.nouns for w in key}
        words = (
            {w for table in (self._values, self._columns) for key in table for w in key}
            | set(self._telling)
            | spoken
        )
        self._words = words | {stem(w, "en") for w in words}
        self._long = [w for w in words if len(w) >= 5 and w.isalpha() and w < "\u3000"]

    @classmethod
    def read(cls, select: "Select") -> "Vocabulary":
        """The vocabulary of a book; `select` runs one statement over what its user may see."""
        from assistant.understanding.vocabulary_source import read_source

        return cls(read_source(select))

    def _enter(self, value: FieldValue) -> None:
        if not value.value or len(value.value) > MAX_VALUE or "\n" in value.value:
            return
        if value.kind == "boolean":
            return
        for text in (value.value, *equivalents(value.value)):
            key = forms(text)
            if not key or (key[0].isdigit() and len(key) == 1):
                continue
            _add(self._values, key, value)
            _add(self._stems, tuple(stem(w, "en") for w in key), value)
            for language, table in self._inflected.items():
                _add(table, tuple(stem(w, language) for w in key), value)
        words = forms(value.value)
        if (value.type, value.field.casefold()) in self.columns:
            return  # a part of a custom column's value says too little
        if 1 < len(words) <= 6 and not words[0] > "\u3000":
            for word in words:
                if len(word) >= 4 and word.isalpha():
                    _add(self._parts, word, value)

    def has(self, record_type: RecordType) -> bool:
        """Whether the user sees any record of the type (a vocabulary that does not know says yes)."""
        return not self.counts or self.counts.get(record_type, 0) > 0

    def value_like(self, record_type: RecordType, field_name: str, word: str) -> str | None:
        """The value of a field that a word stands for, in whatever language the records are."""
        found = (*self._values.get((word,), ()), *self._stems.get((stem(word, "en"),), ()))
        return next((v.value for v in found if (v.type, v.field) == (record_type, field_name)), None)

    def spot(self, words: Sequence[str], language: str = "en") -> Iterable[Spotted]:
        """Values and columns in a sequence of folded words, overlapping ones included."""
        for start in range(len(words)):
            for end in range(start + 1, min(start + _LONGEST, len(words)) + 1):
                yield from self._at(words, start, end, language)
        yield from self._loosely(words)
        yield from self._scattered(words)

    def _loosely(self, words: Sequence[str]) -> Iterable[Spotted]:
        """Values of several words with an article between: "send a revised quote"."""
        kept = [i for i, w in enumerate(words) if w not in _ARTICLES]
        for first in range(len(kept) if len(kept) < len(words) else 0):
            for last in range(first + 1, min(first + _LONGEST, len(kept))):
                start, end = kept[first], kept[last] + 1
                key = tuple(words[i] for i in kept[first : last + 1])
                if len(key) < end - start and (values := self._values.get(key)):
                    yield Spotted(start=start, end=end, values=tuple(values), weight=1.1 * (end - start))

    def _scattered(self, words: Sequence[str]) -> Iterable[Spotted]:
        """Columns that say yes or no, by their words in any order: "started a trial" for "Trial started"."""
        stems = [stem(w, "en") for w in words]
        for wanted, column in self._flags:
            places = [i for i, w in enumerate(stems) if w in wanted]
            for start in places:
                end = next((i + 1 for i in places if wanted <= set(stems[start : i + 1])), None)
                if end is not None and end - start <= len(wanted) + 2:
                    yield Spotted(start=start, end=end, columns=(column,), weight=1.05 * (end - start))
                    break

    def _at(self, words: Sequence[str], start: int, end: int, language: str) -> Iterable[Spotted]:
        key, length = tuple(words[start:end]), end - start
        values, weight, partial = self._values.get(key, []), 1.0, False
        if not values:
            values, weight = self._stems.get(tuple(stem(w, "en") for w in key), []), 0.9
        if not values and language in self._inflected:
            inflected = self._inflected[language]
            values, weight = inflected.get(tuple(stem(w, language) for w in key), []), 0.88
        if not values and length == 1 and (parts := self._parts.get(key[0], [])):
            values, weight, partial = parts, 0.55, True
        columns = self._columns.get(key) or self._column_stems.get(tuple(stem(w, "en") for w in key), [])
        if not values and not columns and (absent := self._absent(key)):
            values = absent
        if not values and not columns and length == 1 and key[0] in self._telling:
            columns, weight, partial = self._telling[key[0]], 0.6, True
        if values or columns:
            total = (1.0 if columns and not partial else weight) * length + 0.1 * (length - 1)
            yield Spotted(
                start=start,
                end=end,
                values=tuple(values),
                columns=tuple(columns),
                weight=total,
                partial=partial,
            )

    def _absent(self, key: tuple[str, ...]) -> list[FieldValue]:
        """Places and the like that nobody of the book is in, for each type that has such a field."""
        return [
            FieldValue(kind, field, value, absent=True)
            for field, value in of_the_world(key)
            for kind in self._closed.get(field, ())
        ]

    def currencies(self) -> frozenset[str]:
        """The currencies of the book's deals."""
        return frozenset(v.value for found in self._values.values() for v in found if v.field == "currency")

    def knows(self, word: str) -> bool:
        """Whether a folded word stands in some value or column, in this form or its plural."""
        if word in self._words or stem(word, "en") in self._words:
            return True
        return any((stem(word, language),) in table for language, table in self._inflected.items())

    def nearest(self, word: str) -> str | None:
        """The word of a value that an unknown word is a typo of, if one stands out."""
        if len(word) < 5 or not word.isalpha():
            return None
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        found = process.extractOne(word, self._long, scorer=OSA.normalized_similarity, score_cutoff=0.8)
        return str(found[0]) if found else None


def _add(table: dict, key: object, value: FieldValue | FieldName) -> None:  # type: ignore[type-arg]
    if value not in table[key]:
        table[key].append(value)


class Vocabularies:
    """Keeps the vocabularies of the users who ask, until the records change."""

    def __init__(self, most: int = 16) -> None:
        self._kept: OrderedDict[tuple[str, int], Vocabulary] = OrderedDict()
        self._most, self._lock = most, Lock()

    def of(self, user_id: str, generation: int, read: Callable[[], Vocabulary]) -> Vocabulary:
        """The user's vocabulary at this generation of the records; `read` makes it where none is kept."""
        key = (user_id, generation)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = read()
        with self._lock:
            self._kept[key] = made
            for old in [k for k in self._kept if k[0] == user_id and k[1] != generation]:
                del self._kept[old]
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
