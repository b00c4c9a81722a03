"""Reads the signals out of texts that were not read yet, and keeps them beside the activities."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from assistant.scoring import signals
from ingest.records import Records, set_fact
from ingest.tables import activities, users
from ingest.tables import signals as stored

Progress = Callable[[str, float], None]
_FACT = "signals_read"  # the last load whose texts were read, under which version of the reading
_AT_ONCE = 2000


def read_new(records: Records, progress: Progress) -> int:
    """Read the texts of activities that came or changed since the last reading; how many."""
    last = _last_read(records)
    with records.engine.connect() as connection:
        reps = _names(connection)
        fresh = select(activities.c.id).order_by(activities.c.id)
        if last is not None:
            fresh = fresh.where(activities.c.load_id.is_(None) | (activities.c.load_id > last))
        ids = [row.id for row in connection.execute(fresh)]
        newest = connection.execute(
            select(activities.c.load_id).order_by(activities.c.load_id.desc()).limit(1)
        ).scalar()
    for start in range(0, len(ids), _AT_ONCE):
        block = ids[start : start + _AT_ONCE]
        with records.writing() as connection:
            rows = connection.execute(select(*_COLUMNS).where(activities.c.id.between(block[0], block[-1])))
            wanted = set(block)
            found = [each for row in rows if row.id in wanted for each in _read(row, reps)]
            for part in range(0, len(block), 500):
                connection.execute(delete(stored).where(stored.c.activity_id.in_(block[part : part + 500])))
            if found:
                connection.execute(stored.insert(), found)
        progress("reading what was said", (start + len(block)) / len(ids))
    with records.writing() as connection:
        connection.execute(delete(stored).where(stored.c.activity_id.not_in(select(activities.c.id))))
        set_fact(connection, _FACT, f"{signals.VERSION}:{newest or 0}")
    return len(ids)


_COLUMNS = tuple(activities.c[name] for name in ("id", "kind", "direction", "subject", "text"))


def _last_read(records: Records) -> int | None:
    version, _, load = (records.fact(_FACT) or "").partition(":")
    return int(load) if load and version == str(signals.VERSION) else None


def _names(connection: Connection) -> frozenset[str]:
    """Users' names as they head the turns of a transcript."""
    names = [name.lower() for name in connection.execute(select(users.c.name)).scalars()]
    return frozenset(names) | {name.split()[0] for name in names if name.strip()}


def _read(row: Row[Any], reps: frozenset[str]) -> Iterator[dict[str, Any]]:
    found: Sequence[signals.Signal] = signals.read(
        row.subject, row.text, kind=row.kind, direction=row.direction, reps=reps
    )
    for position, signal in enumerate(found):
        yield {
            "activity_id": row.id,
            "position": position,
            "kind": signal.kind,
            "name": signal.name,
            "strength": signal.strength,
            "quote": signal.quote,
            "speaker": None if signal.speaker is None else str(signal.speaker),
        }
