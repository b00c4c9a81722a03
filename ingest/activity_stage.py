"""The activities of a load, kept in temporary tables beside the database until they are published.

There may be millions of them, so no more than a batch is in memory. Temporary tables vanish with the
connection: whatever happens before publishing leaves the workspace as it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    select,
)

from ingest.changes import chunks, stored_hashes, stored_rows
from ingest.clean import Staged
from ingest.entities import RecordType, Ref
from ingest.rows import Row, as_json, compose, digest, said_columns, settle
from ingest.tables import activities, activity_about, journal
from ingest.upsert import upsert

IMPLIED = ":last contact"  # ends the id of an activity of which only its date is known
Linked = tuple[Staged, Sequence[Ref] | None]  # None: the file does not say what its activities are about
_SAID = (*said_columns(RecordType.ACTIVITY), "row_hash")


class ActivityStage:
    """Collects the new and the changed activities of one load."""

    def __init__(self, connection: Connection, zone: Any) -> None:
        self._connection = connection
        self._zone = zone
        self._any_stored = connection.execute(select(exists().where(activities.c.id.is_not(None)))).scalar()
        self._seen: dict[str, str] = {}
        metadata = MetaData()
        self._rows = Table(
            "staged_activities",
            metadata,
            *(Column(name, activities.c[name].type, primary_key=name == "id") for name in _SAID),
            Column("is_new", Boolean, nullable=False),
            prefixes=["TEMPORARY"],
        )
        self._about = Table(
            "staged_about",
            metadata,
            *(Column(column.name, String, primary_key=True) for column in activity_about.columns),
            prefixes=["TEMPORARY"],
        )
        metadata.drop_all(connection)
        metadata.create_all(connection)
        connection.commit()
        self.unchanged = 0
        self.gone: list[str] = []  # stored activities that their source deleted

    def take_out(self, ids: Iterable[str]) -> None:
        """Remove the activities that their source deleted, stored or of this load."""
        wanted = list(ids)
        self.gone = sorted(self._stored(wanted))
        for chunk in chunks(wanted):
            self._connection.execute(delete(self._rows).where(self._rows.c.id.in_(chunk)))
            self._connection.execute(delete(self._about).where(self._about.c.activity_id.in_(chunk)))
        self._connection.commit()

    def add(self, rows: Sequence[Linked]) -> list[Staged]:
        """Take activities with what they are about; gives back those whose id another row has already."""
        stored = self._stored(row.id for row, _ in rows)
        refused, fresh = [], []
        for staged, about in rows:
            row = settle(RecordType.ACTIVITY, compose(RecordType.ACTIVITY, staged, None), self._zone)
            row["row_hash"] = activity_digest(row, about or ())
            if staged.id in self._seen:
                refused.append(staged)
                continue
            self._seen[staged.id] = row["row_hash"]
            if stored.get(staged.id) == row["row_hash"]:
                self.unchanged += 1
                continue
            row["is_new"] = staged.id not in stored
            fresh.append((staged, row, about))
        self._write(self._completed(fresh))
        return refused

    def _write(self, rows: Sequence[tuple[Row, Sequence[Ref]]]) -> None:
        abouts = [
            {"activity_id": row["id"], "type": str(ref.type), "record_id": ref.id}
            for row, about in rows
            for ref in about
        ]
        if rows:
            self._connection.execute(insert(self._rows), [row for row, _ in rows])
        if abouts:
            self._connection.execute(insert(self._about), abouts)
        self._connection.commit()

    def repoint(self, removed: Mapping[Ref, Ref | None]) -> None:
        """Lead stored activities about (or of) a removed record, none of this load, to what it became.

        It became nothing (None) where its source deleted it.
        """
        ids: set[str] = set()
        for type_ in {ref.type for ref in removed}:
            for chunk in chunks([ref.id for ref in removed if ref.type is type_]):
                query = select(activity_about.c.activity_id).where(
                    activity_about.c.type == str(type_), activity_about.c.record_id.in_(chunk)
                )
                ids.update(self._connection.execute(query).scalars())
        owners = {ref.id: into.id for ref, into in removed.items() if into and ref.type is RecordType.USER}
        for chunk in chunks(list(owners)):
            query = select(activities.c.id).where(activities.c.owner_id.in_(chunk))
            ids.update(self._connection.execute(query).scalars())
        stored = stored_rows(self._connection, RecordType.ACTIVITY, ids - self._seen.keys())
        rows = []
        for id_, about in self._stored_about(stored).items():
            led = tuple(dict.fromkeys(into for ref in about if (into := removed.get(ref, ref))))
            row = {name: stored[id_][name] for name in _SAID} | {"is_new": False}
            row["owner_id"] = owners.get(row["owner_id"], row["owner_id"])
            rows.append((row | {"row_hash": activity_digest(row, led)}, led))
        self._write(rows)

    def _stored_about(self, ids: Iterable[str]) -> dict[str, list[Ref]]:
        found: dict[str, list[Ref]] = {id_: [] for id_ in ids}
        for chunk in chunks(list(found)):
            for link in self._connection.execute(
                select(activity_about).where(activity_about.c.activity_id.in_(chunk))
            ):
                found[link.activity_id].append(Ref(type=RecordType(link.type), id=link.record_id))
        return found

    def are_others(self, rows: Sequence[Staged]) -> bool:
        """Whether these rows are other activities than those that bear the same ids already.

        Files of mails and of meetings may each count from 1 on. A later export of the same activities has
        most of its moments and subjects in common with the earlier one.
        """
        counted = [row for row in rows if row.id.isdigit()]
        known: dict[str, set[Any]] = {}
        for table in (activities, self._rows):
            for chunk in chunks([row.id for row in counted]):
                told = select(table.c.id, table.c.at, table.c.subject, table.c.text)
                for id_, *said in self._connection.execute(told.where(table.c.id.in_(chunk))):
                    known[id_] = set(said)
        shared = [row for row in counted if row.id in known]
        alike = sum(1 for row in shared if known[row.id] & _what_it_says(row))
        return alike < 0.5 * len(shared)

    def latest(self, type_: RecordType) -> dict[str, datetime]:
        """When the last activity about each record of a type took place, stored or of this load."""
        found: dict[str, datetime] = {}
        for rows, about in ((activities, activity_about), (self._rows, self._about)):
            query = (
                select(about.c.record_id, func.max(rows.c.at, type_=rows.c.at.type))
                .join(rows, rows.c.id == about.c.activity_id)
                .where(about.c.type == str(type_), rows.c.at.is_not(None), rows.c.id.not_like(f"%{IMPLIED}"))
                .group_by(about.c.record_id)
            )
            for id_, at in self._connection.execute(query):
                found[id_] = max(at, found.get(id_, at))
        return found

    def same_as_first(self, staged: Staged, about: Sequence[Ref] | None) -> bool:
        """Whether a further row of an id says just what the first one does."""
        row = settle(RecordType.ACTIVITY, compose(RecordType.ACTIVITY, staged, None), self._zone)
        return self._seen.get(staged.id) == activity_digest(row, about or ())

    def _stored(self, ids: Iterable[str]) -> dict[str, str]:
        return stored_hashes(self._connection, activities, ids) if self._any_stored else {}

    def _completed(
        self, fresh: Sequence[tuple[Staged, Row, Sequence[Ref] | None]]
    ) -> list[tuple[Row, Sequence[Ref]]]:
        """Known activities get the fields that the file does not have; equal ones fall out."""
        old = [row["id"] for _, row, _ in fresh if not row["is_new"]]
        stored = stored_rows(self._connection, RecordType.ACTIVITY, old)
        stored_about = self._stored_about(row["id"] for _, row, about in fresh if about is None)
        done: list[tuple[Row, Sequence[Ref]]] = []
        for staged, row, about in fresh:
            if row["is_new"]:
                done.append((row, about or ()))
                continue
            about = stored_about[staged.id] if about is None else about
            before = stored[staged.id]
            whole = settle(RecordType.ACTIVITY, compose(RecordType.ACTIVITY, staged, before), self._zone)
            whole["row_hash"] = activity_digest(whole, about)
            if whole["row_hash"] == before["row_hash"]:
                self.unchanged += 1
            else:
                done.append((whole | {"is_new": False}, about))
        return done

    def counts(self) -> tuple[int, int]:
        """How many staged activities are new, and how many changed."""
        query = select(self._rows.c.is_new, func.count()).group_by(self._rows.c.is_new)
        found: dict[bool, int] = dict(self._connection.execute(query).all())
        return found.get(True, 0), found.get(False, 0)

    def refs(self) -> list[Ref]:
        """The activities that would be written."""
        return [
            Ref(type=RecordType.ACTIVITY, id=id_)
            for id_ in self._connection.execute(select(self._rows.c.id)).scalars()
        ]

    def publish(self, load_id: int, position: int) -> int:
        """Write all of them, with the journal from `position` on, inside the caller's transaction."""
        position = self._journal(load_id, position)
        for chunk in chunks(self.gone):
            self._connection.execute(delete(activity_about).where(activity_about.c.activity_id.in_(chunk)))
            self._connection.execute(delete(activities).where(activities.c.id.in_(chunk)))
        changed = select(self._rows.c.id).where(self._rows.c.is_new.is_(False))
        self._connection.execute(delete(activity_about).where(activity_about.c.activity_id.in_(changed)))
        columns = [*_SAID, "load_id"]
        rows = select(*(self._rows.c[name] for name in _SAID), literal(load_id, Integer))
        upsert(self._connection, activities, rows, columns)
        self._connection.execute(
            insert(activity_about).from_select(
                [column.name for column in activity_about.columns], select(self._about)
            )
        )
        return position

    def _journal(self, load_id: int, position: int) -> int:
        number = func.row_number().over(order_by=self._rows.c.id) + position
        new = select(literal(load_id, Integer), number, literal("activity"), self._rows.c.id, null()).where(
            self._rows.c.is_new
        )
        self._connection.execute(
            insert(journal).from_select(["load_id", "position", "type", "record_id", "before"], new)
        )
        position += self.counts()[0]
        changed = list(
            self._connection.execute(select(self._rows.c.id).where(self._rows.c.is_new.is_(False))).scalars()
        )
        for chunk in chunks([*changed, *self.gone]):
            entries = []
            for before in activities_before(self._connection, chunk):
                position += 1
                entries.append(
                    {
                        "load_id": load_id,
                        "position": position,
                        "type": "activity",
                        "record_id": before["id"],
                        "before": before,
                    }
                )
            self._connection.execute(insert(journal), entries)
        return position

    def close(self) -> None:
        """Drop the temporary tables."""
        self._connection.rollback()
        for table in (self._rows, self._about):
            table.drop(self._connection)
        self._connection.commit()


def _what_it_says(row: Staged) -> set[Any]:
    at = row.values.get("at") or row.values.get("created_at")
    return {at, row.values.get("subject"), row.values.get("text")} - {None}


def activity_digest(row: Mapping[str, Any], about: Iterable[Ref]) -> str:
    """The hash of an activity: of its row and of what it is about."""
    return digest(row, sorted(f"{ref.type}:{ref.id}" for ref in about))


def activities_before(connection: Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Activities as the journal keeps them: the row, and what it is about."""
    about: dict[str, list[list[str]]] = {}
    query = select(activity_about).where(activity_about.c.activity_id.in_(ids))
    for link in connection.execute(query):
        about.setdefault(link.activity_id, []).append([link.type, link.record_id])
    rows = connection.execute(select(activities).where(activities.c.id.in_(ids))).mappings()
    return [as_json(dict(row)) | {"about": about.get(row["id"], [])} for row in rows]
