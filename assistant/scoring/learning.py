"""From closed records to a scorer: rows, features, leaks, candidates, calibration, and the report on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assistant.scoring import ensemble, features, linear, rules, texts
from assistant.scoring.additive import Additive
from assistant.scoring.columns import Column, LeftOut, Why, recognise_all
from assistant.scoring.engagement import Seen
from assistant.scoring.ensemble import Candidate
from assistant.scoring.features import Material, Plan
from assistant.scoring.folds import divided, groups_of, newest, shuffled
from assistant.scoring.leakage import leaks
from assistant.scoring.linear import sigmoid
from assistant.scoring.moments import is_dated, one_a_record, training_rows
from assistant.scoring.report import auc_interval, compared, figures
from assistant.scoring.scorer import TEXT_CAP, Scorer, shares_of
from assistant.scoring.table import Bools, Floats, Ints
from assistant.scoring.texts import TextModel
from ingest.entities import Level, RecordType

_OWN_MODEL = 40  # outcomes below which no model of its own is tried
_OF_EACH = 8  # and of each outcome at least
_HELD_OUT = 0.25  # the newest part, kept for the report
_ROWS = 60_000
_OVERWRITTEN = {RecordType.LEAD: "status", RecordType.OPPORTUNITY: "stage"}


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Rows to learn from: values of `plan.features`, outcomes, and what belongs together and comes when."""

    plan: Plan
    values: Floats
    mixes: Floats | None
    won: Floats
    records: Ints
    moments: Floats
    groups: Ints
    order: Floats
    dated: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A scorer and the report on it."""

    scorer: Scorer
    report: Mapping[str, Any]


def learn(material: Material, at: float, hints: Mapping[str, tuple[str, bool]]) -> Outcome:
    """The best scorer that the closed records of `material` support, as of `at` (seconds)."""
    cohort = material.cohort
    closed = np.flatnonzero(~cohort.is_open)
    won = cohort.outcome[closed]
    columns, out = _columns(material, closed, hints)
    report: dict[str, Any] = {
        "type": str(cohort.type),
        "outcomes": len(closed),
        "won": int(won.sum()),
        "base_rate": round(float(won.mean()), 5) if len(won) else None,
        "left_out": [_named(each) for each in out],
        "activities_after_outcome": _late_activities(material),
        "text_cap": TEXT_CAP,
    }
    if len(closed) < _OWN_MODEL or min(won.sum(), len(won) - won.sum()) < _OF_EACH:
        return _few(material, at, columns, report)
    lesson = _lesson(material, at, columns)
    return _own(material, at, lesson, columns, report)


def _columns(
    material: Material, closed: Ints, hints: Mapping[str, tuple[str, bool]]
) -> tuple[list[Column], list[LeftOut]]:
    cohort = material.cohort
    cells = {name: [values[i] for i in closed.tolist()] for name, values in cohort.columns.items()}
    kinds = {name: kind for name, (kind, _) in hints.items()}
    flagged = frozenset(name for name, (_, after) in hints.items() if after)
    order = cohort.created[closed]
    if np.isnan(order).all():
        order = np.arange(len(closed), dtype=np.float64)
    kept, out = recognise_all(cells, kinds, order)
    out.append(
        LeftOut(
            column=_OVERWRITTEN[cohort.type],
            why=Why.OVERWRITTEN,
            detail="it is overwritten as a record closes, so how it stood before is not known",
        )
    )
    leaking = leaks(kept, cohort.columns, cohort.outcome, cohort.closed, flagged)
    gone = {each.column for each in leaking}
    return [column for column in kept if column.name not in gone], [*leaking, *out]


def _named(out: LeftOut) -> dict[str, str]:
    return {"column": out.column, "why": str(out.why), "detail": out.detail}


def _late_activities(material: Material) -> int:
    """How many activities took place after the outcome of their record: they take no part."""
    timeline, cohort = material.timeline, material.cohort
    return int((timeline.at > cohort.closed[timeline.record]).sum())


def _lesson(material: Material, at: float, columns: Sequence[Column]) -> Lesson:
    cohort, timeline = material.cohort, material.timeline
    closed = int((~cohort.is_open).sum())
    records, moments = training_rows(cohort, timeline, at, ages=max(1, min(7, _ROWS // max(closed, 1))))
    plan = features.plan_of(columns)
    values = features.measure(plan, material, records, moments)
    varied = [i for i in range(values.shape[1]) if _varies(values[:, i])]
    names = tuple(plan.kept[i] for i in varied)
    dated = is_dated(cohort, timeline)
    values = values[:, varied]
    own = np.arange(len(cohort.ids))[records]
    order = cohort.closed[records] if dated else np.full(len(records), np.nan)
    order = np.where(np.isnan(order), cohort.created[records], order)
    mixes = None
    if material.vectors.embedder is not None:
        seen = Seen.at(timeline, records, moments)
        mixes = texts.mixed(timeline, material.vectors, material.places, len(records), seen)
        if (~np.isnan(mixes[:, 0])).sum() < 2 * _OWN_MODEL:
            mixes = None
    return Lesson(
        plan=replace(plan, kept=names),
        values=values,
        mixes=mixes,
        won=cohort.outcome[records],
        records=records,
        moments=moments,
        groups=groups_of(own.tolist(), None if dated else values),
        order=order,
        dated=dated and bool(np.isfinite(order).all()),
    )


def _varies(column: Floats) -> bool:
    known = column[~np.isnan(column)]
    if not len(known):
        return False
    return len(known) < len(column) or bool(known.max() > known.min())


@dataclass(frozen=True, kw_only=True)
class _Fitted:
    trained: ensemble.Trained
    plan: Plan
    values: Floats


def _fit(
    material: Material,
    lesson: Lesson,
    rows: Bools,
    *,
    parts: int | None = None,
    like: "_Fitted | None" = None,
) -> _Fitted:
    """Train on some rows: the text model first, so that candidates learn from what others' texts say.

    `like` is an earlier fit of fewer rows, near whose settings the search stays.
    """
    won, groups = lesson.won[rows], lesson.groups[rows]
    parts = parts or (5 if len(won) > 400 else 8)
    penalties = linear.near(like.trained.settings["penalty"]) if like else linear.PENALTIES
    plan, values = lesson.plan, lesson.values[rows]
    if lesson.mixes is not None and material.vectors.embedder is not None:
        folds = divided(groups, won, parts)
        learned = texts.learn(material.vectors.embedder, lesson.mixes[rows], won, folds, material.vectors)
        told = _told_across(material, lesson, rows, folds, learned)
        plan = replace(
            plan, texts=learned.model, kept=(*plan.kept, *(feature.name for feature in texts.FEATURES))
        )
        values = np.column_stack([values, told])
    return _Fitted(
        trained=ensemble.train(plan.features, values, won, groups, parts=parts, penalties=penalties),
        plan=plan,
        values=values,
    )


def _told_across(
    material: Material, lesson: Lesson, rows: Bools, folds: Sequence[Bools], learned: texts.Learned
) -> Floats:
    """What texts say of each row, by a model that has not seen the row's record."""
    chosen = np.flatnonzero(rows)
    told = np.zeros((len(chosen), len(texts.FEATURES)))
    for out, model in zip(folds, learned.of_folds, strict=True):
        told[out] = _told(material, lesson, chosen[out], model)
    return told


