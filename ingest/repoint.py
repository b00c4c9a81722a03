"""Leads what links to a record that was merged away to the record that it became part of.

What links to a record that its source deleted links to nothing.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, or_, select

from ingest.changes import Changes, chunks
from ingest.entities import RecordType
from ingest.links import Directory
from ingest.rows import LINKS
from ingest.tables import RECORD_TABLES


def repoint(connection: Connection, changes: Mapping[RecordType, Changes], directory: Directory) -> None:
    """Add to `changes` the stored records, none of this load, that link to a removed record."""
    removed = {type_: [row["id"] for row in one.removed] for type_, one in changes.items()}

    def _led(id_: str, target: RecordType) -> str | None:
        into = directory.canonical(target, id_)
        return None if into == id_ and id_ in removed[target] else into

    for type_, one in changes.items():
        table = RECORD_TABLES[type_]
        links = [name for name, target in LINKS.items() if name in table.columns and removed[target]]
        if not links:
            continue
        known = {row["id"] for row in one.new} | {row["id"] for _, row in one.changed} | set(removed[type_])
        targets = sorted({id_ for name in links for id_ in removed[LINKS[name]]})
        for chunk in chunks(targets):
            query = select(table).where(or_(*(table.c[name].in_(chunk) for name in links)))
            for stored in connection.execute(query).mappings():
                if stored["id"] not in known:
                    led = {name: _led(stored[name], LINKS[name]) for name in links if stored[name]}
                    one.compare(dict(stored) | led, dict(stored))
                    known.add(stored["id"])
