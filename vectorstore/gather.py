"""All passages of the records, read as the product itself; no word of them leaves the index."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from ingest.entities import Passage, RecordType
from ingest.tables import RECORD_TABLES, activities, custom_fields, profiles
from vectorstore.passages import activity_passages, record_passages

_TYPES = (RecordType.ACCOUNT, RecordType.CONTACT, RecordType.LEAD, RecordType.OPPORTUNITY)
_STREAMED = {"yield_per": 2000}


def wanted_passages(connection: Connection) -> Iterator[Passage]:
    """What the index should hold, record by record."""
    kinds: dict[str, dict[str, str]] = {}
    for field in connection.execute(select(custom_fields)):
        kinds.setdefault(field.type, {})[field.name] = field.kind
    described = {
        (row.type, row.record_id): row.text
        for row in connection.execute(select(profiles.c.type, profiles.c.record_id, profiles.c.text))
    }
    for kind in _TYPES:
        rows = connection.execute(select(RECORD_TABLES[kind.value]), execution_options=_STREAMED)
        for row in rows.mappings():
            profile = described.get((kind.value, row["id"]))
            yield from record_passages(kind, dict(row), kinds.get(kind.value, {}), profile)
    said = select(activities.c.id, activities.c.subject, activities.c.text)
    for one in connection.execute(said, execution_options=_STREAMED):
        yield from activity_passages(one.id, one.subject, one.text)
