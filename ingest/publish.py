"""Writes a load into the workspace: one transaction, with a journal that can undo it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, insert, select

from ingest import visibility
from ingest.activity_stage import ActivityStage
from ingest.changes import Changes, chunks
from ingest.entities import RecordType
from ingest.errors import WorkspaceLocked
from ingest.load_report import LoadReport, Rejected
from ingest.records import set_fact
from ingest.rows import BOOKKEEPING, Row, as_json, said_columns
from ingest.tables import (
    RECORD_TABLES,
    custom_fields,
    facts,
    journal,
    loads,
    merged_rows,
    rejected,
    sessions,
    users,
)
from ingest.upsert import upsert


@dataclass(slots=True, kw_only=True)
class Writes:
    """Everything that a load writes, decided before the transaction begins.

    `generation` is the workspace's number when it was decided; `merged` holds the rows behind merged records
    (None: no longer behind one), `custom` the columns that records carry beside the known fields.
    """

    generation: str | None
    records: Mapping[RecordType, Changes]
    activities: ActivityStage | None = None
    merged: Mapping[tuple[RecordType, str], Row | None] = field(default_factory=dict)
    custom: Sequence[Row] = ()
    custom_stays: bool = False  # a few rows say little of a column: what is known of it stays
    rejected: Sequence[Rejected] = ()
    logins: Mapping[str, str] = field(default_factory=dict)  # users who go on under another id
    files: Sequence[str] = ()
    marks: Mapping[str, str] = field(default_factory=dict)  # facts that hold once the load is published

    @property
    def empty(self) -> bool:
        """Whether no record changes."""
        staged = self.activities and (any(self.activities.counts()) or self.activities.gone)
        return not (any(self.records.values()) or staged)


def generation_of(connection: Connection, *, for_update: bool = False) -> str | None:
    """The number that counts the changes of the workspace's records; `for_update` holds others off it."""
    query = select(facts.c.value).where(facts.c.name == "generation")
    return connection.execute(query.with_for_update() if for_update else query).scalar()


def publish(connection: Connection, writes: Writes, report: LoadReport, now: datetime) -> LoadReport:
    """Write everything with its report, or nothing; gives the report with the load's id.

    Raises:
        WorkspaceLocked: another load was published since this one was decided.
    """
    with connection.execution_options(writes=True).begin():
        load_id = connection.execute(
            insert(loads).values(
                started_at=now, finished_at=now, status="published", files=list(writes.files)
            )
        ).inserted_primary_key[0]  # type: ignore[index]
        if generation_of(connection, for_update=True) != writes.generation:
            raise WorkspaceLocked("Another import finished while this one was read; run it again.")
        position = 0
        logins = _logins(connection, writes.logins)
        for type_, changes in writes.records.items():
            position = _write(connection, load_id, position, type_, changes)
        _hand_over(connection, writes.logins, logins)
        if writes.activities:
            position = writes.activities.publish(load_id, position)
        position = _write_merged(connection, load_id, position, writes.merged)
        _write_custom(connection, load_id, position, writes)
        _replace_rejected(connection, load_id, writes)
        if not writes.empty:
            set_fact(connection, "generation", str(int(writes.generation or 0) + 1))
        for name, value in writes.marks.items():
            set_fact(connection, name, value)
        report = replace(report, load_id=int(load_id))
        # What was set aside stands in its own table; pairs of persons are not kept.
        kept = {
            name: value for name, value in report.as_json().items() if name not in {"set_aside", "duplicates"}
        }
        connection.execute(loads.update().where(loads.c.id == load_id).values(report=kept))
        visibility.refresh(connection)
    return report


def _logins(connection: Connection, ids: Iterable[str]) -> list[Row]:
    """What the users who are to go on under another id log in with."""
    columns = (users.c.id, users.c.password_hash, users.c.role_set_by_hand, users.c.role)
    found = []
    for chunk in chunks(list(ids)):
        found += [
            dict(row) for row in connection.execute(select(*columns).where(users.c.id.in_(chunk))).mappings()
        ]
    return found


