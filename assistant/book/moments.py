"""Moments in SQL: days between, and the local day, week, month, quarter or year of a moment.

The one module that speaks the database's own date functions.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Integer, String, case, cast, func, literal, type_coerce

UNITS = ("day", "week", "month", "quarter", "year")

# A moment before this year is bucketed with the offset that held at its beginning.
_FIRST_YEAR = 1995


def days_between(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[float]:
    """The days, with fractions, from one moment to another."""
    return func.julianday(end) - func.julianday(start)


def bucket(moment: ColumnElement[Any], unit: str, timezone: ZoneInfo, at: datetime) -> ColumnElement[str]:
    """The local calendar unit of a moment or date, as text that sorts by time.

    A day is "2026-11-24", a week its Monday, a month "2026-11", a quarter "2026-Q4", a year "2026".
    """
    shift = [] if isinstance(moment.type, Date) else _shift(moment, timezone, at)
    match unit:
        case "day":
            return func.date(moment, *shift, type_=String())
        case "week":
            return func.date(moment, *shift, "weekday 0", "-6 days", type_=String())
        case "quarter":
            month = cast(func.strftime("%m", moment, *shift), Integer)
            quarter = cast((month + 2).op("/")(3), Integer)
            return func.strftime("%Y", moment, *shift, type_=String()) + "-Q" + cast(quarter, String)
        case _:
            return func.strftime({"month": "%Y-%m", "year": "%Y"}[unit], moment, *shift, type_=String())


def _shift(moment: ColumnElement[Any], timezone: ZoneInfo, at: datetime) -> list[ColumnElement[str]]:
    """What turns the stored UTC moment into local time: nothing, or an offset that depends on the moment."""
    first, *changes = _offsets(timezone, at.year + 2)
    if not changes:
        return [literal(_modifier(first[1]))] if first[1] else []
    # The newest first: most records are recent.
    steps = [(moment >= since, _modifier(seconds)) for since, seconds in reversed(changes)]
    return [type_coerce(case(*steps, else_=_modifier(first[1])), String())]


def _modifier(seconds: int) -> str:
    return f"{seconds:+d} seconds"


@lru_cache(maxsize=32)
def _offsets(timezone: ZoneInfo, until_year: int) -> tuple[tuple[datetime, int], ...]:
    """The zone's offsets from UTC in seconds, each with the moment from which it holds."""

    def offset(moment: datetime) -> int:
        shift = moment.astimezone(timezone).utcoffset()
        assert shift is not None
        return int(shift.total_seconds())

    step = timedelta(days=7)
    moment, last = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(until_year, 1, 1, tzinfo=UTC)
    found = [(moment, offset(moment))]
    while moment < last:
        if offset(moment) != offset(moment + step):
            low, high = moment, moment + step
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            # Clocks are put forward and back on the full minute.
            found.append((high.replace(second=0, microsecond=0), offset(high)))
        moment += step
    return tuple(found)
