"""The scorer on public outcomes, beside the usual estimators on the same rows: `make bench` prints the table.

pytest -s -m bench tests/bench/test_outcomes.py
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from assistant.scoring.report import figures
from assistant.scoring.table import Floats, Ints
from tests.bench.public_outcomes import PublicSet, baselines, ours, public_sets

pytestmark = [pytest.mark.bench, pytest.mark.data]
OURS = "hotlist"
NAMES = (
    "b2b-deals-salvirt",
    "telco-churn",
    "online-shoppers",
    "online-shoppers, no PageValues",
    "insurance-coil2000",
    "bank-telemarketing",
)
# Whether a bigger figure is the better one.
FIGURES = {"roc_auc": True, "log_loss": False, "brier": False, "calibration_error": False}
_DRAWS = 200


def _public(data: Path, name: str) -> PublicSet:
    return next(public for public in public_sets(data) if public.name == name)


def _chances(public: PublicSet) -> tuple[Mapping[str, Floats], Floats, Ints]:
    """Each estimator's probabilities on rows that it has not seen, with their outcomes and groups."""
    estimators = {OURS: ours, **baselines()}
    parts: dict[str, list[Floats]] = {name: [] for name in estimators}
    won, groups = [], []
    for train, test in public.splits():
        for name, estimator in estimators.items():
            parts[name].append(estimator(public, train, test))
        won.append(public.won[test])
        groups.append(public.groups[test])
    return (
        {name: np.concatenate(each) for name, each in parts.items()},
        np.concatenate(won),
        np.concatenate(groups),
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_usual_estimator_is_better(shared_data: Path, name: str) -> None:
    chances, won, groups = _chances(_public(shared_data, name))
    table = {one: figures(chance, won) for one, chance in chances.items()}
    sys.stdout.write(f"\n{name} ({len(won)} rows, {won.mean():.3f} won)\n")
    for one, row in table.items():
        sys.stdout.write(f"  {one:24s}" + "".join(f"{key} {row[key]:.4f}  " for key in FIGURES) + "\n")
    for key, bigger in FIGURES.items():
        best = (max if bigger else min)(table, key=lambda one: table[one][key])
        if best != OURS:
            behind = abs(table[best][key] - table[OURS][key])
            assert behind <= _error(chances[best], chances[OURS], won, groups, key), (
                f"{key}: {best} is better"
            )


def _error(one: Floats, other: Floats, won: Floats, groups: Ints, key: str) -> float:
    """The standard error of the difference of a figure, over redrawn groups."""
    rng = np.random.default_rng(7)
    names, place = np.unique(groups, return_inverse=True)
    differences = []
    for _ in range(_DRAWS):
        drawn = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        rows = np.repeat(np.arange(len(won)), drawn[place])
        differences.append(figures(one[rows], won[rows])[key] - figures(other[rows], won[rows])[key])
    return float(np.std(differences))
