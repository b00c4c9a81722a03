"""Numbers and amounts as files write them; the decimal sign is decided for a whole column."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from ingest.lexicon import meanings


class DecimalSign(StrEnum):
    """What stands before the cents."""

    POINT = "."
    COMMA = ","


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, and the currency where the cell names one."""

    number: float
    currency: str | None


_FORM = re.compile(
    r"(?P<open>\()?\s*(?P<sign1>[-+−])?\s*(?P<before>[^\d\s.,()+−'-][^\d()+−'-]{0,7}?)??\s*(?P<sign2>[-+−])?\s*"
    r"(?P<number>\d[\d.,'’\u00a0\u202f ]*|[.,]\d+)\s*(?P<exp>[eE][+-]?\d{1,3})?\s*"
    r"(?P<after>[^\d()]{0,12}?)\s*(?P<close>\))?\s*(?P<end>[-–—],?)?"
)
_GROUPED = {sign: re.compile(r"\d{1,3}(?:" + re.escape(sign) + r"\d{3})+") for sign in ".,"}


def decimal_sign(values: Iterable[str]) -> DecimalSign | None:
    """What the values of one column say of their decimal sign; None where they do not."""
    votes = {DecimalSign.POINT: 0, DecimalSign.COMMA: 0}
    for value in values:
        if (found := _FORM.fullmatch(value.strip())) and (told := _told_by(found["number"])):
            votes[told] += 1
    if votes[DecimalSign.POINT] == votes[DecimalSign.COMMA]:
        return None
    return max(votes, key=lambda sign: votes[sign])


def _told_by(number: str) -> DecimalSign | None:
    """The decimal sign that one number alone betrays."""
    point, comma = number.rfind("."), number.rfind(",")
    if point >= 0 and comma >= 0:
        return DecimalSign.POINT if point > comma else DecimalSign.COMMA
    for sign, other in ((".", DecimalSign.COMMA), (",", DecimalSign.POINT)):
        if sign not in number:
            continue
        if number.count(sign) > 1:
            return other  # only thousands repeat
        if not _GROUPED[sign].fullmatch(number) or number.startswith("0" + sign):
            return DecimalSign(sign)
    return None


@lru_cache(maxsize=65536)
def read_amount(cell: str, sign: DecimalSign | None) -> Amount | None:
    """The number in a cell ("€1.250,00", "50k", "(12.5)", "1 Mio."); None where it holds none.

    `sign` is what the column as a whole says of its decimal sign.
    """
    found = _FORM.fullmatch(cell.strip())
    if not found or (found["open"] is None) != (found["close"] is None):
        return None
    number = _number(found["number"], sign)
    words = _words(found["before"] or "", found["after"] or "")
    if number is None or words is None:
        return None
    factor, currency = words
    if found["exp"]:
        number *= 10 ** int(found["exp"][1:])
    sign1, end = (found["sign1"] or found["sign2"] or "").replace("−", "-"), found["end"]
    negative = bool(found["open"]) or "-" in sign1 or (end == "-" and found["number"][-1].isdigit())
    return Amount((-number if negative else number) * factor, currency)


def _number(text: str, sign: DecimalSign | None) -> float | None:
    digits = re.sub(r"[\u00a0\u202f '’]", "", text)
    told = _told_by(digits)
    if told is None:  # a single sign before three digits: thousands with a comma, else as the column says
        told = sign or DecimalSign.POINT
    thousands = "," if told is DecimalSign.POINT else "."
    whole, _, cents = digits.partition(told)
    if told in cents or thousands in cents:
        return None
    if thousands in whole and not _GROUPED[thousands].fullmatch(whole):
        return None
    try:
        return float(f"{whole.replace(thousands, '') or '0'}.{cents or '0'}")
    except ValueError:
        return None


def _words(before: str, after: str) -> tuple[float, str | None] | None:
    """The factor and the currency that stand around a number; None where a word is neither."""
    factor, currency = 1.0, None
    if before.strip().casefold() in meanings("multiplier"):
        return None  # "K-00012" is a number of something, and no amount
    for word in (
        before.strip(),
        *re.split(r"\s+|(?<=[kKmMbB])(?=[€$£¥])|(?<=[万亿])(?=[元美欧])", after.strip()),
    ):
        low = word.casefold()
        if not low or low in {".", ","}:
            continue
        if low in meanings("currency"):
            currency = meanings("currency")[low]
        elif low in meanings("multiplier"):
            factor *= float(meanings("multiplier")[low])
        else:
            return None
    return factor, currency


def currency_in(text: str) -> str | None:
    """The currency that a column's name or a currency cell states ("Amount (EUR)", "€", "usd")."""
    known = meanings("currency")
    if text.strip().casefold() in known:
        return known[text.strip().casefold()]
    for word in re.split(r"[\s()\[\]/,_:-]+", text):
        if word.casefold() in known and (len(word) == 3 or not word.isalnum()):
            return known[word.casefold()]
    return None
