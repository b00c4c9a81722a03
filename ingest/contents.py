"""What the columns of a sheet hold: gathered over all values, in one reading."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.amounts import DecimalSign, decimal_sign, read_amount
from ingest.dates import DayOrder, day_order, looks_like_moment
from ingest.lexicon import nothing_words, said_truth
from ingest.sheets import Sheet

MAX_DISTINCT = 20_000  # values kept per column; of later ones only what they betray of dates and numbers
_LOOKED_AT = 300  # distinct values that decide what kind a column is
_CODE = re.compile(r"(?=.*\d)[\w.:/#-]{3,64}")


class Kind(StrEnum):
    """The kinds of a column that the product does not know by name."""

    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    IDENTIFIER = "identifier"
    TEXT = "text"


@dataclass(slots=True, kw_only=True)
class Contents:
    """The values of one column, and what they betray of the way its dates and numbers are written."""

    rows: int = 0
    filled: int = 0
    values: Counter[str] = field(default_factory=Counter)  # how often each occurs, in the file's order
    all_kept: bool = True
    _sampled: Counter[str] | None = None
    _orders: dict[DayOrder, int] = field(default_factory=dict)
    _signs: dict[DecimalSign, int] = field(default_factory=dict)

    def add(self, cells: Sequence[str]) -> None:
        """Take the cells of one batch."""
        self._sampled = None
        distinct = Counter(cells)
        self.rows += len(cells)
        self.filled += sum(often for value, often in distinct.items() if value.strip())
        if len(self.values) < MAX_DISTINCT:
            self.values.update(distinct)
            return
        later = [value for value in distinct if value not in self.values]
        if later:
            self.all_kept = False
            self._vote(later)

    def _vote(self, values: Sequence[str]) -> None:
        order, votes = day_order(values)
        if order:
            self._orders[order] = self._orders.get(order, 0) + votes
        if (sign := decimal_sign(values)) is not None:
            self._signs[sign] = self._signs.get(sign, 0) + 1

    @property
    def day_order(self) -> DayOrder | None:
        """The order of day and month that the values tell; None where they do not."""
        votes = dict(self._orders)
        order, often = day_order(self.values)
        if order:
            votes[order] = votes.get(order, 0) + often
        return max(votes, key=lambda one: votes[one]) if votes else None

    @property
    def decimal_sign(self) -> DecimalSign | None:
        """The decimal sign that the values tell; None where they do not."""
        if (sign := decimal_sign(self.values)) is not None:
            return sign
        return max(self._signs, key=lambda one: self._signs[one]) if self._signs else None

    @property
    def sample(self) -> list[str]:
        """Some of the values that are there."""
        return list(self._often())

    def _often(self) -> Counter[str]:
        """Some of the values that are there, and how often each occurs."""
        if self._sampled is not None:
            return self._sampled
        found = [value for value in self.values if value.strip()]
        # What is no more than "n/a" does not speak against a column of dates.
        found = [value for value in found if value.strip().casefold() not in nothing_words()] or found
        chosen = found[:: max(1, len(found) // _LOOKED_AT)][:_LOOKED_AT]
        self._sampled = Counter({value.strip(): self.values[value] for value in chosen})
        return self._sampled

    def share(self, fits: Callable[[str], bool]) -> float:
        """The share of cells (by a sample) that pass a test; 0 where the column is empty."""
        often = self._often()
        return sum(count for value, count in often.items() if fits(value)) / often.total() if often else 0.0

    def spellings(self) -> dict[str, str]:
        """Values that differ from a more frequent one by case or spaces alone, each with that one."""
        alike: dict[str, Counter[str]] = {}
        for value, often in self.values.items():
            if text := " ".join(value.split()):
                alike.setdefault(text.casefold(), Counter())[text] += often
        usual = {key: max(forms, key=lambda form: (forms[form], form)) for key, forms in alike.items()}
        return {
            value.strip(): usual[" ".join(value.split()).casefold()]
            for value in self.values
            if value.strip() and usual[" ".join(value.split()).casefold()] != value.strip()
        }

    @property
    def distinct(self) -> int:
        """How many different values there are (at least, where not all were kept)."""
        return sum(1 for value in self.values if value.strip())

    @property
    def kind(self) -> Kind:
        """What kind of values these are, for columns that no field of the product fits."""
        sample = self.sample
        if not sample:
            return Kind.TEXT
        unique = self.distinct >= 0.98 * self.filled and self.filled > 20
        if self.distinct <= 2 and all(said_truth(value) is not None for value in sample):
            return Kind.BOOLEAN
        if self.share(looks_like_moment) > 0.9:
            return Kind.DATE
        if self.share(is_number) > 0.95:
            return (
                Kind.IDENTIFIER
                if any(map(is_padded, sample)) or (unique and _runs_on(sample))
                else Kind.NUMBER
            )
        if unique and self.share(is_code) > 0.9:
            return Kind.IDENTIFIER
        longest = max(map(len, sample))
        if longest <= 60 and self.distinct <= max(20, 0.2 * self.filled):
            return Kind.CATEGORY
        return Kind.TEXT


def gather(sheet: Sheet) -> Mapping[str, Contents]:
    """Read a sheet through and say what each column holds."""
    contents = [Contents() for _ in sheet.header]
    for batch in sheet.batches():
        for column, cells in zip(contents, batch.columns, strict=True):
            column.add(cells)
    return dict(zip(sheet.header, contents, strict=True))


def is_number(value: str) -> bool:
    """Whether a cell is a number or an amount."""
    return read_amount(value, None) is not None


def is_padded(value: str) -> bool:
    """Whether a number starts with a zero that would be lost in a number ("00123")."""
    return len(value) > 1 and value.startswith("0") and value.isdigit()


def is_code(value: str) -> bool:
    """Whether a cell reads like a key: no spaces, a digit in it."""
    return _CODE.fullmatch(value) is not None


def is_email(value: str) -> bool:
    """Whether a cell reads like an e-mail address."""
    return (
        value.count("@") == 1 and " " not in value and not value.startswith("@") and not value.endswith("@")
    )


def _runs_on(sample: Sequence[str]) -> bool:
    """Whether numbers are whole, all different and climb as row numbers do."""
    if not all(value.isdigit() for value in sample):
        return False
    numbers = [int(value) for value in sample]
    return numbers == sorted(numbers)
