"""How good scores are on records they were not made from: figures that a data scientist would ask for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assistant.scoring.folds import shuffled
from assistant.scoring.leakage import roc_auc
from assistant.scoring.table import Floats, Ints

_BANDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_CAPACITIES = (0.05, 0.1, 0.2)  # of the records: about what a rep can call


def figures(chance: Floats, won: Floats) -> dict[str, Any]:
    """Ranking and calibration of held-out probabilities."""
    kept = np.clip(chance, 1e-9, 1 - 1e-9)
    return {
        "records": len(won),
        "won": int(won.sum()),
        "roc_auc": round(roc_auc(chance, won), 4),
        "pr_auc": round(average_precision(chance, won), 4),
        "log_loss": round(float(-(won * np.log(kept) + (1 - won) * np.log(1 - kept)).mean()), 5),
        "brier": round(float(((chance - won) ** 2).mean()), 5),
        "calibration_error": round(calibration_error(chance, won), 4),
        "bands": bands(chance, won),
        "lift": _lift(chance, won),
    }


def average_precision(chance: Floats, won: Floats) -> float:
    """The area under precision against recall; equal scores enter together."""
    if won.sum() == 0:
        return 0.0
    order = np.argsort(-chance, kind="stable")
    hits = np.cumsum(won[order])
    last = np.append(np.flatnonzero(np.diff(chance[order])), len(order) - 1)
    recall = hits[last] / won.sum()
    precision = hits[last] / (last + 1)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def calibration_error(chance: Floats, won: Floats) -> float:
    """The mean distance between score and outcome over ten equal parts of the records."""
    parts = np.array_split(np.argsort(chance, kind="stable"), 10)
    return float(
        sum(len(part) * abs(chance[part].mean() - won[part].mean()) for part in parts if len(part)) / len(won)
    )


def bands(chance: Floats, won: Floats) -> list[dict[str, Any]]:
    """Records that stood in each band of ten points, and how many of them were won."""
    place = np.clip(np.searchsorted(_BANDS, chance, side="right") - 1, 0, len(_BANDS) - 2)
    return [
        {
            "from": _BANDS[band],
            "to": _BANDS[band + 1],
            "records": int((place == band).sum()),
            "won": int(won[place == band].sum()),
            "mean_score": round(float(chance[place == band].mean()), 4),
        }
        for band in range(len(_BANDS) - 1)
        if (place == band).any()
    ]


def _lift(chance: Floats, won: Floats) -> list[dict[str, Any]]:
    """How many times the base rate the best records are won, at what a rep can handle.

    Records of equal score count as likely to be among the best, each with their mean outcome.
    """
    _, place, count = np.unique(-chance, return_inverse=True, return_counts=True)
    mean = (np.bincount(place, weights=won) / count)[place]
    best = mean[np.argsort(-chance, kind="stable")]
    base = float(won.mean())
    lifts = []
    for share in _CAPACITIES:
        size = max(1, round(share * len(best)))
        rate = float(best[:size].mean())
        lifts.append(
            {
                "share": share,
                "records": size,
                "won": round(float(best[:size].sum()), 1),
                "rate": round(rate, 4),
                "lift": round(rate / base, 3) if base > 0 else None,
            }
        )
    return lifts


def auc_interval(chance: Floats, won: Floats, groups: Ints, draws: int = 200) -> tuple[float, float]:
    """The 95 % interval of the ROC-AUC over redrawn groups; the same draws every time."""
    rng = np.random.default_rng(int(shuffled(groups[:1])[0] * 2**32) if len(groups) else 0)
    names, place = np.unique(groups, return_inverse=True)
    rows_of = np.argsort(place, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(place))])
    areas = []
    for _ in range(draws):
        drawn = rng.integers(0, len(names), len(names))
        rows = np.concatenate([rows_of[starts[i] : starts[i + 1]] for i in drawn.tolist()])
        areas.append(roc_auc(chance[rows], won[rows]))
    low, high = np.quantile(areas, [0.025, 0.975])
    return round(float(low), 4), round(float(high), 4)


def compared(held_out: Mapping[str, Floats], won: Floats) -> dict[str, dict[str, float]]:
    """Each candidate's and baseline's figures on the same held-out records."""
    wanted: Sequence[str] = ("roc_auc", "log_loss", "brier")
    return {
        name: {key: value for key, value in figures(chance, won).items() if key in wanted}
        for name, chance in held_out.items()
    }
