"""Phrases of time in a question as the canonical periods of the tools.

Tokens become letters of an alphabet of time (relation, number, unit, month, …); a small grammar of
patterns over these letters then holds for every language, whatever its word order.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.tokens import Token
from assistant.understanding.calendar import UNIT_DAYS, Span, span_of
from assistant.understanding.lexicon import Phrase
from assistant.understanding.numbers import Number
from assistant.understanding.spans import Element, last_of, number_of, span_in, value_of
from assistant.understanding.written_dates import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period in the tokens [start, end).

    `text` looks back ("Q3" is the latest that began), `ahead` forward; they differ only where the phrase
    leaves it open. `days` is set for a duration or "last N". A bare duration has no `text`.
    """

    start: int
    end: int
    text: str | None
    ahead: str | None = None
    base: str | None = None  # what "since" and its like were said of: "last week", "2000"
    bound: str | None = None  # since | after | before | until
    days: int | None = None
    unit: str | None = None

    @property
    def planned(self) -> str | None:
        return self.ahead or self.text


_LETTERS = {
    "relative.this": "t", "relative.last": "l", "relative.past": "p", "relative.next": "n",
    "relative.ago": "a",
    "bound.since": "s", "bound.before": "b", "bound.until": "u", "bound.after": "A", "bound.from": "F",
    "bound.to": "T", "bound.between": "B", "bound.and": "&", "bound.within": "i",
    "bound.since_after": "z", "bound.before_after": "y",
    "time.filler": "f", "time.quarter_letter": "q", "time.to_date": "d", "time.before_last": "g",
}  # fmt: skip
_GROUP_LETTERS = {
    "unit": "U",
    "month": "M",
    "weekday": "W",
    "day": "D",
    "ordinal": "O",
    "quarter": "K",
    "half": "H",
}


_MOST_FILLERS = 3


def find(
    text: str,
    tokens: Sequence[Token],
    phrases: Sequence[Phrase],
    numbers: Sequence[Number],
    language: str,
    today: date,
) -> list[Period]:
    """All periods of the question, from left to right; each takes the longest phrase there is."""
    elements = _elements(text, tokens, phrases, numbers, language, today)
    letters = "".join(e.letter for e in elements)
    found, position = [], 0
    while position < len(letters):
        best: Period | None = None
        for pattern, read in _GRAMMAR if language in _RELATION_LAST else _GRAMMAR_FIRST:
            match = pattern.match(letters, position)
            if match and (best is None or elements[match.end() - 1].end > best.end):
                part = elements[match.start() : match.end()]
                period = read([e for e in part if e.letter not in "f"], today)
                if period is not None:
                    best = replace(period, start=part[0].start, end=part[-1].end)
        if best is None:
            position += 1
            continue
        found.append(best)
        while position < len(elements) and elements[position].start < best.end:
            position += 1
    return found


def _elements(
    text: str,
    tokens: Sequence[Token],
    phrases: Sequence[Phrase],
    numbers: Sequence[Number],
    language: str,
    today: date,
) -> list[Element]:
    """The question in the alphabet of time; what has nothing to do with it is "x"."""
    options: dict[int, Element] = {}

    def offer(element: Element) -> None:
        known = options.get(element.start)
        if known is None or element.end > known.end:
            options[element.start] = element

    for phrase in phrases:
        for concept in phrase.concepts:
            letter = _LETTERS.get(str(concept)) or _GROUP_LETTERS.get(concept.group)
            if letter and not (letter in "MW" and _is_no_date(tokens, phrase)):
                offer(Element(letter, phrase.start, phrase.end, concept.name))
    for number in numbers:
        if number.currency or number.percent:
            continue
        is_year = number.exact and number.end - number.start == 1 and 1990 <= number.value <= 2099
        is_year = is_year and tokens[number.start].text.isdigit()
        if number.scaled and number.value < 1000:
            continue
        offer(Element("Y" if is_year else "N", number.start, number.end, number.value))
    for first, last, spans in written(text, language, today):
        covered = [i for i, t in enumerate(tokens) if t.start >= first and t.end <= last]
        if covered:
            options[covered[0]] = Element("I", covered[0], covered[-1] + 1, spans)
    found: list[Element] = []
    position = 0
    while position < len(tokens):
        element = options.get(position) or Element("x", position, position + 1, "")
        if all(e.letter == "f" for e in (*found[-_MOST_FILLERS:], element)) and len(found) >= _MOST_FILLERS:
            element = Element("x", position, element.end, "")  # a phrase of time has no such gaps
        found.append(element)
        position = element.end
    return found


