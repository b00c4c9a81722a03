"""What SQLite and PostgreSQL say differently, and how each shuts the door behind an open book."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# What a book may do on SQLite besides reading its views.
_ALLOWED_ACTIONS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}

# The PostgreSQL role that may read the views of an open book and nothing else.
READER_ROLE = "hotlist_reader"


@dataclass(frozen=True, slots=True)
class Dialect:
    """A database's words for what the views say, and its lock.

    `shut` takes the connection and the public and private names of the views, after which the connection
    reads the public ones and does nothing else.
    """

    words: tuple[tuple[str, str], ...]
    shut: Callable[[Any, frozenset[str], frozenset[str]], None]

    def said(self, sql: str) -> str:
        """`sql`, which is written for SQLite, in this dialect."""
        for sqlite_word, word in self.words:
            sql = sql.replace(sqlite_word, word)
        return sql


def _shut_sqlite(connection: Any, public: frozenset[str], private: frozenset[str]) -> None:
    def allow(
        action: int, first: str | None, _second: str | None, database: str | None, inside: str | None
    ) -> int:
        if action in _ALLOWED_ACTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and (
            inside in private
            or (database == "temp" and first in public)
            or (first in private and inside in public)
        ):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    connection.commit()
    connection.set_authorizer(allow)


def _shut_postgresql(connection: Any, public: frozenset[str], _private: frozenset[str]) -> None:
    connection.execute(f"grant select on {', '.join(sorted(public))} to {READER_ROLE}")
    connection.execute("set session characteristics as transaction read only")
    connection.execute(f"set role {READER_ROLE}")
    # A later statement that fails rolls its transaction back: the role must not go with it.
    connection.commit()


SQLITE = Dialect(words=(), shut=_shut_sqlite)
POSTGRESQL = Dialect(
    words=(
        ("main.", "public."),
        ("temp.", "pg_temp."),
        ("cross join", "join"),
        ("+a.at", "a.at"),
        ("+v.at", "v.at"),
        ("as varchar)", 'as varchar) collate "C"'),  # as all text of the tables
    ),
    shut=_shut_postgresql,
)
