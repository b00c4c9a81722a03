"""The scorer on public outcomes, beside the usual estimators on the same rows: one table.

pytest -s -m bench tests/bench/test_outcomes.py

LightGBM and CatBoost take part where they are installed: pip install lightgbm catboost
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from assistant.scoring import Scoring
from assistant.scoring.folds import divided
from assistant.scoring.leakage import roc_auc
from assistant.scoring.report import figures
from assistant.scoring.table import Floats, Ints
from ingest.load import load
from ingest.records import Records
from tests.bench.public_outcomes import PublicSet, baselines, ours, public_sets, reported

pytestmark = [pytest.mark.bench, pytest.mark.data]
OURS = "hotlist"
# Whether a bigger figure is the better one.
FIGURES = {"roc_auc": True, "log_loss": False, "brier": False, "calibration_error": False}
_DRAWS = 200


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Each estimator's probabilities on rows of a set that it has not seen, with outcomes and groups."""

    name: str
    chances: Mapping[str, Floats]
    won: Floats
    groups: Ints

    @property
    def table(self) -> Mapping[str, Mapping[str, float]]:
        """Each estimator's figures."""
        return {name: figures(chance, self.won) for name, chance in self.chances.items()}


@pytest.fixture(scope="module")
def compared(shared_data: Path) -> list[Compared]:
    """Every estimator on every set."""
    return [_compared(public) for public in public_sets(shared_data)]


def _compared(public: PublicSet) -> Compared:
    estimators = {OURS: ours, **baselines()}
    parts: dict[str, list[Floats]] = {name: [] for name in estimators}
    won, groups = [], []
    for train, test in public.splits():
        for name, estimator in estimators.items():
            parts[name].append(estimator(public, train, test))
        won.append(public.won[test])
        groups.append(public.groups[test])
    return Compared(
        name=public.name,
        chances={name: np.concatenate(each) for name, each in parts.items()},
        won=np.concatenate(won),
        groups=np.concatenate(groups),
    )


def test_no_usual_estimator_is_better_on_any_set_nor_over_all(compared: list[Compared]) -> None:
    ranks: dict[str, list[int]] = {name: [] for name in compared[0].chances}
    worse = []
    for one in compared:
        table = one.table
        sys.stdout.write(f"\n{one.name} ({len(one.won):,} rows, {one.won.mean():.3f} won)\n")
        for name, row in table.items():
            sys.stdout.write(f"  {name:24s}" + "".join(f"{key} {row[key]:.4f}  " for key in FIGURES) + "\n")
        for key, bigger in FIGURES.items():
            order = sorted(table, key=lambda name: table[name][key], reverse=bigger)
            for rank, name in enumerate(order, 1):
                ranks[name].append(rank)
            worse += _worse(one, table, order[0], key)
    mean = sorted((float(np.mean(each)), name) for name, each in ranks.items())
    sys.stdout.write("\nmean rank: " + ", ".join(f"{name} {rank:.2f}" for rank, name in mean) + "\n")
    assert worse == []
    assert mean[0][1] == OURS


def _worse(one: Compared, table: Mapping[str, Mapping[str, float]], best: str, key: str) -> list[str]:
    """Whether another one is better by more than one standard error."""
    behind = abs(table[best][key] - table[OURS][key])
    if best == OURS or behind <= _error(one, best, key):
        return []
    return [f"{one.name}, {key}: {best} is better by {behind:.4f}"]


def _error(one: Compared, best: str, key: str) -> float:
    """The standard error of the difference of a figure, over redrawn groups."""
    rng = np.random.default_rng(7)
    names, place = np.unique(one.groups, return_inverse=True)
    differences = []
    for _ in range(_DRAWS):
        drawn = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        rows = np.repeat(np.arange(len(one.won)), drawn[place])
        mine, theirs = (figures(one.chances[name][rows], one.won[rows])[key] for name in (OURS, best))
        differences.append(mine - theirs)
    return float(np.std(differences))


def test_few_deals_rank_well_and_repeated_rows_gain_nothing(shared_data: Path) -> None:
    deals = next(public for public in public_sets(shared_data) if public.name == "b2b-deals-salvirt")
    areas = [_area(deals, seed) for seed in range(10)]
    told = reported(deals)["held_out"]["roc_auc"]
    sys.stdout.write(f"\n10 grouped 5-folds: ROC-AUC {np.mean(areas):.4f} ± {np.std(areas):.4f}; ")
    sys.stdout.write(f"the report's own figure {told:.4f}\n")
    assert np.mean(areas) >= 0.80
    assert told <= np.mean(areas) + 2 * np.std(areas)


def _area(public: PublicSet, seed: int) -> float:
    """ROC-AUC over five parts; equal rows lie in one part."""
    numbers, place = np.unique(public.groups, return_inverse=True)
    groups = np.random.default_rng(seed).permutation(3 * len(numbers))[place]
    chance = np.zeros(len(public.won))
    for out in divided(groups, public.won, 5):
        chance[out] = ours(public, ~out, out)
    return roc_auc(chance, public.won)


def test_deals_whose_columns_tell_nothing_have_no_signal(shared_data: Path, tmp_path: Path) -> None:
    records, now = Records(tmp_path / "records.db"), datetime(2018, 1, 1, 9, tzinfo=UTC)
    folder = shared_data / "crm-maven"
    load(records, [folder], mapping=None, now=now, timezone=ZoneInfo("UTC"), progress=lambda *_: None)
    report = Scoring(records, ZoneInfo("UTC")).refresh(now)["report"]["opportunity"]
    sys.stdout.write(f"\ncrm-maven: {report['verdict']}, {report['outcomes']:,} outcomes\n")
    assert report["verdict"] == "no signal"