def _told(material: Material, lesson: Lesson, chosen: Ints, model: TextModel) -> Floats:
    seen = Seen.at(material.timeline, lesson.records[chosen], lesson.moments[chosen])
    return texts.measure(model, material.timeline, material.vectors, material.places, len(chosen), seen)


def _values_for(material: Material, lesson: Lesson, fitted: _Fitted, rows: Bools) -> Floats:
    values = lesson.values[rows]
    if fitted.plan.texts is None:
        return values
    return np.column_stack([values, _told(material, lesson, np.flatnonzero(rows), fitted.plan.texts)])


def _own(
    material: Material, at: float, lesson: Lesson, columns: Sequence[Column], report: dict[str, Any]
) -> Outcome:
    every = np.ones(len(lesson.won), dtype=bool)
    if lesson.dated:
        later = newest(lesson.order, lesson.groups, _HELD_OUT)
        chosen, held_out, chance, fitted = _time_split(material, lesson, later)
        fitted = _fit(material, lesson, every, like=fitted)
        test = later
    else:
        fitted = _fit(material, lesson, every)
        chosen = ensemble.best_of(fitted.trained.held_out, lesson.won, lesson.groups)
        held_out = {str(name): sigmoid(z) for name, z in fitted.trained.held_out.items()}
        chance, test = sigmoid(fitted.trained.held_out[chosen]), every
    one = one_a_record(lesson.records[test], material.cohort.ids)
    won = lesson.won[test][one]
    report |= {
        "split": "newest outcomes held out" if lesson.dated else "cross-validated",
        "candidate": str(chosen),
        "signal": chosen is not Candidate.BASE_RATE,
        "verdict": "no signal" if chosen is Candidate.BASE_RATE else "signal",
        "held_out": figures(chance[one], won)
        | {"roc_auc_interval": auc_interval(chance[one], won, lesson.groups[test][one])},
        "baselines": compared({name: values[one] for name, values in held_out.items()}, won),
        "settings": dict(fitted.trained.settings),
        "rows": len(lesson.won),
        "texts": lesson.mixes is not None,
    }
    additive = fitted.trained.make(chosen)
    outcomes = material.cohort.outcome[~material.cohort.is_open]
    return Outcome(
        scorer=_scorer(material, at, fitted.plan, additive, fitted.values, chosen, outcomes),
        report=report | {"level": str(Level.OWN_MODEL)},
    )