def _is_no_date(tokens: Sequence[Token], phrase: Phrase) -> bool:
    """ "may", "mar", "sun" in small letters are months and days only beside a number."""
    token = tokens[phrase.start]
    if phrase.end - phrase.start > 1 or len(token.text) > 3 or token.capital or token.kind == "han":
        return False
    beside = [tokens[i] for i in (phrase.start - 1, phrase.end) if 0 <= i < len(tokens)]
    return not any(t.kind == "number" or t.form in ("in", "im", "en", "since", "last") for t in beside)


def _made(back: Span, ahead: Span | None = None, **more: int | str | None) -> Period:
    days = more.get("days")
    return Period(
        start=0,
        end=0,
        text=back.text,
        ahead=ahead.text if ahead else None,
        days=days if isinstance(days, int) else None,
    )


def _read_simple(elements: Sequence[Element], today: date) -> Period | None:
    spans = span_in(elements, today)
    return None if spans is None else _made(spans[0], spans[1] if spans[1] != spans[0] else None)


def _read_last(elements: Sequence[Element], today: date) -> Period | None:
    count, unit = number_of(elements, "N"), value_of(elements, "U")
    if not 0 < count <= 5_000:
        return None
    span = last_of(count, unit, today)
    return replace(_made(span), days=max(1, round(count * UNIT_DAYS[unit])), unit=unit)


def _read_next(elements: Sequence[Element], today: date) -> Period | None:
    count, unit = number_of(elements, "N") or 1, value_of(elements, "U")
    if not 0 < count <= 5_000:
        return None
    if unit in ("quarter", "half", "year"):
        count, unit = count * {"quarter": 3, "half": 6, "year": 12}[unit], "month"
    unit = "day" if unit == "hour" else unit
    return Period(start=0, end=0, text=f"next {count} {unit}s")


def _read_duration(elements: Sequence[Element], today: date) -> Period | None:
    count, unit = number_of(elements, "N"), value_of(elements, "U")
    if not any(e.letter == "N" for e in elements):
        count = 1  # "in a month"
    if not 0 < count <= 5_000:
        return None
    return Period(start=0, end=0, text=None, days=max(1, round(count * UNIT_DAYS[unit])), unit=unit)


def _read_bound(elements: Sequence[Element], today: date) -> Period | None:
    """ "since March", "before last week", "until Friday", "after Q2"."""
    letter = elements[0].letter
    spans = span_in(elements[1:], today)
    if spans is None or spans[0].first is None or spans[0].last is None:
        return None
    back, ahead = spans
    first, last, next_day = back.first, back.last, back.last + timedelta(days=1) if back.last else None
    text, planned = {
        "s": (f"since {first}", None),
        "A": (f"since {next_day}", None),
        "b": (f"before {first}", f"before {ahead.first}"),
        "u": (f"until {last}", f"until {ahead.last}"),
    }[letter]
    bound = {"s": "since", "A": "after", "b": "before", "u": "until"}[letter]
    return Period(start=0, end=0, text=text, ahead=planned, base=back.text, bound=bound)


def _read_bound_after(elements: Sequence[Element], today: date) -> Period | None:
    """Chinese says "since" and "before" behind the date: "九月以来"."""
    last = elements[-1]
    first = Element({"z": "s", "y": "b"}[last.letter], last.start, last.end, last.value)
    return _read_bound([first, *elements[:-1]], today)


