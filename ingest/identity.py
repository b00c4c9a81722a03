"""Which rows are one record: keeps the rows behind merged records, and writes one record for each group."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from ingest.changes import Changes, stored_rows
from ingest.clean import Staged
from ingest.entities import RecordType
from ingest.links import Directory
from ingest.load_report import Merged
from ingest.rows import Row, from_json
from ingest.tables import RECORD_TABLES, merged_rows


@dataclass(slots=True)
class Identity:
    """The rows behind merged records, and what a load changes of them."""

    connection: Connection
    merged: dict[tuple[RecordType, str], Row | None] = field(default_factory=dict)
    _stored: dict[RecordType, dict[str, tuple[str, Row]]] = field(default_factory=dict)

    def behind(self, type_: RecordType) -> Mapping[str, tuple[str, Row]]:
        """The rows behind merged records of a type, by their own ids, each with the record's id."""
        if type_ not in self._stored:
            query = select(merged_rows).where(merged_rows.c.type == type_)
            self._stored[type_] = {
                row.id: (row.into_id, from_json(RECORD_TABLES[type_], row.row))
                for row in self.connection.execute(query)
            }
        return self._stored[type_]

    def sources(self, type_: RecordType, staged: Mapping[str, Staged]) -> dict[str, Row]:
        """The stored row of each staged id, as its own file told it."""
        stored = stored_rows(self.connection, type_, staged)
        return stored | {id_: row for id_, (_, row) in self.behind(type_).items() if id_ in staged}


def unite(
    identity: Identity, type_: RecordType, rows: Mapping[str, Row], changes: Changes, directory: Directory
) -> list[Merged]:
    """Sort the rows into `changes`, duplicates as one record."""
    stored = stored_rows(identity.connection, type_, rows)
    for id_, row in rows.items():
        changes.compare(row, stored.get(id_))
    return []
