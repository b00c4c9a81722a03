"""When the newest outcomes come otherwise than expected, scores follow; chance moves nothing."""

import numpy as np
import pytest

from assistant.scoring.linear import sigmoid
from assistant.scoring.shifting import shift_of
from assistant.scoring.table import Floats, Ints


def _newest(rows: int, expected: float, came: float, seed: int = 3) -> tuple[Floats, Floats, Ints]:
    rng = np.random.default_rng(seed)
    return (
        np.full(rows, np.log(expected / (1 - expected))),
        (rng.random(rows) < came).astype(float),
        np.arange(rows),
    )


def test_more_wins_than_expected_raise_scores_to_what_came() -> None:
    log_odds, won, groups = _newest(800, 0.2, 0.35)
    shift = shift_of(log_odds, won, groups)
    assert sigmoid(log_odds + shift.log_odds).mean() == pytest.approx(won.mean(), abs=0.01)
    assert (shift.expected, shift.came) == pytest.approx((0.2, won.mean()))
    assert 0 < shift.part(0.75).log_odds < shift.log_odds


@pytest.mark.parametrize("seed", range(8))
def test_what_may_be_chance_shifts_nothing(seed: int) -> None:
    assert shift_of(*_newest(60, 0.4, 0.4, seed)).log_odds == 0.0


def test_many_moments_of_few_records_are_little_evidence() -> None:
    log_odds, won, _ = _newest(12, 0.3, 0.6)
    rows = np.repeat(np.arange(12), 40)
    many, few = shift_of(log_odds[rows], won[rows], rows), shift_of(log_odds, won, np.arange(12))
    assert many.log_odds == pytest.approx(few.log_odds)
