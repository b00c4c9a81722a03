"""Dates written in figures: "2024-03-15", "15.3.2024", "3/15/2024", "2017-Q3", "2017年3月15日"."""

import re
from datetime import date
from functools import partial

from assistant.understanding.calendar import (
    Span,
    Spans,
    both,
    day_or_none,
    days_of_year,
    month,
    open_year,
    quarter,
    span_of,
    year,
)

_DATES = (
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b(?:[T ]\d\d:\d\d(?::\d\d)?)?"),
    re.compile(r"(?P<y>(?:19|20)\d\d)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]"),
    re.compile(r"\b(?P<y>(?:19|20)\d\d)[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})\b"),
    re.compile(r"\b(?P<a>\d{1,2})(?P<mark>[/.])(?P<b>\d{1,2})(?P=mark)(?P<y>(?:19|20)?\d\d)\b"),
)
_MONTHS = (
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])\b(?!-)"),
    re.compile(r"(?P<y>(?:19|20)\d\d)\s*年\s*(?P<m>\d{1,2})\s*月(?!\s*\d)"),
)
_QUARTER = re.compile(r"\b(?P<y>(?:19|20)\d\d)[- ]?Q(?P<q>[1-4])\b", re.IGNORECASE)
_HAN_YEAR = re.compile(r"(?P<y>(?:19|20)\d\d)\s*年")
_HAN_DAY = re.compile(r"(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]")
_HAN_MONTH = re.compile(r"(?P<m>\d{1,2}|十[一二]?|[一二三四五六七八九])\s*月(?:份)?")
_HAN_MONTHS = {
    c: i
    for i, c in enumerate(("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"), 1)
}


def written(text: str, language: str, today: date) -> list[tuple[int, int, Spans]]:
    """Dates, months and quarters written in figures, with their place in the text."""
    found: list[tuple[int, int, Spans]] = []

    def free(match: re.Match[str]) -> bool:
        return all(match.end() <= a or match.start() >= b for a, b, _ in found)

    for pattern in _DATES:
        for match in pattern.finditer(text):
            day = _date(match.groupdict(), language)
            if day and free(match):
                found.append((match.start(), match.end(), both(span_of(day, day))))
    for match in _QUARTER.finditer(text):
        if free(match):
            found.append((match.start(), match.end(), both(quarter(int(match["y"]), int(match["q"])))))
    for pattern in _MONTHS:
        for match in pattern.finditer(text):
            if free(match) and 1 <= int(match["m"]) <= 12:
                found.append((match.start(), match.end(), both(month(int(match["y"]), int(match["m"])))))
    for match in _HAN_DAY.finditer(text):
        days = days_of_year(int(match["m"]), int(match["d"]), None, today)
        if days and free(match):
            found.append((match.start(), match.end(), days))
    for match in _HAN_YEAR.finditer(text):
        rest = text[match.end() :].lstrip()
        if free(match) and not rest.startswith(("第", "Q", "q", "上半", "下半")) and not rest[:1].isdigit():
            found.append((match.start(), match.end(), both(year(int(match["y"])))))
    for match in _HAN_MONTH.finditer(text):
        number = _HAN_MONTHS.get(match["m"]) or int(match["m"] if match["m"].isdigit() else 0)
        if free(match) and 1 <= number <= 12 and not text[: match.start()].endswith(("上", "下", "个")):
            found.append((match.start(), match.end(), open_year(partial(_month, number), today)))
    return found


def _month(number: int, year_number: int) -> Span:
    return month(year_number, number)


def _date(parts: dict[str, str | None], language: str) -> date | None:
    written = int(parts["y"] or 0)
    number = written + 2000 if written < 100 else written
    if "m" in parts:
        return day_or_none(number, int(parts["m"] or 0), int(parts["d"] or 0))
    first, second = int(parts["a"] or 0), int(parts["b"] or 0)
    month_first = language == "en" and parts["mark"] == "/" and first <= 12
    return day_or_none(number, first, second) if month_first else day_or_none(number, second, first)
