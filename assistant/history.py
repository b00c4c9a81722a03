"""Conversations, kept by the server: what was asked, what was answered, where the dialogue stands.

A session belongs to one user. Another user's session does not exist for anybody else, whatever its id:
every statement names the user, so there is no way to ask for it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from ingest.entities import User
from ingest.errors import BadRequest, UnknownSession
from ingest.records import Records
from ingest.tables import messages, sessions

_TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One conversation as the sidebar lists it."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question with its answer object, as `ask --json` prints it."""

    question: str
    answer: Mapping[str, Any]
    created_at: datetime


class History:
    """The conversations of one workspace."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def sessions(self, user: User, *, limit: int = 200) -> list[Session]:
        """The user's conversations, the last used first."""
        mine = select(sessions).where(sessions.c.user_id == user.id)
        newest = mine.order_by(sessions.c.updated_at.desc(), sessions.c.id).limit(limit)
        with self._records.engine.connect() as connection:
            return [
                Session(
                    id=row.id, title=row.title or "", created_at=row.created_at, updated_at=row.updated_at
                )
                for row in connection.execute(newest)
            ]

    def has(self, user: User, session: str) -> bool:
        """Whether the user has such a conversation."""
        with self._records.engine.connect() as connection:
            return connection.execute(select(sessions.c.id).where(_own(user, session))).first() is not None

    def turns(self, user: User, session: str) -> list[Turn]:
        """What was said in a conversation, oldest first.

        Raises:
            UnknownSession: the user has no such conversation.
        """
        said = (
            select(messages)
            .where(messages.c.user_id == user.id, messages.c.session_id == session)
            .order_by(messages.c.id)
        )
        with self._records.engine.connect() as connection:
            if connection.execute(select(sessions.c.id).where(_own(user, session))).first() is None:
                raise _unknown()
            return [
                Turn(question=row.question, answer=row.answer, created_at=row.created_at)
                for row in connection.execute(said)
            ]

    def dialogue(self, user: User, session: str) -> dict[str, Any]:
        """Where the dialogue stands; empty for a conversation that has not begun."""
        kept = select(sessions.c.dialogue).where(_own(user, session))
        with self._records.engine.connect() as connection:
            return dict(connection.execute(kept).scalar() or {})

    def append(
        self,
        user: User,
        session: str,
        *,
        question: str,
        answer: Mapping[str, Any],
        dialogue: Mapping[str, Any],
        at: datetime | None = None,
    ) -> None:
        """Keep one turn and where the dialogue stands after it; the first turn begins the conversation.

        `at` is when it was said (now, if not given), not the moment that the answer is as of.
        """
        now = at or datetime.now(UTC)
        with self._records.writing() as connection:
            known = connection.execute(
                update(sessions).where(_own(user, session)).values(updated_at=now, dialogue=dict(dialogue))
            )
            if not known.rowcount:
                connection.execute(
                    insert(sessions).values(
                        id=session,
                        user_id=user.id,
                        title=_title(question),
                        created_at=now,
                        updated_at=now,
                        dialogue=dict(dialogue),
                    )
                )
            connection.execute(
                insert(messages).values(
                    user_id=user.id,
                    session_id=session,
                    created_at=now,
                    question=question,
                    answer=dict(answer),
                )
            )

    def rename(self, user: User, session: str, title: str) -> None:
        """Give a conversation another title.

        Raises:
            UnknownSession: the user has no such conversation.
            BadRequest: the title is empty.
        """
        if not (wanted := _title(title)):
            raise BadRequest("A conversation needs a title; type one, or leave the old one as it is.")
        with self._records.writing() as connection:
            changed = connection.execute(update(sessions).where(_own(user, session)).values(title=wanted))
            if not changed.rowcount:
                raise _unknown()

    def delete(self, user: User, session: str) -> None:
        """Remove a conversation and all that was said in it.

        Raises:
            UnknownSession: the user has no such conversation.
        """
        with self._records.writing() as connection:
            if not connection.execute(delete(sessions).where(_own(user, session))).rowcount:
                raise _unknown()
            connection.execute(
                delete(messages).where(messages.c.user_id == user.id, messages.c.session_id == session)
            )


def new_session() -> str:
    """An id for a conversation that is about to begin; nobody can guess it."""
    return secrets.token_urlsafe(16)


def _own(user: User, session: str) -> ColumnElement[bool]:
    return (sessions.c.user_id == user.id) & (sessions.c.id == session)


def _title(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _TITLE_LENGTH else words[: _TITLE_LENGTH - 1].rstrip() + "…"


def _unknown() -> UnknownSession:
    return UnknownSession("There is no such conversation; it may have been deleted. Start a new one.")
