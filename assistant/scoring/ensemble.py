"""Candidates learn from the same rows, are calibrated on rows that they have not seen; the best is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from assistant.scoring import boosted, linear
from assistant.scoring.additive import Additive, Boxes
from assistant.scoring.folds import divided
from assistant.scoring.linear import sigmoid
from assistant.scoring.table import Feature, Floats, Ints, Kind


class Candidate(StrEnum):
    """The estimators that compete, from the simplest on."""

    BASE_RATE = "base rate"
    LINEAR = "linear"
    BOOSTED = "boosted"
    BLEND = "blend"


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What came of the training: the held-out log-odds of each candidate, and how to make one of them.

    `held_out` are calibrated, each row's by members that have not seen its record.
    """

    held_out: Mapping[Candidate, Floats]
    make: Callable[[Candidate], Additive]
    settings: Mapping[str, float]


def log_loss(log_odds: Floats, won: Floats) -> Floats:
    """Each row's log loss."""
    return np.logaddexp(0.0, np.where(won > 0.5, -log_odds, log_odds))


def train(
    features: Sequence[Feature],
    values: Floats,
    won: Floats,
    groups: Ints,
    *,
    parts: int,
    penalties: Sequence[float] = linear.PENALTIES,
) -> Trained:
    """Train every candidate; `groups` are rows that must stay on one side of a division."""
    folds = divided(groups, won, parts)
    basis = linear.Basis.of(features, values)
    penalty, line, intercepts, weights = linear.cross_fitted(basis, values, won, folds, penalties)
    first = [i for i, feature in enumerate(features) if feature.kind is Kind.CATEGORY]
    order = first + [i for i, feature in enumerate(features) if feature.kind is Kind.NUMBER]
    ordered = [features[i] for i in order]
    cuts = boosted.cuts_of(features, values)
    bare = _bare(features, basis, cuts, parts)
    codes = bare.codes(values)
    sizes = [len(share) for share in bare.shares]
    coded = boosted.with_unknown(codes[:, order], ordered, [sizes[i] for i in order])
    growth = boosted.Growth.for_rows(len(won))
    joining = [order.index(i) for i in _strongest(basis, values, weights.mean(axis=0), growth.joining)]
    trees, tree, members = boosted.cross_fitted(ordered, coded, won, folds, growth, sorted(joining))
    mixes = {
        Candidate.BASE_RATE: (_base_rate(per_group(won, groups)), []),
        Candidate.LINEAR: _mix([line], won),
        Candidate.BOOSTED: _mix([tree], won),
        Candidate.BLEND: _mix([line, tree], won),
    }

    def make(candidate: Candidate) -> Additive:
        intercept, shares = mixes[candidate]
        of_line = shares[0] if candidate in (Candidate.LINEAR, Candidate.BLEND) else 0.0
        of_tree = shares[-1] if candidate in (Candidate.BOOSTED, Candidate.BLEND) else 0.0
        made = _joined(bare, codes, basis, intercepts, weights, intercept, of_line)
        if of_tree:
            made = _with_trees(made, members, trees, order, of_tree)
        return _centred(made, values)

    held_out = {
        candidate: _mixed(parts_of, mixes[candidate])
        for candidate, parts_of in (
            (Candidate.BASE_RATE, [np.zeros(len(won))]),
            (Candidate.LINEAR, [line]),
            (Candidate.BOOSTED, [tree]),
            (Candidate.BLEND, [line, tree]),
        )
    }
    return Trained(held_out=held_out, make=make, settings={"penalty": penalty, "trees": float(trees)})