def _hand_over(connection: Connection, ids: Mapping[str, str], logins: Iterable[Row]) -> None:
    """Password, role set by hand and conversations go over to the new id."""
    for login in logins:
        new = ids[login["id"]]
        kept = {"password_hash": login["password_hash"]} if login["password_hash"] else {}
        if login["role_set_by_hand"]:
            kept |= {"role_set_by_hand": True, "role": login["role"]}
        if kept:
            connection.execute(users.update().where(users.c.id == new).values(**kept))
        connection.execute(sessions.update().where(sessions.c.user_id == login["id"]).values(user_id=new))


def _write(connection: Connection, load_id: int, position: int, type_: RecordType, changes: Changes) -> int:
    table = RECORD_TABLES[type_]
    columns = [*said_columns(type_), "row_hash", "load_id"]
    entries = [
        *((row["id"], None) for row in changes.new),
        *((before["id"], _before(before)) for before, _ in changes.changed),
        *((before["id"], _before(before)) for before in changes.removed),
    ]
    position = write_journal(connection, load_id, position, type_, entries)
    for chunk in chunks([row["id"] for row in changes.removed]):
        connection.execute(delete(table).where(table.c.id.in_(chunk)))
    rows = [*changes.new, *(after for _, after in changes.changed)]
    kept = (
        {"role": case((users.c.role_set_by_hand, users.c.role), else_=_excluded_role())}
        if table is users
        else None
    )
    upsert(
        connection,
        table,
        [{name: row[name] for name in columns[:-1]} | {"load_id": load_id} for row in rows],
        columns,
        kept=kept,
    )
    return position


def _excluded_role() -> Any:
    from sqlalchemy import literal_column

    return literal_column("excluded.role")


def _before(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in row.items()
        if name not in BOOKKEEPING or name in {"row_hash", "load_id"}
    }
    return as_json(kept)


def write_journal(
    connection: Connection, load_id: int, position: int, type_: str, entries: Sequence[tuple[str, Any]]
) -> int:
    """Keep what stood before under the load; gives the last position used."""
    if entries:
        connection.execute(
            insert(journal),
            [
                {"load_id": load_id, "position": at, "type": str(type_), "record_id": id_, "before": before}
                for at, (id_, before) in enumerate(entries, start=position + 1)
            ],
        )
    return position + len(entries)


def _write_merged(
    connection: Connection, load_id: int, position: int, merged: Mapping[tuple[RecordType, str], Row | None]
) -> int:
    if not merged:
        return position
    entries = []
    for type_, id_ in merged:
        where = (merged_rows.c.type == type_) & (merged_rows.c.id == id_)
        stored = connection.execute(select(merged_rows).where(where)).mappings().first()
        entries.append((f"{type_}:{id_}", dict(stored) if stored else None))
        if merged[type_, id_] is None:
            connection.execute(delete(merged_rows).where(where))
    position = write_journal(connection, load_id, position, "merged_row", entries)
    rows = [{"type": type_, "id": id_, **row} for (type_, id_), row in merged.items() if row is not None]
    upsert(connection, merged_rows, rows, ["type", "id", "into_id", "row"])
    return position


def _write_custom(connection: Connection, load_id: int, position: int, writes: Writes) -> None:
    stored = {(row.type, row.name): row for row in connection.execute(select(custom_fields))}
    changed = []
    for row in writes.custom:
        before = stored.get((row["type"], row["name"]))
        if before is not None and writes.custom_stays:
            continue
        if before is None or (before.kind, before.after_outcome) != (row["kind"], row["after_outcome"]):
            changed.append((row, dict(before._mapping) if before else None))
    write_journal(
        connection,
        load_id,
        position,
        "custom_field",
        [(f"{row['type']}:{row['name']}", before) for row, before in changed],
    )
    upsert(connection, custom_fields, [row for row, _ in changed], ["type", "name", "kind", "after_outcome"])


def _replace_rejected(connection: Connection, load_id: int, writes: Writes) -> None:
    """What was set aside of a file is that of its last reading: nothing stands there twice."""
    for chunk in chunks(list(writes.files)):
        connection.execute(delete(rejected).where(rejected.c.file.in_(chunk)))
    if writes.rejected:
        connection.execute(
            insert(rejected),
            [
                {
                    "load_id": load_id,
                    "file": one.file,
                    "row": one.row,
                    "field": one.field,
                    "value": one.value,
                    "why": one.why,
                }
                for one in writes.rejected
            ],
        )
