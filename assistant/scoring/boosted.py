"""Boosted trees that may join features in pairs only, and their leaves as boxes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assistant.scoring.additive import Boxes
from assistant.scoring.table import Bools, Feature, Floats, Group, Ints, Kind

_CUTS = 40

# The codes that a leaf admits, by feature, and its value.
_Leaf = tuple[dict[int, Bools], float]


@dataclass(frozen=True, kw_only=True)
class Growth:
    """How the trees grow: few and small ones where there are few rows."""

    trees: int
    rate: float
    leaves: int
    rows_a_leaf: int
    shrinkage: float
    features: float
    joining: int

    @staticmethod
    def for_rows(rows: int) -> "Growth":
        """Settings that go with the number of rows."""
        return Growth(
            trees=250 if rows > 1000 else 150,
            rate=0.06,
            leaves=8 if rows > 3000 else 6,
            rows_a_leaf=max(5, min(40, rows // 100)),
            shrinkage=5.0,
            features=0.5,
            joining=16 if rows < 3000 else 24,
        )


def cuts_of(features: Sequence[Feature], values: Floats) -> tuple[Floats, ...]:
    """Where numbers are divided: between neighbouring values, or at quantiles where there are many."""
    return tuple(
        np.zeros(0) if feature.kind is Kind.CATEGORY else _cuts(values[:, i])
        for i, feature in enumerate(features)
    )


def _cuts(column: Floats) -> Floats:
    distinct = np.unique(column[~np.isnan(column)])
    if len(distinct) < 2:
        return np.zeros(0)
    if len(distinct) <= _CUTS:
        return (distinct[1:] + distinct[:-1]) / 2
    known = column[~np.isnan(column)]
    return np.unique(np.quantile(known, np.linspace(0, 1, _CUTS + 1)[1:-1], method="hazen"))


def grow(
    features: Sequence[Feature], coded: Floats, won: Floats, growth: Growth, joining: Sequence[int], seed: int
) -> Any:
    """A fitted `HistGradientBoostingClassifier` over codes (NaN for a number that is not known).

    Only the features in `joining` may form pairs. Categories must come before numbers: scikit-learn puts them
    there itself without telling the constraints.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    # No pair joins text with anything else, so that what text moves can be told and capped exactly.
    is_text = [feature.group is Group.TEXT for feature in features]
    pairs = [{i, j} for i in joining for j in joining if i < j and is_text[i] == is_text[j]]
    paired = set().union(*pairs)
    pairs += [{i} for i in range(len(features)) if i not in paired]
    return HistGradientBoostingClassifier(
        learning_rate=growth.rate,
        max_iter=growth.trees,
        max_leaf_nodes=growth.leaves,
        min_samples_leaf=growth.rows_a_leaf,
        l2_regularization=growth.shrinkage,
        max_features=growth.features,
        max_bins=max(_CUTS + 1, *(feature.codes for feature in features)),
        early_stopping=False,
        categorical_features=[feature.kind is Kind.CATEGORY for feature in features],
        interaction_cst=pairs,
        random_state=seed,
    ).fit(coded, won > 0.5)


def cross_fitted(
    features: Sequence[Feature],
    coded: Floats,
    won: Floats,
    folds: Sequence[Bools],
    growth: Growth,
    joining: Sequence[int],
) -> tuple[int, Floats, list[Any]]:
    """The best number of trees, the held-out log-odds with it, and the members' classifiers."""
    held_out = np.zeros((growth.trees, len(won)))
    members: list[Any] = []
    enough = growth.trees
    for k, out in enumerate(folds):
        member = grow(features, coded[~out], won[~out], replace(growth, trees=enough), joining, seed=k)
        for step, log_odds in enumerate(member.staged_decision_function(coded[out])):
            held_out[step, out] = log_odds
        if not members:  # where the first member was best tells how many trees the others need at most
            best = int(np.argmin(_losses(held_out[:, out], won[out])))
            enough = min(growth.trees, int(1.5 * best) + 25)
        members.append(member)
    best = int(np.argmin(_losses(held_out[:enough], won)))
    return best + 1, held_out[best], members


