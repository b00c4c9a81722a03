"""What users hold against scores ("wrong, they have signed elsewhere"): kept, learned from, measured."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
from sqlalchemy import select

from assistant.scoring.snapshot import Cohort
from assistant.scoring.values import seconds
from ingest.entities import Outcome, RecordType, Ref, User
from ingest.errors import BadRequest
from ingest.records import Records
from ingest.tables import RECORD_TABLES, scores, verdicts

_SHOWN = 50


class Says(StrEnum):
    """What a user holds against a score. Won and lost are outcomes that the CRM does not know yet."""

    WON = "won"
    LOST = "lost"
    HIGHER = "higher"
    LOWER = "lower"


_OUTCOMES = {Says.WON: 1.0, Says.LOST: 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One such word; `score` is what the record stood at."""

    at: datetime
    user_id: str
    ref: Ref
    says: Says
    because: str
    score: float | None


def note(records: Records, user: User, record: str, says: Says, because: str, at: datetime) -> Verdict:
    """Keep what a user says of a score of theirs.

    Raises:
        BadRequest: no open record of this id is theirs to see.
    """
    for type_ in (RecordType.LEAD, RecordType.OPPORTUNITY):
        table = RECORD_TABLES[type_]
        theirs = select(table.c.id).where(table.c.id == record, table.c.outcome == Outcome.OPEN)
        with records.seen_by(user, at) as run:
            if not run(theirs):
                continue
            newest = (
                select(scores.c.probability)
                .where(scores.c.type == type_, scores.c.record_id == record)
                .order_by(scores.c.at.desc())
            )
            found = run(newest.limit(1))
        given = Verdict(
            at=at,
            user_id=user.id,
            ref=Ref(type=type_, id=record),
            says=says,
            because=because.strip(),
            score=float(found[0].probability) if found else None,
        )
        with records.writing() as connection:
            connection.execute(verdicts.insert().values(**_row(given)))
        return given
    raise BadRequest(f"No open lead or deal of {user.name} has the id {record!r}; check the id.")


def _row(given: Verdict) -> dict[str, Any]:
    return {
        "at": given.at,
        "user_id": given.user_id,
        "type": str(given.ref.type),
        "record_id": given.ref.id,
        "says": str(given.says),
        "because": given.because,
        "score": given.score,
    }


def labels(records: Records, type_: RecordType, at: datetime) -> dict[str, tuple[float, float]]:
    """Outcomes that users told by `at` and since when they hold; a record's newest word counts."""
    told = select(verdicts).where(verdicts.c.type == type_, verdicts.c.at <= at).order_by(verdicts.c.at)
    with records.engine.connect() as connection:
        newest = {row.record_id: row for row in connection.execute(told)}
    return {
        name: (_OUTCOMES[Says(row.says)], seconds(row.at))
        for name, row in newest.items()
        if Says(row.says) in _OUTCOMES
    }


def with_labels(cohort: Cohort, told: Mapping[str, tuple[float, float]]) -> Cohort:
    """The cohort with what users told where the CRM has no outcome yet."""
    outcome, closed = cohort.outcome.copy(), cohort.closed.copy()
    for place in np.flatnonzero(cohort.is_open).tolist():
        if (label := told.get(cohort.ids[place])) is not None:
            outcome[place], closed[place] = label
    return replace(cohort, outcome=outcome, closed=closed)


def measured(records: Records) -> dict[str, Any]:
    """All verdicts for the admin, the newest first, with what came of the records since."""
    with records.engine.connect() as connection:
        newest_first = select(verdicts).order_by(verdicts.c.at.desc(), verdicts.c.id.desc())
        given = connection.execute(newest_first).all()
        outcomes: dict[tuple[str, str], str] = {}
        for type_ in (RecordType.LEAD, RecordType.OPPORTUNITY):
            table, ids = RECORD_TABLES[type_].c, [row.record_id for row in given if row.type == type_]
            for start in range(0, len(ids), 500):
                found = select(table.id, table.outcome).where(table.id.in_(ids[start : start + 500]))
                outcomes |= {(type_, row.id): row.outcome for row in connection.execute(found)}
    said = [_measured(row, outcomes.get((row.type, row.record_id), Outcome.OPEN)) for row in given]
    decided = [one for one in said if one["right"] is not None]
    return {
        "given": len(said),
        "decided": len(decided),
        "user_was_right": sum(bool(one["right"]) for one in decided),
        "verdicts": said[:_SHOWN],
    }


def _measured(row: Any, outcome: str) -> dict[str, Any]:
    hoped = row.says in (Says.WON, Says.HIGHER)
    return {
        "at": row.at.isoformat(),
        "user": row.user_id,
        "type": row.type,
        "id": row.record_id,
        "says": row.says,
        "because": row.because,
        "score": row.score,
        "outcome": outcome,
        "right": None if outcome == Outcome.OPEN else (outcome == Outcome.WON) == hoped,
    }
