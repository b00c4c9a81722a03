"""Numbers and amounts: "50k", "1,5 Mio", "€20.000", "two hundred", "五万", "80 %"."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.tokens import Token
from assistant.understanding.lexicon import Phrase

_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1_000}
_HAN_SCALES = {"万": 10_000, "亿": 100_000_000}
_HAN_NUMERALS = frozenset(_HAN_DIGITS) | frozenset(_HAN_UNITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number in the tokens [start, end). `exact` says that it was written as plain digits."""

    start: int
    end: int
    value: float
    currency: str | None = None
    percent: bool = False
    exact: bool = False
    scaled: bool = False
    scale: float = 1.0  # what its words multiply by: 1,000 in "50k"

    @property
    def fraction(self) -> float:
        """A percentage as a fraction; other numbers as they are."""
        return self.value / 100 if self.percent else self.value

    @property
    def plain(self) -> int | float:
        """Whole numbers as integers."""
        return int(self.value) if self.value == int(self.value) else self.value


def digits(text: str, language: str) -> float:
    """The value of digits with separators, read the way the language writes them."""
    text = text.replace("'", "").replace("’", "")
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        decimal = "," if comma > point else "."
        return float(text.replace("." if decimal == "," else ",", "").replace(decimal, "."))
    for mark in ",.":
        if mark in text:
            groups = text.split(mark)
            thousands = all(len(g) == 3 for g in groups[1:]) and groups[0] != "0" and len(groups[0]) <= 3
            native = mark == ("." if language in ("de", "es") else ",")
            if thousands and (native or len(groups) > 2):
                return float("".join(groups))
            return float(groups[0] + "." + "".join(groups[1:]))
    return float(text)


def _han(tokens: Sequence[Token], start: int) -> tuple[int, float] | None:
    """A Chinese numeral; "十二" is 12, "两百五十" 250, "五万" 50,000."""
    total, section, digit, position = 0.0, 0.0, -1, start
    while position < len(tokens):
        word = tokens[position].form
        if word in _HAN_DIGITS:
            digit = _HAN_DIGITS[word] if digit < 0 else digit * 10 + _HAN_DIGITS[word]
        elif word in _HAN_UNITS:
            section += (digit if digit >= 0 else 1) * _HAN_UNITS[word]
            digit = -1
        elif word in _HAN_SCALES and position > start:
            total += (section + max(digit, 0)) * _HAN_SCALES[word]
            section, digit = 0.0, -1
        else:
            break
        position += 1
    if position == start:
        return None
    return position, total + section + max(digit, 0)


def find(tokens: Sequence[Token], phrases: Sequence[Phrase], language: str) -> list[Number]:
    """All numbers of the question, from left to right, none overlapping."""
    words: dict[int, tuple[int, float]] = {}
    scales: dict[int, tuple[int, float]] = {}
    currencies: dict[int, tuple[int, str]] = {}
    for phrase in phrases:
        for concept in phrase.concepts:
            if concept.group == "number" and phrase.end > words.get(phrase.start, (0, 0.0))[0]:
                words[phrase.start] = (phrase.end, float(concept.name))
            elif concept.group == "scale" and phrase.end > scales.get(phrase.start, (0, 0.0))[0]:
                scales[phrase.start] = (phrase.end, float(concept.name))
            elif concept.group == "currency" and phrase.end > currencies.get(phrase.start, (0, ""))[0]:
                currencies[phrase.start] = (phrase.end, concept.name.upper())
    found, position = [], 0
    while position < len(tokens):
        number = _at(tokens, position, words, scales, currencies, language)
        found += [number] if number else []
        position = number.end if number else position + 1
    return found


def _at(
    tokens: Sequence[Token],
    start: int,
    words: dict[int, tuple[int, float]],
    scales: dict[int, tuple[int, float]],
    currencies: dict[int, tuple[int, str]],
    language: str,
) -> Number | None:
    position, currency = start, None
    if position in currencies and position + 1 <= len(tokens):
        position, currency = currencies[position]
    if position >= len(tokens):
        return None
    exact = scaled = False
    factor = 1.0
    token = tokens[position]
    if token.kind == "number":
        value, exact, position = digits(token.text, language), True, position + 1
    elif token.form in _HAN_NUMERALS and (han := _han(tokens, position)):
        position, value = han
    elif position in words:
        position, value = _spelled(position, words)
    elif position in scales and scales[position][1] >= 100 and len(token.form) > 3:
        value = 1.0  # "a million", "hundred"
    else:
        return None
    while position in scales:
        position, scale = scales[position]
        value, exact, scaled, factor = value * scale, False, True, factor * scale
        if position in words and scale >= 100 and words[position][1] < scale:
            position, rest = _spelled(position, words)
            value += rest
    percent = position < len(tokens) and tokens[position].form in ("%", "percent", "prozent")
    position += percent
    if position in currencies and currency is None:
        position, currency = currencies[position]
    return Number(
        start=start,
        end=position,
        value=value,
        currency=currency,
        percent=percent,
        exact=exact,
        scaled=scaled,
        scale=factor,
    )


def _spelled(position: int, words: dict[int, tuple[int, float]]) -> tuple[int, float]:
    """Number words side by side: "twenty five"."""
    end, value = words[position]
    if value >= 20 and value % 10 == 0 and end in words and 0 < words[end][1] < 10:
        end, unit = words[end]
        value += unit
    return end, value
