"""Reads a question: finds all that its words can mean, and the split that explains most of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.tokens import Token, between, clean, tokens
from assistant.understanding import numbers, periods
from assistant.understanding.items import Item, Reading
from assistant.understanding.lexicon import Concept, Lexicon, Phrase, lexicon
from assistant.understanding.numbers import Number
from assistant.understanding.periods import Period
from assistant.understanding.vocabulary import Spotted, Vocabulary

# Words of these groups alone are read as part of a time or a number, or not at all.
_PARTS = frozenset(
    {"number", "scale", "currency", "relative", "month", "weekday", "ordinal", "quarter", "half"}
)
_LIGHT = frozenset({"stop", "bound", "time"})
_ME = Concept("owner", "me")
_AUXILIARIES = frozenset({"have", "has", "had", "did", "do", "does"})


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
    lexicons = [lexicon(language)] + ([lexicon("en")] if language == "zh" else [])
    words, typos = _spelled(found, lexicons, vocabulary)
    phrases = [p for known in lexicons for p in known.phrases(words)]
    figures = numbers.find(found, phrases, language)
    times = periods.find(text, found, phrases, figures, language, today)
    options = [*_phrase_options(found, phrases), *_time_options(found, figures, times)]
    options += _value_options(found, words, vocabulary, language)
    for option in options:
        if typos & set(range(option.start, option.end)):
            option.item.fuzzy = True
            option.weight *= 0.93
    # "lunch" is no "Spring Launch": a part of a value is its own word, none that is spelled alike.
    options = [o for o in options if not (o.item.fuzzy and o.item.partial and not o.item.concepts)]
    known = {
        i for o in options for i in range(o.start, o.end) if not (o.item.partial and not o.item.concepts)
    }
    options += _name_options(found, vocabulary, known)
    mine = frozenset(i for i, w in enumerate(words) if any(_ME in k.exact.get((w,), ()) for k in lexicons))
    return Reading(text=text, language=language, tokens=found, items=_best(found, options), mine=mine)


def _spelled(
    found: Sequence[Token], lexicons: Sequence[Lexicon], vocabulary: Vocabulary
) -> tuple[list[str], set[int]]:
    """The folded words with typos corrected, and which ones those were."""
    words, typos = [t.form for t in found], set()
    for position, token in enumerate(found):
        if token.kind != "word" or len(token.form) < 4 or vocabulary.names.knows(token.form):
            continue
        if any(k.knows(token.form) for k in lexicons) or vocabulary.knows(token.form):
            continue
        beside = [found[i].form for i in (position - 1, position + 1) if 0 <= i < len(found)]
        if any(vocabulary.names.knows(w) and not any(k.knows(w) for k in lexicons) for w in beside):
            continue  # half of a name is known: the other half is one too
        proper = token.capital and position > 0 and lexicons[0].language != "de"
        if corrected := (None if proper else _nearest(token.form, lexicons)) or vocabulary.nearest(
            token.form
        ):
            words[position] = corrected
            typos.add(position)
    return words, typos


def _nearest(word: str, lexicons: Sequence[Lexicon]) -> str | None:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    for known in lexicons:
        hits = process.extract(
            word, known.words, scorer=OSA.normalized_similarity, score_cutoff=0.79, limit=3
        )
        for hit, _, _ in hits:
            if (hit[0] == word[0] or len(word) >= 6) and (len(word) > 4 or len(hit) > len(word)):
                return str(hit)
    return None


def _phrase_options(found: Sequence[Token], phrases: Iterable[Phrase]) -> Iterable[_Option]:
    for phrase in phrases:
        groups = {c.group for c in phrase.concepts}
        if groups == {"currency"}:
            yield _option(found, phrase.start, phrase.end, 0.5 * phrase.weight, concepts=phrase.concepts)
        if groups <= _PARTS:
            continue
        weight = phrase.weight * (0.97 if groups <= _LIGHT else 1.0)
        yield _option(found, phrase.start, phrase.end, weight, concepts=phrase.concepts)


def _time_options(
    found: Sequence[Token], figures: Sequence[Number], times: Sequence[Period]
) -> Iterable[_Option]:
    for figure in figures:
        yield _option(found, figure.start, figure.end, (figure.end - figure.start) * 1.02, number=figure)
    for time in times:
        yield _option(found, time.start, time.end, (time.end - time.start) * 1.12, period=time)


def _value_options(
    found: Sequence[Token], words: Sequence[str], vocabulary: Vocabulary, language: str
) -> Iterable[_Option]:
    for start in range(len(words)):
        for end in range(start + 1, min(start + 4, len(words)) + 1):
            if kind := vocabulary.nouns.get(tuple(words[start:end])):
                noun = Concept("record", str(kind))
                yield _option(found, start, end, 1.02 * (end - start) + 0.1, concepts=(noun,))
    for spot in vocabulary.spot(words, language):
        first = found[spot.start]
        if (
            spot.end - spot.start == 1
            and len(first.text) <= 2
            and first.text.isascii()
            and not first.text.isupper()
        ):
            continue  # "de" and "it" are no country and no industry
        if _is_negated_verb(found, spot):
            continue
        yield _option(
            found,
            spot.start,
            spot.end,
            spot.weight + (0.15 if spot.values and spot.end - spot.start > 1 else 0.0),
            values=spot.values,
            columns=spot.columns,
            partial=spot.partial,
        )


def _is_negated_verb(found: Sequence[Token], spot: Spotted) -> bool:
    """ "haven't started", "have not started": no value "Not Started"."""
    if spot.end - spot.start < 2 or found[spot.start].form != "not":
        return False
    before = found[spot.start - 1].form if spot.start else ""
    return found[spot.start].kind == "clitic" or before in _AUXILIARIES


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
    """Two meanings of the same stretch: both are kept where they fit alike, and the rest decides."""
    strong, weak = (one, other) if one.weight >= other.weight else (other, one)
    a, b = strong.item, weak.item
    apart = strong.weight - weak.weight > 0.04 * (strong.end - strong.start)
    if apart and not b.name and not a.period and not (a.columns or b.columns):
        return strong
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
    return _Option(one.start, one.end, strong.weight, item)
