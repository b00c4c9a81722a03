"""Dates as files write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ingest.dates import DayOrder, day_order, read_moment

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-01-31", datetime(2024, 1, 30, 23, tzinfo=UTC)),
        ("2024-01-31T10:00:00.000+0000", datetime(2024, 1, 31, 10, tzinfo=UTC)),
        ("2024-01-31T10:00:00Z", datetime(2024, 1, 31, 10, tzinfo=UTC)),
        ("2024-07-31 10:00", datetime(2024, 7, 31, 8, tzinfo=UTC)),
        ("31/01/2024", datetime(2024, 1, 30, 23, tzinfo=UTC)),
        ("31.01.2024 14:30", datetime(2024, 1, 31, 13, 30, tzinfo=UTC)),
        ("Jan 31, 2024", datetime(2024, 1, 30, 23, tzinfo=UTC)),
        ("31. Januar 2024", datetime(2024, 1, 30, 23, tzinfo=UTC)),
        ("5 de marzo de 2024", datetime(2024, 3, 4, 23, tzinfo=UTC)),
        ("2024年1月31日", datetime(2024, 1, 30, 23, tzinfo=UTC)),
        ("20240131", datetime(2024, 1, 30, 23, tzinfo=UTC)),
        ("1700000000000", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("31-Jan-24", datetime(2024, 1, 30, 23, tzinfo=UTC)),
        ("31/01/2024 2:30 PM", datetime(2024, 1, 31, 13, 30, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_the_time_zone_of_the_workspace(cell: str, expected: datetime) -> None:
    moment = read_moment(cell, DayOrder.DAY_FIRST, BERLIN)
    assert moment is not None
    assert moment.at == expected


@pytest.mark.parametrize(
    "cell",
    ["2024-02-30", "31/31/2024", "0000-00-00", "yesterday", "n/a", "12", "2024-13-01", "1.5", "9999-99-99"],
)
def test_what_the_calendar_does_not_have_is_no_date(cell: str) -> None:
    assert read_moment(cell, DayOrder.DAY_FIRST, BERLIN) is None


def test_the_order_of_a_column_is_told_by_the_values_that_fit_one_order_only() -> None:
    assert day_order(["01/02/2024", "13/02/2024"])[0] is DayOrder.DAY_FIRST
    assert day_order(["01/02/2024", "02/13/2024"])[0] is DayOrder.MONTH_FIRST
    assert day_order(["01/02/2024", "2024-05-31"])[0] is None
