"""What a period means: a canonical English phrase to a window, given the moment and the time zone. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from assistant.answers import Window
from ingest.errors import BadRequest

# "Up to now" holds what happens this very moment, and a window's end is not in it.
_INSTANT = timedelta(microseconds=1)

_CURRENT = re.compile(r"(this|last|next) (day|week|month|quarter|year)")
_COUNTED = re.compile(r"(last|past|next) (\d{1,5}) (hour|day|week|month|quarter|year)s?")
_BOUND = re.compile(r"(since|after|from|before|until|till) (\d{4}-\d{2}-\d{2})")
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
_NAMED_DAY = {"today": "this day", "yesterday": "last day", "tomorrow": "next day"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def window(text: str, at: datetime, timezone: ZoneInfo, *, planned: bool = False) -> Window:
    """The window that `text` means at the moment `at`.

    `planned` is for dates that lie ahead (a close date, a renewal): "this month" is then the whole month
    and not only its part up to now.

    Raises:
        BadRequest: no period is written like this.
    """
    phrase = " ".join(text.lower().split())
    try:
        found = _window(phrase, at, timezone, planned)
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"There is no such date or period: {text!r}.") from error
    if found is None:
        raise BadRequest(
            f"I do not know the period {text!r}; write it like 'this week', 'last 30 days', '2026-Q3', "
            "'2026-11-24' or '2026-11-01..2026-11-15'."
        )
    return _as_window(*found, phrase, timezone)


def _as_window(start: datetime | None, end: datetime | None, label: str, timezone: ZoneInfo) -> Window:
    """A window whose moments are told in local time, so that whoever prints them prints the right day."""
    return Window(
        start=None if start is None else start.astimezone(timezone),
        end=None if end is None else end.astimezone(timezone),
        label=label,
    )


def previous(of: Window, at: datetime, timezone: ZoneInfo) -> Window:
    """The period before `of`: the unit before for calendar periods, as long a stretch before otherwise.

    Raises:
        BadRequest: a window without a beginning has none before it.
    """
    label = of.label
    if current := _CURRENT.fullmatch(_NAMED_DAY.get(label, label)):
        steps = {"this": -1, "last": -2, "next": 0}[current[1]]
        start, end = _unit(current[2], steps, at, timezone)
        named = {-1: f"last {current[2]}", 0: f"this {current[2]}"}.get(steps)
        return _as_window(start, end, named or _calendar_label(current[2], start, timezone), timezone)
    if calendar := _calendar_unit(label):
        first = _calendar(label, timezone)
        assert first is not None
        inside = first[0] - timedelta(days=1)
        start, end = _unit(calendar, 0, inside, timezone)
        return _as_window(start, end, _calendar_label(calendar, start, timezone), timezone)
    if of.start is None or of.end is None:
        raise BadRequest("A period without a beginning has none before it; name both.")
    start, end = of.start - (of.end - of.start), of.start
    last = (end - _INSTANT).astimezone(timezone).date()
    return _as_window(start, end, f"{start.astimezone(timezone).date()}..{last}", timezone)


def days(of: Window, at: datetime, timezone: ZoneInfo) -> tuple[date | None, date | None]:
    """The window for a date without a time, which counts as its midnight: its first day, the first after it.

    A window that begins now holds today: what is due today is still due.
    """
    return _first_day(of.start, at, timezone), _first_day(of.end, at, timezone)


def last_day(of: Window, timezone: ZoneInfo) -> date | None:
    """The last day that lies in the window, at least in part."""
    return None if of.end is None else (of.end - _INSTANT).astimezone(timezone).date()


def midnight(day: date, timezone: ZoneInfo) -> datetime:
    """The moment at which `day` begins in the time zone, in UTC."""
    return datetime.combine(day, time(), timezone).astimezone(UTC)


def _first_day(moment: datetime | None, at: datetime, timezone: ZoneInfo) -> date | None:
    if moment is None:
        return None
    day = moment.astimezone(timezone).date()
    return day if moment == at or midnight(day, timezone) >= moment else day + timedelta(days=1)


def _window(
    phrase: str, at: datetime, timezone: ZoneInfo, planned: bool
) -> tuple[datetime | None, datetime | None] | None:
    if phrase == "all time":
        return None, None
    if current := _CURRENT.fullmatch(_NAMED_DAY.get(phrase, phrase)):
        start, end = _unit(current[2], {"this": 0, "last": -1, "next": 1}[current[1]], at, timezone)
        return start, end if current[1] != "this" or planned else at + _INSTANT
    if counted := _COUNTED.fullmatch(phrase):
        number = int(counted[2])
        if counted[1] == "next":
            return at, _shifted(at, number, counted[3], timezone) + _INSTANT
        return _shifted(at, -number, counted[3], timezone), at + _INSTANT
    if bound := _BOUND.fullmatch(phrase):
        return _bounded(bound[1], date.fromisoformat(bound[2]), at, timezone, planned)
    if between := _RANGE.fullmatch(phrase):
        low, high = sorted(date.fromisoformat(between[side]) for side in (1, 2))
        return midnight(low, timezone), midnight(high + timedelta(days=1), timezone)
    return _calendar(phrase, timezone)


def _bounded(
    word: str, day: date, at: datetime, timezone: ZoneInfo, planned: bool
) -> tuple[datetime | None, datetime | None]:
    following = midnight(day + timedelta(days=1), timezone)
    end = None if planned else at + _INSTANT
    match word:
        case "since" | "from":
            return midnight(day, timezone), end
        case "after":
            return following, end
        case "before":
            return None, midnight(day, timezone)
        case _:
            return None, following


def _calendar_unit(label: str) -> str | None:
    for unit, pattern in (
        ("year", r"\d{4}"),
        ("quarter", r"\d{4}-q[1-4]"),
        ("month", r"\d{4}-\d{2}"),
        ("week", r"\d{4}-w\d{2}"),
        ("day", r"\d{4}-\d{2}-\d{2}"),
    ):
        if re.fullmatch(pattern, label):
            return unit
    return None


def _calendar(phrase: str, timezone: ZoneInfo) -> tuple[datetime, datetime] | None:
    year = int(phrase[:4]) if phrase[:4].isdigit() else 0
    match _calendar_unit(phrase):
        case "year":
            first = date(year, 1, 1)
        case "quarter":
            first = date(year, 3 * int(phrase[6]) - 2, 1)
        case "month":
            first = date(year, int(phrase[5:]), 1)
        case "week":
            first = date.fromisocalendar(year, int(phrase[6:]), 1)
        case "day":
            first = date.fromisoformat(phrase)
        case _:
            return None
    unit = _calendar_unit(phrase)
    assert unit is not None
    return midnight(first, timezone), midnight(_unit_start(first, unit, 1), timezone)


def _calendar_label(unit: str, start: datetime, timezone: ZoneInfo) -> str:
    first = start.astimezone(timezone).date()
    match unit:
        case "year":
            return f"{first.year}"
        case "quarter":
            return f"{first.year}-q{(first.month + 2) // 3}"
        case "month":
            return f"{first:%Y-%m}"
        case "week":
            year, week, _ = first.isocalendar()
            return f"{year}-w{week:02}"
        case _:
            return first.isoformat()


def _unit(unit: str, steps: int, at: datetime, timezone: ZoneInfo) -> tuple[datetime, datetime]:
    """The whole calendar unit `steps` after the one that holds `at`."""
    today = at.astimezone(timezone).date()
    return (
        midnight(_unit_start(today, unit, steps), timezone),
        midnight(_unit_start(today, unit, steps + 1), timezone),
    )


def _unit_start(day: date, unit: str, steps: int) -> date:
    if unit == "day":
        return day + timedelta(days=steps)
    if unit == "week":
        return day - timedelta(days=day.weekday()) + timedelta(weeks=steps)
    months = _MONTHS[unit]
    first_month = (day.month - 1) // months * months
    return _add_months(day.replace(day=1, month=first_month + 1), steps * months)


def _add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last one."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    length = ((first + timedelta(days=31)).replace(day=1) - first).days
    return first.replace(day=min(day.day, length))


def _shifted(at: datetime, number: int, unit: str, timezone: ZoneInfo) -> datetime:
    """`number` units from `at`: hours, days and weeks by the clock, months and longer by the calendar."""
    if unit in ("hour", "day", "week"):
        return at + number * timedelta(**{f"{unit}s": 1})
    local = at.astimezone(timezone)
    day = _add_months(local.date(), number * _MONTHS[unit])
    return datetime.combine(day, local.time(), timezone).astimezone(UTC)