def _strongest(basis: linear.Basis, values: Floats, weights: Floats, most: int) -> list[int]:
    """The features whose curves move scores most."""
    design = basis.design(values[:: max(1, len(values) // 4000)])
    moved = [
        float((design[:, start : start + basis.size(i)] @ weights[start : start + basis.size(i)]).std())
        for i, start in enumerate(basis.starts)
    ]
    return sorted(range(len(moved)), key=lambda i: -moved[i])[:most]


def _mixed(parts: Sequence[Floats], mix: tuple[float, list[float]]) -> Floats:
    log_odds = np.full(len(parts[0]), mix[0])
    for part, share in zip(parts, mix[1], strict=False):
        log_odds = log_odds + share * part
    return log_odds


def _mix(parts: Sequence[Floats], won: Floats) -> tuple[float, list[float]]:
    """Intercept and shares (none below 0) that calibrate held-out log-odds, leaning on an even mix."""
    design = np.column_stack(parts)
    even = np.full(design.shape[1], 1.0 / design.shape[1])
    used = np.ones(design.shape[1], dtype=bool)
    shares = even
    intercept = 0.0
    for _ in parts:
        intercept, shares = _calibration(design[:, used], won, even[used])
        if (shares >= 0).all():
            break
        used[np.flatnonzero(used)[shares < 0]] = False
        if not used.any():
            return _base_rate(won), [0.0] * len(parts)
    full = np.zeros(len(used))
    full[used] = shares
    return intercept, full.tolist()


def _base_rate(won: Floats) -> float:
    rate = (won.sum() + 0.5) / (len(won) + 1.0)
    return float(np.log(rate / (1 - rate)))


def _calibration(design: Floats, won: Floats, prior: Floats) -> tuple[float, Floats]:
    """Logistic regression on log-odds, its slopes drawn towards `prior` as if by a few rows more."""
    intercept, slopes = 0.0, prior.copy()
    design = np.column_stack([np.ones(len(won)), design])
    weights = np.concatenate([[intercept], slopes])
    target = np.concatenate([[0.0], prior])
    firmness = np.diag([1e-6] + [2.0] * len(prior))
    for _ in range(25):
        chance = sigmoid(design @ weights)
        curvature = np.maximum(chance * (1 - chance), 1e-9)
        gradient = design.T @ (won - chance) - firmness @ (weights - target)
        step = np.linalg.solve((design * curvature[:, None]).T @ design + firmness, gradient)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-10:
            break
    return float(weights[0]), weights[1:]


def _bare(
    features: Sequence[Feature], basis: linear.Basis, cuts: tuple[Floats, ...], members: int
) -> Additive:
    """The shape of the score, before anything is in it."""
    sizes = [
        feature.codes if feature.kind is Kind.CATEGORY else len(cuts[i]) + 2
        for i, feature in enumerate(features)
    ]
    return Additive(
        features=tuple(features),
        bias=np.zeros(members),
        knots=basis.knots,
        curves=tuple(np.zeros((members, basis.size(i))) for i in range(len(features))),
        centres=np.zeros(len(features)),
        cuts=cuts,
        masks=tuple(np.zeros((0, size), dtype=bool) for size in sizes),
        shares=tuple(np.zeros(size) for size in sizes),
        boxes=Boxes.empty(),
    )


def _joined(
    bare: Additive, codes: Ints, basis: linear.Basis, intercepts: Floats, weights: Floats,
    intercept: float, share: float,
) -> Additive:  # fmt: skip
    """`bare` with the curves of the linear members, and with what is typical."""
    return Additive(
        features=bare.features,
        bias=intercept + share * intercepts,
        knots=bare.knots,
        curves=tuple(
            share * weights[:, start : start + basis.size(i)] for i, start in enumerate(basis.starts)
        ),
        centres=bare.centres,
        cuts=bare.cuts,
        masks=bare.masks,
        shares=boosted.shares_of(codes, [len(known) for known in bare.shares]),
        boxes=bare.boxes,
    )


def _with_trees(
    made: Additive, members: Sequence[object], trees: int, order: Sequence[int], share: float
) -> Additive:
    sizes = [len(made.shares[i]) for i in order]
    baselines, masks, boxes = boosted.as_boxes(members, trees, sizes)
    at = np.array([*order, -1], dtype=np.int64)  # the last one for "no second feature"
    by_feature = dict(zip(order, masks, strict=True))
    return Additive(
        features=made.features,
        bias=made.bias + share * baselines,
        knots=made.knots,
        curves=made.curves,
        centres=made.centres,
        cuts=made.cuts,
        masks=tuple(by_feature[i] for i in range(len(order))),
        shares=made.shares,
        boxes=Boxes(
            first=at[boxes.first],
            first_mask=boxes.first_mask,
            second=at[boxes.second],
            second_mask=boxes.second_mask,
            member=boxes.member,
            value=share * boxes.value,
        ),
    )


def _centred(made: Additive, values: Floats) -> Additive:
    """`made` with each curve's mean over the rows it learned from."""
    centres = np.array(
        [
            float(made.curve(i, values[:, i], curve.mean(axis=0)).mean()) if curve.any() else 0.0
            for i, curve in enumerate(made.curves)
        ]
    )
    return Additive(
        features=made.features, bias=made.bias, knots=made.knots, curves=made.curves, centres=centres,
        cuts=made.cuts, masks=made.masks, shares=made.shares, boxes=made.boxes,
    )  # fmt: skip


def best_of(held_out: Mapping[Candidate, Floats], won: Floats, groups: Ints) -> Candidate:
    """The candidate with the least log loss on rows it has not seen; a simpler one wins a tie."""
    losses = {candidate: per_group(log_loss(z, won), groups) for candidate, z in held_out.items()}
    best = min(losses, key=lambda candidate: float(losses[candidate].mean()))
    for candidate in Candidate:
        if candidate not in losses:
            continue
        worse = losses[candidate] - losses[best]
        error = float(worse.std() / np.sqrt(len(worse)))
        tie = 1.0 if candidate is Candidate.BASE_RATE else 0.25
        if float(worse.mean()) <= tie * error:
            return candidate
    return best


def per_group(amounts: Floats, groups: Ints) -> Floats:
    """The mean of each group: rows of one record are one piece of evidence."""
    _, place = np.unique(groups, return_inverse=True)
    return np.asarray(np.bincount(place, weights=amounts) / np.bincount(place))
