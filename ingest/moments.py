"""When something took place, out of the columns of a row that may say so."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ingest.dates import DayOrder, Moment, at_time, read_moment

Unread = tuple[int, str, str]  # the position of a row, its cell, and why that is no moment


def first_moments(
    columns: Sequence[tuple[Sequence[str], DayOrder | None]], zone: ZoneInfo, latest: datetime | None
) -> tuple[list[Moment | None], list[Unread]]:
    """Per row the moment in the first column that holds one, each column read in its own order.

    A later cell that is a mere time of day tells when, on the day already found. What lies beyond `latest`
    is no moment of something that has happened.
    """
    found: list[Moment | None] = [None] * len(columns[0][0])
    unread: list[Unread] = []
    for cells, order in columns:
        for at, cell in enumerate(cells):
            known = found[at]
            if not cell or (known and known.has_time) or not (text := cell.strip()):
                continue
            if known:
                found[at] = at_time(f"{known.at:%Y-%m-%d}", text, zone) or known
            elif (moment := read_moment(text, order, zone)) is not None:
                if latest and moment.at > latest:
                    unread.append((at, text, "a date far in the future"))
                else:
                    found[at] = moment
            elif cells is columns[0][0] or at_time("2000-01-01", text, zone) is None:
                unread.append((at, text, _why_not(text, order)))
    return found, unread


def _why_not(text: str, order: DayOrder | None) -> str:
    if order and read_moment(text, _other(order), ZoneInfo("UTC")):
        return f"not a date under this column's order {order.value}"
    return "not a date"


def _other(order: DayOrder) -> DayOrder:
    return DayOrder.MONTH_FIRST if order is DayOrder.DAY_FIRST else DayOrder.DAY_FIRST
