"""What the records database keeps of the index: which passages there are, and the vector of each text.

This is the truth; every build of the index is made from it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from sqlalchemy import Connection, Row, delete, select

from ingest.entities import Passage, RecordType, Ref
from ingest.tables import passages, vectors
from vectorstore.embedders import Vectors

_AT_ONCE = 500  # parameters in one statement; both databases take more
_NUMBERS = np.dtype("<f4")

PassageRow = Row[tuple[str, str, str, str]]  # id, type, record_id, content_hash


def known_passages(connection: Connection) -> dict[str, str]:
    """All passages as the index has them: id and content hash."""
    return {
        row.id: row.content_hash for row in connection.execute(select(passages.c.id, passages.c.content_hash))
    }


def hashes_by_type(connection: Connection) -> dict[RecordType, set[str]]:
    """The content hashes that occur in passages about each type of record."""
    found: dict[RecordType, set[str]] = {}
    for kind, content_hash in connection.execute(select(passages.c.type, passages.c.content_hash).distinct()):
        found.setdefault(RecordType(kind), set()).add(content_hash)
    return found


def write_passages(connection: Connection, new: Iterable[Passage], gone: Iterable[str]) -> None:
    """Bring the table of passages up to date."""
    for some in _chunks(gone):
        connection.execute(delete(passages).where(passages.c.id.in_(some)))
    rows = [
        {
            "id": one.id,
            "type": one.about.type.value,
            "record_id": one.about.id,
            "content_hash": one.content_hash,
        }
        for one in new
    ]
    for some_rows in _chunks([row["id"] for row in rows]):
        connection.execute(delete(passages).where(passages.c.id.in_(some_rows)))
    if rows:
        connection.execute(passages.insert(), rows)


def embedded(connection: Connection, embedder: str) -> set[str]:
    """The content hashes that have a vector of this embedder."""
    return set(connection.scalars(select(vectors.c.content_hash).where(vectors.c.embedder == embedder)))


def write_vectors(connection: Connection, embedder: str, hashes: Sequence[str], rows: Vectors) -> None:
    """Keep vectors."""
    connection.execute(
        vectors.insert(),
        [
            {"content_hash": one, "embedder": embedder, "vector": row.astype(_NUMBERS).tobytes()}
            for one, row in zip(hashes, rows, strict=True)
        ],
    )


def prune_vectors(connection: Connection) -> int:
    """Remove the vectors of texts that are in no passage any more; how many."""
    used = select(passages.c.content_hash)
    return connection.execute(delete(vectors).where(vectors.c.content_hash.not_in(used))).rowcount


def read_vectors(connection: Connection, embedder: str, hashes: Collection[str]) -> tuple[list[str], Vectors]:
    """The vectors of these texts, a row each; texts without one are passed over."""
    found, blobs = [], []
    for some in _chunks(hashes):
        for row in connection.execute(
            select(vectors.c.content_hash, vectors.c.vector)
            .where(vectors.c.embedder == embedder, vectors.c.content_hash.in_(some))
            .order_by(vectors.c.content_hash)
        ):
            found.append(row.content_hash)
            blobs.append(row.vector)
    matrix = np.frombuffer(b"".join(blobs), dtype=_NUMBERS).astype(np.float32, copy=False)
    return found, matrix.reshape(len(found), -1) if found else np.empty((0, 0), dtype=np.float32)


def passages_with(connection: Connection, hashes: Collection[str]) -> Iterator[PassageRow]:
    """The passages with these content hashes: id, type, record_id, content_hash."""
    for some in _chunks(hashes):
        yield from connection.execute(select(passages).where(passages.c.content_hash.in_(some)))


def passages_about(connection: Connection, refs: Collection[Ref]) -> Iterator[PassageRow]:
    """The passages about these records."""
    by_type: dict[RecordType, list[str]] = {}
    for ref in refs:
        by_type.setdefault(ref.type, []).append(ref.id)
    for kind, ids in by_type.items():
        for some in _chunks(ids):
            yield from connection.execute(
                select(passages).where(passages.c.type == kind.value, passages.c.record_id.in_(some))
            )


def counted(hashes: Mapping[RecordType, Collection[str]]) -> dict[str, int]:
    """How many texts each type has, as a seal notes it."""
    return {kind.value: len(some) for kind, some in hashes.items() if some}


def _chunks(items: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(items)
    while some := list(islice(iterator, _AT_ONCE)):
        yield some
