"""One training: what texts tell first, then the candidates, on some of a lesson's rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.scoring import ensemble, linear, texts
from assistant.scoring.engagement import Seen
from assistant.scoring.ensemble import Candidate
from assistant.scoring.features import Material, Plan
from assistant.scoring.folds import divided
from assistant.scoring.lesson import Lesson
from assistant.scoring.table import Bools, Floats, Group, Ints


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What came of one training; `values` are the rows that it learned from."""

    trained: ensemble.Trained
    plan: Plan
    values: Floats

    def log_odds(self, values: Floats) -> Mapping[Candidate, Floats]:
        """What each candidate gives rows that it has not seen."""
        given = {}
        for candidate in Candidate:
            outside, text = self.trained.make(candidate).log_odds(values)
            given[candidate] = (outside + text).mean(axis=0)
        return given


def fit(
    material: Material, lesson: Lesson, rows: Bools, *, parts: int | None = None, like: Fitted | None = None
) -> Fitted:
    """Train on some rows; `like` is a training of fewer rows, near whose settings the search stays."""
    won, groups = lesson.won[rows], lesson.groups[rows]
    parts = parts or (4 if len(won) > 2000 else 5 if len(won) > 400 else 8)
    plan, values = lesson.plan, lesson.values[rows]
    if lesson.sums is not None:
        plan, told = _texts(material, lesson, rows)
        values = np.column_stack([values, told])
    penalties = linear.near(like.trained.settings["penalty"]) if like else linear.PENALTIES
    trained = ensemble.train(plan.features, values, won, groups, parts=parts, penalties=penalties)
    return Fitted(trained=trained, plan=plan, values=values)


def values_for(material: Material, lesson: Lesson, fitted: Fitted, rows: Bools) -> Floats:
    """Other rows of the lesson, as the fitted plan sees them."""
    values = lesson.values[rows]
    if fitted.plan.texts is None or lesson.content is None:
        return values
    told = lesson.content.told(fitted.plan.texts)
    return np.column_stack([values, _measured(material, lesson, np.flatnonzero(rows), told)])


def _texts(material: Material, lesson: Lesson, rows: Bools) -> tuple[Plan, Floats]:
    """A text model, and what texts tell of each row by models that have not seen its record."""
    sums, content = lesson.sums, lesson.content
    assert sums is not None
    assert content is not None
    chosen = np.flatnonzero(rows)
    backwards = chosen[np.lexsort((-lesson.moments[chosen], lesson.records[chosen]))]
    records, first = np.unique(lesson.records[backwards], return_index=True)
    last = backwards[first]
    at = np.searchsorted(sums.records, records)
    won = lesson.won[last]
    folds = divided(lesson.groups[last], won, 5)
    known = _without_text(lesson, last, won, folds)
    learned = texts.learn(content, sums.said[at], sums.like[at], known, won, folds)
    told = np.zeros((len(chosen), len(texts.FEATURES)))
    for out, model in zip(folds, learned.of_folds, strict=True):
        unseen = np.isin(lesson.records[chosen], records[out])
        told[unseen] = _measured(material, lesson, chosen[unseen], content.told(model))
    names = (*lesson.plan.kept, *(feature.name for feature in texts.FEATURES))
    return replace(lesson.plan, texts=learned.model, kept=names), told


def _without_text(lesson: Lesson, rows: Ints, won: Floats, folds: Sequence[Bools]) -> Floats:
    """What all features but text say of some rows, by models that have not seen their records."""
    features = lesson.plan.features
    plain = [i for i, feature in enumerate(features) if feature.group is not Group.TEXT]
    values = lesson.values[rows][:, plain]
    basis = linear.Basis.of([features[i] for i in plain], values)
    return linear.cross_fitted(basis, values, won, folds, (10.0, 30.0))[1]


def _measured(material: Material, lesson: Lesson, chosen: Ints, told: Floats) -> Floats:
    seen = Seen.at(material.timeline, lesson.records[chosen], lesson.moments[chosen])
    return texts.measure(told, material.timeline, material.places, len(chosen), seen)
