"""Any columns of an export as features: types found, rare levels pooled, missing values kept as such."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from assistant.scoring.table import MISSING, OTHER, Feature, Floats, Group, Kind
from assistant.scoring.values import DAY, dates, is_nothing, numbers

LEVELS = 40  # a category's most frequent levels keep their own effect, the others share one
_MOSTLY = 0.95
_LONG_TEXT = 60
_SEQUENCE_NAMES = re.compile(
    r"(^|[\s_.\-])(id|ids|nr|no|num|number|nummer|key|guid|uuid|row|index|seq|record|identifier|kennung|"
    r"identificador|número|numero|folio)$|(?<=[a-z])I[Dd]$|编号|序号|单号",
    re.IGNORECASE,
)


class ColumnKind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    DATE = "date"
    CATEGORY = "category"
    TEXT = "text"


class Why(StrEnum):
    """Why a column is left out of the score."""

    EMPTY = "empty"
    CONSTANT = "constant"
    IDENTIFIER = "identifier"
    SEQUENCE = "sequence"
    AFTER_OUTCOME = "after outcome"
    OVERWRITTEN = "overwritten"
    FILLED_LATER = "filled once the outcome is known"
    EQUALS_OUTCOME = "all but equals the outcome"
    DATED_LATER = "dated at or after the outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A column that takes no part in the score, and why; `detail` is a sentence for the report."""

    column: str
    why: Why
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """How a column becomes a feature. A date counts in days before the moment of the score."""

    name: str
    kind: ColumnKind
    levels: tuple[str, ...] = ()

    @property
    def feature(self) -> Feature:
        """The feature that `encode` makes."""
        number = self.kind is not ColumnKind.CATEGORY
        return Feature(
            name=self.name,
            kind=Kind.NUMBER if number else Kind.CATEGORY,
            group=Group.FIT,
            concept=f"column:{self.name}",
            levels=self.levels,
        )

    def encode(self, values: Sequence[object]) -> Floats:
        """The values as they stand for each record; a date as seconds since 1970."""
        match self.kind:
            case ColumnKind.NUMBER:
                return numbers(values)
            case ColumnKind.DATE:
                return dates(values)
            case ColumnKind.TEXT:
                return np.array([0.0 if is_nothing(value) else 1.0 for value in values])
        codes = {level: float(i + 2) for i, level in enumerate(self.levels)}
        return np.array(
            [
                float(MISSING) if (text := level_of(value)) is None else codes.get(text, float(OTHER))
                for value in values
            ]
        )

    def at(self, encoded: Floats, moments: Floats) -> Floats:
        """The encoded values as they stand at `moments` (NaN: no moment is known)."""
        if self.kind is not ColumnKind.DATE:
            return encoded
        days = (moments - encoded) / DAY
        return np.where(np.isnan(moments), -encoded / DAY, days)

    def as_json(self) -> dict[str, Any]:
        """The column for the stored scorer."""
        return {"name": self.name, "kind": str(self.kind), "levels": list(self.levels)}

    @staticmethod
    def from_json(stored: Any) -> "Column":
        """The column of `as_json`."""
        return Column(name=stored["name"], kind=ColumnKind(stored["kind"]), levels=tuple(stored["levels"]))


def level_of(value: object) -> str | None:
    """A cell as a category's level: numbers without needless zeros, words without regard to case."""
    if is_nothing(value):
        return None
    if isinstance(value, float):
        return f"{value:g}"
    return " ".join(str(value).split()).casefold()


def recognise(
    name: str, values: Sequence[object], *, hint: str | None = None, order: Floats | None = None
) -> Column | LeftOut:
    """What a column holds, or why it takes no part. `hint` is the loader's word for it; `order` is time."""
    known = [value for value in values if not is_nothing(value)]
    if not known:
        return LeftOut(column=name, why=Why.EMPTY, detail="it holds nothing")
    if hint == "identifier":
        return LeftOut(column=name, why=Why.IDENTIFIER, detail="it names records and says nothing about them")
    parsed = numbers(known)
    if np.isfinite(parsed).mean() >= _MOSTLY:
        return _number_column(name, values, parsed, order, blanks=len(known) < len(values))
    moments = dates(known)
    if np.isfinite(moments).mean() >= _MOSTLY:
        return Column(name=name, kind=ColumnKind.DATE)
    return _word_column(name, known, len(values))


def _number_column(
    name: str, values: Sequence[object], parsed: Floats, order: Floats | None, *, blanks: bool
) -> Column | LeftOut:
    finite = parsed[np.isfinite(parsed)]
    distinct = len(np.unique(finite))
    if distinct == 1 and not blanks:
        return LeftOut(column=name, why=Why.CONSTANT, detail="it is the same everywhere")
    whole = bool(np.all(finite == np.round(finite)))
    if whole and len(finite) >= 20 and distinct >= 0.97 * len(finite):
        if _SEQUENCE_NAMES.search(name):
            return LeftOut(column=name, why=Why.IDENTIFIER, detail="it numbers the records")
        if order is not None and _runs_with(numbers(values), order):
            return LeftOut(column=name, why=Why.SEQUENCE, detail="it counts up with time, as an id does")
    return Column(name=name, kind=ColumnKind.NUMBER)


def _runs_with(column: Floats, order: Floats) -> bool:
    known = np.isfinite(column) & np.isfinite(order)
    if known.sum() < 20:
        return False
    ranks = np.array([np.argsort(np.argsort(side[known])) for side in (column, order)], dtype=np.float64)
    ranks -= ranks.mean(axis=1, keepdims=True)
    likeness = ranks[0] @ ranks[1] / np.sqrt((ranks[0] @ ranks[0]) * (ranks[1] @ ranks[1]))
    return bool(abs(likeness) > 0.95)


def _word_column(name: str, known: Sequence[object], rows: int) -> Column | LeftOut:
    counts = Counter(level_of(value) for value in known)
    lengths = sum(len(str(value)) for value in known) / len(known)
    if len(counts) == 1 and len(known) == rows:
        return LeftOut(column=name, why=Why.CONSTANT, detail="it is the same everywhere")
    if lengths > _LONG_TEXT:
        return Column(name=name, kind=ColumnKind.TEXT)
    enough = max(3, len(known) // 2000)
    levels = [level for level, count in counts.most_common(LEVELS) if level is not None and count >= enough]
    covered = sum(counts[level] for level in levels) / len(known)
    if not levels or (covered < 0.2 and len(counts) > 0.5 * len(known)):
        if len(known) < 0.5 * rows and len(known) >= 20:
            return Column(name=name, kind=ColumnKind.TEXT)  # whether it is filled may still say something
        return LeftOut(column=name, why=Why.IDENTIFIER, detail="hardly any value occurs twice")
    return Column(name=name, kind=ColumnKind.CATEGORY, levels=tuple(sorted(levels)))


def recognise_all(
    columns: Mapping[str, Sequence[object]], hints: Mapping[str, str], order: Floats | None
) -> tuple[list[Column], list[LeftOut]]:
    """All columns, sorted into those that take part and those that do not."""
    kept, out = [], []
    for name, values in columns.items():
        found = recognise(name, values, hint=hints.get(name), order=order)
        if isinstance(found, LeftOut):
            out.append(found)
        else:
            kept.append(found)
    return kept, out
