"""Who did what: kept in the records database, read by the administrator.

A question is as private as what it asks about, so it stands here and in no log.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select

from assistant.answers import Answer
from ingest.entities import User
from ingest.records import Records
from ingest.tables import audit, users

_RECORDS_KEPT = 50


def note(
    records: Records, action: str, *, user: User | None = None, detail: Mapping[str, Any] | None = None
) -> None:
    """Keep that `user` (None: somebody at the command line) did `action` now."""
    with records.writing() as connection:
        connection.execute(
            insert(audit).values(
                at=datetime.now(UTC),
                user_id=user.id if user else None,
                action=action,
                detail=dict(detail or {}),
            )
        )


def of_answer(answer: Answer) -> dict[str, Any]:
    """What is kept of an answer: the question, and which records answered it."""
    listed = [str(item.ref) for finding in answer.findings for item in finding.listed]
    quoted = [str(item.ref) for finding in answer.findings for item in finding.evidence]
    return {
        "question": answer.question,
        "session": answer.session,
        "as_of": answer.as_of.isoformat(),
        "kind": answer.kind,
        "model": answer.model,
        "tools": [step.tool for step in answer.steps],
        "records": list(dict.fromkeys([*listed, *quoted]))[:_RECORDS_KEPT],
    }


def entries(records: Records, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The entries, the newest first, each with the name of who did it."""
    newest = (
        select(audit, users.c.name, users.c.email)
        .outerjoin(users, users.c.id == audit.c.user_id)
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    with records.engine.connect() as connection:
        for row in connection.execute(newest):
            yield {
                "at": row.at.isoformat(),
                "user": row.email or row.name or row.user_id,
                "action": row.action,
                **row.detail,
            }
