"""Who is signed in: passwords checked, and random tokens that stand for a browser's login.

A login ends by signing out, after 12 hours without use, after 7 days whatever its use, when the password
changes and when the user is gone. It survives a restart of the server. Only the hash of a token is kept.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from assistant.passwords import DEMO_PASSWORD, hash_password, matches
from ingest.entities import User
from ingest.errors import UnknownUser
from ingest.records import Records, as_user
from ingest.tables import audit, logins, users

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
_TOUCH = timedelta(minutes=5)  # how exactly the last use is known: not every request shall write


class Logins:
    """The logins of one workspace; `clock` gives the present moment."""

    def __init__(self, records: Records, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._records = records
        self._clock = clock

    def account(self, who: str) -> str:
        """What is tried by signing in as `who`: the same for every way to name one user."""
        user = self._user(who)
        return f"user {user.id}" if user else f"nobody {who.strip().lower()[:200]}"

    def check(self, who: str, password: str) -> User | None:
        """The user with this e-mail, id or name, if the password is theirs."""
        user = self._user(who)
        fits = matches(self._hash_of(user) if user else None, password)
        return user if fits else None

    def begin(self, user: User) -> str:
        """Sign the user in; the token is the one thing that proves it."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._records.writing() as connection:
            connection.execute(
                delete(logins).where((logins.c.used_at < now - IDLE) | (logins.c.created_at < now - ABSOLUTE))
            )
            connection.execute(
                insert(logins).values(token_hash=_digest(token), user_id=user.id, created_at=now, used_at=now)
            )
            connection.execute(insert(audit).values(at=now, user_id=user.id, action="sign in", detail={}))
        return token

    def user(self, token: str) -> User | None:
        """Whose login this is, as the user stands now; None where it has ended or never was."""
        now = self._clock()
        whose = select(users, logins.c.used_at).join(logins, logins.c.user_id == users.c.id)
        alive = whose.where(
            logins.c.token_hash == _digest(token),
            logins.c.used_at >= now - IDLE,
            logins.c.created_at >= now - ABSOLUTE,
        )
        with self._records.engine.connect() as connection:
            row = connection.execute(alive).first()
        if row is None:
            return None
        if now - row.used_at >= _TOUCH:
            with self._records.writing() as connection:
                connection.execute(
                    update(logins).where(logins.c.token_hash == _digest(token)).values(used_at=now)
                )
        return as_user(row)

    def end(self, token: str) -> None:
        """Sign out."""
        with self._records.writing() as connection:
            connection.execute(delete(logins).where(logins.c.token_hash == _digest(token)))

    def set_password(self, user: User, password: str) -> None:
        """Give the user a new password and end every login made with the old one.

        Raises:
            BadRequest: the password is too short or too long.
        """
        hashed = hash_password(password)
        with self._records.writing() as connection:
            connection.execute(update(users).where(users.c.id == user.id).values(password_hash=hashed))
            connection.execute(delete(logins).where(logins.c.user_id == user.id))

    def with_demo_password(self) -> User | None:
        """Somebody whose password is the one in the manual, if there is such a user."""
        has_one = select(users).where(func.coalesce(users.c.password_hash, "") != "").order_by(users.c.id)
        with self._records.engine.connect() as connection:
            rows = connection.execute(has_one).all()
        return next((as_user(row) for row in rows if matches(row.password_hash, DEMO_PASSWORD)), None)

    def _user(self, who: str) -> User | None:
        try:
            return self._records.user(who)
        except UnknownUser:
            return None

    def _hash_of(self, user: User) -> str | None:
        with self._records.engine.connect() as connection:
            return connection.execute(select(users.c.password_hash).where(users.c.id == user.id)).scalar()


def _digest(token: str) -> str:
    # The token is random and long, so a plain hash keeps it as well as a slow one.
    return hashlib.sha256(token.encode()).hexdigest()
