"""What a load would write: new, changed and removed rows, each with what stood before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, select

from ingest.entities import RecordType
from ingest.rows import Row, digest
from ingest.tables import RECORD_TABLES

_IDS_AT_ONCE = 900


@dataclass(slots=True)
class Changes:
    """The writes to one record table. `changed` holds pairs of the row before and after."""

    new: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Row]] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)
    unchanged: int = 0

    def compare(self, row: Row, stored: Row | None) -> None:
        """Sort a row in by comparing it with what is stored under its id."""
        row["row_hash"] = digest(row)
        if stored is None:
            self.new.append(row)
        elif stored["row_hash"] == row["row_hash"]:
            self.unchanged += 1
        else:
            self.changed.append((stored, row))

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed)


def stored_rows(connection: Connection, type_: RecordType, ids: Iterable[str]) -> dict[str, Row]:
    """The rows of these ids as they are stored."""
    table = RECORD_TABLES[type_]
    found: dict[str, Row] = {}
    for chunk in chunks(list(ids)):
        for row in connection.execute(select(table).where(table.c.id.in_(chunk))).mappings():
            found[row["id"]] = dict(row)
    return found


def stored_hashes(connection: Connection, table: Table, ids: Iterable[str]) -> dict[str, str]:
    """The hashes of these ids' rows."""
    found: dict[str, str] = {}
    for chunk in chunks(list(ids)):
        query = select(table.c.id, table.c.row_hash).where(table.c.id.in_(chunk))
        found.update(connection.execute(query).all())
    return found


def chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Lists of ids short enough for one statement."""
    return (ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE))


def outcomes_changed(changes: Mapping[RecordType, Changes]) -> bool:
    """Whether any lead or opportunity has an outcome that it did not have before."""

    def differs(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
        return bool((before["outcome"] if before else "open") != after["outcome"])

    return any(
        any(differs(None, row) for row in changes[type_].new)
        or any(differs(before, after) for before, after in changes[type_].changed)
        for type_ in (RecordType.LEAD, RecordType.OPPORTUNITY)
        if type_ in changes
    )
