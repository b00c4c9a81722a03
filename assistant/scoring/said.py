"""What was said about a record up to a moment, in numbers that fade as time goes by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select

from assistant.scoring.engagement import Seen
from assistant.scoring.snapshot import Cohort, Timeline, blocks_of
from assistant.scoring.speakers import Speaker
from assistant.scoring.table import Feature, Floats, Group, Ints, Kind
from ingest import tables
from ingest.records import Select

HALF_LIFE = 180.0  # days until what was said counts half
_MOST = 3.0  # saying the same again and again moves nothing further

# The features, and which signals count towards each: a kind with a name, or all of a kind.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "pricing": ("intent.pricing", "intent.discount"),
    "demo": ("intent.demo", "intent.trial"),
    "purchase": ("intent.purchase", "intent.contract"),
    "meeting": ("intent.meeting",),
    "information": ("intent.information",),
    "expansion": ("intent.expansion", "intent.renewal"),
    "need": ("need.*",),
    "price_objection": ("objection.price",),
    "delay": ("timing.later",),
    "refusal": ("objection.no_interest",),
    "doubt": ("objection.fit", "objection.security", "objection.trust", "objection.effort"),
    "authority": ("objection.authority",),
    "decider": ("authority.decides",),
    "wrong_person": ("objection.wrong_person",),
    "competitor": ("competitor.*",),
    "budget": ("budget.approved",),
    "no_budget": ("budget.none",),
    "urgency": ("timing.soon",),
    "complaint": ("complaint.*", "risk.cancel", "risk.reduce"),
    "champion_left": ("risk.champion_left",),
}
_FEATURE_OF = {signal: name for name, signals in COUNTED.items() for signal in signals}
_NAMES = (*COUNTED, "mood", "last_mood")
FEATURES = tuple(
    Feature(
        name=f"said.{name}",
        kind=Kind.NUMBER,
        group=Group.TEXT,
        concept="said.mood" if name.endswith("mood") else f"said.{name}",
    )
    for name in _NAMES
)
_COLUMN = {name: i for i, name in enumerate(COUNTED)}


@dataclass(frozen=True, kw_only=True)
class Signals:
    """Signals of a timeline's activities, the customer's and those of whom nobody can tell (not the rep's).

    `activity` is a position in `Timeline.activities`' distinct names; mood is in `strength` with its sign.
    """

    activity: Ints
    feature: Ints
    strength: Floats
    quotes: tuple[str, ...]
    names: tuple[str, ...]


_MOOD = len(COUNTED)


def read_signals(run: Select, cohort: Cohort, places: Mapping[str, int]) -> Signals:
    """The stored signals of the activities in `places` (the number of each)."""
    if not cohort.ids:
        return _signals([], places)
    about, signals = tables.activity_about.c, tables.signals.c
    statement = (
        select(
            signals.activity_id, signals.position, signals.kind, signals.name, signals.strength, signals.quote
        )
        .where(
            about.type == cohort.type,
            about.activity_id == signals.activity_id,
            signals.speaker.is_(None) | (signals.speaker != str(Speaker.REP)),
        )
        .distinct()
    )
    rows = {
        (row.activity_id, row.position): row
        for block in blocks_of(cohort.ids)
        for row in run(statement.where(about.record_id.between(*block)))
    }
    return _signals([rows[key] for key in sorted(rows)], places)


def _signals(rows: Sequence[Any], places: Mapping[str, int]) -> Signals:
    kept: list[tuple[int, int, float, str, str]] = []
    for activity, _, kind, name, strength, quote in rows:
        if activity not in places:
            continue
        if kind == "sentiment":
            sign = 1.0 if name == "positive" else -1.0
            kept.append((places[activity], _MOOD, sign * strength, quote, name))
        elif feature := _FEATURE_OF.get(f"{kind}.{name}") or _FEATURE_OF.get(f"{kind}.*"):
            kept.append((places[activity], _COLUMN[feature], strength, quote, name))
    return Signals(
        activity=np.array([row[0] for row in kept], dtype=np.int64),
        feature=np.array([row[1] for row in kept], dtype=np.int64),
        strength=np.array([row[2] for row in kept], dtype=np.float64),
        quotes=tuple(row[3] for row in kept),
        names=tuple(row[4] for row in kept),
    )


def places_of(timeline: Timeline) -> dict[str, int]:
    """A number for each activity: one about several records of a cohort stands in its timeline repeatedly."""
    return {name: i for i, name in enumerate(dict.fromkeys(timeline.activities))}


def per_activity(signals: Signals, activities: int) -> tuple[Floats, Floats]:
    """Activities × counted features (the strongest of each), and each activity's mood (NaN: none)."""
    counted = np.zeros((activities, len(COUNTED)))
    about = signals.feature < _MOOD
    np.maximum.at(counted, (signals.activity[about], signals.feature[about]), signals.strength[about])
    total, number = (
        np.bincount(signals.activity[~about], weights=weights, minlength=activities)
        for weights in (signals.strength[~about], np.ones(int((~about).sum())))
    )
    return counted, np.where(number > 0, total / np.maximum(number, 1), np.nan)


def measure(timeline: Timeline, signals: Signals, places: Mapping[str, int], rows: int, seen: Seen) -> Floats:
    """Rows × `FEATURES`; all 0 where nothing was said."""
    counted, mood = per_activity(signals, len(places))
    number = np.array([places[name] for name in timeline.activities], dtype=np.int64)
    of_entry = number[seen.entry]
    weight = 0.5 ** (seen.days / HALF_LIFE)
    measured = np.zeros((rows, len(FEATURES)))
    for i in np.flatnonzero(counted.any(axis=0)):
        amounts = counted[of_entry, i] * weight
        measured[:, i] = np.minimum(np.bincount(seen.row, weights=amounts, minlength=rows), _MOST)
    moods = mood[of_entry]
    spoken = ~np.isnan(moods)
    total, norm = (
        np.bincount(seen.row[spoken], weights=weights, minlength=rows)
        for weights in (moods[spoken] * weight[spoken], weight[spoken])
    )
    # One more neutral remark: a single friendly line is no mood yet.
    measured[:, _MOOD] = total / (norm + 0.5)
    measured[:, _MOOD + 1] = _last(seen, spoken, moods, rows)
    return measured


def _last(seen: Seen, spoken: np.ndarray[Any, np.dtype[np.bool_]], moods: Floats, rows: int) -> Floats:
    """The mood of the last activity that showed one: entries stand in order of time."""
    last = np.zeros(rows)
    last[seen.row[spoken]] = moods[spoken]
    return last
