"""A question read once: its tokens, and what each stretch of them means, none overlapping."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.names import NameSpan
from assistant.tokens import Token, between, clean, tokens
from assistant.understanding import numbers, periods
from assistant.understanding.lexicon import Concept, Lexicon, Phrase, lexicon
from assistant.understanding.numbers import Number
from assistant.understanding.periods import Period
from assistant.understanding.vocabulary import FieldName, FieldValue, Vocabulary


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
    partial: bool = False
    fuzzy: bool = False
    capital: bool = False

    def has(self, group: str, *names: str) -> bool:
        """Whether the item can mean one of these concepts (any of the group where none is named)."""
        return any(c.group == group and (not names or c.name in names) for c in self.concepts)

    def get(self, group: str) -> str | None:
        """The concept's name within the group."""
        return next((c.name for c in self.concepts if c.group == group), None)

    @property
    def unknown(self) -> bool:
        return not (self.concepts or self.values or self.columns or self.name or self.period or self.number)

    @property
    def filler(self) -> bool:
        return bool(self.concepts) and all(c.group in ("stop", "bound", "time") for c in self.concepts)

    @property
    def sign(self) -> bool:
        return self.unknown and not any(c.isalnum() for c in self.text)


@dataclass(slots=True, kw_only=True)
class Reading:
    """The items of one question, in order."""

    text: str
    language: str
    tokens: tuple[Token, ...]
    items: list[Item] = field(default_factory=list)

    def any(self, group: str, *names: str) -> bool:
        """Whether some item can mean this."""
        return any(i.has(group, *names) for i in self.items)

    def first(self, group: str, *names: str) -> Item | None:
        """The first item that can mean this."""
        return next((i for i in self.items if i.has(group, *names)), None)

    def all(self, group: str, *names: str) -> list[Item]:
        """All items that can mean this."""
        return [i for i in self.items if i.has(group, *names)]

    def span(self, first: Item, last: Item) -> str:
        """The text from one item to another, as typed."""
        return self.text[self.tokens[first.start].start : self.tokens[last.end - 1].end]


@dataclass(slots=True)
class _Option:
    start: int
    end: int
    weight: float
    item: Item


def read(question: str, vocabulary: Vocabulary, language: str, today: date) -> Reading:
    """Read a question in a language, with the words of the user's book."""
    text = clean(question)
    found = tokens(text)
    words = [t.form for t in found]
    lexicons = [lexicon(language)] + ([lexicon("en")] if language == "zh" else [])
    phrases = [p for known in lexicons for p in known.phrases(words)]
    figures = numbers.find(found, phrases, language)
    times = periods.find(text, found, phrases, figures, language, today)
    options = [*_phrase_options(found, phrases), *_time_options(found, figures, times)]
    options += _value_options(found, words, vocabulary)
    known = {
        i for o in options for i in range(o.start, o.end) if not (o.item.partial and not o.item.concepts)
    }
    options += _typo_options(found, known, lexicons, vocabulary)
    known |= {i for o in options for i in range(o.start, o.end) if o.item.fuzzy}
    options += _name_options(found, vocabulary, known)
    return Reading(text=text, language=language, tokens=found, items=_best(found, options))


def _phrase_options(found: Sequence[Token], phrases: Iterable[Phrase]) -> Iterable[_Option]:
    for phrase in phrases:
        groups = {c.group for c in phrase.concepts}
        if groups <= {
            "number",
            "scale",
            "currency",
            "relative",
            "month",
            "weekday",
            "ordinal",
            "quarter",
            "half",
        }:
            continue  # times and numbers are read as wholes
        light = groups <= {"stop", "bound", "time"}
        yield _option(
            found,
            phrase.start,
            phrase.end,
            phrase.weight * (0.97 if light else 1.0),
            concepts=phrase.concepts,
        )


def _time_options(
    found: Sequence[Token], figures: Sequence[Number], times: Sequence[Period]
) -> Iterable[_Option]:
    for figure in figures:
        length = figure.end - figure.start
        yield _option(found, figure.start, figure.end, length * 1.02, number=figure)
    for time in times:
        length = time.end - time.start
        yield _option(found, time.start, time.end, length * 1.0 + 0.12 * length, period=time)


