"""Parts of scores: exact for every estimator, and the same alone or among many."""

import random

import numpy as np
import pytest

from assistant.scoring import ensemble
from assistant.scoring.additive import Additive
from assistant.scoring.ensemble import Candidate
from assistant.scoring.table import Feature, Floats, Group, Ints, Kind
from assistant.scoring.threads import one_thread

ROWS = 400


def _table(seed: int = 3) -> tuple[list[Feature], Floats, Floats]:
    """Numbers with gaps, a category, one feature of text; outcomes with an interaction."""
    rng = np.random.default_rng(seed)
    features = [
        Feature(name=f"n{i}", kind=Kind.NUMBER, group=Group.TEXT if i == 3 else Group.FIT, concept=f"n{i}")
        for i in range(4)
    ]
    features.append(
        Feature(name="c", kind=Kind.CATEGORY, group=Group.FIT, concept="c", levels=("a", "b", "d"))
    )
    values = rng.normal(size=(ROWS, 5))
    values[rng.random((ROWS, 5)) < 0.1] = np.nan
    values[:, 4] = rng.integers(0, 5, ROWS)
    log_odds = np.nan_to_num(values[:, 0]) + 2 * np.nan_to_num(values[:, 1]) * (values[:, 4] == 3)
    won = (rng.random(ROWS) < 1 / (1 + np.exp(-log_odds))).astype(np.float64)
    return features, values, won


@pytest.fixture(scope="module")
def trained() -> tuple[ensemble.Trained, Floats, Floats]:
    features, values, won = _table()
    with one_thread():
        return ensemble.train(features, values, won, np.arange(ROWS), parts=4), values, won


def _mean(made: Additive, values: Floats) -> Floats:
    return np.add(*made.log_odds(values)).mean(axis=0)


@pytest.mark.parametrize("candidate", list(Candidate))
def test_parts_add_up_to_the_difference_from_what_is_typical(
    trained: tuple[ensemble.Trained, Floats, Floats], candidate: Candidate
) -> None:
    made, values = trained[0].make(candidate), trained[1]
    rest = _mean(made, values) - made.parts(values).sum(axis=1)
    assert np.ptp(rest) < 1e-9


def test_trees_turned_into_tables_say_what_the_trees_say(
    trained: tuple[ensemble.Trained, Floats, Floats],
) -> None:
    from assistant.scoring import boosted
    from assistant.scoring.folds import divided
    from assistant.scoring.linear import Basis

    features, values, won = _table()
    order = [4, 0, 1, 2, 3]
    ordered = [features[i] for i in order]
    bare = ensemble._bare(features, Basis.of(features, values), boosted.cuts_of(features, values), 4)
    sizes = [len(bare.shares[i]) for i in order]
    coded = boosted.with_unknown(bare.codes(values)[:, order], ordered, sizes)
    growth = boosted.Growth.for_rows(ROWS)
    with one_thread():
        folds = divided(np.arange(ROWS), won, 4)
        trees, _, members = boosted.cross_fitted(ordered, coded, won, folds, growth, range(5))
    made = ensemble._with_trees(bare, members, trees, order, 1.0)
    for k, member in enumerate(members):
        expected = list(member.staged_decision_function(coded))[trees - 1]
        assert np.add(*made.log_odds(values))[k] == pytest.approx(expected, abs=1e-9)


def test_a_feature_without_any_effect_has_no_part() -> None:
    features, values, won = _table()
    values[:, 2] = 1.0
    with one_thread():
        made = ensemble.train(features, values, won, np.arange(ROWS), parts=4).make(Candidate.BLEND)
    assert np.abs(made.parts(values)[:, 2]).max() < 1e-9


def test_parts_are_those_of_a_game_between_pairs(trained: tuple[ensemble.Trained, Floats, Floats]) -> None:
    """½[(f(typical with xᵢ) − f(typical)) + (f(x) − f(x with typical xᵢ))], typical being each known row."""
    made, values = trained[0].make(Candidate.BOOSTED), trained[1]
    row, i = values[7], 1
    alone, without, both = values.copy(), np.tile(row, (ROWS, 1)), np.tile(row, (ROWS, 1))
    alone[:, i] = row[i]
    without[:, i] = values[:, i]
    expected = 0.5 * (
        (_mean(made, alone) - _mean(made, values)).mean() + (_mean(made, both) - _mean(made, without)).mean()
    )
    shift = made.parts(values)[:, i].mean()  # tables take features as independent: a constant at most
    assert made.parts(row[None])[0, i] - shift == pytest.approx(expected, abs=0.15)


def test_a_row_scores_the_same_alone_and_among_many(trained: tuple[ensemble.Trained, Floats, Floats]) -> None:
    made, values = trained[0].make(Candidate.BLEND), trained[1]
    for row in random.Random(1).sample(range(ROWS), 10):
        one = np.add(*made.log_odds(values[row : row + 1]))
        assert (one == np.add(*made.log_odds(values))[:, row : row + 1]).all()
        assert (made.parts(values[row : row + 1]) == made.parts(values)[row : row + 1]).all()


def test_saved_and_loaded_it_is_the_same_to_the_last_bit(
    trained: tuple[ensemble.Trained, Floats, Floats],
) -> None:
    import json

    made, values = trained[0].make(Candidate.BLEND), trained[1]
    again = Additive.from_json(made.features, json.loads(json.dumps(made.as_json())))
    assert (np.add(*again.log_odds(values)) == np.add(*made.log_odds(values))).all()
    assert (again.parts(values) == made.parts(values)).all()


def test_values_never_seen_score_within_what_was_seen(
    trained: tuple[ensemble.Trained, Floats, Floats],
) -> None:
    made, values = trained[0].make(Candidate.BLEND), trained[1]
    far = np.array([[1e9, -1e9, np.nan, 1e30, 1.0], [np.nan] * 4 + [0.0]])
    known = _mean(made, values)
    spread = np.ptp(known)
    assert ((_mean(made, far) > known.min() - spread) & (_mean(made, far) < known.max() + spread)).all()


def test_no_part_joins_text_with_anything_else(trained: tuple[ensemble.Trained, Floats, Floats]) -> None:
    made: Additive = trained[0].make(Candidate.BOOSTED)
    text = {i for i, feature in enumerate(made.features) if feature.group is Group.TEXT}
    pairs: list[tuple[int, int]] = [pair for pair in made.tables if pair[1] >= 0]
    assert pairs
    assert all((i in text) == (j in text) for i, j in pairs)


def _groups(numbers: list[int]) -> Ints:
    return np.array(numbers, dtype=np.int64)


def test_equal_rows_and_rows_of_one_record_stay_on_one_side() -> None:
    from assistant.scoring.folds import divided, groups_of

    rng = np.random.default_rng(2)
    values = rng.integers(0, 3, (200, 3)).astype(np.float64)
    keys = [i // 2 for i in range(200)]
    groups = groups_of(keys, values)
    won = (rng.random(200) < 0.4).astype(np.float64)
    for out in divided(groups, won, 5):
        outside = {row.tobytes() for row in values[~out]}
        assert not any(row.tobytes() in outside for row in values[out])
        assert not set(np.array(keys)[out]) & set(np.array(keys)[~out])