def _time_split(
    material: Material, lesson: Lesson, later: Bools
) -> tuple[Candidate, dict[str, Floats], Floats, _Fitted]:
    """The candidate that is best on the newest part of the older outcomes, and how it does on the newest."""
    earlier = ~later
    recent = np.zeros(len(later), dtype=bool)
    recent[earlier] = newest(lesson.order[earlier], lesson.groups[earlier], _HELD_OUT)
    chosen = _best_on(material, lesson, earlier & ~recent, recent)
    fitted = _fit(material, lesson, earlier)
    values = _values_for(material, lesson, fitted, later)
    held_out = {}
    for candidate in Candidate:
        outside, text = fitted.trained.make(candidate).log_odds(values)
        held_out[str(candidate)] = sigmoid((outside + text).mean(axis=0))
    return chosen, held_out, held_out[str(chosen)], fitted


def _best_on(material: Material, lesson: Lesson, train: Bools, test: Bools) -> Candidate:
    won = lesson.won
    if min(won[train].sum(), (1 - won[train]).sum()) < _OF_EACH or len(np.unique(lesson.groups[test])) < 10:
        return Candidate.LINEAR
    fitted = _fit(material, lesson, train, parts=3)
    values = _values_for(material, lesson, fitted, test)
    held_out = {}
    for candidate in Candidate:
        outside, text = fitted.trained.make(candidate).log_odds(values)
        held_out[candidate] = (outside + text).mean(axis=0)
    return ensemble.best_of(held_out, won[test], lesson.groups[test])


def _scorer(
    material: Material,
    at: float,
    plan: Plan,
    additive: Additive,
    values: Floats,
    chosen: Candidate,
    won: Floats,
) -> Scorer:
    rate = float((won.sum() + 0.5) / (len(won) + 1))
    information = len(won) * rate * (1 - rate)
    return Scorer(
        type=material.cohort.type,
        level=Level.OWN_MODEL,
        candidate=str(chosen),
        plan=plan,
        additive=additive,
        base=rate,
        spread=float(np.sqrt(min(1.44, 12.0 / information) + 1.0 / information)),
        shares=shares_of(additive.parts(values)),
        trained_on=_trained_on(material, at),
    )


def _few(material: Material, at: float, columns: Sequence[Column], report: dict[str, Any]) -> Outcome:
    """Rules, or rules drawn towards the few outcomes there are."""
    cohort = material.cohort
    plain = [column for column in columns if column.name in ("title", "email")]
    plan = features.plan_of(plain)
    every = np.arange(len(cohort.ids))
    dated = len(material.timeline.at) > 0
    now = np.full(len(every), at)
    values = features.measure(plan, material, every, np.fmin(now, cohort.closed) if dated else now)
    if not dated:  # without any activity there is nothing to tell records apart by
        values[:, [i for i, name in enumerate(plan.kept) if name == "silent_days"]] = 0.0
    additive = rules.rules(plan.features, values, cohort.type)
    closed = ~cohort.is_open
    level, spread = Level.RULES, rules.PRIOR_SPREAD
    if closed.any():
        records, moments = training_rows(cohort, material.timeline, at, ages=3)
        rows = features.measure(plan, material, records, moments)
        if not dated:
            rows[:, [i for i, name in enumerate(plan.kept) if name == "silent_days"]] = 0.0
        weights = 1.0 / np.bincount(records)[records]
        additive, covariance = rules.pooled(additive, rows, cohort.outcome[records], weights)
        level, spread = Level.POOLED_PRIOR, float(np.sqrt(0.8**2 + covariance[0, 0]))
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
    return {
        "outcomes": int(closed.sum()),
        "won": int(np.nansum(cohort.outcome)),
        "until": at,
    }


def sample(ids: Sequence[str], most: int) -> list[str]:
    """At most so many ids, chosen by chance, still sorted."""
    if len(ids) <= most:
        return list(ids)
    place = shuffled(np.arange(len(ids)))
    return [ids[i] for i in np.sort(np.argsort(place)[:most]).tolist()]


def before(material: Material, until: float, hints: Mapping[str, tuple[str, bool]]) -> Scorer | None:
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
    closed = np.flatnonzero(~known.cohort.is_open)
    won = known.cohort.outcome[closed]
    if len(closed) < _OWN_MODEL or min(won.sum(), len(won) - won.sum()) < _OF_EACH:
        return None
    columns, _ = _columns(known, closed, hints)
    lesson = _lesson(known, until, columns)
    every = np.ones(len(lesson.won), dtype=bool)
    fitted = _fit(known, lesson, every)
    chosen = ensemble.best_of(fitted.trained.held_out, lesson.won, lesson.groups)
    return _scorer(known, until, fitted.plan, fitted.trained.make(chosen), fitted.values, chosen, won)
