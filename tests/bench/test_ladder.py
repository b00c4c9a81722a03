"""Scores at 0 to 1,000 outcomes, in invented worlds whose true chances are known.

pytest -s -m bench tests/bench/test_ladder.py
"""

import sys
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import func, select

from assistant.scoring import Scoring
from ingest.records import Records
from ingest.tables import leads, scores
from tests.assistant.scoring.worlds import a_list_of_leads, a_world_of_leads, an_empty_workspace
from tests.factories import NOW

pytestmark = pytest.mark.bench
OUTCOMES = (0, 1, 5, 20, 100, 1000)
EFFECTS = (0.0, 0.8, 1.6)
WORLDS: dict[str, Callable[..., dict[str, float]]] = {"dated": a_world_of_leads, "list": a_list_of_leads}
_WAITING, _SEEDS = 200, 4
_TOLD = 5  # outcomes from which on no kind of world may be worse; one outcome can be right by luck


def _made(records: Records, make: Callable[..., dict[str, float]], **how: float) -> np.ndarray:  # type: ignore[type-arg]
    """Rows of true chance, score, low and high of each open lead; and the base-rate model's score."""
    truth = make(records, waiting=_WAITING, **how)
    Scoring(records, ZoneInfo("UTC")).refresh(NOW)
    with records.engine.connect() as connection:
        rows = connection.execute(select(scores).where(scores.c.at == NOW)).all()
        count = select(func.count()).select_from(leads)
        won = connection.execute(count.where(leads.c.outcome == "won")).scalar_one()
        lost = connection.execute(count.where(leads.c.outcome == "lost")).scalar_one()
    base = (won + 0.5) / (won + lost + 1)
    return np.array([(truth[row.record_id], row.probability, row.low, row.high, base) for row in rows])


def _loss(truth: np.ndarray, chance: np.ndarray) -> float:  # type: ignore[type-arg]
    """The log loss to be expected."""
    return float(-(truth * np.log(chance) + (1 - truth) * np.log(1 - chance)).mean())


@pytest.mark.parametrize("outcomes", OUTCOMES)
def test_no_number_of_outcomes_makes_scores_worse_than_the_base_rate(tmp_path: Path, outcomes: int) -> None:
    losses, covered, lowest, highest = [], [], 1.0, 0.0
    for name, make in WORLDS.items():
        for effect in EFFECTS:
            for seed in range(_SEEDS):
                records = an_empty_workspace(tmp_path / f"{name}-{effect}-{seed}")
                made = _made(records, make, closed=outcomes, seed=seed, effect=effect)
                truth, chance, low, high, base = made.T
                losses.append((name, effect, _loss(truth, chance), _loss(truth, base)))
                covered.append(float(((low <= truth) & (truth <= high)).mean()))
                lowest, highest = min(lowest, chance.min()), max(highest, chance.max())
    means = []
    for name in WORLDS:
        for effect in EFFECTS:
            of = np.array(
                [(ours, base) for world, size, ours, base in losses if (world, size) == (name, effect)]
            )
            sys.stdout.write(
                f"\n{outcomes:5d} outcomes, {name:5s}, effect {effect}: log loss {of[:, 0].mean():.4f}, "
                f"base rate {of[:, 1].mean():.4f}"
            )
            means.append(of[:, 0].mean() - of[:, 1].mean())
    sys.stdout.write(f"\n      intervals hold {np.mean(covered):.3f} of the true chances\n")
    assert np.mean(means) <= 0
    if outcomes >= _TOLD:
        assert max(means) <= 0.005
    assert np.mean(covered) >= 0.9
    assert 0 < lowest <= highest < 1
