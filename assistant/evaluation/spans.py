"""What a period means, worked out a second time and apart from the product, to check its answers."""

import re

import pandas as pd

_LENGTHS = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}


def span(text: str, now: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First moment in the period and first moment after it; "all of" means to its very end.

    Raises:
        ValueError: no period is written like this.
    """
    if text.startswith("all of "):
        return _whole(text.removeprefix("all of "), now)
    if text == "today":
        return now.normalize(), _after(now)
    if text == "yesterday":
        return now.normalize() - pd.Timedelta(days=1), now.normalize()
    if text == "tomorrow":
        return now.normalize() + pd.Timedelta(days=1), now.normalize() + pd.Timedelta(days=2)
    if text.startswith("this "):
        return _whole(text, now)[0], _after(now)
    if found := re.fullmatch(r"last (\d+) days", text):
        return now - pd.Timedelta(days=int(found[1])), _after(now)
    if found := re.fullmatch(r"next (\d+) days", text):
        return _after(now), now + pd.Timedelta(days=int(found[1]))
    if found := re.fullmatch(r"since (\S+)", text):
        return pd.Timestamp(found[1], tz=now.tz), _after(now)
    if found := re.fullmatch(r"before (\S+)", text):
        return pd.Timestamp("1900-01-01", tz=now.tz), pd.Timestamp(found[1], tz=now.tz)
    return _whole(text, now)


def _whole(text: str, now: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    plain = now.tz_localize(None)
    if found := re.fullmatch(r"(this|last|next) (week|month|quarter|year)", text):
        period = pd.Period(plain, freq=_LENGTHS[found[2]]) + {"this": 0, "last": -1, "next": 1}[found[1]]
    elif re.fullmatch(r"\d{4}(-Q[1-4]|-\d{2}|-\d{2}-\d{2})?", text):
        period = pd.Period(text.replace("-Q", "Q"))
    else:
        raise ValueError(f"{text!r} is no period")
    return period.start_time.tz_localize(now.tz), (period + 1).start_time.tz_localize(now.tz)


def _after(now: pd.Timestamp) -> pd.Timestamp:
    """What happens this very moment belongs to "up to now"."""
    return now + pd.Timedelta(microseconds=1)
