"""A scorer of one record type: from a table of features to probabilities, intervals and parts that add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from assistant.scoring.additive import Additive, no_text
from assistant.scoring.arrays import DamagedScorer, pack, unpack
from assistant.scoring.features import Plan
from assistant.scoring.linear import sigmoid
from assistant.scoring.table import Floats
from ingest.entities import Level, RecordType

VERSION = 1
# What text can add to or take from a score at most, in log-odds, whatever it says: 0.20 becomes at most 0.53.
TEXT_CAP = 1.5
_CEILING = 9.0  # log-odds are kept within this, so that no score is 0 or 1
_WIDTH = 1.96


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Scores of rows. `parts` (rows × features) are in probability and add up to probability − base."""

    probability: Floats
    low: Floats
    high: Floats
    base: float
    parts: Floats


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """What scores the records of one type.

    `base` is the base rate; `spread` is what the members' own spread leaves out of the uncertainty, in
    log-odds; `shares` tell how a difference between base rate and typical score is laid on the features.
    """

    type: RecordType
    level: Level
    candidate: str
    plan: Plan
    additive: Additive
    base: float
    spread: float
    shares: Floats
    trained_on: Mapping[str, Any]

    @cached_property
    def _silent(self) -> Floats:
        """What text gives each member for a record of which nobody said anything."""
        return self.additive.log_odds(no_text(self.additive.features))[1][:, 0]

    def probabilities(self, values: Floats) -> Floats:
        """Probabilities of rows of `plan.features`."""
        return sigmoid(_kept_within(self._members(*self.additive.log_odds(values))))

    def _members(self, outside: Floats, text: Floats) -> Floats:
        """Each member's log-odds, text kept within its cap."""
        silent = self._silent[:, None]
        return outside + silent + np.clip(text - silent, -TEXT_CAP, TEXT_CAP)

    def score(self, values: Floats) -> Scored:
        """Probabilities of rows of `plan.features`, with their parts."""
        outside, text = self.additive.log_odds(values)
        members = self._members(outside, text)
        log_odds = _kept_within(members)
        deviation = np.sqrt(_jackknife(members) + self.spread**2)
        probability = sigmoid(log_odds)
        start = float(np.log(self.base / (1 - self.base)))
        parts = self.additive.parts(values)
        is_text = self.additive.is_text
        capped = (members - outside - text).mean(axis=0)
        parts[:, is_text] += capped[:, None] * _weights(np.abs(parts[:, is_text]))
        rest = log_odds - start - parts.sum(axis=1)
        parts += rest[:, None] * self.shares
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = (probability - self.base) / (log_odds - start)
        flat = np.abs(log_odds - start) < 1e-7
        scale = np.where(flat, self.base * (1 - self.base), scale)
        parts *= scale[:, None]
        return Scored(
            probability=probability,
            low=np.minimum(sigmoid(np.maximum(log_odds - _WIDTH * deviation, -_CEILING)), probability),
            high=np.maximum(sigmoid(np.minimum(log_odds + _WIDTH * deviation, _CEILING)), probability),
            base=self.base,
            parts=parts,
        )

    def as_json(self) -> dict[str, Any]:
        """The scorer, to be stored."""
        return {
            "type": str(self.type),
            "level": str(self.level),
            "candidate": self.candidate,
            "plan": self.plan.as_json(),
            "additive": self.additive.as_json(),
            "base": self.base,
            "spread": self.spread,
            "shares": pack(self.shares),
            "trained_on": dict(self.trained_on),
        }

    @staticmethod
    def from_json(stored: Any) -> "Scorer":
        """The scorer of `as_json`.

        Raises:
            DamagedScorer: something in it cannot be.
        """
        try:
            plan = Plan.from_json(stored["plan"])
            return Scorer(
                type=RecordType(stored["type"]),
                level=Level(stored["level"]),
                candidate=str(stored["candidate"]),
                plan=plan,
                additive=Additive.from_json(plan.features, stored["additive"]),
                base=float(stored["base"]),
                spread=float(stored["spread"]),
                shares=unpack(stored["shares"]),
                trained_on=dict(stored["trained_on"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DamagedScorer(
                "The stored scorer holds what no scorer may hold; "
                "run 'hotlist score --retrain' to make a new one."
            ) from error


def _kept_within(members: Floats) -> Floats:
    return np.asarray(np.clip(members.mean(axis=0), -_CEILING, _CEILING))


def _jackknife(members: Floats) -> Floats:
    """The variance of the mean of members of which each has not seen one part of the rows."""
    count = len(members)
    return np.asarray((count - 1) / count * ((members - members.mean(axis=0)) ** 2).sum(axis=0))


def _weights(amounts: Floats) -> Floats:
    total = amounts.sum(axis=1, keepdims=True)
    even = 1.0 / max(amounts.shape[1], 1)
    return np.where(total > 0, amounts / np.where(total > 0, total, 1.0), even)


def shares_of(parts: Floats) -> Floats:
    """How much each feature moves scores, as shares of 1; all 0 where none does."""
    variance = parts.var(axis=0) if len(parts) else np.zeros(parts.shape[1])
    total = float(variance.sum())
    return np.asarray(variance / total if total > 0 else np.zeros(parts.shape[1]))
