"""Where a quote comes from: which interaction, when, and who spoke. Read through the asking user's book."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from ingest.entities import Direction, User
from ingest.records import Records, Select
from ingest.tables import activities, signals

_AT_ONCE = 500  # ids in one statement
# Interactions that are one side's own words. Who called does not say who spoke.
_WRITTEN = frozenset({"email", "chat", "form", "social"})
_SIDES = {Direction.INBOUND: "customer", Direction.OUTBOUND: "rep"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An interaction; `speakers` says who spoke ("customer" or "rep") by what was said, where it is known."""

    kind: str
    at: datetime | None
    subject: str | None
    writer: str | None = None
    speakers: Mapping[str, str] = field(default_factory=dict)

    def speaker_of(self, quote: str) -> str | None:
        """Who said this; None where the records do not say."""
        return self.speakers.get(quote.strip(), self.writer)


def sources_of(records: Records, user: User, answers: Iterable[Mapping[str, Any]]) -> dict[str, Source]:
    """The interactions that the answers quote and that the user may see, by id."""
    quoted = {
        evidence["id"]
        for answer in answers
        for evidence in answer.get("evidence") or ()
        if evidence.get("type") == "activity"
    }
    if not quoted:
        return {}
    ids = sorted(quoted)
    found: dict[str, Source] = {}
    with records.seen_by(user, datetime.now(UTC)) as run:
        for start in range(0, len(ids), _AT_ONCE):
            found |= _read(run, ids[start : start + _AT_ONCE])
    return found


def _read(run: Select, ids: Sequence[str]) -> dict[str, Source]:
    shown = (
        activities.c.id,
        activities.c.kind,
        activities.c.at,
        activities.c.subject,
        activities.c.direction,
    )
    said: dict[str, dict[str, str]] = {}
    spoken = select(signals.c.activity_id, signals.c.quote, signals.c.speaker)
    for row in run(spoken.where(signals.c.activity_id.in_(ids))):
        if row.speaker:
            said.setdefault(row.activity_id, {})[row.quote.strip()] = row.speaker
    return {
        row.id: Source(
            kind=row.kind,
            at=row.at,
            subject=row.subject,
            writer=_SIDES.get(row.direction) if row.kind in _WRITTEN else None,
            speakers=said.get(row.id, {}),
        )
        for row in run(select(*shown).where(activities.c.id.in_(ids)))
    }
