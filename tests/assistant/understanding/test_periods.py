"""Phrases of time, in four languages, as canonical periods."""

from datetime import date

import pytest

from assistant.tokens import clean, tokens
from assistant.understanding import numbers, periods
from assistant.understanding.lexicon import lexicon
from assistant.understanding.periods import Period

TODAY = date(2026, 11, 24)  # a Tuesday


def read(text: str, language: str) -> list[Period]:
    cleaned = clean(text)
    found = tokens(cleaned)
    phrases = list(lexicon(language).phrases([t.form for t in found]))
    figures = numbers.find(found, phrases, language)
    return periods.find(cleaned, found, phrases, figures, language, TODAY)


@pytest.mark.parametrize(
    ("language", "text", "period"),
    [
        ("en", "this week", "this week"),
        ("en", "in the last 30 days", "last 30 days"),
        ("en", "over the past two weeks", "last 2 weeks"),
        ("en", "last month", "last month"),
        ("en", "year to date", "this year"),
        ("en", "so far this quarter", "this quarter"),
        ("en", "Q3", "2026-Q3"),
        ("en", "in the third quarter of 2017", "2017-Q3"),
        ("en", "2017-Q2", "2017-Q2"),
        ("en", "in March", "2026-03"),
        ("en", "in December", "2025-12"),
        ("en", "since March 2025", "since 2025-03-01"),
        ("en", "before last month", "before 2026-10-01"),
        ("en", "until Friday", "until 2026-11-20"),
        ("en", "after Q1 2026", "since 2026-04-01"),
        ("en", "between 1 and 15 March", "2026-03-01..2026-03-15"),
        ("en", "from January to March 2026", "2026-01-01..2026-03-31"),
        ("en", "on March 15th, 2024", "2024-03-15"),
        ("en", "on 3/15/2024", "2024-03-15"),
        ("en", "yesterday", "yesterday"),
        ("en", "last Monday", "2026-11-23"),
        ("en", "three weeks ago", "2026-W45"),
        ("en", "first half of 2026", "2026-01-01..2026-06-30"),
        ("en", "in 2017", "2017"),
        ("en", "the week before last", "2026-W46"),
        ("de", "letzten Monat", "last month"),
        ("de", "in den letzten 2 Wochen", "last 2 weeks"),
        ("de", "seit dem 1. März 2026", "since 2026-03-01"),
        ("de", "am 15.3.2024", "2024-03-15"),
        ("de", "im dritten Quartal 2017", "2017-Q3"),
        ("de", "zwischen dem 1. und dem 15. März", "2026-03-01..2026-03-15"),
        ("de", "gestern", "yesterday"),
        ("de", "im Jahr 2025", "2025"),
        ("es", "el trimestre pasado", "last quarter"),
        ("es", "las últimas 3 semanas", "last 3 weeks"),
        ("es", "en marzo de 2025", "2025-03"),
        ("es", "desde enero", "since 2026-01-01"),
        ("es", "de enero a marzo de 2026", "2026-01-01..2026-03-31"),
        ("es", "este año", "this year"),
        ("es", "el 15 de marzo de 2024", "2024-03-15"),
        ("zh", "上周", "last week"),
        ("zh", "上个月", "last month"),
        ("zh", "最近30天", "last 30 days"),
        ("zh", "过去两周", "last 2 weeks"),
        ("zh", "2017年第三季度", "2017-Q3"),
        ("zh", "三月份", "2026-03"),
        ("zh", "2024年3月15日", "2024-03-15"),
        ("zh", "今年上半年", "2026-01-01..2026-06-30"),
        ("zh", "昨天", "yesterday"),
    ],
)
def test_a_phrase_of_time_is_a_canonical_period(language: str, text: str, period: str) -> None:
    found = read(text, language)
    assert [p.text for p in found] == [period]


@pytest.mark.parametrize(
    ("language", "text", "period"),
    [
        ("en", "next 60 days", "next 60 days"),
        ("en", "next quarter", "next quarter"),
        ("en", "in December", "2026-12"),
        ("en", "Q1", "2027-Q1"),
        ("de", "nächste Woche", "next week"),
        ("de", "in den nächsten 14 Tagen", "next 14 days"),
        ("es", "el mes que viene", "next month"),
        ("es", "los próximos 60 días", "next 60 days"),
        ("zh", "下个季度", "next quarter"),
        ("zh", "未来60天", "next 60 days"),
        ("zh", "十二月", "2026-12"),
    ],
)
def test_where_dates_are_planned_the_phrase_looks_ahead(language: str, text: str, period: str) -> None:
    assert [p.planned for p in read(text, language)] == [period]


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "for three weeks", 21), ("en", "in 14 days", 14), ("en", "for a month", 30),
        ("de", "seit zwei Wochen", 14), ("es", "desde hace 3 semanas", 21), ("zh", "两周", 14),
    ],
)  # fmt: skip
def test_a_duration_is_days_and_no_period(language: str, text: str, days: int) -> None:
    (found,) = read(text, language)
    assert (found.text, found.days) == (None, days)


@pytest.mark.parametrize("text", ["we may call", "the second one", "top 5", "who owns it", "sales by month"])
def test_words_that_only_look_like_time_are_none(text: str) -> None:
    assert read(text, "en") == []
