"""A score in log-odds that is a sum of curves and pair tables, so that its parts can be told apart exactly.

Every estimator ends as one of these: a curve for each feature (linear between knots, or one value a level)
and boxes over at most two features (the leaves of trees that may only join pairs). For such sums the part of
a feature, ½[(f(typical with xᵢ) − f(typical)) + (f(x) − f(x with typical xᵢ))], is exact, and tables give it
by look-up. All arithmetic is element by element, so a row scores the same alone and among a hundred thousand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from assistant.scoring.arrays import pack, unpack
from assistant.scoring.table import MISSING, Bools, Feature, Floats, Group, Ints, Kind


@dataclass(frozen=True, kw_only=True)
class Boxes:
    """Leaves: where `first` (and `second`, unless -1) lie in a mask of codes, `member` gets `value`."""

    first: Ints
    first_mask: Ints
    second: Ints
    second_mask: Ints
    member: Ints
    value: Floats

    @staticmethod
    def empty() -> "Boxes":
        """No leaves at all."""
        none = np.zeros(0, dtype=np.int64)
        return Boxes(
            first=none, first_mask=none, second=none, second_mask=none, member=none, value=np.zeros(0)
        )


@dataclass(frozen=True, kw_only=True)
class Additive:
    """Members (one a training fold) of one shape; the score is their mean, their spread its uncertainty.

    `knots[i]` are the ends of a number's curve pieces; `curves[i]` has a row a member and a column a knot (or
    code), for a number one more for "not known". `cuts[i]` divide a number into the codes of `masks[i]`.
    `shares[i]` is how often each code occurs in what it learned from: what is typical.
    """

    features: tuple[Feature, ...]
    bias: Floats
    knots: tuple[Floats, ...]
    curves: tuple[Floats, ...]
    centres: Floats
    cuts: tuple[Floats, ...]
    masks: tuple[Bools, ...]
    shares: tuple[Floats, ...]
    boxes: Boxes

    @property
    def members(self) -> int:
        """How many members there are."""
        return len(self.bias)

    @cached_property
    def is_text(self) -> Bools:
        """Which features are what was said."""
        return np.array([feature.group is Group.TEXT for feature in self.features], dtype=bool)

    @cached_property
    def tables(self) -> dict[tuple[int, int], Floats]:
        """Boxes added up: for each pair (the second -1 for none) members × codes × codes."""
        tables: dict[tuple[int, int], Floats] = {}
        boxes = self.boxes
        sizes = [len(share) for share in self.shares]
        for first, a, second, b, member, value in zip(
            *(column.tolist() for column in (boxes.first, boxes.first_mask, boxes.second, boxes.second_mask)),
            boxes.member.tolist(),
            boxes.value.tolist(),
            strict=True,
        ):
            pair = (first, second)
            if pair not in tables:
                width = sizes[second] if second >= 0 else 1
                tables[pair] = np.zeros((self.members, sizes[first], width))
            rows = self.masks[first][a]
            if second < 0:
                tables[pair][member, rows, 0] += value
            else:
                tables[pair][member][np.ix_(rows, self.masks[second][b])] += value
        return dict(sorted(tables.items()))

    @cached_property
    def _parts(self) -> dict[tuple[int, int], tuple[Floats, Floats]]:
        """For each pair, the part of its first and of its second feature, centred on what is typical."""
        parts = {}
        for (i, j), table in self.tables.items():
            mean = table.mean(axis=0)
            if j < 0:
                parts[i, j] = (mean - self.shares[i] @ mean, np.zeros_like(mean))
                continue
            rows = mean @ self.shares[j]  # the pair's value at each code of i, j typical
            columns = self.shares[i] @ mean
            typical = float(self.shares[i] @ rows)
            parts[i, j] = (
                0.5 * (rows[:, None] - typical + mean - columns[None, :]),
                0.5 * (columns[None, :] - typical + mean - rows[:, None]),
            )
        return parts

    def codes(self, values: Floats) -> Ints:
        """Rows × features: into which code each value falls."""
        codes = np.zeros(values.shape, dtype=np.int64)
        for i, feature in enumerate(self.features):
            column = values[:, i]
            if feature.kind is Kind.CATEGORY:
                codes[:, i] = column
            else:
                codes[:, i] = np.where(
                    np.isnan(column), len(self.cuts[i]) + 1, np.searchsorted(self.cuts[i], column)
                )
        return codes

    def curve(self, i: int, column: Floats, curve: Floats) -> Floats:
        """`curve` (anything × points of feature i) read at the values of `column`."""
        if self.features[i].kind is Kind.CATEGORY:
            return curve[..., column.astype(np.int64)]
        knots = self.knots[i]
        if len(knots) == 1:
            read = np.repeat(curve[..., :1], len(column), axis=-1)
        else:
            inside = np.clip(np.where(np.isnan(column), knots[0], column), knots[0], knots[-1])
            left = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, len(knots) - 2)
            part = (inside - knots[left]) / (knots[left + 1] - knots[left])
            read = curve[..., left] * (1.0 - part) + curve[..., left + 1] * part
        return np.where(np.isnan(column), curve[..., -1:], read)

    def log_odds(self, values: Floats) -> tuple[Floats, Floats]:
        """Members × rows: what all but text give, and what text gives."""
        outside = np.repeat(self.bias[:, None], len(values), axis=1)
        text = np.zeros_like(outside)
        for i in range(len(self.features)):
            if self.curves[i].any():
                (text if self.is_text[i] else outside)[...] += self.curve(i, values[:, i], self.curves[i])
        codes = self.codes(values)
        for (i, j), table in self.tables.items():
            total = text if self.is_text[i] else outside
            total += table[:, codes[:, i], codes[:, j] if j >= 0 else 0]
        return outside, text

    def parts(self, values: Floats) -> Floats:
        """Rows × features: each feature's part of the mean member's log-odds, against what is typical."""
        parts = np.zeros(values.shape)
        for i in range(len(self.features)):
            if self.curves[i].any():
                parts[:, i] += self.curve(i, values[:, i], self.curves[i].mean(axis=0)) - self.centres[i]
        codes = self.codes(values)
        for (i, j), (first, second) in self._parts.items():
            at = (codes[:, i], codes[:, j] if j >= 0 else np.zeros(len(values), dtype=np.int64))
            parts[:, i] += first[at]
            if j >= 0:
                parts[:, j] += second[at]
        return parts

    def as_json(self) -> dict[str, Any]:
        """Everything but the features, which the scorer keeps."""
        return {
            "bias": pack(self.bias),
            "knots": [pack(knots) for knots in self.knots],
            "curves": [pack(curve) for curve in self.curves],
            "centres": pack(self.centres),
            "cuts": [pack(cuts) for cuts in self.cuts],
            "masks": [pack(masks) for masks in self.masks],
            "shares": [pack(shares) for shares in self.shares],
            "boxes": {name: pack(getattr(self.boxes, name)) for name in _BOX_FIELDS},
        }

    @staticmethod
    def from_json(features: Sequence[Feature], stored: Any) -> "Additive":
        """The additive score of `as_json`."""
        return Additive(
            features=tuple(features),
            bias=unpack(stored["bias"]),
            knots=tuple(map(unpack, stored["knots"])),
            curves=tuple(map(unpack, stored["curves"])),
            centres=unpack(stored["centres"]),
            cuts=tuple(map(unpack, stored["cuts"])),
            masks=tuple(unpack(masks).astype(bool) for masks in stored["masks"]),
            shares=tuple(map(unpack, stored["shares"])),
            boxes=Boxes(**{name: unpack(stored["boxes"][name]) for name in _BOX_FIELDS}),
        )


_BOX_FIELDS = ("first", "first_mask", "second", "second_mask", "member", "value")


def no_text(features: Sequence[Feature]) -> Floats:
    """One row as it stands for a record of which nobody said anything (other features: not known)."""
    return np.array([[_silent(feature) for feature in features]])


def _silent(feature: Feature) -> float:
    if feature.kind is Kind.CATEGORY:
        return float(MISSING)
    return 0.0 if feature.group is Group.TEXT else float("nan")
