"""Phrases of time in a question as the canonical periods of the tools.

Tokens become letters of an alphabet of time (relation, number, unit, month, …); a small grammar of
patterns over these letters then holds for every language, whatever its word order.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.tokens import Token
from assistant.understanding.calendar import (
    UNIT_DAYS,
    Span,
    around,
    half,
    month,
    named,
    quarter,
    span_of,
    week,
    year,
)
from assistant.understanding.lexicon import Phrase
from assistant.understanding.numbers import Number


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


@dataclass(frozen=True, slots=True)
class _Element:
    letter: str
    start: int
    end: int
    value: str | float | tuple[Span, Span]


_Spans = tuple[Span, Span]  # looking back, looking ahead
_LETTERS = {
    "relative.this": "t", "relative.last": "l", "relative.past": "p", "relative.next": "n", "relative.ago": "a",
    "bound.since": "s", "bound.before": "b", "bound.until": "u", "bound.after": "A", "bound.from": "F",
    "bound.to": "T", "bound.between": "B", "bound.and": "&", "bound.within": "i",
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
_DATES = (
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b(?:[T ]\d\d:\d\d(?::\d\d)?)?"),
    re.compile(r"(?P<y>(?:19|20)\d\d)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]"),
    re.compile(r"\b(?P<y>(?:19|20)\d\d)[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})\b"),
    re.compile(r"\b(?P<a>\d{1,2})(?P<mark>[/.])(?P<b>\d{1,2})(?P=mark)(?P<y>(?:19|20)?\d\d)\b"),
)
_MONTHS = (
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])\b(?!-)"),
    re.compile(r"(?P<y>(?:19|20)\d\d)\s*年\s*(?P<m>\d{1,2})\s*月(?!\s*\d)"),
)
_QUARTER = re.compile(r"\b(?P<y>(?:19|20)\d\d)[- ]?Q(?P<q>[1-4])\b", re.IGNORECASE)
_HAN_YEAR = re.compile(r"(?P<y>(?:19|20)\d\d)\s*年")
_HAN_DAY = re.compile(r"(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]")
_HAN_MONTH = re.compile(r"(?P<m>\d{1,2}|十[一二]?|[一二三四五六七八九])\s*月(?:份)?")
_HAN_MONTHS = {
    c: i
    for i, c in enumerate(("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"), 1)
}


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
) -> list[_Element]:
    """The question in the alphabet of time; what has nothing to do with it is "x"."""
    options: dict[int, _Element] = {}

    def offer(element: _Element) -> None:
        known = options.get(element.start)
        if known is None or element.end > known.end:
            options[element.start] = element

    for phrase in phrases:
        for concept in phrase.concepts:
            letter = _LETTERS.get(str(concept)) or _GROUP_LETTERS.get(concept.group)
            if letter and not (letter in "MW" and _is_no_date(tokens, phrase)):
                offer(_Element(letter, phrase.start, phrase.end, concept.name))
    for number in numbers:
        if number.currency or number.percent:
            continue
        is_year = number.exact and number.end - number.start == 1 and 1990 <= number.value <= 2099
        is_year = is_year and tokens[number.start].text.isdigit()
        if number.scaled and number.value < 1000:
            continue
        offer(_Element("Y" if is_year else "N", number.start, number.end, number.value))
    for first, last, spans in _written(text, language, today):
        covered = [i for i, t in enumerate(tokens) if t.start >= first and t.end <= last]
        if covered:
            options[covered[0]] = _Element("I", covered[0], covered[-1] + 1, spans)
    found, position = [], 0
    while position < len(tokens):
        element = options.get(position) or _Element("x", position, position + 1, "")
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


def _written(text: str, language: str, today: date) -> list[tuple[int, int, _Spans]]:
    """Dates, months and quarters written in figures, with their place in the text."""
    found: list[tuple[int, int, _Spans]] = []

    def free(match: re.Match[str]) -> bool:
        return all(match.end() <= a or match.start() >= b for a, b, _ in found)

    for pattern in _DATES:
        for match in pattern.finditer(text):
            day = _date(match.groupdict(), language)
            if day and free(match):
                found.append((match.start(), match.end(), _both(span_of(day, day))))
    for match in _QUARTER.finditer(text):
        if free(match):
            found.append((match.start(), match.end(), _both(quarter(int(match["y"]), int(match["q"])))))
    for pattern in _MONTHS:
        for match in pattern.finditer(text):
            if free(match) and 1 <= int(match["m"]) <= 12:
                found.append((match.start(), match.end(), _both(month(int(match["y"]), int(match["m"])))))
    for match in _HAN_DAY.finditer(text):
        days = _days_of_year(int(match["m"]), int(match["d"]), None, today)
        if days and free(match):
            found.append((match.start(), match.end(), days))
    for match in _HAN_YEAR.finditer(text):
        rest = text[match.end() :].lstrip()
        if free(match) and not rest.startswith(("第", "Q", "q", "上半", "下半")) and not rest[:1].isdigit():
            found.append((match.start(), match.end(), _both(year(int(match["y"])))))
    for match in _HAN_MONTH.finditer(text):
        number = _HAN_MONTHS.get(match["m"]) or int(match["m"] if match["m"].isdigit() else 0)
        if free(match) and 1 <= number <= 12 and not text[: match.start()].endswith(("上", "下", "个")):
            found.append((match.start(), match.end(), _months_of_year(number, today)))
    return found


def _months_of_year(number: int, today: date) -> _Spans:
    return _open_year(lambda y: month(y, number), today)


def _days_of_year(number: int, day_number: int, explicit: int | None, today: date) -> _Spans | None:
    """A day of the year: the latest there was, and the next there is."""
    years = (explicit,) if explicit else (today.year - 1, today.year, today.year + 1)
    known = [d for y in years if (d := _day(y, number, day_number))]
    if not known:
        return None
    back = max((d for d in known if d <= today), default=known[0])
    ahead = min((d for d in known if d >= today), default=known[-1])
    return span_of(back, back), span_of(ahead, ahead)


def _date(parts: dict[str, str | None], language: str) -> date | None:
    written = int(parts["y"] or 0)
    number = written + 2000 if written < 100 else written
    if "m" in parts:
        return _day(number, int(parts["m"] or 0), int(parts["d"] or 0))
    first, second = int(parts["a"] or 0), int(parts["b"] or 0)
    month_first = language == "en" and parts["mark"] == "/" and first <= 12
    return _day(number, first, second) if month_first else _day(number, second, first)


def _day(year_number: int, month_number: int, day: int) -> date | None:
    try:
        return date(year_number, month_number, day)
    except ValueError:
        return None


def _value(elements: Sequence[_Element], letters: str) -> str:
    return next((str(e.value) for e in elements if e.letter in letters), "")


def _number(elements: Sequence[_Element], letters: str) -> int:
    return next((int(float(str(e.value))) for e in elements if e.letter in letters), 0)


def _made(back: Span, ahead: Span | None = None, **more: int | str | None) -> Period:
    days = more.get("days")
    return Period(
        start=0,
        end=0,
        text=back.text,
        ahead=ahead.text if ahead else None,
        days=days if isinstance(days, int) else None,
    )


def _simple(elements: Sequence[_Element], today: date) -> tuple[Span, Span] | None:
    """A single span of days, looking back and looking ahead."""
    letters = "".join(e.letter for e in elements if e.letter not in "ifF")
    parts = [e for e in elements if e.letter not in "ifF"]
    unit = _value(parts, "U")
    match letters:
        case "I":
            spans = parts[0].value
            return spans if isinstance(spans, tuple) else None
        case "D":
            return _both(_day_word(str(parts[0].value), today))
        case "UY" | "YU" if unit == "year":
            return _both(year(_number(parts, "Y")))
        case "Y":
            return _both(year(_number(parts, "Y")))
        case "tU" | "Ut" | "lU" | "Ul" | "nU" | "Un" if unit:
            relation = {"t": "this", "l": "last", "n": "next"}[letters.replace("U", "")]
            return _both(named(relation, unit, today))
        case "pU" | "Up":
            return _both(_last(1, unit, today))
        case "Ud" | "tUd":
            return _both(named("this", unit, today))
        case "gU":  # "the week before last"
            return _both(around(unit, today, -2))
        case "NUa" | "aNU" | "aUN":
            return _both(around(unit, today, -_number(parts, "N")))
        case _ if re.fullmatch(r"[KH][Y]?|YU?[KH]|[KH][tln]U|[tln]U[KH]|[tln][KH]", letters):
            return _named_part(parts, letters, today)
        case _ if re.fullmatch(r"[ON]UY?|U[ON]Y?|q[NO]Y?|YU[ON]|Y[ON]U|YqN|[ON]U[tln]U", letters):
            return _numbered(parts, letters, today)
        case "M" | "MY" | "YM" | "lM" | "tM" | "nM" | "Ml" | "Mn" | "Mt":
            return _month(parts, letters, today)
        case "MN" | "NM" | "OM" | "MO" | "MNY" | "NMY" | "OMY" | "MOY":
            return _day_of_month(parts, today)
        case "W" | "lW" | "tW" | "nW" | "Wl" | "Wn" | "Wt":
            return _weekday(parts, letters, today)
    return None


def _both(span: Span) -> tuple[Span, Span]:
    return span, span


def _last(count: int, unit: str, today: date) -> Span:
    days = max(1, round(count * UNIT_DAYS[unit]))
    text = f"last {count * 2} quarters" if unit == "half" else f"last {count} {unit}s"
    return Span(text=text, first=today - timedelta(days=days), last=today)


def _day_word(word: str, today: date) -> Span:
    if word in ("today", "yesterday", "tomorrow"):
        return named({"today": "this", "yesterday": "last", "tomorrow": "next"}[word], "day", today)
    if word == "weekend":
        saturday = today - timedelta(days=(today.weekday() - 5) % 7)
        return span_of(saturday, saturday + timedelta(days=1))
    return around("day", today, {"before_yesterday": -2, "after_tomorrow": 2}[word])


def _named_part(parts: Sequence[_Element], letters: str, today: date) -> tuple[Span, Span] | None:
    """A quarter or half under its name ("Q3", "first half"), with or without a year."""
    make: Callable[[int, int], Span] = quarter if "K" in letters else half
    number, explicit = _number(parts, "KH"), _number(parts, "Y")
    if _value(parts, "U") not in ("", "year"):
        return None
    for letter, step in (("t", 0), ("l", -1), ("n", 1)):
        if letter in letters:
            explicit = today.year + step
    return _both(make(explicit, number)) if explicit else _open_year(lambda y: make(y, number), today)


def _numbered(parts: Sequence[_Element], letters: str, today: date) -> tuple[Span, Span] | None:
    """Quarters, halves, months and weeks by number."""
    number = _number(parts, "NO")
    unit = "quarter" if "q" in letters else _value(parts, "U")
    if unit not in ("quarter", "half", "month", "week") or not number:
        return None
    explicit = _number(parts, "Y")
    if len(letters) == 4 and letters[-1] == "U":
        explicit = today.year + {"t": 0, "l": -1, "n": 1}[letters[2]]
        if str(parts[-1].value) != "year":
            return None
    if unit == "week":
        if "O" in letters or number > 53 or letters == "NU":
            return None
        return _both(week(date.fromisocalendar(explicit or today.year, number, 1)))
    if unit == "month":
        return (
            None if letters in ("NU", "UN") or number > 12 else _both(month(explicit or today.year, number))
        )
    if number > (4 if unit == "quarter" else 2):
        return None
    make: Callable[[int, int], Span] = quarter if unit == "quarter" else half
    if explicit:
        return _both(make(explicit, number))
    return _open_year(lambda y: make(y, number), today)


def _open_year(make: Callable[[int], Span], today: date) -> tuple[Span, Span]:
    """Without a year: the latest that has begun, and the first that has not ended."""
    this = make(today.year)
    back = this if this.first and this.first <= today else make(today.year - 1)
    ahead = this if this.last and this.last >= today else make(today.year + 1)
    return back, ahead


def _month(parts: Sequence[_Element], letters: str, today: date) -> tuple[Span, Span]:
    number, explicit = _number(parts, "M"), _number(parts, "Y")
    if explicit:
        return _both(month(explicit, number))
    back, ahead = _open_year(lambda y: month(y, number), today)
    if "l" in letters and back.first and (back.first.year, back.first.month) == (today.year, today.month):
        back = month(today.year - 1, number)
    return (back, back) if "l" in letters else (ahead, ahead) if "n" in letters else (back, ahead)


def _day_of_month(parts: Sequence[_Element], today: date) -> tuple[Span, Span] | None:
    day_number = _number(parts, "NO")
    if not 1 <= day_number <= 31:
        return None
    return _days_of_year(_number(parts, "M"), day_number, _number(parts, "Y") or None, today)


def _weekday(parts: Sequence[_Element], letters: str, today: date) -> tuple[Span, Span]:
    number = _number(parts, "W") - 1
    back = today - timedelta(days=(today.weekday() - number) % 7)
    ahead = today + timedelta(days=(number - today.weekday()) % 7)
    if "l" in letters and back == today:
        back -= timedelta(days=7)
    if "n" in letters and ahead == today:
        ahead += timedelta(days=7)
    if "l" in letters:
        return _both(span_of(back, back))
    return _both(span_of(ahead, ahead)) if "n" in letters else (span_of(back, back), span_of(ahead, ahead))


def _read_simple(elements: Sequence[_Element], today: date) -> Period | None:
    spans = _simple(elements, today)
    return None if spans is None else _made(spans[0], spans[1] if spans[1] != spans[0] else None)


def _read_last(elements: Sequence[_Element], today: date) -> Period | None:
    count, unit = _number(elements, "N"), _value(elements, "U")
    if not 0 < count <= 5_000:
        return None
    span = _last(count, unit, today)
    return replace(_made(span), days=max(1, round(count * UNIT_DAYS[unit])), unit=unit)


def _read_next(elements: Sequence[_Element], today: date) -> Period | None:
    count, unit = _number(elements, "N") or 1, _value(elements, "U")
    if not 0 < count <= 5_000:
        return None
    if unit in ("quarter", "half", "year"):
        count, unit = count * {"quarter": 3, "half": 6, "year": 12}[unit], "month"
    unit = "day" if unit == "hour" else unit
    return Period(start=0, end=0, text=f"next {count} {unit}s")


def _read_duration(elements: Sequence[_Element], today: date) -> Period | None:
    count, unit = _number(elements, "N"), _value(elements, "U")
    if not any(e.letter == "N" for e in elements):
        count = 1  # "in a month"
    if not 0 < count <= 5_000:
        return None
    return Period(start=0, end=0, text=None, days=max(1, round(count * UNIT_DAYS[unit])), unit=unit)


def _read_bound(elements: Sequence[_Element], today: date) -> Period | None:
    """ "since March", "before last week", "until Friday", "after Q2"."""
    letter = elements[0].letter
    spans = _simple(elements[1:], today)
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


def _read_range(elements: Sequence[_Element], today: date) -> Period | None:
    """ "between March and May", "from 1 to 15 March", "Q1 to Q3 2017"."""
    parts = [e for e in elements if e.letter not in "FB"]
    cuts = [i for i, e in enumerate(parts) if e.letter in "T&u"]
    for cut in cuts:
        left, right = parts[:cut], parts[cut + 1 :]
        if [e.letter for e in left] == ["N"] and (month_part := [e for e in right if e.letter in "MY"]):
            left = [*left, *month_part]
        missing_year = not any(e.letter in "YI" for e in left) and [e for e in right if e.letter == "Y"]
        start, end = _simple([*left, *(missing_year or [])], today), _simple(right, today)
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
    r"I|D|t?f*U?f*d|gf*U|Nf*Uf*a|af*Nf*U|q[NO](?:f*Y)?|Yf*qN"
    r"|[tln]f*Uf*[KH]|[tln]f*[KH]|[KH]f*[tln]f*U|[KH](?:f*Y)?|Yf*U?f*[KH]"
    r"|Of*Uf*[tln]f*U|Of*U(?:f*Y)?|Uf*[ON](?:f*Y)?|Nf*U(?:f*Y)|Yf*[ON]f*U|Yf*U[ON]"
    r"|[NO]f*M(?:f*Y)?|Mf*[NO](?:f*Y)?|[tln]f*M|M(?:f*Y)?|Yf*M|[tln]f*W|W|Y|Uf*Y|[tlnp]f*U"
)
_SPAN = rf"(?:{_LEADING}|Uf*[tlnp]|Mf*[tln]|Wf*[tln])"
_Rule = tuple[re.Pattern[str], Callable[[Sequence[_Element], date], Period | None]]


def _grammar(span: str) -> tuple[_Rule, ...]:
    return (
        (re.compile(rf"[FB]f*{span}f*[T&u]f*{span}"), _read_range),
        (re.compile(rf"[FB]?f*{span}f*Tf*{span}"), _read_range),
        (re.compile(rf"[FB]f*Nf*[T&u]f*{span}"), _read_range),
        (re.compile(rf"Nf*Tf*{span}"), _read_range),
        (re.compile(rf"[sAbu]f*i?f*{span}"), _read_bound),
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
