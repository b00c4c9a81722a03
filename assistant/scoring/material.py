"""Reads all that features are made of, for some records, as of the reader's moment."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from assistant.scoring import said
from assistant.scoring.features import Material
from assistant.scoring.snapshot import Cohort, Past, Surroundings, blocks_of, read_cohort, read_timeline
from assistant.scoring.texts import Vectors
from ingest import tables
from ingest.entities import RecordType
from ingest.records import Records, Select

_AT_ONCE = 800


def read_material(
    run: Select, records: Records, cohort_of: tuple[RecordType, Sequence[str]], around: Surroundings,
    past: Past, embedder: str | None,
) -> Material:  # fmt: skip
    """The records of a type with these ids (sorted) and what happened; texts as vectors of `embedder`."""
    type_, ids = cohort_of
    cohort = read_cohort(run, type_, ids, around)
    timeline = read_timeline(run, cohort)
    places = said.places_of(timeline)
    return Material(
        cohort=cohort,
        timeline=timeline,
        past=past,
        signals=said.read_signals(run, cohort, places),
        vectors=Vectors.none() if embedder is None else _read_vectors(run, records, cohort, places, embedder),
        places=places,
    )


def embedder_in_use(records: Records) -> str | None:
    """Of which embedder most vectors are; None where there are none."""
    vectors = tables.vectors.c
    counted = select(vectors.embedder, func.count().label("count")).group_by(vectors.embedder)
    with records.engine.connect() as connection:
        rows = connection.execute(counted.order_by(func.count().desc(), vectors.embedder).limit(1)).all()
    return rows[0].embedder if rows else None


def _read_vectors(
    run: Select, records: Records, cohort: Cohort, places: Mapping[str, int], embedder: str
) -> Vectors:
    """The mean vector of each activity's passages."""
    about, passages = tables.activity_about.c, tables.passages.c
    statement = select(passages.record_id, passages.content_hash).where(
        passages.type == RecordType.ACTIVITY,
        about.type == cohort.type,
        about.activity_id == passages.record_id,
    )
    of_hash: dict[str, set[int]] = {}
    for block in blocks_of(cohort.ids):
        for row in run(statement.where(about.record_id.between(*block))):
            if row.record_id in places:
                of_hash.setdefault(row.content_hash, set()).add(places[row.record_id])
    total: NDArray[np.float32] | None = None
    count: Counter[int] = Counter()
    for content_hash, vector in _stored(records, sorted(of_hash), embedder):
        if total is None:
            total = np.zeros((len(places), len(vector)), dtype=np.float32)
        for number in of_hash[content_hash]:
            total[number] += vector
            count[number] += 1
    if total is None:
        return Vectors.none()
    heard = np.array(sorted(count), dtype=np.int64)
    mean = total[heard]
    mean /= np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
    return Vectors(embedder=embedder, activity=heard, vector=mean)


def _stored(
    records: Records, hashes: Sequence[str], embedder: str
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    vectors = tables.vectors.c
    with records.engine.connect() as connection:
        for start in range(0, len(hashes), _AT_ONCE):
            wanted = select(vectors.content_hash, vectors.vector).where(
                vectors.embedder == embedder, vectors.content_hash.in_(hashes[start : start + _AT_ONCE])
            )
            for row in connection.execute(wanted):
                yield row.content_hash, np.frombuffer(row.vector, dtype="<f4")
