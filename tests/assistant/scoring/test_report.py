"""The report's figures, against an independent implementation."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from assistant.scoring.report import auc_interval, figures


def _scores(rows: int = 300) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(4)
    chance = rng.beta(2, 3, rows).round(2)  # with ties
    return chance, (rng.random(rows) < chance).astype(float)


def test_figures_are_those_of_scikit_learn() -> None:
    chance, won = _scores()
    told = figures(chance, won)
    assert told["roc_auc"] == pytest.approx(roc_auc_score(won, chance), abs=1e-4)
    assert told["pr_auc"] == pytest.approx(average_precision_score(won, chance), abs=1e-4)
    assert told["log_loss"] == pytest.approx(log_loss(won, chance), abs=1e-4)
    assert told["brier"] == pytest.approx(brier_score_loss(won, chance), abs=1e-4)


def test_bands_count_every_record_once() -> None:
    chance, won = _scores()
    bands = figures(chance, won)["bands"]
    assert sum(band["records"] for band in bands) == len(chance)
    assert sum(band["won"] for band in bands) == won.sum()
    assert all(band["from"] <= band["mean_score"] <= band["to"] for band in bands)


def test_records_that_score_alike_lift_nothing() -> None:
    won = np.array([1.0] * 10 + [0.0] * 90)
    assert {lift["lift"] for lift in figures(np.full(100, 0.1), won)["lift"]} == {1.0}


def test_lift_at_capacity_is_what_the_best_bring() -> None:
    chance = np.linspace(0.01, 0.99, 100)
    won = (chance > 0.9).astype(float)
    (top,) = [lift for lift in figures(chance, won)["lift"] if lift["share"] == 0.1]
    assert (top["won"], top["rate"]) == (won.sum(), won.sum() / 10)


def test_the_interval_of_the_area_holds_it() -> None:
    chance, won = _scores()
    low, high = auc_interval(chance, won, np.arange(len(won)))
    assert low < roc_auc_score(won, chance) < high
