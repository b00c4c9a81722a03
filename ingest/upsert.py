"""Insert or update in one statement, for SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    connection: Connection,
    table: Table,
    rows: Select[Any] | Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    kept: Mapping[str, Any] | None = None,
) -> None:
    """Write rows (given, or of a query) by primary key; `kept` overrides what an update sets."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    keys = [column.name for column in table.primary_key]
    statement = make(table)
    if isinstance(rows, Select):
        # SQLite cannot tell "on conflict" from a join's "on" unless the query has a condition.
        statement = statement.from_select(columns, rows.where(literal_column("1") == literal_column("1")))
    updates = {name: statement.excluded[name] for name in columns if name not in keys} | dict(kept or {})
    statement = statement.on_conflict_do_update(index_elements=keys, set_=updates)
    if isinstance(rows, Select):
        connection.execute(statement)
    elif rows:
        connection.execute(statement, list(rows))
