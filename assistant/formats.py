"""Numbers, amounts, shares, dates, periods and columns as the readers of a language write them. Pure."""

import re
from datetime import date, datetime, timedelta

from assistant.answers import Money, Share, Window

_COMMA_DECIMAL = ("de", "es")
_BEFORE = {"USD": "$", "EUR": "€", "GBP": "£"}
_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Up to this many days a period shows the days of the week.
_WEEKS_SHOWN = 15
_INSTANT = timedelta(microseconds=1)


def number(value: float, language: str, decimals: int | None = None) -> str:
    """A number with its thousands grouped; at most two decimals unless `decimals` says how many."""
    if decimals is None:
        text = f"{value:,.2f}".rstrip("0").rstrip(".") if value != int(value) else f"{value:,.0f}"
        if text in ("0", "-0") and value:
            text = f"{value:.2g}"
    else:
        text = f"{value:,.{decimals}f}"
    text = text.replace("-", "−")
    return text.translate(str.maketrans(",.", ".,")) if language in _COMMA_DECIMAL else text


def money(amount: Money, language: str) -> str:
    """An amount with its currency; cents only where there are some."""
    cents = round(amount.amount, 2)
    text = number(cents, language, 0 if cents == int(cents) else 2)
    code = amount.currency
    if not code:
        return text
    if language in _COMMA_DECIMAL:
        return f"{text} {'€' if code == 'EUR' else code}"
    if language == "en" and code in _BEFORE:
        return f"{_BEFORE[code]}{text}" if amount.amount >= 0 else f"−{_BEFORE[code]}{text.lstrip('−')}"
    return f"{text} {code}"


def share(value: Share, language: str, *, decimals: int = 1) -> str:
    """A fraction as a percentage."""
    percent = round(value.fraction * 100, decimals)
    text = number(percent, language, 0 if percent == int(percent) else decimals)
    sign = "+" if value.signed and percent > 0 else ""
    return f"{sign}{text} %" if language in _COMMA_DECIMAL else f"{sign}{text}%"


def day(value: date, language: str, *, year: bool = True, weekday: bool = False) -> str:
    """A date, with its day of the week as asked; English can do without the year."""
    name = _WEEKDAYS[language][value.weekday()]
    match language:
        case "zh":
            return f"{value.year}年{value.month}月{value.day}日" + (f"（{name}）" if weekday else "")
        case "de":
            text = f"{value:%d.%m.%Y}"
        case "es":
            text = f"{value:%d/%m/%Y}"
        case _:
            text = f"{value.day} {_MONTHS[value.month - 1]}" + (f" {value.year}" if year else "")
    return f"{name} {text}" if weekday else text


def moment(value: datetime, language: str) -> str:
    """A moment as its own clock shows it; midnight is a date without a time."""
    if (value.hour, value.minute) == (0, 0):
        return day(value.date(), language)
    return f"{day(value.date(), language)}{' ' if language == 'zh' else ', '}{value:%H:%M}"


def span(window: Window, language: str) -> str | None:
    """The days of a period, from the first to the last; None where it has no end at either side."""
    first = None if window.start is None else window.start.date()
    last = None if window.end is None else (window.end - _INSTANT).date()
    if first is None or last is None:
        return None
    named = (last - first).days < _WEEKS_SHOWN
    if first == last:
        return day(first, language, weekday=named)
    beginning = day(first, language, year=first.year != last.year or language != "en", weekday=named)
    return f"{beginning} – {day(last, language, weekday=named)}"


def column_name(name: str) -> str:
    """A file's own column as people read it: "Renewal_Date__c" and "RenewalDate" are "Renewal Date".

    Of a column that stood inside others ("order.payment_method") it is the innermost name, where that is
    more than one word.
    """
    inner = name.rpartition(".")[2]
    name = inner if "_" in inner.strip("_") else name
    words = re.sub(r"__(pc|[cr])$", "", name, flags=re.IGNORECASE).replace("_", " ")
    parts = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z]{2})(?=[A-Z])", " ", words)
    return " ".join(parts.split())
