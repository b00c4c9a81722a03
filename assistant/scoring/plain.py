"""Plain estimators that anybody would try first, on the same rows: what the report sets the score against."""

import warnings
from collections.abc import Sequence

import numpy as np

from assistant.scoring.table import Bools, Feature, Floats, Ints, Kind

_CUTS = 10
_FLOOR = 1e-4


def plain_chances(
    features: Sequence[Feature], values: Floats, won: Floats, folds: Sequence[Bools]
) -> dict[str, Floats]:
    """Each one's probabilities of rows, given by an estimator that learned from what is not in their fold.

    Rows in no fold are learned from alone; their probabilities are NaN.
    """
    chances = {"logistic regression": np.full(len(won), np.nan), "naive Bayes": np.full(len(won), np.nan)}
    if not features:
        return {}
    for out in folds:
        chances["logistic regression"][out] = _logistic(features, values, won, out)
        chances["naive Bayes"][out] = _naive_bayes(features, values, won, out)
    return chances


def _logistic(features: Sequence[Feature], values: Floats, won: Floats, out: Bools) -> Floats:
    """scikit-learn's with its defaults: levels as ones, numbers standardised, none known as the mean."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    columns = []
    for i, feature in enumerate(features):
        column = values[:, i]
        if feature.kind is Kind.CATEGORY:
            columns += [(column == code).astype(np.float64) for code in range(feature.codes)]
            continue
        known = column[~out & ~np.isnan(column)]
        mean, spread = (float(known.mean()), float(known.std()) or 1.0) if len(known) else (0.0, 1.0)
        columns.append(np.nan_to_num((column - mean) / spread))
    design = np.column_stack(columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(max_iter=200).fit(design[~out], won[~out] > 0.5)
    return np.asarray(model.predict_proba(design[out])[:, 1])


def _naive_bayes(features: Sequence[Feature], values: Floats, won: Floats, out: Bools) -> Floats:
    """Counts of won and lost by value, a tenth added to each; numbers in ten parts."""
    wins, losses = won[~out] > 0.5, won[~out] < 0.5
    log_odds = np.full(int(out.sum()), np.log((wins.sum() + 0.1) / (losses.sum() + 0.1)))
    for i, feature in enumerate(features):
        codes = _codes(feature, values[:, i], ~out)
        size = int(codes.max()) + 1
        of_won = (np.bincount(codes[~out][wins], minlength=size) + 0.1) / (wins.sum() + 0.1)
        of_lost = (np.bincount(codes[~out][losses], minlength=size) + 0.1) / (losses.sum() + 0.1)
        log_odds += np.log(of_won / of_lost)[codes[out]]
    return np.asarray(np.clip(1 / (1 + np.exp(-np.clip(log_odds, -50, 50))), _FLOOR, 1 - _FLOOR))


def _codes(feature: Feature, column: Floats, learned: Bools) -> Ints:
    if feature.kind is Kind.CATEGORY:
        return column.astype(np.int64)
    known = column[learned & ~np.isnan(column)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _CUTS + 1)[1:-1])) if len(known) else np.zeros(0)
    return np.where(np.isnan(column), len(edges) + 1, np.searchsorted(edges, column)).astype(np.int64)
