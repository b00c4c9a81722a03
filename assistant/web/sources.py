"""Where a quote comes from: which interaction, when, and who spoke. Read through the asking user's book."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from ingest.entities import User
from ingest.records import Records
from ingest.tables import activities, signals

_AT_ONCE = 500  # ids in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An interaction; `direction` is None where the records do not say who spoke."""

    kind: str
    at: datetime | None
    subject: str | None
    direction: str | None


def sources_of(records: Records, user: User, answers: Iterable[Mapping[str, Any]]) -> dict[str, Source]:
    """The interactions that the answers quote and that the user may see, by id."""
    quoted = {
        evidence["id"]
        for answer in answers
        for evidence in answer.get("evidence") or ()
        if evidence.get("type") == "activity"
    }
    return _read(records, user, sorted(quoted)) if quoted else {}


def _read(records: Records, user: User, ids: Sequence[str]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    with records.seen_by(user, datetime.now(UTC)) as run:
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            rows = run(
                select(
                    activities.c.id,
                    activities.c.kind,
                    activities.c.at,
                    activities.c.subject,
                    activities.c.direction,
                ).where(activities.c.id.in_(some))
            )
            silent = [row.id for row in rows if row.direction is None]
            spoke = _speakers(run(_said_in(silent)) if silent else ())
            for row in rows:
                found[row.id] = Source(
                    kind=row.kind,
                    at=row.at,
                    subject=row.subject,
                    direction=row.direction or spoke.get(row.id),
                )
    return found


def _said_in(ids: Collection[str]) -> Any:
    return select(signals.c.activity_id, signals.c.speaker).where(signals.c.activity_id.in_(ids))


def _speakers(rows: Iterable[Any]) -> dict[str, str | None]:
    """Who spoke, where all that was read out of an interaction was said by one side."""
    sides: dict[str, set[str]] = {}
    for activity_id, speaker in rows:
        sides.setdefault(activity_id, set()).add(speaker)
    names = {"customer": "inbound", "rep": "outbound"}
    return {id: names.get(next(iter(side))) for id, side in sides.items() if len(side) == 1}
