"""Moments as seconds since 1970 (UTC), which are cheap to draw, and as the export writes them."""

from datetime import UTC, datetime
from random import Random

DAY = 86_400
HOUR = 3_600


def seconds(moment: datetime) -> int:
    """The moment in whole seconds."""
    return int(moment.timestamp())


def day_of(moment: float) -> int:
    """Midnight (UTC) of the day of `moment`."""
    return int(moment // DAY) * DAY


def stamp(moment: float) -> str:
    """As Salesforce writes a moment."""
    return f"{datetime.fromtimestamp(int(moment), UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def date_text(moment: float) -> str:
    """As Salesforce writes a date."""
    return f"{datetime.fromtimestamp(int(moment), UTC):%Y-%m-%d}"


def working_moment(rng: Random, start: float, end: float) -> int:
    """A moment after `start` and before `end`, in office hours of a weekday where the span allows it."""
    for _ in range(4):
        moment = start + rng.random() * (end - start)
        day = int(moment // DAY)
        if (day + 3) % 7 < 5:  # 1970-01-01 was a Thursday
            within = min(max(rng.gauss(12.5, 2.6), 6.5), 20.0) * HOUR
            at_work = day * DAY + int(within)
            if start < at_work < end:
                return at_work
    return int(start + 1 + rng.random() * max(end - start - 2, 0))
