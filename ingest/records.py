"""The records database: opens it, reads it as a user may, and writes to it in transactions."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Row, create_engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from ingest import scope, visibility
from ingest.entities import Role, User
from ingest.errors import UnknownUser, WorkspaceUnusable
from ingest.tables import facts, users

Select = Callable[[Executable], Sequence[Row[Any]]]

# Seconds that a writer waits for another: publishing a million activities takes a while.
_PATIENCE = 120

# Who the product itself is when it scores, embeds and reports: it sees everything and is nobody's login.
SYSTEM = User(id="", name="Hotlist", role=Role.ADMIN)


class Records:
    """The records of one workspace.

    Raises:
        WorkspaceUnusable: the database cannot be opened or was made by a newer version.
    """

    def __init__(self, database: Path | str) -> None:
        """Open a SQLite file, or a PostgreSQL database by its URL."""
        from ingest.migrations import migrate

        try:
            if isinstance(database, Path):
                database.parent.mkdir(parents=True, exist_ok=True)
                self.engine, self._readers = _sqlite(database)
            else:
                self.engine, self._readers = _postgresql(database)
            migrate(self.engine)
        except (OSError, DBAPIError) as error:
            raise WorkspaceUnusable(
                "The workspace's database cannot be opened; check its folder or its address and rights, "
                "or name another with --workspace or HOTLIST_DATABASE_URL."
            ) from error

    @contextmanager
    def seen_by(self, user: User, at: datetime) -> Iterator[Select]:
        """A function that runs one SELECT over what `user` may see at the moment `at`.

        Statements name the tables of `ingest.tables`; on this connection these names mean the user's views.
        Each thread opens its own.
        """
        with self._readers.connect() as connection:
            scope.open_book(connection.connection.dbapi_connection, user, at)
            yield lambda statement: connection.execute(statement).all()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is written, and who sees it is worked out, or nothing happens."""
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
            visibility.refresh(connection)

    def user(self, who: str) -> User:
        """The user with this id, e-mail or exact name.

        Raises:
            UnknownUser: nobody fits, or more than one does.
        """
        wanted = who.strip()
        with self.engine.connect() as connection:
            for fits in (
                users.c.id == wanted,
                func.lower(users.c.email) == wanted.lower(),
                func.lower(users.c.name) == wanted.lower(),
            ):
                rows = connection.execute(select(users).where(fits)).all()
                if len(rows) == 1:
                    return as_user(rows[0])
                if rows:
                    raise UnknownUser(f"More than one user fits {who!r}; use the e-mail address or the id.")
        raise UnknownUser(f"There is no user {who!r}; 'hotlist users list' shows who there is.")

    def everybody(self) -> list[User]:
        """All users, by name."""
        with self.engine.connect() as connection:
            return [
                as_user(row) for row in connection.execute(select(users).order_by(users.c.name, users.c.id))
            ]

    def fact(self, name: str) -> str | None:
        """A small thing that the workspace remembers of itself."""
        with self.engine.connect() as connection:
            return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()

    @property
    def generation(self) -> int:
        """Counts the imports; whoever caches something of the records keeps this number beside it."""
        return int(self.fact("generation") or 0)


def as_user(row: Row[Any]) -> User:
    """A row of the table as a `User`."""
    return User(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        manager_id=row.manager_id,
        extra=row.extra,
    )


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Remember `value` under `name`, inside the caller's transaction."""
    changed = connection.execute(facts.update().where(facts.c.name == name).values(value=value))
    if not changed.rowcount:
        connection.execute(facts.insert().values(name=name, value=value))


def _sqlite(file: Path) -> tuple[Engine, Engine]:
    """The engine that writes and the one that reads, whose connections belong to one book each."""
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": _PATIENCE})

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={_PATIENCE * 1000}",
            "secure_delete=on",
        ):
            connection.execute(f"pragma {pragma}")
        connection.isolation_level = None  # the driver would leave tables and triggers out of a transaction

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail at once beside another writer.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    def read_only() -> sqlite3.Connection:
        return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)

    return engine, create_engine("sqlite://", creator=read_only, poolclass=NullPool)


def _postgresql(url: str) -> tuple[Engine, Engine]:
    """The same for PostgreSQL; psycopg is the driver whichever way the URL begins."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(address, pool_pre_ping=True), create_engine(address, poolclass=NullPool)