def _read_range(elements: Sequence[Element], today: date) -> Period | None:
    """ "between March and May", "from 1 to 15 March", "Q1 to Q3 2017"."""
    parts = [e for e in elements if e.letter not in "FB"]
    cuts = [i for i, e in enumerate(parts) if e.letter in "T&u"]
    for cut in cuts:
        left, right = parts[:cut], parts[cut + 1 :]
        if [e.letter for e in left] == ["N"] and (month_part := [e for e in right if e.letter in "MY"]):
            left = [*left, *month_part]
        missing_year = not any(e.letter in "YI" for e in left) and [e for e in right if e.letter == "Y"]
        start, end = span_in([*left, *(missing_year or [])], today), span_in(right, today)
        if not (start and end and start[0].first and end[0].last):
            continue
        first, last = start[0].first, end[0].last
        if first > last and end[1].last and end[1].last >= first:
            last = end[1].last
        elif first > last:
            first = min(start[0].first, date(last.year, first.month, min(first.day, 28)))
        if first <= last:
            return replace(_made(span_of(first, last)))
    return None


# Spanish says the relation after the unit ("el mes pasado"); elsewhere "by month this year" must not read so.
_RELATION_LAST = frozenset({"es"})
_LEADING = (
    r"I|D|t?[fiF]*U?[fiF]*d|g[fiF]*U|Uf*g|Uf*bf*l|N[fiF]*U[fiF]*a|a[fiF]*N[fiF]*U|q[NO](?:[fiF]*Y)?|Y[fiF]*qN"
    r"|[tln][fiF]*U[fiF]*[KH]|[tln][fiF]*[KH]|[KH][fiF]*[tln][fiF]*U|[KH](?:[fiF]*Y)?|Y[fiF]*U?[fiF]*[KH]"
    r"|O[fiF]*U[fiF]*[tln][fiF]*U|O[fiF]*U(?:[fiF]*Y)?|U[fiF]*[ON](?:[fiF]*Y)?|N[fiF]*U(?:[fiF]*Y)|Y[fiF]*[ON][fiF]*U|Y[fiF]*U[ON]"
    r"|[NO][fiF]*M(?:[fiF]*Y)?|M[fiF]*[NO](?:[fiF]*Y)?|[tln][fiF]*M|M(?:[fiF]*Y)?|Y[fiF]*M|[tln][fiF]*W|W|Y|U[fiF]*Y|l[fiF]*U[fiF]*Y|[tlnp][fiF]*U"
)
_SPAN = rf"(?:{_LEADING}|Uf*[tlnp]|Mf*[tln]|Wf*[tln])"
_Rule = tuple[re.Pattern[str], Callable[[Sequence[Element], date], Period | None]]


def _grammar(span: str) -> tuple[_Rule, ...]:
    return (
        (re.compile(rf"[FB]f*{span}f*[T&u]f*{span}"), _read_range),
        (re.compile(rf"[FB]?f*{span}f*[Tu]f*{span}"), _read_range),
        (re.compile(rf"[FB]f*Nf*[T&u]f*{span}"), _read_range),
        (re.compile(rf"Nf*Tf*{span}"), _read_range),
        (re.compile(rf"[sAbu]f*i?f*{span}"), _read_bound),
        (re.compile(rf"{span}f*[zy]"), _read_bound_after),
        (re.compile(r"i?f*[lp]f*Nf*U"), _read_last),
        (re.compile(r"i?f*Nf*[lp]f*U"), _read_last),
        (re.compile(r"i?f*Nf*Uf*[lp]"), _read_last),
        (re.compile(r"i?f*nf*Nf*U"), _read_next),
        (re.compile(r"i?f*Nf*nf*U"), _read_next),
        (re.compile(r"i?f*Nf*Uf*n"), _read_next),
        (re.compile(rf"[iF]?f*{span}"), _read_simple),
        (re.compile(r"[is]?f*a?f*Nf*U"), _read_duration),
        (re.compile(r"[is]f+U"), _read_duration),
    )


_GRAMMAR = _grammar(_SPAN)
_GRAMMAR_FIRST = _grammar(rf"(?:{_LEADING})")
