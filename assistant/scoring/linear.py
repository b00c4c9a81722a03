"""A regularised logistic regression on curves: every number a penalised spline, every category shrunk levels.

Curves that bend cost more than curves that rise, and all effects are shrunk towards none, so that it is a
plain logistic regression where little is known and follows the data where much is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.scoring.table import Bools, Feature, Floats, Kind

KNOTS = 8
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
_BEND = 4.0  # how much dearer a bend is than a slope
_STEPS = 12
_CLOSE = 2e-5  # of the loss; nearer than that two fits score alike


@dataclass(frozen=True, kw_only=True)
class Basis:
    """The knots of every feature (a category has none) and where its coefficients stand in a row."""

    features: tuple[Feature, ...]
    knots: tuple[Floats, ...]
    starts: tuple[int, ...]
    width: int

    @staticmethod
    def of(features: Sequence[Feature], values: Floats) -> "Basis":
        """Knots at the quantiles of what is known."""
        knots, starts, width = [], [], 0
        for i, feature in enumerate(features):
            starts.append(width)
            if feature.kind is Kind.CATEGORY:
                knots.append(np.zeros(0))
                width += feature.codes
                continue
            column = values[:, i]
            known = column[~np.isnan(column)]
            knots.append(_quantiles(known) if len(known) else np.zeros(1))
            width += len(knots[-1]) + 1
        return Basis(features=tuple(features), knots=tuple(knots), starts=tuple(starts), width=width)

    def size(self, i: int) -> int:
        """How many coefficients feature `i` has."""
        return self.features[i].codes if self.features[i].kind is Kind.CATEGORY else len(self.knots[i]) + 1

    def design(self, values: Floats) -> Floats:
        """Rows × coefficients: hats for numbers, ones for levels."""
        rows = np.arange(len(values))
        design = np.zeros((len(values), self.width))
        for i, start in enumerate(self.starts):
            column, knots = values[:, i], self.knots[i]
            if self.features[i].kind is Kind.CATEGORY:
                design[rows, start + column.astype(np.int64)] = 1.0
                continue
            known = ~np.isnan(column)
            design[~known, start + len(knots)] = 1.0
            if len(knots) == 1:
                design[known, start] = 1.0
                continue
            inside = np.clip(column[known], knots[0], knots[-1])
            left = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, len(knots) - 2)
            part = (inside - knots[left]) / (knots[left + 1] - knots[left])
            design[rows[known], start + left] = 1.0 - part
            design[rows[known], start + left + 1] = part
        return design

    def penalty(self) -> Floats:
        """What coefficients cost: slopes and bends of numbers, sizes of levels."""
        penalty = np.zeros((self.width, self.width))
        for i, start in enumerate(self.starts):
            size = self.size(i)
            block = np.eye(size)
            if self.features[i].kind is Kind.NUMBER:
                points = size - 1
                block = np.zeros((size, size))
                block[points, points] = 1.0
                if points > 1:
                    slope = np.diff(np.eye(points), axis=0)
                    block[:points, :points] += (points - 1) / 2 * slope.T @ slope
                if points > 2:
                    bend = np.diff(np.eye(points), n=2, axis=0)
                    block[:points, :points] += _BEND * (points - 1) * bend.T @ bend
                block[:points, :points] += 0.01 / points
            penalty[start : start + size, start : start + size] = block + 1e-4 * np.eye(size)
        return penalty


def _quantiles(known: Floats) -> Floats:
    distinct = np.unique(known)
    if len(distinct) <= KNOTS:
        return distinct
    return np.unique(np.quantile(known, np.linspace(0.01, 0.99, KNOTS)))


def fit(
    design: Floats, won: Floats, penalty: Floats, start: tuple[float, Floats] | None = None
) -> tuple[float, Floats]:
    """Intercept and coefficients that minimise log loss plus half the penalty (Newton's method)."""
    rate = np.clip(won.mean(), 1e-3, 1 - 1e-3)
    intercept, weights = start or (float(np.log(rate / (1 - rate))), np.zeros(design.shape[1]))
    best = np.inf
    for _ in range(_STEPS):
        log_odds = intercept + design @ weights
        chance = sigmoid(log_odds)
        loss = float(
            np.logaddexp(0.0, np.where(won > 0.5, -log_odds, log_odds)).sum()
            + weights @ penalty @ weights / 2
        )
        if best - loss < _CLOSE * max(1.0, abs(loss)):
            break
        best = loss
        curvature = np.maximum(chance * (1 - chance), 1e-6)
        mean = curvature @ design / curvature.sum()
        centred = design - mean  # takes the intercept out of the equations
        gradient = design.T @ (won - chance) - penalty @ weights
        pull = float((won - chance).sum() / curvature.sum())
        rooted = (centred * np.sqrt(curvature)[:, None]).astype(np.float32)
        hessian = (rooted.T @ rooted).astype(np.float64) + penalty
        step = np.linalg.solve(hessian, gradient - (won - chance).sum() * mean)
        weights = weights + step
        intercept += pull - float(mean @ step)
    return intercept, weights


def sigmoid(log_odds: Floats) -> Floats:
    """Probabilities; never 0 or 1 for finite log-odds."""
    half = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1 / (1 + half), half / (1 + half))


def near(penalty: float) -> tuple[float, ...]:
    """The penalties to try where rows much like these chose this one before."""
    at = PENALTIES.index(penalty)
    return PENALTIES[max(0, at - 1) : at + 2]


def cross_fitted(
    basis: Basis, values: Floats, won: Floats, folds: Sequence[Bools], penalties: Sequence[float] = PENALTIES
) -> tuple[float, Floats, Floats, Floats]:
    """The best penalty, the held-out log-odds with it, and intercepts and coefficients of the members.

    `folds` are masks of the rows held out.
    """
    design, unit = basis.design(values), basis.penalty()
    held_out = np.zeros((len(penalties), len(won)))
    intercepts = np.zeros((len(penalties), len(folds)))
    weights = np.zeros((len(penalties), len(folds), basis.width))
    for k, out in enumerate(folds):
        start = None
        for c in reversed(range(len(penalties))):
            start = fit(design[~out], won[~out], penalties[c] * unit, start)
            intercepts[c, k], weights[c, k] = start
            held_out[c, out] = start[0] + design[out] @ start[1]
    losses = np.logaddexp(0.0, np.where(won > 0.5, -held_out, held_out)).mean(axis=1)
    best = int(np.argmin(losses))
    return penalties[best], held_out[best], intercepts[best], weights[best]
