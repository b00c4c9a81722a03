"""Where scores are weak: values of columns whose records came otherwise than their scores let expect."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.scoring.leakage import roc_auc
from assistant.scoring.table import MISSING, OTHER, Feature, Floats, Kind

_ENOUGH = 30  # held-out records of a segment
_OF_EACH = 10  # won and lost ones among them, to say how well they are ranked
_SURELY = 2.5  # standard errors
_NO_BETTER = 0.55  # ROC-AUC below which a segment is hardly ranked
_SHOWN = 8
_NAMES = {MISSING: "(not known)", OTHER: "(other)"}


def weak_segments(
    features: Sequence[Feature], values: Floats, chance: Floats, won: Floats
) -> list[dict[str, Any]]:
    """The segments that are scored too high, too low, or hardly ranked; the worst first."""
    found: list[tuple[float, dict[str, Any]]] = []
    for i, feature in enumerate(features):
        if feature.kind is not Kind.CATEGORY:
            continue
        for code in np.unique(values[:, i]).astype(np.int64).tolist():
            inside = values[:, i] == code
            if inside.sum() >= _ENOUGH and (weak := _weak(chance[inside], won[inside])):
                name = _NAMES.get(code) or feature.levels[code - 2]
                found.append((weak.pop("weight"), {"column": feature.name, "value": name} | weak))
    found.sort(key=lambda one: -one[0])
    return [each for _, each in found[:_SHOWN]]


def _weak(chance: Floats, won: Floats) -> dict[str, Any] | None:
    surprise = float((won - chance).sum()) / math.sqrt(float((chance * (1 - chance)).sum()) + 1e-9)
    area = None
    if min(won.sum(), len(won) - won.sum()) >= _OF_EACH:
        area = roc_auc(chance, won)
    hardly = area is not None and area < _NO_BETTER
    if abs(surprise) <= _SURELY and not hardly:
        return None
    too = "low" if surprise > 0 else "high"
    return {
        "weight": abs(surprise),
        "why": f"scored too {too}" if abs(surprise) > _SURELY else "hardly ranked",
        "records": len(won),
        "mean_score": round(float(chance.mean()), 4),
        "rate": round(float(won.mean()), 4),
        "roc_auc": None if area is None else round(area, 4),
    }
