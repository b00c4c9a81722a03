"""Reads the signals out of texts that were not read yet, and keeps them beside the activities."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, func, select

from assistant.scoring import signals
from assistant.scoring.concepts import CONCEPTS
from assistant.scoring.listening import AT_ONCE, COLUMNS, Heard, hear, rep_names
from assistant.scoring.meanings import Meanings
from assistant.scoring.signals import Signal
from assistant.scoring.speakers import Speaker, author
from assistant.scoring.telling import meanings_in_use
from ingest.entities import ActivityKind
from ingest.records import Records, set_fact
from ingest.tables import activities, text_scores
from ingest.tables import signals as stored

if TYPE_CHECKING:
    from vectorstore.embedders import Embedder

Progress = Callable[[str, float], None]
_PHRASES = "signals_read"  # how, and up to which load, texts were read by their phrases
_MEANINGS = "meanings_read"  # and by their vectors
# How likely a meaning must be to be called one: in the customer's own words, and in a rep's notes, which
# speak of much else.
_SURE, _SURE_OF_NOTES = 0.3, 0.7
_MOODS = {"praise": "positive", "complaint": "negative"}
_PORTION = 500


def read_new(records: Records, progress: Progress, embedder: "Embedder | None" = None) -> int:
    """Read the texts of activities that came, changed or were embedded since the last reading; how many."""
    meanings = meanings_in_use(records, embedder)
    by_phrases = str(signals.VERSION)
    by_meanings = "" if meanings is None else _way(meanings)
    read = _last(records, _PHRASES, by_phrases)
    understood = read if meanings is None else min(read, _last(records, _MEANINGS, by_meanings))
    with records.engine.connect() as connection:
        fresh = select(activities.c.id).order_by(activities.c.id)
        if understood >= 0:
            fresh = fresh.where(activities.c.load_id.is_(None) | (activities.c.load_id > understood))
        ids = [row.id for row in connection.execute(fresh)]
        newest = connection.execute(select(func.max(activities.c.load_id))).scalar() or 0
        reps = rep_names(connection)
    complete = True
    for start in range(0, len(ids), AT_ONCE):
        complete &= _read_block(records, ids[start : start + AT_ONCE], meanings, reps)
        progress("reading what was said", min(1.0, (start + AT_ONCE) / len(ids)))
    with records.writing() as connection:
        connection.execute(delete(stored).where(stored.c.activity_id.not_in(select(activities.c.id))))
        set_fact(connection, _PHRASES, f"{by_phrases}:{newest}")
        if meanings is not None and complete:
            set_fact(connection, _MEANINGS, f"{by_meanings}:{newest}")
    return len(ids)


def _way(meanings: Meanings) -> str:
    return f"{signals.VERSION}/{meanings.embedder}/{meanings.examples}"


def _last(records: Records, fact: str, way: str) -> int:
    """Up to which load texts were read in this way; -1 for none."""
    known, _, load = (records.fact(fact) or "").rpartition(":")
    return int(load) if known == way and load.isdigit() else -1


def _read_block(
    records: Records, block: Sequence[str], meanings: Meanings | None, reps: frozenset[str]
) -> bool:
    """Read some activities; whether all of their sentences have vectors."""
    wanted = frozenset(block)
    with records.writing() as connection:
        statement = select(*COLUMNS).where(activities.c.id.between(block[0], block[-1]))
        # What an order lists was not said by anybody.
        rows = [
            row
            for row in connection.execute(statement)
            if row.id in wanted and row.kind != ActivityKind.ORDER
        ]
        heard = None if meanings is None else hear(connection, rows, meanings, reps)
        found = [each for number, row in enumerate(rows) for each in _signals(number, row, heard, reps)]
        for start in range(0, len(block), _PORTION):
            portion = block[start : start + _PORTION]
            connection.execute(delete(stored).where(stored.c.activity_id.in_(portion)))
            connection.execute(delete(text_scores).where(text_scores.c.activity_id.in_(portion)))
        _write(connection, found)
    return heard is None or not heard.lacking


def _write(connection: Connection, found: Sequence[dict[str, Any]]) -> None:
    if found:
        connection.execute(stored.insert(), found)


def _signals(
    number: int, row: Row[Any], heard: Heard | None, reps: frozenset[str]
) -> Iterator[dict[str, Any]]:
    found = signals.read(row.subject, row.text, kind=row.kind, direction=row.direction, reps=reps)
    if heard is not None and number not in heard.lacking:
        found = signals.joined(found, _meant(number, row, heard))
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


def _meant(number: int, row: Row[Any], heard: Heard) -> Iterator[Signal]:
    """What the sentences of one activity mean, whatever words they use."""
    speaker = Speaker.CUSTOMER if author(row.kind, row.direction) is Speaker.CUSTOMER else None
    first, last = heard.activity.searchsorted([number, number + 1])
    for sentence in range(first, last):
        least = _SURE if heard.own[sentence] else _SURE_OF_NOTES
        for concept in (heard.says[sentence] >= least).nonzero()[0].tolist():
            kind, _, name = CONCEPTS[concept].partition(".")
            if kind == "competitor":
                name = signals.rival_in(heard.text[sentence]) or name
            signal = Signal(
                kind=kind,
                name=name,
                strength=round(float(heard.says[sentence, concept]), 3),
                quote=signals.quoted(heard.text[sentence], 0),
                speaker=speaker,
            )
            yield signal
            if mood := _MOODS.get(kind):
                yield replace(signal, kind="sentiment", name=mood)
