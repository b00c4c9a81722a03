"""Moments in SQL: days between, and the local day, week, month, quarter or year of a moment.

With `texts`, the only module that speaks a database's own functions.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, DateTime, Float, Integer, String, case, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

# A moment before this year is bucketed with the offset that held at its beginning.
_FIRST_YEAR = 1995


class _DaysBetween(FunctionElement[float]):
    inherit_cache = True
    type = Float()


class _Bucket(FunctionElement[str]):
    """Takes the moment and the seconds by which local time is ahead of UTC."""

    inherit_cache = True
    type = String()


class _Day(_Bucket):
    inherit_cache = True


class _Week(_Bucket):
    inherit_cache = True


class _Month(_Bucket):
    inherit_cache = True


class _Quarter(_Bucket):
    inherit_cache = True


class _Year(_Bucket):
    inherit_cache = True


_BUCKETS: dict[str, type[_Bucket]] = {
    "day": _Day,
    "week": _Week,
    "month": _Month,
    "quarter": _Quarter,
    "year": _Year,
}
UNITS = tuple(_BUCKETS)

_ON_SQLITE = {
    _Day: "date({local})",
    _Week: "date({local}, 'weekday 0', '-6 days')",
    _Month: "strftime('%Y-%m', {local})",
    _Quarter: "strftime('%Y', {local}) || '-Q' || ((cast(strftime('%m', {local}) as integer) + 2) / 3)",
    _Year: "strftime('%Y', {local})",
}
_ON_POSTGRESQL = {
    _Day: "to_char({local}, 'YYYY-MM-DD')",
    _Week: "to_char(date_trunc('week', {local}), 'YYYY-MM-DD')",
    _Month: "to_char({local}, 'YYYY-MM')",
    _Quarter: "to_char({local}, 'YYYY-\"Q\"Q')",
    _Year: "to_char({local}, 'YYYY')",
}


def days_between(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[float]:
    """The days, with fractions, from one moment to another."""
    return _DaysBetween(start, end)


def bucket(moment: ColumnElement[Any], unit: str, timezone: ZoneInfo, at: datetime) -> ColumnElement[str]:
    """The local calendar unit of a moment or date, as text that sorts by time.

    A day is "2026-11-24", a week its Monday, a month "2026-11", a quarter "2026-Q4", a year "2026".
    """
    ahead = literal(0) if isinstance(moment.type, Date) else _ahead(moment, timezone, at)
    return _BUCKETS[unit](type_coerce(moment, DateTime()), ahead)


def _ahead(moment: ColumnElement[Any], timezone: ZoneInfo, at: datetime) -> ColumnElement[int]:
    """By how many seconds local time is ahead of UTC at the moment."""
    first, *changes = _offsets(timezone, at.year + 2)
    if not changes:
        return literal(first[1])
    # The newest first: most records are recent.
    steps = [(moment >= since, seconds) for since, seconds in reversed(changes)]
    return type_coerce(case(*steps, else_=first[1]), Integer())


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


@compiles(_DaysBetween, "sqlite")
def _days_on_sqlite(element: _DaysBetween, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(one, **options) for one in element.clauses)
    return f"(julianday({end}) - julianday({start}))"


@compiles(_DaysBetween, "postgresql")
def _days_on_postgresql(element: _DaysBetween, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(one, **options) for one in element.clauses)
    span = f"extract(epoch from (cast({end} as timestamp) - cast({start} as timestamp)))"
    return f"(cast({span} as double precision) / 86400.0)"


@compiles(_Bucket, "sqlite")
def _bucket_on_sqlite(element: _Bucket, compiler: SQLCompiler, **options: Any) -> str:
    moment, ahead = (compiler.process(one, **options) for one in element.clauses)
    return _ON_SQLITE[type(element)].format(local=f"{moment}, ({ahead}) || ' seconds'")


@compiles(_Bucket, "postgresql")
def _bucket_on_postgresql(element: _Bucket, compiler: SQLCompiler, **options: Any) -> str:
    moment, ahead = (compiler.process(one, **options) for one in element.clauses)
    local = f"(cast({moment} as timestamp) + ({ahead}) * interval '1 second')"
    return _ON_POSTGRESQL[type(element)].format(local=local)
