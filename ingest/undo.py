"""Takes back the last load, row by row out of its journal."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from ingest.changes import chunks
from ingest.entities import RecordType, Ref
from ingest.errors import BadRequest
from ingest.load_report import LoadReport, TypeReport
from ingest.publish import generation_of
from ingest.records import Records, set_fact
from ingest.rows import from_json
from ingest.tables import RECORD_TABLES, activity_about, custom_fields, journal, loads, merged_rows, rejected
from ingest.upsert import upsert

Before = Mapping[str, Any] | None


def undo(records: Records, load_id: int | None, now: datetime) -> LoadReport:
    """Bring the records back to what they were before a load: the last one that changed anything.

    Raises:
        BadRequest: nothing to undo, or later loads rest on this one.
    """
    with records.writing() as connection:
        last = connection.execute(
            select(loads.c.id)
            .where(loads.c.status == "published", loads.c.id.in_(select(journal.c.load_id)))
            .order_by(loads.c.id.desc())
        ).scalar()
        if last is None:
            raise BadRequest("There is no load to undo.")
        if load_id is not None and load_id != last:
            raise BadRequest(f"Only the last load ({last}) can be undone; undo the later ones first.")
        connection.execute(loads.update().where(loads.c.id == last).values(status="undone", finished_at=now))
        report = _restore(connection, last)
        connection.execute(delete(journal).where(journal.c.load_id == last))
        connection.execute(delete(rejected).where(rejected.c.load_id == last))
        set_fact(connection, "generation", str(int(generation_of(connection) or 0) + 1))
    return report


def _restore(connection: Connection, load_id: int) -> LoadReport:
    changed: set[Ref] = set()
    removed: set[Ref] = set()
    outcomes = False
    types = {}
    for type_ in RecordType:
        entries = list(_entries(connection, load_id, type_))
        removed.update(Ref(type=type_, id=id_) for id_, before in entries if before is None)
        changed.update(Ref(type=type_, id=id_) for id_, before in entries if before is not None)
        _restore_rows(connection, type_, entries)
        outcomes |= bool(entries) and type_ in {RecordType.LEAD, RecordType.OPPORTUNITY}
        if entries:
            types[type_] = TypeReport(changed=len(entries))
    _restore_kept(connection, merged_rows, _entries(connection, load_id, "merged_row"), ("type", "id"))
    _restore_kept(connection, custom_fields, _entries(connection, load_id, "custom_field"), ("type", "name"))
    return LoadReport(
        load_id=load_id,
        types=types,
        changed=frozenset(changed),
        removed=frozenset(removed),
        outcomes_changed=outcomes,
    )


def _entries(connection: Connection, load_id: int, type_: str) -> Iterator[tuple[str, Before]]:
    query = select(journal.c.record_id, journal.c.before).where(
        journal.c.load_id == load_id, journal.c.type == str(type_)
    )
    yield from connection.execute(query)


def _restore_rows(connection: Connection, type_: RecordType, entries: list[tuple[str, Before]]) -> None:
    table = RECORD_TABLES[type_]
    for ids in chunks([id_ for id_, before in entries if before is None]):
        connection.execute(delete(table).where(table.c.id.in_(ids)))
    rows = [from_json(table, before) for _, before in entries if before is not None]
    if type_ is RecordType.ACTIVITY:
        _restore_about(connection, entries)
        rows = [{name: value for name, value in row.items() if name != "about"} for row in rows]
    if rows:
        upsert(connection, table, rows, list(rows[0]))


def _restore_about(connection: Connection, entries: list[tuple[str, Before]]) -> None:
    for ids in chunks([id_ for id_, _ in entries]):
        connection.execute(delete(activity_about).where(activity_about.c.activity_id.in_(ids)))
    links = [
        {"activity_id": id_, "type": type_, "record_id": record}
        for id_, before in entries
        if before is not None
        for type_, record in before["about"]
    ]
    if links:
        connection.execute(insert(activity_about), links)


def _restore_kept(
    connection: Connection, table: Table, entries: Iterator[tuple[str, Before]], keys: tuple[str, str]
) -> None:
    rows = []
    for id_, before in entries:
        if before is not None:
            rows.append(dict(before))
            continue
        first, _, second = id_.partition(":")
        connection.execute(delete(table).where(table.c[keys[0]] == first, table.c[keys[1]] == second))
    if rows:
        upsert(connection, table, rows, list(rows[0]))
