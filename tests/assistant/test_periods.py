"""Periods mean what the interface says, in the workspace's time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assistant.periods import days, last_day, previous, window
from ingest.errors import BadRequest

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday


def moment(text: str, zone: ZoneInfo = UTC_ZONE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("yesterday", "2026-11-23", "2026-11-24"),
        ("tomorrow", "2026-11-25", "2026-11-26"),
        ("last week", "2026-11-16", "2026-11-23"),
        ("next week", "2026-11-30", "2026-12-07"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("next month", "2026-12-01", "2027-01-01"),
        ("last quarter", "2026-07-01", "2026-10-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-Q3", "2026-07-01", "2026-10-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2026-W01", "2025-12-29", "2026-01-05"),
        ("2026-11-15", "2026-11-15", "2026-11-16"),
        ("2026-11-01..2026-11-15", "2026-11-01", "2026-11-16"),
        ("2026-11-15..2026-11-01", "2026-11-01", "2026-11-16"),
    ],
)
def test_a_whole_period_runs_from_midnight_to_midnight(period: str, start: str, end: str) -> None:
    found = window(period, AT, UTC_ZONE)
    assert (found.start, found.end) == (moment(start), moment(end))


@pytest.mark.parametrize(
    ("period", "start"),
    [
        ("today", "2026-11-24"),
        ("this week", "2026-11-23"),
        ("this month", "2026-11-01"),
        ("this quarter", "2026-10-01"),
        ("this year", "2026-01-01"),
        ("since 2026-03-05", "2026-03-05"),
        ("last 7 days", "2026-11-17T09:00"),
        ("past 24 hours", "2026-11-23T09:00"),
        ("last 2 weeks", "2026-11-10T09:00"),
        ("last 3 months", "2026-08-24T09:00"),
    ],
)
def test_a_period_up_to_now_holds_this_very_moment_and_nothing_later(period: str, start: str) -> None:
    found = window(period, AT, UTC_ZONE)
    assert found.start == moment(start)
    assert found.end is not None
    assert AT < found.end <= AT + timedelta(seconds=1)
    assert last_day(found, UTC_ZONE) == date(2026, 11, 24)


def test_a_week_begins_on_monday_where_the_workspace_is() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # Sunday in UTC, Monday in Berlin and Shanghai
    assert window("this week", late, UTC_ZONE).start == moment("2026-11-16")
    assert window("this week", late, BERLIN).start == moment("2026-11-23", BERLIN)
    assert window("this week", late, SHANGHAI).start == moment("2026-11-23", SHANGHAI)


def test_the_last_days_are_so_many_times_24_hours_through_a_change_of_clocks() -> None:
    after = datetime(2026, 10, 25, 12, 0, tzinfo=BERLIN)  # clocks went back in the night
    assert window("last 1 days", after, BERLIN).start == after - timedelta(hours=24)
    assert window("yesterday", after, BERLIN).start == moment("2026-10-24", BERLIN)
    whole = window("today", after, BERLIN, planned=True)
    assert whole.start is not None
    assert whole.end is not None
    assert whole.end.astimezone(UTC) - whole.start.astimezone(UTC) == timedelta(hours=25)


def test_what_is_planned_this_month_is_the_whole_month() -> None:
    assert window("this month", AT, UTC_ZONE, planned=True).end == moment("2026-12-01")
    assert window("this week", AT, UTC_ZONE, planned=True).end == moment("2026-11-30")


def test_the_next_days_begin_now() -> None:
    found = window("next 7 days", AT, UTC_ZONE)
    assert found.start == AT
    assert found.end is not None
    assert found.end - AT - timedelta(days=7) <= timedelta(seconds=1)


def test_a_day_counts_as_its_midnight_but_what_is_due_today_is_still_due() -> None:
    assert days(window("next 7 days", AT, UTC_ZONE), AT, UTC_ZONE) == (date(2026, 11, 24), date(2026, 12, 2))
    assert days(window("last 7 days", AT, UTC_ZONE), AT, UTC_ZONE) == (date(2026, 11, 18), date(2026, 11, 25))
    assert days(window("last month", AT, UTC_ZONE), AT, UTC_ZONE) == (date(2026, 10, 1), date(2026, 11, 1))
    assert days(window("before 2026-11-24", AT, UTC_ZONE), AT, UTC_ZONE) == (None, date(2026, 11, 24))


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("this month", "last month"),
        ("this quarter", "last quarter"),
        ("today", "last day"),
        ("next week", "this week"),
        ("last month", "2026-09"),
        ("2026-Q1", "2025-q4"),
        ("2026", "2025"),
        ("2026-01", "2025-12"),
        ("2026-W01", "2025-w52"),
        ("2026-11-08..2026-11-15", "2026-10-31..2026-11-07"),
    ],
)
def test_the_period_before_is_the_unit_before_or_as_long_a_stretch(period: str, before: str) -> None:
    now = window(period, AT, UTC_ZONE)
    then = previous(now, AT, UTC_ZONE)
    assert then.label == before
    assert then.end == (moment("2026-11-01") if period == "this month" else then.end)
    assert then.start is not None
    assert then.start < (now.start or AT)


def test_the_days_before_the_last_days_are_as_many() -> None:
    now = window("last 30 days", AT, UTC_ZONE)
    then = previous(now, AT, UTC_ZONE)
    assert then.end == now.start
    assert now.start is not None
    assert then.start is not None
    assert abs((now.start - then.start) - timedelta(days=30)) < timedelta(seconds=1)


@pytest.mark.parametrize("text", ["soon", "2026-13", "last -3 days", "2026-02-30", "next blue moon", ""])
def test_what_is_no_period_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadRequest):
        window(text, AT, UTC_ZONE)
