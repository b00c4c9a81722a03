"""The table that estimators learn from and scores are made of: numbers and categories, one row a moment."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# The first two codes of every category; the levels follow.
MISSING, OTHER = 0, 1


class Kind(StrEnum):
    """A number may be NaN (not known); a category is a code: missing, other, or a level."""

    NUMBER = "number"
    CATEGORY = "category"


class Group(StrEnum):
    """Fit is what a record is, engagement what happened, text what was said."""

    FIT = "fit"
    ENGAGEMENT = "engagement"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One column of the table; features of one `concept` are explained to the user as one thing."""

    name: str
    kind: Kind
    group: Group
    concept: str
    levels: tuple[str, ...] = ()

    @property
    def codes(self) -> int:
        """How many codes the category has."""
        return len(self.levels) + 2
