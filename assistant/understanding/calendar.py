"""Spans of days and their canonical names, as the tools take them."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

UNIT_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30, "quarter": 91, "half": 182, "year": 365}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period: the canonical text and its first and last day (both in it; None is open)."""

    text: str
    first: date | None
    last: date | None


Spans = tuple[Span, Span]  # looking back, looking ahead; the same where the phrase leaves nothing open


def span_of(first: date, last: date) -> Span:
    """The days from `first` to `last`."""
    text = f"{first}" if first == last else f"{first}..{last}"
    return Span(text=text, first=first, last=last)


def week(day: date) -> Span:
    """The ISO week that holds the day."""
    monday = day - timedelta(days=day.weekday())
    year, number, _ = day.isocalendar()
    return Span(text=f"{year}-W{number:02d}", first=monday, last=monday + timedelta(days=6))


def month(year: int, number: int) -> Span:
    """A month; numbers outside 1 to 12 count on into the years beside."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    last = calendar.monthrange(year, number)[1]
    return Span(text=f"{year}-{number:02d}", first=date(year, number, 1), last=date(year, number, last))


def quarter(year: int, number: int) -> Span:
    """A calendar quarter; numbers outside 1 to 4 count on into the years beside."""
    year, number = year + (number - 1) // 4, (number - 1) % 4 + 1
    last = month(year, number * 3).last
    return Span(text=f"{year}-Q{number}", first=date(year, number * 3 - 2, 1), last=last)


def half(year: int, number: int) -> Span:
    """Half a calendar year."""
    year, number = year + (number - 1) // 2, (number - 1) % 2 + 1
    return span_of(date(year, number * 6 - 5, 1), month(year, number * 6).last or date(year, 12, 31))


def year(number: int) -> Span:
    """A calendar year."""
    return Span(text=f"{number}", first=date(number, 1, 1), last=date(number, 12, 31))


def around(unit: str, today: date, steps: int) -> Span:
    """The whole day, week, month, quarter, half or year `steps` away from the one that holds today."""
    match unit:
        case "week":
            return week(today + timedelta(weeks=steps))
        case "month":
            return month(today.year, today.month + steps)
        case "quarter":
            return quarter(today.year, (today.month - 1) // 3 + 1 + steps)
        case "half":
            return half(today.year, (today.month - 1) // 6 + 1 + steps)
        case "year":
            return year(today.year + steps)
    day = today + timedelta(days=steps)
    return span_of(day, day)


def named(relation: str, unit: str, today: date) -> Span:
    """ "this month", "last quarter", "next week" under their own names."""
    steps = {"this": 0, "last": -1, "next": 1}[relation]
    whole = around(unit, today, steps)
    if unit in ("day", "hour"):
        return Span(
            text={0: "today", -1: "yesterday", 1: "tomorrow"}[steps], first=whole.first, last=whole.last
        )
    return whole if unit == "half" else Span(text=f"{relation} {unit}", first=whole.first, last=whole.last)


def both(span: Span) -> Spans:
    """The same, whether it looks back or ahead."""
    return span, span


def open_year(make: Callable[[int], Span], today: date) -> Spans:
    """Without a year: the latest that has begun, and the first that has not ended."""
    this = make(today.year)
    back = this if this.first and this.first <= today else make(today.year - 1)
    ahead = this if this.last and this.last >= today else make(today.year + 1)
    return back, ahead


def days_of_year(number: int, day_number: int, explicit: int | None, today: date) -> Spans | None:
    """A day of the year: the latest there was, and the next there is."""
    years = (explicit,) if explicit else (today.year - 1, today.year, today.year + 1)
    known = [d for y in years if (d := day_or_none(y, number, day_number))]
    if not known:
        return None
    back = max((d for d in known if d <= today), default=known[0])
    ahead = min((d for d in known if d >= today), default=known[-1])
    return span_of(back, back), span_of(ahead, ahead)


def day_or_none(year_number: int, month_number: int, day: int) -> date | None:
    """The day, or None where there is no such."""
    try:
        return date(year_number, month_number, day)
    except ValueError:
        return None
