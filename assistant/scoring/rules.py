"""What sales people expect before any outcome is known, and what a few outcomes make of it."""

from collections.abc import Mapping, Sequence

import numpy as np

from assistant.scoring.additive import Additive, Boxes
from assistant.scoring.linear import sigmoid
from assistant.scoring.table import Feature, Floats, Kind
from ingest.entities import RecordType

# How many leads convert and deals are won where nothing is known, and how sure that is (in log-odds).
PRIOR_RATE = {RecordType.LEAD: 0.4, RecordType.OPPORTUNITY: 0.45}
PRIOR_SPREAD = 1.5
# How far records differ in what nobody has measured yet, in log-odds.
UNKNOWN_SPREAD = 1.4
_TRUST = 0.6  # how much of the rules' effect is believed, and give or take how much
_TRUST_SPREAD = 0.5

# Log-odds by value: points of a line, or levels of a category.
_LINES: Mapping[str, Sequence[tuple[float, float]]] = {
    "silent_days": ((0, 0.3), (7, 0.15), (30, -0.3), (90, -0.8)),
    "inbound_30": ((0, -0.2), (1, 0.3), (3, 0.6), (6, 0.8)),
    "unanswered": ((0, 0.1), (3, -0.2), (8, -0.5)),
    "meetings_90": ((0, 0), (1, 0.4), (3, 0.6)),
    "forms_90": ((0, 0), (1, 0.3)),
    "visits_90": ((0, 0), (3, 0.2)),
    "orders_90": ((0, 0), (1, 0.3)),
    "next_step": ((0, 0), (1, 0.3)),
    "won_before": ((0, 0), (1, 0.4), (3, 0.6)),
    "lost_before": ((0, 0), (3, -0.3)),
    "said.purchase": ((0, 0), (1, 0.9), (3, 1.2)),
    "said.pricing": ((0, 0), (1, 0.4), (3, 0.6)),
    "said.demo": ((0, 0), (1, 0.4), (3, 0.5)),
    "said.meeting": ((0, 0), (1, 0.3), (3, 0.4)),
    "said.information": ((0, 0), (1, 0.15)),
    "said.expansion": ((0, 0), (1, 0.5)),
    "said.need": ((0, 0), (1, 0.2), (3, 0.3)),
    "said.budget": ((0, 0), (1, 0.6)),
    "said.urgency": ((0, 0), (1, 0.4)),
    "said.price_objection": ((0, 0), (1, -0.25), (3, -0.5)),
    "said.delay": ((0, 0), (1, -0.5), (3, -0.8)),
    "said.refusal": ((0, 0), (1, -1.2), (3, -1.5)),
    "said.doubt": ((0, 0), (1, -0.3)),
    "said.authority": ((0, 0), (1, -0.1)),
    "said.competitor": ((0, 0), (1, -0.2)),
    "said.no_budget": ((0, 0), (1, -0.8)),
    "said.complaint": ((0, 0), (1, -0.5), (3, -0.8)),
    "said.champion_left": ((0, 0), (1, -0.6)),
    "said.mood": ((-1, -0.5), (0, 0), (1, 0.4)),
}
_LEVELS: Mapping[str, Mapping[str, float]] = {
    "title": {"executive": 0.2, "director": 0.2, "manager": 0.1, "staff": -0.1},
    "email": {"company": 0.1, "personal": -0.2},
}


def rules(features: Sequence[Feature], values: Floats, type_: RecordType) -> Additive:
    """The rules as a score; `values` are rows from which what is typical is taken."""
    knots, curves = [], []
    for feature in features:
        if feature.kind is Kind.CATEGORY:
            effects = _LEVELS.get(feature.name, {})
            knots.append(np.zeros(0))
            curves.append(np.array([[0.0, 0.0, *(effects.get(level, 0.0) for level in feature.levels)]]))
            continue
        points = _LINES.get(feature.name, ((0.0, 0.0),))
        knots.append(np.array([x for x, _ in points], dtype=np.float64))
        curves.append(np.array([[*(y for _, y in points), 0.0]]))
    start = PRIOR_RATE[type_]
    bare = Additive(
        features=tuple(features),
        bias=np.array([np.log(start / (1 - start))]),
        knots=tuple(knots),
        curves=tuple(curves),
        centres=np.zeros(len(features)),
        cuts=tuple(np.zeros(0) for _ in features),
        masks=tuple(np.zeros((0, _codes(feature)), dtype=bool) for feature in features),
        shares=tuple(np.full(_codes(feature), 1.0 / _codes(feature)) for feature in features),
        boxes=Boxes.empty(),
    )
    centres = np.array(
        [float(bare.curve(i, values[:, i], bare.curves[i][0]).mean()) for i in range(len(features))]
        if len(values)
        else [0.0] * len(features)
    )
    return _scaled(bare, centres, _TRUST, float(bare.bias[0]))


def pooled(prior: Additive, values: Floats, won: Floats, weights: Floats) -> tuple[Additive, Floats]:
    """The rules, drawn towards what a few outcomes say; and the covariance of level and slope."""
    effect = np.add(*prior.log_odds(values))[0] - prior.bias[0]
    effect = effect - _mean_effect(prior)
    start = float(prior.bias[0]) + _mean_effect(prior)
    design = np.column_stack([np.ones(len(won)), effect])
    precision = np.diag([1 / PRIOR_SPREAD**2, (_TRUST / _TRUST_SPREAD) ** 2])
    target = np.array([start, 1.0])
    beta = target.copy()
    for _ in range(30):
        chance = sigmoid(design @ beta)
        curvature = weights * np.maximum(chance * (1 - chance), 1e-9)
        gradient = design.T @ (weights * (won - chance)) - precision @ (beta - target)
        hessian = (design * curvature[:, None]).T @ design + precision
        beta = beta + np.linalg.solve(hessian, gradient)
    slope = float(np.clip(beta[1], 0.0, 2.0))
    return _scaled(prior, prior.centres, slope, float(beta[0])), np.linalg.inv(hessian)


def _mean_effect(prior: Additive) -> float:
    return float(prior.centres.sum())


def _scaled(of: Additive, centres: Floats, slope: float, level: float) -> Additive:
    """`of` with its effects times `slope`, such that a typical record stands at `level`."""
    return Additive(
        features=of.features,
        bias=np.array([level - slope * float(centres.sum())]),
        knots=of.knots,
        curves=tuple(slope * curve for curve in of.curves),
        centres=slope * centres,
        cuts=of.cuts,
        masks=of.masks,
        shares=of.shares,
        boxes=of.boxes,
    )


def _codes(feature: Feature) -> int:
    return feature.codes if feature.kind is Kind.CATEGORY else 2
