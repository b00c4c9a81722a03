"""The customer profile in words: what customers let know about a record, summed up out of the signals.

It holds the kinds of signals and no quote, and only of activities that are about the record itself: whoever
sees the record sees these. The index embeds it, so records whose customers want alike are found as alike.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from sqlalchemy import Connection, delete, func, insert, select, tuple_

from ingest.records import Records
from ingest.tables import activity_about, profiles, signals

_KINDS: Mapping[str, str] = {
    "need": "Needs",
    "intent": "Interest",
    "objection": "Objections",
    "budget": "Budget",
    "timing": "Timing",
    "complaint": "Complaints",
    "praise": "Praise",
    "risk": "Risks",
    "competitor": "Competitors",
    "sentiment": "Mood",
}
_AT_ONCE = 300
_Key = tuple[str, str]


def refresh_profiles(records: Records) -> int:
    """Bring the profiles up to date with the signals; how many changed."""
    with records.writing() as connection:
        wanted = dict(_written(connection))
        stored = select(profiles.c.type, profiles.c.record_id, profiles.c.text_hash)
        known = {(row.type, row.record_id): row.text_hash for row in connection.execute(stored)}
        hashes = {key: hashlib.sha256(text.encode()).hexdigest() for key, text in wanted.items()}
        changed = sorted(key for key in {*wanted, *known} if hashes.get(key) != known.get(key))
        for portion in _portions(changed):
            gone = tuple_(profiles.c.type, profiles.c.record_id).in_(portion)
            connection.execute(delete(profiles).where(gone))
            rows = [
                {"type": key[0], "record_id": key[1], "text": wanted[key], "text_hash": hashes[key]}
                for key in portion
                if key in wanted
            ]
            if rows:
                connection.execute(insert(profiles), rows)
    return len(changed)


def _written(connection: Connection) -> Iterator[tuple[_Key, str]]:
    """The profile of each record of which customers let something know."""
    count = func.count().label("times")
    told = (
        select(activity_about.c.type, activity_about.c.record_id, signals.c.kind, signals.c.name, count)
        .join(signals, signals.c.activity_id == activity_about.c.activity_id)
        .where(signals.c.speaker == "customer")
        .group_by(activity_about.c.type, activity_about.c.record_id, signals.c.kind, signals.c.name)
        .order_by(
            activity_about.c.type, activity_about.c.record_id, signals.c.kind, count.desc(), signals.c.name
        )
    )
    rows = connection.execute(told).all()
    for key, of_record in groupby(rows, key=lambda row: (row.type, row.record_id)):
        sentences = [
            f"{_KINDS[kind]}: {', '.join(row.name.replace('_', ' ') for row in of_kind)}."
            for kind, of_kind in groupby(of_record, key=lambda row: row.kind)
            if kind in _KINDS
        ]
        if sentences:
            yield key, " ".join(sentences)


def _portions(keys: Sequence[_Key]) -> Iterator[Sequence[_Key]]:
    yield from (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
