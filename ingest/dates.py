"""Dates and moments as files write them; the order of day and month is decided for a whole column."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingest.lexicon import meanings, plain

FIRST_YEAR, LAST_YEAR = 1900, 2150


class DayOrder(StrEnum):
    """Which comes first where a date is written in three numbers with the year last."""

    DAY_FIRST = "DD/MM/YYYY"
    MONTH_FIRST = "MM/DD/YYYY"


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, and the time of day where the cell has one."""

    at: datetime
    has_time: bool


_TIME = (
    r"(?:[T ,]+(?P<h>\d{1,2})(?::(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?"
    r"\s*(?P<ampm>[AaPp]\.?[Mm]\.?)?(?:\s*Uhr)?"
    r"\s*(?P<tz>Z|UTC|GMT|[+-]\d{2}:?\d{2}(?!\d)|[+-]\d{2}(?!\d))?)?"
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + _TIME)
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})" + _TIME)
_CHINESE = re.compile(
    r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?" + _TIME.replace("[T ,]+", r"\s*")
)
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4}|\d{2})\.?" + _TIME)
_DAY_NAME = re.compile(
    r"(?:[^\W\d]+\.?,\s*)?(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?\s*(?:de\s+)?[-/ ]?"
    r"(?P<name>[^\W\d]+)\.?,?\s*(?:del?\s+)?[-/ ]?(?P<y>\d{4}|\d{2})" + _TIME
)
_NAME_DAY = re.compile(
    r"(?:[^\W\d]+\.?,\s*)?(?P<name>[^\W\d]+)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + _TIME
)
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d{1,10})?")  # days as spreadsheets count them, from 1954 to 2119
_FIRST_DAY = datetime(1899, 12, 30)
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")  # seconds or milliseconds since 1970, from 2001 on


def day_order(values: Iterable[str]) -> tuple[DayOrder | None, int]:
    """The order that the values of one column tell, and how many of them do; None where none does."""
    votes = {DayOrder.DAY_FIRST: 0, DayOrder.MONTH_FIRST: 0}
    for value in values:
        if found := _YEAR_LAST.fullmatch(value.strip()):
            first, second = int(found["a"]), int(found["b"])
            if first > 12 >= second:
                votes[DayOrder.DAY_FIRST] += 1
            elif second > 12 >= first:
                votes[DayOrder.MONTH_FIRST] += 1
    most = max(votes, key=lambda order: votes[order])
    return (most, votes[most]) if votes[most] else (None, 0)


def depends_on_order(values: Iterable[str]) -> bool:
    """Whether any value reads differently under the two orders."""
    return any(
        found["a"] != found["b"] and int(found["a"]) <= 12 and int(found["b"]) <= 12
        for found in map(_YEAR_LAST.fullmatch, values)
        if found
    )


def order_of_pattern(pattern: str) -> DayOrder | None:
    """The order that a mapping's `dates: "DD/MM/YYYY"` asks for; None where the year stands first."""
    letters = pattern.upper()
    day, month, year = letters.find("D"), letters.find("M"), letters.find("Y")
    if min(day, month, year) < 0:
        raise ValueError(pattern)
    if year < min(day, month):
        return None
    return DayOrder.DAY_FIRST if day < month else DayOrder.MONTH_FIRST


@lru_cache(maxsize=65536)
def read_moment(cell: str, order: DayOrder | None, zone: ZoneInfo) -> Moment | None:
    """The date or moment in a cell; None where it holds none, or one that the calendar does not have.

    A date alone is midnight in `zone`, and so is a time without a zone read.
    """
    text = cell.strip()
    if _EPOCH.fullmatch(text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return Moment(datetime.fromtimestamp(seconds, UTC), True)
    if _SERIAL.fullmatch(text):
        day = _FIRST_DAY + timedelta(seconds=round(float(text) * 86_400))
        return Moment(day.replace(tzinfo=zone), "." in text)
    for form in (_YEAR_FIRST, _COMPACT, _CHINESE, _YEAR_LAST, _DAY_NAME, _NAME_DAY):
        if found := form.fullmatch(text):
            return _moment(found, order or DayOrder.DAY_FIRST, zone)
    return None


def at_time(day: str, cell: str, zone: ZoneInfo) -> Moment | None:
    """The moment of a day (year first) at which a cell that is a mere time of day ("14:30") puts it."""
    moment = (
        read_moment(f"{day} {cell.strip()}", None, zone) if cell[:1].isdigit() and len(cell) < 20 else None
    )
    return moment if moment and moment.has_time else None


def is_time(cell: str) -> bool:
    """Whether a cell holds a time of day and nothing else."""
    return at_time("2000-01-01", cell, ZoneInfo("UTC")) is not None


def _moment(found: re.Match[str], order: DayOrder, zone: ZoneInfo) -> Moment | None:
    parts = found.groupdict()
    year = int(parts["y"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    if "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        day, month = (first, second) if order is DayOrder.DAY_FIRST else (second, first)
    else:
        day = int(parts["d"])
        month = int(meanings("months").get(plain(parts["name"]), 0)) if "name" in parts else int(parts["m"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        if parts["h"] is None:
            return Moment(datetime(year, month, day, tzinfo=zone), False)
        if parts["mi"] is None and not parts["ampm"]:
            return None  # a lone number behind a date is no time
        hour = int(parts["h"])
        if parts["ampm"]:
            hour = hour % 12 + (12 if parts["ampm"][0] in "pP" else 0)
        at = datetime(
            year,
            month,
            day,
            hour,
            int(parts["mi"] or 0),
            int(parts["s"] or 0),
            int((parts["f"] or "0").ljust(6, "0")[:6]),
            tzinfo=_zone(parts["tz"], zone),
        )
    except ValueError:
        return None
    return Moment(at, True)


def _zone(name: str | None, zone: ZoneInfo) -> timezone | ZoneInfo:
    if name is None:
        return zone
    if name in {"Z", "UTC", "GMT"}:
        return UTC
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if name[0] == "-" else offset)


def looks_like_moment(cell: str) -> bool:
    """Whether a cell is written as a date, whatever the order of day and month."""
    text = cell.strip()
    if len(text) < 6 or text.replace(".", "", 1).isdigit():
        return False
    zone = ZoneInfo("UTC")
    return any(read_moment(text, order, zone) is not None for order in DayOrder)


def day_of(moment: Moment, zone: ZoneInfo) -> date:
    """The calendar day of a moment in `zone`."""
    return moment.at.astimezone(zone).date()
