"""The sentences that customers said, or of which nobody can tell who said them, with their vectors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, select

from assistant.scoring.concepts import CONCEPTS, NUMBER
from assistant.scoring.denial import denies, denies_need
from assistant.scoring.lexicon import language_of, lexicon
from assistant.scoring.meanings import Meanings
from assistant.scoring.signals import is_fault
from assistant.scoring.speakers import Speaker, author, is_rep_act, sentences
from assistant.scoring.table import Bools, Floats, Ints
from ingest.entities import ActivityKind
from ingest.records import Records
from ingest.tables import activities, users, vectors
from vectorstore.passages import activity_parts, content_hash

AT_ONCE = 2000
_HASHES = 800
_OPENING, _CLOSING = ('"', "“", "„", "«", "「", "『"), ('"', "”", "“", "»", "」", "』")
_NOTES = {ActivityKind.NOTE, ActivityKind.CALL, ActivityKind.MEETING}
_FAULTS = [is_fault(concept.partition(".")[0]) for concept in CONCEPTS]
_NEEDS = [concept.startswith("need.") for concept in CONCEPTS]
COLUMNS = tuple(activities.c[name] for name in ("id", "kind", "direction", "subject", "text"))


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Sentences of some activities: `s` is passage `part[s]` of the activity with number `activity[s]`.

    `says` holds, for each of `CONCEPTS`, how surely it is said; `own` tells the customer's own words from
    what a rep noted down. Sentences without a vector are left out; the numbers of activities with such ones
    are in `lacking`.
    """

    activity: Ints
    part: Ints
    text: tuple[str, ...]
    vector: NDArray[np.float32]
    says: Floats
    own: Bools
    lacking: frozenset[int]


def rep_names(connection: Connection) -> frozenset[str]:
    """Users' names as they head the turns of a transcript."""
    names = [name.lower() for name in connection.execute(select(users.c.name)).scalars()]
    return frozenset(names) | {name.split()[0] for name in names if name.strip()}


def listen(records: Records, ids: Sequence[str], meanings: Meanings) -> Iterator[tuple[Sequence[str], Heard]]:
    """What was said in activities (ids sorted), some at a time: their ids, and their sentences."""
    for start in range(0, len(ids), AT_ONCE):
        block = ids[start : start + AT_ONCE]
        wanted = frozenset(block)
        with records.engine.connect() as connection:
            reps = rep_names(connection)
            statement = select(*COLUMNS).where(activities.c.id.between(block[0], block[-1]))
            rows = {row.id: row for row in connection.execute(statement) if row.id in wanted}
            yield block, hear(connection, [rows.get(one) for one in block], meanings, reps)


def hear(
    connection: Connection, rows: Sequence[Row[Any] | None], meanings: Meanings, reps: frozenset[str]
) -> Heard:
    found: list[tuple[int, int, str, bool]] = []
    texts: dict[str, str] = {}
    for number, row in enumerate(rows):
        for part, text, own in customers_parts(row, reps) if row is not None else ():
            key = content_hash(text)
            texts[key] = text
            found.append((number, part, key, own))
    known = stored_vectors(connection, sorted(texts), meanings.embedder)
    place = {key: i for i, key in enumerate(known)}
    said = np.stack(list(known.values())) if known else np.zeros((0, 1), dtype=np.float32)
    spoken = [texts[key] for key in known]
    says = meanings.judge(said, phrases(spoken))
    says[np.ix_([denies(one) for one in spoken], _FAULTS)] = 0.0
    says[np.ix_([denies_need(one) for one in spoken], _NEEDS)] = 0.0
    kept = [one for one in found if one[2] in place]
    at = np.array([place[key] for _, _, key, _ in kept], dtype=np.int64)
    return Heard(
        activity=np.array([number for number, _, _, _ in kept], dtype=np.int64),
        part=np.array([part for _, part, _, _ in kept], dtype=np.int64),
        vector=said[at],
        says=says[at],
        own=np.array([own for _, _, _, own in kept], dtype=np.bool_),
        text=tuple(texts[key] for _, _, key, _ in kept),
        lacking=frozenset(number for number, _, key, _ in found if key not in place),
    )


def customers_parts(row: Row[Any], reps: frozenset[str]) -> list[tuple[int, str, bool]]:
    """The passages of an activity that are not the rep's words: number, text, and if they are quoted speech.

    What was written is its writer's own throughout; a note tells of others. A subject names a topic and says
    nothing of it: it counts where there is nothing else.
    """
    said = list(sentences(row.text or "", kind=row.kind, direction=row.direction, reps=reps))
    by_rep = "\n".join(each.sentence for each in said if each.speaker is Speaker.REP)
    others = "\n".join(each.sentence for each in said if each.speaker is not Speaker.REP)
    writer = author(row.kind, row.direction)
    body = activity_parts(None, row.text)
    parts = activity_parts(row.subject, row.text)
    first = len(parts) - len(body) if body else 0
    quotes = list(_quoted(parts[first:]))
    told = zip(range(first, len(parts)), parts[first:], quotes, strict=True)
    is_note = row.kind in _NOTES and (writer is None or any(quotes))
    found = ((number, text, quoted or not is_note) for number, text, quoted in told)
    return [
        (number, text, own)
        for number, text, own in found
        # An e-mail of the rep may still quote the customer; a note tells what the rep did, too.
        if text not in by_rep and (writer is not Speaker.REP or text in others)
        if own or not is_rep_act(text)
    ]


def _quoted(parts: Sequence[str]) -> Iterator[bool]:
    """Which of these sentences stand in quotation marks."""
    is_open = False
    for part in parts:
        is_open = is_open or part.startswith(_OPENING)
        yield is_open
        is_open = is_open and not part.rstrip(".。!！?？ ").endswith(_CLOSING)


def phrases(texts: Sequence[str]) -> Floats:
    """Texts × `CONCEPTS`: what the usual phrases say."""
    says = np.zeros((len(texts), len(CONCEPTS)))
    for row, text in enumerate(texts):
        for found in lexicon(language_of(text)).find(text):
            if (number := NUMBER.get(found.says)) is not None:
                says[row, number] = max(says[row, number], found.strength)
    return says


def stored_vectors(
    connection: Connection, hashes: Sequence[str], embedder: str
) -> dict[str, NDArray[np.float32]]:
    """The vectors of these texts, as far as there are any."""
    found: dict[str, NDArray[np.float32]] = {}
    for start in range(0, len(hashes), _HASHES):
        wanted = select(vectors.c.content_hash, vectors.c.vector).where(
            vectors.c.embedder == embedder, vectors.c.content_hash.in_(hashes[start : start + _HASHES])
        )
        for row in connection.execute(wanted):
            found[row.content_hash] = np.frombuffer(row.vector, dtype="<f4")
    return found
