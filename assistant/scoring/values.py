"""What the cells of a column say: numbers and dates as people write them in exports."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np

from assistant.scoring.table import Floats

DAY = 86_400.0
_NOTHING = {"", "-", "--", "n/a", "na", "nan", "null", "none", "nil", "?", "#n/a", "select", "not provided"}
_MARKS = re.compile(r"[\s'’€$£¥%]|USD|EUR|GBP|CNY|RMB|CHF|MXN", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2}):(\d{2}))?")
_OTHER = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ,]+(\d{1,2}):(\d{2}))?")
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


def is_nothing(value: object) -> bool:
    """Whether a cell says that its value is not known."""
    return value is None or (isinstance(value, str) and value.strip().lower() in _NOTHING)


def numbers(values: Sequence[object]) -> Floats:
    """The cells as numbers; NaN for nothing and for what is no number."""
    comma = _comma_is_decimal(values)
    return np.array([_number(value, comma) for value in values], dtype=np.float64)


def dates(values: Sequence[object]) -> Floats:
    """The cells as seconds since 1970 (UTC); NaN for nothing and for what is no date."""
    month_first = _month_first(values)
    return np.array([_date(value, month_first) for value in values], dtype=np.float64)


def seconds(moment: datetime) -> float:
    """A moment as seconds since 1970."""
    return moment.timestamp()


def _number(value: object, comma_is_decimal: bool) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    if not isinstance(value, str):
        return float("nan")
    text = value.strip()
    try:
        return float(text) if not text.isalpha() else float("nan")
    except ValueError:
        text = _MARKS.sub("", text)
    negative = text.startswith("(") and text.endswith(")")
    text = text.strip("()")
    text = text.replace(".", "").replace(",", ".") if comma_is_decimal else text.replace(",", "")
    if not re.fullmatch(r"[+-]?\d+(\.\d*)?(e[+-]?\d+)?", text, re.IGNORECASE):
        return float("nan")
    return -float(text) if negative else float(text)


def _comma_is_decimal(values: Sequence[object]) -> bool:
    """Whether the column writes 1.234,5: a comma before other than three digits, or after a point."""
    votes = 0
    for value in values:
        if isinstance(value, str) and "," in value:
            head, _, tail = value.strip().rpartition(",")
            digits = re.match(r"\d*", tail)
            length = len(digits.group()) if digits else 0
            votes += 1 if (length != 3 or "." in head) and "." not in tail and "," not in head else -1
    return votes > 0


def _month_first(values: Sequence[object]) -> bool:
    first, second = 0, 0
    for value in values:
        found = _OTHER.match(value) if isinstance(value, str) else None
        if found:
            first, second = max(first, int(found[1])), max(second, int(found[2]))
            if "." in found[0][:3]:  # 31.12.2025 is never written the other way round
                return False
    return first <= 12 < second


def _date(value: object, month_first: bool) -> float:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    if not isinstance(value, str):
        return float("nan")
    text = value.strip()
    found = _ISO.match(text) or _CHINESE.match(text)
    if found:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        found = _OTHER.match(text)
        if not found:
            return float("nan")
        one, two, year = int(found[1]), int(found[2]), int(found[3])
        month, day = (one, two) if month_first else (two, one)
    hour, minute = (found[4], found[5]) if found.re.groups > 3 else (None, None)
    try:
        return datetime(year, month, day, int(hour or 0), int(minute or 0), tzinfo=UTC).timestamp()
    except ValueError:
        return float("nan")
