"""From closed records to a scorer: rows, candidates, calibration, and the report on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assistant.scoring import features, rules
from assistant.scoring.checking import OF_EACH, Checked, check
from assistant.scoring.columns import Column, LeftOut
from assistant.scoring.features import Material
from assistant.scoring.folds import shuffled
from assistant.scoring.lesson import Hints, Lesson, columns_of, lesson_of
from assistant.scoring.linear import sigmoid
from assistant.scoring.moments import training_rows
from assistant.scoring.scorer import TEXT_CAP, Scorer, shares_of
from assistant.scoring.table import Floats
from assistant.scoring.texts import Content
from ingest.entities import Level

_OWN_MODEL = 40  # outcomes below which no model of its own is tried


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A scorer and the report on it."""

    scorer: Scorer
    report: Mapping[str, Any]


def learn(material: Material, at: float, hints: Hints, content: Content | None = None) -> Outcome:
    """The best scorer that the closed records of `material` support, as of `at` (seconds).

    `content` is what the activities' texts say, where they were embedded.
    """
    cohort = material.cohort
    won = cohort.outcome[~cohort.is_open]
    columns, out = columns_of(material, hints)
    report: dict[str, Any] = {
        "type": str(cohort.type),
        "outcomes": len(won),
        "won": int(won.sum()),
        "base_rate": round(float(won.mean()), 5) if len(won) else None,
        "left_out": [_named(each) for each in out],
        "activities_after_outcome": _late_activities(material),
        "text_cap": TEXT_CAP,
    }
    if not _is_enough(won):
        return _few(material, at, columns, report)
    return _own(material, at, lesson_of(material, at, columns, content), report)


def before(material: Material, until: float, hints: Hints, content: Content | None) -> Scorer | None:
    """The scorer that would be made from what was known at `until`, by the way things are learned now."""
    cohort = material.cohort
    later = cohort.closed > until
    known = replace(
        material,
        cohort=replace(
            cohort,
            outcome=np.where(later, np.nan, cohort.outcome),
            closed=np.where(later, np.nan, cohort.closed),
        ),
    )
    won = known.cohort.outcome[~known.cohort.is_open]
    if not _is_enough(won):
        return None
    lesson = lesson_of(known, until, columns_of(known, hints)[0], content)
    return _scorer(known, until, check(known, lesson))


def _is_enough(won: Floats) -> bool:
    return len(won) >= _OWN_MODEL and min(won.sum(), len(won) - won.sum()) >= OF_EACH


def _named(out: LeftOut) -> dict[str, str]:
    return {"column": out.column, "why": str(out.why), "detail": out.detail}


def _late_activities(material: Material) -> int:
    """How many activities took place after the outcome of their record: they take no part."""
    timeline, cohort = material.timeline, material.cohort
    return int((timeline.at > cohort.closed[timeline.record]).sum())


def _own(material: Material, at: float, lesson: Lesson, report: dict[str, Any]) -> Outcome:
    checked = check(material, lesson)
    report |= {"level": str(Level.OWN_MODEL)} | checked.report(lesson, material.cohort.ids)
    return Outcome(scorer=_scorer(material, at, checked), report=report)


def _scorer(material: Material, at: float, checked: Checked) -> Scorer:
    fitted, additive = checked.fitted, checked.additive
    won = material.cohort.outcome[~material.cohort.is_open]
    rate = float((won.sum() + 0.5) / (len(won) + 1))
    information = len(won) * rate * (1 - rate)
    return Scorer(
        type=material.cohort.type,
        level=Level.OWN_MODEL,
        candidate=str(checked.chosen),
        plan=fitted.plan,
        additive=additive,
        base=rate,
        spread=float(np.sqrt(min(rules.UNKNOWN_SPREAD**2, (25.0 / information) ** 1.3) + 1.0 / information)),
        shares=shares_of(additive.parts(fitted.values)),
        trained_on=_trained_on(material, at),
    )


def _few(material: Material, at: float, columns: Sequence[Column], report: dict[str, Any]) -> Outcome:
    """Rules, or rules drawn towards the few outcomes there are."""
    cohort = material.cohort
    plan = features.plan_of([column for column in columns if column.name in ("title", "email")])
    every = np.arange(len(cohort.ids))
    if not len(material.timeline.at):  # where nothing ever happened, silence tells nobody apart
        plan = replace(plan, kept=tuple(name for name in plan.kept if name != "silent_days"))
    values = features.measure(plan, material, every, np.fmin(np.full(len(every), at), cohort.closed))
    additive = rules.rules(plan.features, values, cohort.type)
    level, spread = Level.RULES, float(np.hypot(rules.PRIOR_SPREAD, rules.UNKNOWN_SPREAD))
    if (~cohort.is_open).any():
        records, moments = training_rows(cohort, material.timeline, at, ages=3)
        rows = features.measure(plan, material, records, moments)
        weights = 1.0 / np.bincount(records)[records]
        additive, covariance = rules.pooled(additive, rows, cohort.outcome[records], weights)
        unsure = float(np.sqrt(covariance[0, 0]))
        level, spread = Level.POOLED_PRIOR, float(np.hypot(unsure, rules.UNKNOWN_SPREAD))
    typical = float(np.clip(np.add(*additive.log_odds(values))[0].mean(), -6, 6)) if len(values) else -1.0
    scorer = Scorer(
        type=cohort.type,
        level=level,
        candidate=str(level),
        plan=plan,
        additive=additive,
        base=float(sigmoid(np.array([typical]))[0]),
        spread=spread,
        shares=shares_of(additive.parts(values)),
        trained_on=_trained_on(material, at),
    )
    return Outcome(scorer=scorer, report=report | {"level": str(level), "signal": None, "held_out": None})


def _trained_on(material: Material, at: float) -> dict[str, Any]:
    cohort = material.cohort
    closed = ~cohort.is_open
    return {"outcomes": int(closed.sum()), "won": int(np.nansum(cohort.outcome)), "until": at}


def sample(ids: Sequence[str], most: int) -> list[str]:
    """At most so many ids, chosen by chance, still sorted."""
    if len(ids) <= most:
        return list(ids)
    place = shuffled(np.arange(len(ids)))
    return [ids[i] for i in np.sort(np.argsort(place)[:most]).tolist()]
