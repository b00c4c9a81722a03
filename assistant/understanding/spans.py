"""One span of days out of the elements of a phrase: "last month", "Q3 2017", "15 March", "on Friday"."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.understanding.calendar import (
    UNIT_DAYS,
    Span,
    Spans,
    around,
    both,
    days_of_year,
    half,
    month,
    named,
    open_year,
    quarter,
    span_of,
    week,
    year,
)


@dataclass(frozen=True, slots=True)
class Element:
    """A letter of the alphabet of time, and what it stands for, in the tokens [start, end)."""

    letter: str
    start: int
    end: int
    value: str | float | Spans


def value_of(elements: Sequence[Element], letters: str) -> str:
    """What the first element with one of these letters says."""
    return next((str(e.value) for e in elements if e.letter in letters), "")


def number_of(elements: Sequence[Element], letters: str) -> int:
    """The number of the first element with one of these letters; 0 where there is none."""
    return next((int(float(str(e.value))) for e in elements if e.letter in letters), 0)


def span_in(elements: Sequence[Element], today: date) -> Spans | None:
    """A single span of days, looking back and looking ahead."""
    letters = "".join(e.letter for e in elements if e.letter not in "ifF")
    parts = [e for e in elements if e.letter not in "ifF"]
    unit = value_of(parts, "U")
    match letters:
        case "I":
            spans = parts[0].value
            return spans if isinstance(spans, tuple) else None
        case "D":
            return both(_day_word(str(parts[0].value), today))
        case "lUY" if unit in ("half", "quarter", "month"):
            last = {"half": 2, "quarter": 4, "month": 12}[unit]
            make = {"half": half, "quarter": quarter, "month": month}[unit]
            return both(make(number_of(parts, "Y"), last))
        case "UY" | "YU" if unit == "year":
            return both(year(number_of(parts, "Y")))
        case "Y":
            return both(year(number_of(parts, "Y")))
        case "tU" | "Ut" | "lU" | "Ul" | "nU" | "Un" if unit:
            relation = {"t": "this", "l": "last", "n": "next"}[letters.replace("U", "")]
            return both(named(relation, unit, today))
        case "pU" | "Up":
            return both(last_of(1, unit, today))
        case "Ud" | "tUd":
            return both(named("this", unit, today))
        case "gU" | "Ug" | "Ubl":  # "the week before last"
            return both(around(unit, today, -2))
        case "NUa" | "aNU" | "aUN":
            return both(around(unit, today, -number_of(parts, "N")))
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


def _day_word(word: str, today: date) -> Span:
    if word in ("today", "yesterday", "tomorrow"):
        return named({"today": "this", "yesterday": "last", "tomorrow": "next"}[word], "day", today)
    if word == "weekend":
        saturday = today - timedelta(days=(today.weekday() - 5) % 7)
        return span_of(saturday, saturday + timedelta(days=1))
    return around("day", today, {"before_yesterday": -2, "after_tomorrow": 2}[word])


def last_of(count: int, unit: str, today: date) -> Span:
    """The last N units, counted back from now."""
    days = max(1, round(count * UNIT_DAYS[unit]))
    text = f"last {count * 2} quarters" if unit == "half" else f"last {count} {unit}s"
    return Span(text=text, first=today - timedelta(days=days), last=today)


def _named_part(parts: Sequence[Element], letters: str, today: date) -> Spans | None:
    """A quarter or half under its name ("Q3", "first half"), with or without a year."""
    make: Callable[[int, int], Span] = quarter if "K" in letters else half
    number, explicit = number_of(parts, "KH"), number_of(parts, "Y")
    if value_of(parts, "U") not in ("", "year"):
        return None
    for letter, step in (("t", 0), ("l", -1), ("n", 1)):
        if letter in letters:
            explicit = today.year + step
    return both(make(explicit, number)) if explicit else open_year(lambda y: make(y, number), today)


def _numbered(parts: Sequence[Element], letters: str, today: date) -> Spans | None:
    """Quarters, halves, months and weeks by number."""
    number = number_of(parts, "NO")
    unit = "quarter" if "q" in letters else value_of(parts, "U")
    if unit not in ("quarter", "half", "month", "week") or not number:
        return None
    explicit = number_of(parts, "Y")
    if len(letters) == 4 and letters[-1] == "U":
        explicit = today.year + {"t": 0, "l": -1, "n": 1}[letters[2]]
        if str(parts[-1].value) != "year":
            return None
    if unit == "week":
        if "O" in letters or number > 53 or letters == "NU":
            return None
        return both(week(date.fromisocalendar(explicit or today.year, number, 1)))
    if unit == "month":
        return None if letters in ("NU", "UN") or number > 12 else both(month(explicit or today.year, number))
    if number > (4 if unit == "quarter" else 2):
        return None
    make: Callable[[int, int], Span] = quarter if unit == "quarter" else half
    if explicit:
        return both(make(explicit, number))
    return open_year(lambda y: make(y, number), today)


def _month(parts: Sequence[Element], letters: str, today: date) -> Spans:
    number, explicit = number_of(parts, "M"), number_of(parts, "Y")
    if explicit:
        return both(month(explicit, number))
    back, ahead = open_year(lambda y: month(y, number), today)
    if "l" in letters and back.first and (back.first.year, back.first.month) == (today.year, today.month):
        back = month(today.year - 1, number)
    return (back, back) if "l" in letters else (ahead, ahead) if "n" in letters else (back, ahead)


def _day_of_month(parts: Sequence[Element], today: date) -> Spans | None:
    day_number = number_of(parts, "NO")
    if not 1 <= day_number <= 31:
        return None
    return days_of_year(number_of(parts, "M"), day_number, number_of(parts, "Y") or None, today)


def _weekday(parts: Sequence[Element], letters: str, today: date) -> Spans:
    number = number_of(parts, "W") - 1
    back = today - timedelta(days=(today.weekday() - number) % 7)
    ahead = today + timedelta(days=(number - today.weekday()) % 7)
    if "l" in letters and back == today:
        back -= timedelta(days=7)
    if "n" in letters and ahead == today:
        ahead += timedelta(days=7)
    if "l" in letters:
        return both(span_of(back, back))
    return both(span_of(ahead, ahead)) if "n" in letters else (span_of(back, back), span_of(ahead, ahead))
