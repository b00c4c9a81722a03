"""Duplicates as one record: keeps the rows behind merged records, and makes one record of each group.

The rows stay apart in `merged_rows`, so that a later load may change one of them, or take the group apart.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from ingest.changes import Changes, stored_rows
from ingest.clean import Staged
from ingest.entities import RecordType
from ingest.links import Directory
from ingest.load_report import Merged
from ingest.match import Candidate, Pair, grouped
from ingest.match_companies import companies
from ingest.match_people import people
from ingest.rows import LINKS, Row, as_json, from_json
from ingest.tables import RECORD_TABLES, merged_rows

_JUDGES = {
    RecordType.ACCOUNT: companies,
    RecordType.CONTACT: people,
    RecordType.LEAD: people,
}
_OWN = (
    "owner_id",
    "created_at",
    "title",
    "phone",
    "website",
    "city",
    "country",
)  # what nobody makes up for a name alone
_SLIM = (
    "id",
    "name",
    "email",
    "phone",
    "company",
    "account_id",
    "website",
    "city",
    "country",
    "owner_id",
    "created_at",
)


@dataclass(slots=True)
class Identity:
    """The rows behind merged records, and what a load changes of them."""

    connection: Connection
    merged: dict[tuple[RecordType, str], Row | None] = field(default_factory=dict)
    merged_away: Counter[RecordType] = field(default_factory=Counter)  # rows that went into an older one
    gone: dict[RecordType, set[str]] = field(default_factory=dict)  # rows that their source deleted
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

    def take_out(
        self, type_: RecordType, ids: Collection[str], changes: Changes, directory: Directory
    ) -> dict[str, Row]:
        """Remove the rows that their source deleted; gives those that stood in one record with them."""
        self.gone[type_] = set(ids)
        behind = dict(self.behind(type_))
        groups = {behind[id_][0] for id_ in ids if id_ in behind}
        left = {
            id_: row for id_, (into, row) in behind.items() if into in groups and id_ not in self.gone[type_]
        }
        for id_ in ids:
            if id_ in behind:
                mates = [row for other, row in left.items() if behind[other][0] == id_]
                if mates:
                    oldest = min(mates, key=lambda row: (row["created_at"] is None, row["created_at"]))
                    directory.alias(type_, id_, oldest["id"])
                self.merged[type_, id_] = None
                del behind[id_]
        self._stored[type_] = behind
        changes.removed += stored_rows(self.connection, type_, ids).values()
        return left

    def sources(self, type_: RecordType, staged: Mapping[str, Staged]) -> dict[str, Row]:
        """The stored row of each staged id, as its own file told it."""
        stored = stored_rows(self.connection, type_, staged)
        return stored | {id_: row for id_, (_, row) in self.behind(type_).items() if id_ in staged}

    def unite(
        self,
        type_: RecordType,
        rows: Mapping[str, Row],
        changes: Changes,
        directory: Directory,
        facts: Collection[str],
    ) -> list[Merged]:
        """Sort the staged rows into `changes`, duplicates as one record; gives what was found alike."""
        behind = self.behind(type_)
        candidates, pairs = self._compare(type_, rows, facts)
        into: dict[str, str] = {}
        for group in grouped(candidates, pairs):
            into |= {one.id: group[0].id for one in group}
        touched = self._touched(rows, into, behind)
        sources = self._all_sources(type_, touched, rows)
        stored = stored_rows(self.connection, type_, touched)
        groups: dict[str, list[str]] = {}
        for one in sorted((one for one in candidates if one.id in touched), key=lambda one: one.age):
            groups.setdefault(into.get(one.id, one.id), []).append(one.id)
        for id_ in touched - {one.id for one in candidates}:
            groups[id_] = [id_]
        for id_, members in groups.items():
            record = _merge([_relinked(sources[member], directory) for member in members])
            changes.compare(record, stored.get(id_))
            self.merged_away[type_] += len(members) - 1
            for member in members:
                self._keep(type_, member, id_ if len(members) > 1 else None, sources[member])
                if member != id_:
                    directory.alias(type_, member, id_)
                    if member in stored:
                        changes.removed.append(stored[member])
        return [_told(type_, pair, into) for pair in pairs if {pair.one.id, pair.other.id} & rows.keys()]

    def _compare(
        self, type_: RecordType, rows: Mapping[str, Row], facts: Collection[str]
    ) -> tuple[list[Candidate], list[Pair]]:
        if type_ not in _JUDGES:
            return [_candidate(row, order, facts) for order, row in enumerate(rows.values(), start=1)], []
        table = RECORD_TABLES[type_]
        behind = self.behind(type_)
        candidates = [_candidate(row, order, facts) for order, row in enumerate(rows.values(), start=1)]
        candidates += [_candidate(row, 0, facts) for id_, (_, row) in behind.items() if id_ not in rows]
        columns = [table.c[name] for name in _SLIM if name in table.columns]
        columns += [table.c.extra] if facts else []
        for stored in self.connection.execute(select(*columns)):
            known = stored.id in rows or stored.id in behind or stored.id in self.gone.get(type_, ())
            if not known:
                candidates.append(_candidate(dict(stored._mapping), 0, facts))
        return candidates, _JUDGES[type_](candidates)

    def _touched(
        self, rows: Mapping[str, Row], into: Mapping[str, str], behind: Mapping[str, tuple[str, Row]]
    ) -> set[str]:
        """The staged ids, and all that stood or now stand in one group with them."""
        together: dict[str, set[str]] = {}
        for id_, group in [*into.items(), *((id_, group) for id_, (group, _) in behind.items())]:
            together.setdefault(f"group {group}", set()).add(id_)
        of: dict[str, list[set[str]]] = {}
        for members in together.values():
            for id_ in members:
                of.setdefault(id_, []).append(members)
        touched, waiting = set(rows), list(rows)
        while waiting:
            for members in of.get(waiting.pop(), ()):
                waiting += members - touched
                touched |= members
        return touched

    def _all_sources(
        self, type_: RecordType, touched: Iterable[str], rows: Mapping[str, Row]
    ) -> dict[str, Row]:
        behind = self.behind(type_)
        found = {id_: rows.get(id_) or (behind[id_][1] if id_ in behind else None) for id_ in touched}
        missing = [id_ for id_, row in found.items() if row is None]
        return {id_: row for id_, row in found.items() if row} | stored_rows(self.connection, type_, missing)

    def _keep(self, type_: RecordType, id_: str, into: str | None, source: Row) -> None:
        """Note what stands behind a merged record from now on, where it differs from what stood there."""
        before = self.behind(type_).get(id_)
        if into is None:
            if before:
                self.merged[type_, id_] = None
            return
        row = as_json({name: value for name, value in source.items() if name not in {"row_hash", "load_id"}})
        if before is None or before[0] != into or as_json(before[1]) != row:
            self.merged[type_, id_] = {"into_id": into, "row": row}


def _candidate(row: Mapping[str, Any], order: int, facts: Collection[str]) -> Candidate:
    return Candidate(
        id=row["id"],
        order=order,
        name=row.get("name"),
        email=row.get("email"),
        phone=row.get("phone"),
        place=row.get("company") or row.get("account_id"),
        website=row.get("website"),
        city=row.get("city"),
        country=row.get("country"),
        owner=row.get("owner_id"),
        created_at=row.get("created_at"),
        made=row["id"] in {row.get("name"), row.get("email")} and not any(row.get(name) for name in _OWN),
        facts={name: row["extra"][name] for name in facts if name in row["extra"]} if facts else {},
    )


def _merge(rows: list[Row]) -> Row:
    """One record of several rows, the oldest first: each field from the oldest row that holds it."""
    record = dict(rows[0])
    for row in rows[1:]:
        record = {name: row[name] if value is None else value for name, value in record.items()}
    record["created_at"] = rows[0]["created_at"]
    record["extra"] = {name: text for row in reversed(rows) for name, text in row["extra"].items()}
    record["also"] = [row["id"] for row in rows[1:]]
    return record


def _relinked(row: Row, directory: Directory) -> Row:
    """The row with links to merged records leading to what these have become."""
    for name, target in LINKS.items():
        if row.get(name):
            row[name] = directory.canonical(target, row[name])
    return row


def _told(type_: RecordType, pair: Pair, into: Mapping[str, str]) -> Merged:
    merged = pair.merge and into.get(pair.one.id) == into.get(pair.other.id)
    return Merged(
        type=type_,
        id=pair.one.id,
        other_id=pair.other.id,
        confidence=pair.confidence,
        reason=pair.reason,
        merged=merged,
    )