def _value_options(found: Sequence[Token], words: Sequence[str], vocabulary: Vocabulary) -> Iterable[_Option]:
    for spot in vocabulary.spot(words):
        yield _option(
            found,
            spot.start,
            spot.end,
            spot.weight,
            values=spot.values,
            columns=spot.columns,
            partial=spot.partial,
        )


def _typo_options(
    found: Sequence[Token], known: set[int], lexicons: Sequence[Lexicon], vocabulary: Vocabulary
) -> Iterable[_Option]:
    """Unknown words that are nearly a word of the language or a value of the records."""
    for position, token in enumerate(found):
        if position in known or token.kind != "word" or len(token.form) < 4:
            continue
        if vocabulary.names.knows(token.form) or (token.capital and position > 0):
            continue
        concepts = _corrected(token.form, lexicons)
        if concepts:
            yield _option(found, position, position + 1, 0.8, concepts=concepts, fuzzy=True)
        elif value := vocabulary.misspelled(token.form):
            yield _option(found, position, position + 1, 0.8, values=value[1], fuzzy=True)


def _corrected(word: str, lexicons: Sequence[Lexicon]) -> tuple[Concept, ...]:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    for known in lexicons:
        cutoff = 0.8 if len(word) >= 5 else 0.75
        hit = process.extractOne(
            word, known.words.keys(), scorer=OSA.normalized_similarity, score_cutoff=cutoff
        )
        if hit and (hit[0][0] == word[0] or len(word) >= 6):
            return tuple(known.exact[known.words[hit[0]]])
    return ()


def _name_options(found: Sequence[Token], vocabulary: Vocabulary, known: set[int]) -> Iterable[_Option]:
    for span in vocabulary.names.spot(found, known):
        length = span.end - span.start
        sure = span.candidates[0].confidence
        weight = length * (1.05 if span.candidates[0].exact else 0.98 * sure) + 0.1 * (length - 1)
        yield _option(found, span.start, span.end, weight, name=span, fuzzy=span.fuzzy)


def _option(found: Sequence[Token], start: int, end: int, weight: float, **meaning: object) -> _Option:
    text = between(found, start, end)
    item = Item(start=start, end=end, text=text, capital=found[start].capital, **meaning)  # type: ignore[arg-type]
    return _Option(start, end, weight, item)


def _best(found: Sequence[Token], options: Sequence[_Option]) -> list[Item]:
    """The split of the question that explains most of it; what remains are unknown words."""
    merged: dict[tuple[int, int], _Option] = {}
    for option in options:
        span = (option.start, option.end)
        merged[span] = _merge(merged[span], option) if span in merged else option
    ending: list[list[_Option]] = [[] for _ in range(len(found) + 1)]
    for option in merged.values():
        ending[option.end].append(option)
    best = [0.0] * (len(found) + 1)
    choice: list[_Option | None] = [None] * (len(found) + 1)
    for end in range(1, len(found) + 1):
        best[end] = best[end - 1]
        for option in ending[end]:
            if best[option.start] + option.weight > best[end] + 1e-9:
                best[end], choice[end] = best[option.start] + option.weight, option
    items, end = [], len(found)
    while end > 0:
        chosen = choice[end]
        if chosen is None:
            items.append(_option(found, end - 1, end, 0.0).item)
            end -= 1
        else:
            items.append(chosen.item)
            end = chosen.start
    return items[::-1]


def _merge(one: _Option, other: _Option) -> _Option:
    """Two meanings of the same stretch, both kept: the rest of the question decides."""
    a, b = one.item, other.item
    item = Item(
        start=a.start,
        end=a.end,
        text=a.text,
        capital=a.capital,
        concepts=tuple(dict.fromkeys((*a.concepts, *b.concepts))),
        values=tuple(dict.fromkeys((*a.values, *b.values))),
        columns=tuple(dict.fromkeys((*a.columns, *b.columns))),
        name=a.name or b.name,
        period=a.period or b.period,
        number=a.number or b.number,
        partial=a.partial and b.partial,
        fuzzy=a.fuzzy and b.fuzzy,
    )
    return _Option(one.start, one.end, max(one.weight, other.weight), item)
