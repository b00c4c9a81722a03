"""At which moments a closed record teaches: as it stood at set ages, before its outcome was known."""

import hashlib
from collections.abc import Sequence

import numpy as np

from assistant.scoring.snapshot import Cohort, Timeline
from assistant.scoring.table import Bools, Floats, Ints
from assistant.scoring.values import DAY

# Ages in days. They do not hang on when a record closed, else the age itself would tell the outcome.
AGES = (0.1, 4.0, 14.0, 35.0, 80.0, 170.0, 350.0)
_QUIET = 30.0  # an undated outcome is taken to have come this many days after the last activity


def jitter(ids: Sequence[str]) -> Floats:
    """A factor from 0.75 to 1.25 for each record, so that no age stands out; the same on every machine."""
    digests = (hashlib.sha256(name.encode()).digest()[:8] for name in ids)
    return np.array([0.75 + 0.5 * int.from_bytes(digest, "big") / 2**64 for digest in digests])


def ends(cohort: Cohort, timeline: Timeline, at: float) -> Floats:
    """Until when each record was open: its outcome's moment, or an estimate where the file gives none."""
    last = np.full(len(cohort.ids), np.nan)
    done = ~timeline.planned
    np.fmax.at(last, timeline.record[done], timeline.at[done])
    dated = np.isfinite(cohort.closed) & np.isfinite(cohort.created)
    usual = float(np.median((cohort.closed - cohort.created)[dated])) if dated.any() else 30 * DAY
    guess = np.fmin(np.fmax(last + _QUIET * DAY, cohort.created + usual), at)
    return np.where(np.isnan(cohort.closed), guess, cohort.closed)


def is_dated(cohort: Cohort, timeline: Timeline) -> bool:
    """Whether time can be told at all: most records say when they came, and something says when it ended."""
    closed = ~cohort.is_open
    if not closed.any() or np.isnan(cohort.created[closed]).mean() > 0.2:
        return False
    return bool(np.isfinite(cohort.closed[closed]).mean() > 0.3 or len(timeline.at))


def training_rows(cohort: Cohort, timeline: Timeline, at: float, ages: int) -> tuple[Ints, Floats]:
    """Record and moment of every training row: at most `ages` moments a record, all before its end.

    Where time cannot be told, each closed record teaches once, as it stands, its moment NaN.
    """
    closed = np.flatnonzero(~cohort.is_open)
    if not is_dated(cohort, timeline):
        return closed, np.full(len(closed), np.nan)
    end = ends(cohort, timeline, at)
    factor = jitter([cohort.ids[i] for i in closed])
    rows, moments = [], []
    for age in _chosen(ages):
        when = cohort.created[closed] + age * factor * DAY
        if age == AGES[0]:  # whoever closed within hours still teaches once
            when = np.fmin(when, (cohort.created[closed] + end[closed]) / 2)
        before = when < end[closed]
        if age == AGES[0]:
            before |= ~before & (end[closed] >= cohort.created[closed])
        rows.append(closed[before])
        moments.append(when[before])
    undated = closed[~np.isin(closed, np.concatenate(rows))]
    rows.append(undated)  # closed before it came, or never dated: it teaches what it is, not what happened
    moments.append(np.full(len(undated), np.nan))
    return np.concatenate(rows), np.concatenate(moments)


def _chosen(ages: int) -> Sequence[float]:
    if ages >= len(AGES):
        return AGES
    return [AGES[round(i)] for i in np.linspace(0, len(AGES) - 1, max(ages, 2))][:ages]


def one_a_record(rows: Ints, ids: Sequence[str]) -> Bools:
    """One row of each record, chosen by chance: figures count records, not moments."""
    digests = [hashlib.sha256(f"{ids[row]}:{i}".encode()).digest() for i, row in enumerate(rows.tolist())]
    order = np.argsort(np.argsort(digests))
    best = np.full(int(rows.max()) + 1 if len(rows) else 0, np.iinfo(np.int64).max)
    np.minimum.at(best, rows, order)
    return np.asarray(best[rows] == order)
