"""What a text claims: its numbers, dates, times and addresses, piece by piece. Pure.

A piece is a table row, a list item or a sentence: the stretch in which a figure belongs to a name.
How numbers and dates are written stands in `claims.toml`.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

# A point after a letter, or after one or two digits ("24. November"), ends no sentence, nor does one within
# a quote.
_SENTENCE = re.compile(
    r"(?<=[.!?])(?<!\b[A-Za-z]\.)(?<!\b\d\.)(?<!\b\d\d\.)\s+(?=[A-ZÄÖÜÁÉÍÓÚÑ¿¡\"“„*\d(])|(?<=[。！？；])(?![”’」』])"
)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+|\bwww\.\S+")
_CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?(?!\d)")
_NOUN = re.compile(r"\s+([^\W\d_]{2,})")
_WORD = re.compile(r"[^\W\d_](?:[\w'’&.-]*\w)?")
_CODE = re.compile(r"(?<![\w@/.-])(?=[\d_-]*[A-Z])[A-Z0-9]+(?:[-_][A-Z0-9]+)+(?![\w-])")
_SPACE = "[ \u00a0\u202f]"
_DIGITS = {
    False: r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?",
    True: rf"\d{{1,3}}(?:(?:\.|{_SPACE})\d{{3}})+(?:,\d+)?|\d+(?:,\d+)?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number as it stands in a text.

    `step` is the worth of its last digit; `unit` is "%", a currency, a unit of time, or None; `noun` is the
    word that follows at once.
    """

    value: Decimal
    step: Decimal
    unit: str | None
    start: int
    text: str
    noun: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date, or as much of one as is written; `weekday` (Monday is 0) where it is named before."""

    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    start: int = 0
    text: str = ""

    @property
    def parts(self) -> tuple[int | None, ...]:
        """Year, quarter, month and day; None for what is not written."""
        return self.year, self.quarter, self.month, self.day


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One row, item or sentence, and what it claims."""

    text: str
    numbers: tuple[Number, ...]
    days: tuple[Day, ...]
    clocks: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def is_row(self) -> bool:
        """Whether it is the row of a table."""
        return self.text.lstrip().startswith("|")


def pieces(text: str, language: str, hidden: "re.Pattern[str] | None" = None) -> Iterator[Piece]:
    """The pieces of a Markdown text. Where `hidden` matches (in names), digits are no numbers."""
    for line in text.splitlines():
        if set(line.strip()) <= set("|-: "):
            continue
        parts = [line] if line.lstrip().startswith("|") else _sentences(line, hidden)
        yield from (read(part, language, hidden) for part in parts if part.strip())


def _sentences(line: str, hidden: "re.Pattern[str] | None") -> Iterator[str]:
    """The sentences of a line; names and quotes stay whole."""
    masked = hidden.sub(lambda match: "x" * len(match[0]), line) if hidden else line
    start = 0
    for match in _SENTENCE.finditer(masked):
        yield line[start : match.start()]
        start = match.end()
    yield line[start:]


def read(text: str, language: str, hidden: "re.Pattern[str] | None" = None) -> Piece:
    """What one piece claims."""
    rest = blank(text, hidden)
    addresses = tuple(match[0].rstrip(".,;:)") for match in _ADDRESS.finditer(rest))
    rest = blank(rest, _ADDRESS)
    days: list[Day] = []
    for pattern in _grammar().dates:
        found = [day for match in pattern.finditer(rest) if (day := _day(match))]
        days += found
        for day in found:
            rest = rest[: day.start] + " " * len(day.text) + rest[day.start + len(day.text) :]
    clocks = tuple(f"{int(match[1]):02d}:{match[2]}" for match in _CLOCK.finditer(rest))
    rest = blank(rest, _CLOCK)
    numbers = (*_written(rest, language), *_spelled(rest, language))
    return Piece(text=text, numbers=numbers, days=tuple(days), clocks=clocks, addresses=addresses)


def words(text: str) -> list[tuple[int, int]]:
    """Where the words of a text stand."""
    return [match.span() for match in _WORD.finditer(text)]


def blank(text: str, pattern: "re.Pattern[str] | None") -> str:
    """The text with spaces in the place of what the pattern matches."""
    return pattern.sub(lambda match: " " * len(match[0]), text) if pattern else text


def is_rounded(text: str) -> bool:
    """Whether a text that stands before a number says that it is about right only."""
    return _grammar().about.search(text) is not None


def quantifiers(text: str) -> Iterator[str]:
    """The words of a text that speak of all, of none, or of the most, each with what follows at once."""
    return (" ".join(match[0].lower().split()) for match in _grammar().quantifiers.finditer(text))


def codes(text: str) -> Iterator[str]:
    """What is written like a number of a file or a product: capitals and digits joined by dashes."""
    return (match[0] for match in _CODE.finditer(text))


