"""Which candidate is used, and how good it is on outcomes that it has not seen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assistant.scoring import ensemble
from assistant.scoring.additive import Additive
from assistant.scoring.ensemble import Candidate
from assistant.scoring.features import Material
from assistant.scoring.fitting import Fitted, fit, values_for
from assistant.scoring.folds import divided, newest
from assistant.scoring.leakage import roc_auc
from assistant.scoring.lesson import Lesson
from assistant.scoring.linear import sigmoid
from assistant.scoring.moments import one_a_record
from assistant.scoring.plain import plain_chances
from assistant.scoring.report import auc_interval, compared, figures
from assistant.scoring.segments import weak_segments
from assistant.scoring.shifting import Shift, shift_of
from assistant.scoring.table import Bools, Floats, Ints

HELD_OUT = 0.25  # the newest part, kept for the report
_FOLDS = 5  # parts of records that have no order in time
OF_EACH = 8  # outcomes of each kind without which nothing can be compared
_ENOUGH = 300  # records by which candidates can be told apart on the newest outcomes alone
_USEFUL = 0.55  # a ROC-AUC below which nobody would notice that records are ranked


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The candidate chosen, all candidates on the held-out rows, and the training on all rows.

    `shift` is by how much the newest outcomes came otherwise than was to be expected.
    """

    chosen: Candidate
    shift: Shift | None
    test: Bools
    held_out: Mapping[Candidate, Floats]
    fitted: Fitted

    @property
    def additive(self) -> Additive:
        """The score as it is used: the chosen candidate, brought to the level of the newest outcomes."""
        made = self.fitted.trained.make(self.chosen)
        if self.shift is None or self.chosen is Candidate.BASE_RATE:
            return made
        return replace(made, bias=made.bias + self.shift.log_odds)

    def report(self, lesson: Lesson, ids: tuple[str, ...]) -> dict[str, Any]:
        """The figures: one row of each held-out record counts."""
        one = one_a_record(lesson.records[self.test], ids)
        chances = {str(name): sigmoid(log_odds[one]) for name, log_odds in self.held_out.items()}
        folds = [self.test] if lesson.dated else divided(lesson.groups, lesson.won, _FOLDS)
        plain = plain_chances(lesson.plan.features, lesson.values, lesson.won, folds)
        chances |= {name: given[self.test][one] for name, given in plain.items()}
        chance, won = chances[str(self.chosen)], lesson.won[self.test][one]
        return {
            "split": "newest outcomes held out" if lesson.dated else "cross-validated",
            "candidate": str(self.chosen),
            "signal": self.chosen is not Candidate.BASE_RATE,
            "verdict": "no signal" if self.chosen is Candidate.BASE_RATE else "signal",
            "held_out": figures(chance, won)
            | {"roc_auc_interval": auc_interval(chance, won, lesson.groups[self.test][one])},
            "baselines": compared(chances, won),
            "weak_segments": weak_segments(lesson.plan.features, lesson.values[self.test][one], chance, won),
            "settings": dict(self.fitted.trained.settings),
            "rows": len(lesson.won),
            "texts": lesson.sums is not None,
            "newest_outcomes": self.shift.as_json() if self.shift else None,
        }


def check(material: Material, lesson: Lesson) -> Checked:
    """Train, choose and check: by time where it can be told, else in turn on parts that were left out."""
    every = np.ones(len(lesson.won), dtype=bool)
    ids = material.cohort.ids
    if not lesson.dated:
        fitted = fit(material, lesson, every)
        held_out = fitted.trained.held_out
        chosen = _useful(ensemble.best_of(held_out, lesson.won, lesson.groups), held_out, lesson, every, ids)
        return Checked(chosen=chosen, shift=None, test=every, held_out=held_out, fitted=fitted)
    test = newest(lesson.order, lesson.groups, HELD_OUT)
    best, before = _best_before(material, lesson, ~test)
    earlier = fit(material, lesson, ~test)
    later = earlier.log_odds(values_for(material, lesson, earlier, test))
    joined = {name: _joined(lesson, test, earlier.trained.held_out[name], later[name]) for name in Candidate}
    return Checked(
        chosen=_useful(best, joined, lesson, every, ids),
        shift=shift_of(later[best], lesson.won[test], lesson.groups[test]).part(1 - HELD_OUT),
        test=test,
        held_out={
            name: log_odds if name is Candidate.BASE_RATE else log_odds + before
            for name, log_odds in later.items()
        },
        fitted=fit(material, lesson, every, like=earlier),
    )


def _joined(lesson: Lesson, test: Bools, earlier: Floats, later: Floats) -> Floats:
    joined = np.zeros(len(lesson.won))
    joined[~test], joined[test] = earlier, later
    return joined


def _useful(
    best: Candidate,
    held_out: Mapping[Candidate, Floats],
    lesson: Lesson,
    rows: Bools,
    ids: tuple[str, ...],
) -> Candidate:
    """`best`, unless it ranks unseen records no better than anybody would notice: then the base rate."""
    one = one_a_record(lesson.records[rows], ids)
    won = lesson.won[rows][one]
    area = roc_auc(held_out[best][one], won)
    fewer = max(1.0, min(float(won.sum()), float(len(won) - won.sum())))
    error = math.sqrt(max(area * (1 - area), 0.01) / fewer / 2)
    return best if area >= _USEFUL and area - error > 0.5 else Candidate.BASE_RATE


def _best_before(material: Material, lesson: Lesson, earlier: Bools) -> tuple[Candidate, float]:
    """The candidate that does best on the newest of the older outcomes, and by how much these shift it.

    Where these are few, and to tell whether anything is learned at all, the others count too, each as seen
    by members that have not seen it.
    """
    recent = np.zeros(len(earlier), dtype=bool)
    recent[earlier] = newest(lesson.order[earlier], lesson.groups[earlier], HELD_OUT)
    train = earlier & ~recent
    won = lesson.won
    if min(won[train].sum(), (1 - won[train]).sum()) < OF_EACH:
        return Candidate.LINEAR, 0.0
    fitted = fit(material, lesson, train, parts=4)
    later = fitted.log_odds(values_for(material, lesson, fitted, recent))
    joined = {name: np.concatenate([fitted.trained.held_out[name], later[name]]) for name in Candidate}
    order: Ints = np.concatenate([np.flatnonzero(train), np.flatnonzero(recent)])
    best = ensemble.best_of(joined, won[order], lesson.groups[order])
    if best is not Candidate.BASE_RATE and len(np.unique(lesson.groups[recent])) >= _ENOUGH:
        learned: dict[Candidate, Floats] = {
            name: later[name] for name in Candidate if name is not Candidate.BASE_RATE
        }
        best = ensemble.best_of(learned, won[recent], lesson.groups[recent])
    return best, shift_of(later[best], won[recent], lesson.groups[recent]).part(1 - HELD_OUT).log_odds
