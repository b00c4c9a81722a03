"""When records are won more often, or less, than before: how far scores are off for the newest ones."""

import math
from dataclasses import dataclass
from typing import Any

from assistant.scoring.ensemble import per_group
from assistant.scoring.linear import sigmoid
from assistant.scoring.table import Floats, Ints

_SURELY = 2.5  # standard errors from which on it is no chance
_USUAL = 1.0  # a shift of so many log-odds is not unusual


@dataclass(frozen=True, kw_only=True)
class Shift:
    """How many of the newest records were expected to be won and how many were; what makes up for it."""

    expected: float
    came: float
    log_odds: float

    def part(self, share: float) -> "Shift":
        """What a scorer still has to make up for that has learned from these outcomes too."""
        return Shift(expected=self.expected, came=self.came, log_odds=share * self.log_odds)

    def as_json(self) -> dict[str, Any]:
        """The shift for the report."""
        return {
            "expected_rate": round(self.expected, 4),
            "rate": round(self.came, 4),
            "shift": round(self.log_odds, 4),
        }


def shift_of(log_odds: Floats, won: Floats, groups: Ints) -> Shift:
    """How far `log_odds` are off, given by a scorer that was made before any of these outcomes was known.

    No shift where the outcomes are what was to be expected, give or take. A record counts once.
    """
    came = per_group(won, groups)

    def chance(shift: float) -> Floats:
        return per_group(sigmoid(log_odds + shift), groups)

    expected = chance(0.0)
    noise = math.sqrt(float((expected * (1 - expected)).sum()) + 1e-12)
    shift = 0.0
    if abs(float((came - expected).sum())) > _SURELY * noise:
        for _ in range(20):
            now = chance(shift)
            pull = float((came - now).sum()) - shift / _USUAL**2
            shift += pull / (float((now * (1 - now)).sum()) + 1 / _USUAL**2)
    return Shift(expected=float(expected.mean()), came=float(came.mean()), log_odds=shift)