def _losses(log_odds: Floats, won: Floats) -> Floats:
    return np.asarray(np.logaddexp(0.0, np.where(won > 0.5, -log_odds, log_odds)).mean(axis=1))


def as_boxes(
    members: Sequence[Any], trees: int, sizes: Sequence[int]
) -> tuple[Floats, tuple[Bools, ...], Boxes]:
    """Baselines of the members, masks of the features, and all leaves as boxes.

    `sizes` are how many codes each feature has; a number's last code is "not known".
    """
    masks: list[dict[bytes, int]] = [{} for _ in sizes]
    rows: list[tuple[int, int, int, int, int]] = []
    amounts: list[float] = []
    baselines = np.array([float(np.ravel(member._baseline_prediction)[0]) for member in members])
    for k, member in enumerate(members):
        seen = _seen_codes(member)
        for tree in member._predictors[:trees]:
            for conditions, value in _leaves(tree[0], sizes, seen):
                if not conditions:  # a tree that did not split
                    baselines[k] += value
                    continue
                sides = [
                    (i, masks[i].setdefault(mask.tobytes(), len(masks[i])))
                    for i, mask in sorted(conditions.items())
                ]
                (first, a), (second, b) = sides if len(sides) == 2 else (*sides, (-1, 0))
                rows.append((first, a, second, b, k))
                amounts.append(value)
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    boxes = Boxes(
        first=columns[0], first_mask=columns[1], second=columns[2], second_mask=columns[3],
        member=columns[4], value=np.array(amounts),
    )  # fmt: skip
    return baselines, tuple(_stack(known, size) for known, size in zip(masks, sizes, strict=True)), boxes


def _stack(masks: dict[bytes, int], size: int) -> Bools:
    return np.array([np.frombuffer(mask, dtype=bool) for mask in masks], dtype=bool).reshape(-1, size)


def _seen_codes(member: Any) -> dict[int, Ints]:
    """For each category, the codes it was grown on, in the classifier's own order."""
    if member._preprocessor is None:
        return {}
    encoder = member._preprocessor.named_transformers_["encoder"]
    return {i: codes.astype(np.int64) for i, codes in enumerate(encoder.categories_)}


def _leaves(tree: Any, sizes: Sequence[int], seen: dict[int, Ints]) -> list[_Leaf]:
    """Each leaf's conditions and value; the leaves of a tree divide the space between them."""
    nodes = tree.nodes
    leaves: list[_Leaf] = []
    waiting: list[tuple[int, dict[int, Bools]]] = [(0, {})]
    while waiting:
        at, conditions = waiting.pop()
        node = nodes[at]
        if node["is_leaf"]:
            leaves.append((conditions, float(node["value"])))
            continue
        i = int(node["feature_idx"])
        left = np.full(sizes[i], bool(node["missing_go_to_left"]))
        if node["is_categorical"]:
            bits = tree.raw_left_cat_bitsets[int(node["bitset_idx"])].astype(np.int64)
            order = np.arange(len(seen[i]))
            left[seen[i]] = (bits[order // 32] >> (order % 32)) & 1 == 1
        else:
            left[:-1] = np.arange(sizes[i] - 1) <= float(node["num_threshold"])
        before = conditions.get(i, np.ones(sizes[i], dtype=bool))
        waiting.append((int(node["left"]), {**conditions, i: before & left}))
        waiting.append((int(node["right"]), {**conditions, i: before & ~left}))
    return leaves


def shares_of(codes: Ints, sizes: Sequence[int]) -> tuple[Floats, ...]:
    """How often each code of each feature occurs."""
    return tuple(
        np.bincount(codes[:, i], minlength=size) / max(1, len(codes)) for i, size in enumerate(sizes)
    )


def with_unknown(codes: Ints, features: Sequence[Feature], sizes: Sequence[int]) -> Floats:
    """Codes as the trees take them: NaN where a number is not known."""
    coded = codes.astype(np.float64)
    for i, feature in enumerate(features):
        if feature.kind is Kind.NUMBER:
            coded[codes[:, i] == sizes[i] - 1, i] = np.nan
    return coded