class _Grammar:
    """The patterns, made of the words in `claims.toml`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.comma = frozenset(data["decimal_comma"])
        self.months = {
            word: month
            for rows in data["months"].values()
            for row in rows
            for month, word in enumerate(row.split(), 1)
        }
        self.weekdays = {
            word: weekday
            for rows in data["weekdays"].values()
            for row in rows
            for weekday, word in enumerate(row.split())
        }
        self.weekday = re.compile(rf"(?<![^\W\d_])({_any(self.weekdays)})[.,]?\s*$", re.IGNORECASE)
        self.scales = {word: Decimal(scale) for scale, words in data["scales"].items() for word in words}
        self.percent = frozenset(data["percent"]["words"])
        self.currencies = {sign: code for code, signs in data["currencies"].items() for sign in signs}
        self.units = {word: unit for unit, words in data["units"].items() for word in words}
        self.spelled = {
            language: {word: value for value, word in enumerate(row.split(), 2)}
            for language, row in data["numbers"].items()
        }
        self.numbers = {comma: self._number(digits) for comma, digits in _DIGITS.items()}
        self.dates = self._dates()
        self.about = re.compile(rf"(?:{_any(data['about']['before'])})\s*(?:[A-Z]{{3}}\s|[€$£¥])?\s*$", re.I)
        self.quantifiers = re.compile(
            rf"\b(?:{_any(data['quantifiers']['words'])})\b(?:\s+\w+){{0,2}}"
            rf"|(?:{_any(data['quantifiers']['han'])})\w{{0,2}}",
            re.I,
        )

    def _number(self, digits: str) -> "re.Pattern[str]":
        latin = [word for word in self.scales if word.isascii()]
        han = [word for word in self.scales if not word.isascii()]
        money = rf"{_any(self.currencies)}|[A-Z]{{3}}(?!\w)"
        return re.compile(
            rf"(?:(?<![\w.,])|(?<=[\u3400-\u9fff]))(?P<sign>[-−+]?)(?:(?P<before>[A-Z]{{3}}|{_any(self.currencies)}){_SPACE}?)?"
            rf"(?P<digits>{digits})(?!\d)"
            rf"(?:{_SPACE}?(?P<scale>(?:{_any(latin)})(?!\w)\.?|{_any(han)}))?"
            rf"(?:{_SPACE}?(?P<after>{_any(self.percent)}|{money}))?"
            rf"(?:{_SPACE}?(?P<unit>{_any(self.units)})(?![a-zäöüßñáéíóú]))?"
        )

    def _dates(self) -> tuple["re.Pattern[str]", ...]:
        month = rf"(?P<name>{_any(self.months)})\b\.?"
        day, year = r"(?P<day>\d{1,2})", r"(?P<year>\d{4})(?!\d)"
        patterns = (
            r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)",
            rf"(?<!\d)(?P<year>\d{{4}})\s?年(?:\s?(?P<month>\d{{1,2}})\s?月(?:\s?{day}\s?[日号])?)?",
            rf"(?<!\d)(?P<month>\d{{1,2}})\s?月\s?{day}\s?[日号]",
            rf"(?<!\d){day}\.(?P<month>\d{{1,2}})\.{year}",
            rf"(?<!\d){day}/(?P<month>\d{{1,2}})/{year}",
            rf"(?<![\d.,]){day}(?:\.|st|nd|rd|th)?(?: de)? {month}(?:,?(?: de)? {year})?",
            rf"\b{month} {day}(?:st|nd|rd|th)?(?!\d)(?:,? {year})?",
            rf"\b{month}(?: de)? {year}",
            rf"\b[QT](?P<quarter>[1-4])[ /-]?{year}",
            r"(?<!\d)(?P<year>\d{4})[ -]?Q(?P<quarter>[1-4])\b",
            r"(?<![\d-])(?P<year>\d{4})-(?P<month>\d{2})(?![\d-])",
        )
        # A minus sign before a date makes no date.
        return tuple(re.compile(rf"(?<!\W[-−]){pattern}", re.IGNORECASE) for pattern in patterns)


@cache
def _grammar() -> _Grammar:
    text = resources.files("assistant").joinpath("claims.toml").read_text(encoding="utf-8")
    return _Grammar(tomllib.loads(text))


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _day(match: "re.Match[str]") -> Day | None:
    parts = {name: int(value) for name, value in match.groupdict().items() if value and name != "name"}
    if name := match.groupdict().get("name"):
        parts["month"] = _grammar().months[name.lower()]
    if not (1 <= parts.get("month", 1) <= 12 and 1 <= parts.get("day", 1) <= 31):
        return None
    named = _grammar().weekday.search(match.string[: match.start()])
    weekday = _grammar().weekdays[named[1].lower()] if named else None
    return Day(**parts, weekday=weekday, start=match.start(), text=match[0])


def _written(text: str, language: str) -> Iterator[Number]:
    grammar = _grammar()
    comma = language in grammar.comma
    item = _ITEM.match(text)
    for match in grammar.numbers[comma].finditer(text, item.end() if item else 0):
        digits = re.sub(_SPACE, "", match["digits"])
        digits = digits.replace(".", "").replace(",", ".") if comma else digits.replace(",", "")
        scale = grammar.scales[match["scale"].rstrip(".")] if match["scale"] else Decimal(1)
        value = Decimal(digits)
        exponent = value.as_tuple().exponent
        step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0) * scale
        value *= -scale if match["sign"] in ("-", "−") else scale
        noun = _NOUN.match(text, match.end())
        yield Number(
            value=value,
            step=step,
            unit=_unit(match),
            start=match.start(),
            text=match[0].strip(" .\u00a0\u202f"),
            noun=noun[1].lower() if noun else None,
        )


def _unit(match: "re.Match[str]") -> str | None:
    grammar = _grammar()
    if re.match(r"0\d", match["digits"]):
        return "?"  # no figure is written like this
    if match["after"] in grammar.percent:
        return "%"
    money = match["after"] or match["before"]
    return grammar.currencies.get(money, money) if money else grammar.units.get(match["unit"] or "")


def _spelled(text: str, language: str) -> Iterator[Number]:
    if language == "zh":
        counted = re.compile("([二两三四五六七八九十])(?=[个位条笔家项封次天周名份])")
        values = {han: value for value, han in enumerate("二三四五六七八九十", 2)} | {"两": 2}
    else:
        values = _grammar().spelled.get(language) or _grammar().spelled["en"]
        counted = re.compile(rf"\b({_any(values)})\b", re.IGNORECASE)
    for match in counted.finditer(text):
        value = Decimal(values[match[1].lower()])
        yield Number(value=value, step=Decimal(1), unit=None, start=match.start(), text=match[0])
