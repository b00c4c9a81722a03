"""What the texts of activities tell: summed up to learn from, and kept under the text models in use."""

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import delete, func, select

from assistant.scoring.concepts import CONCEPTS
from assistant.scoring.listening import Heard, listen
from assistant.scoring.meanings import Meanings, digest, learn, packaged
from assistant.scoring.texts import Content, TextModel, Told, space_of
from assistant.scoring.threads import one_thread
from ingest.entities import Outcome, RecordType
from ingest.records import Records, Select, set_fact
from ingest.tables import RECORD_TABLES, activities, activity_about, text_scores, vectors

if TYPE_CHECKING:
    from vectorstore.embedders import Embedder

_SAMPLED = 4000  # activities among whose sentences the landmarks are found
_AT_ONCE = 500
_FACT = "meanings_learned"  # by an embedder whose meanings do not ship


def embedder_in_use(records: Records) -> str | None:
    """Of which embedder most vectors are; None where there are none."""
    counted = select(vectors.c.embedder, func.count().label("count")).group_by(vectors.c.embedder)
    with records.engine.connect() as connection:
        rows = connection.execute(counted.order_by(func.count().desc(), vectors.c.embedder).limit(1)).all()
    return rows[0].embedder if rows else None


def meanings_in_use(records: Records, embedder: "Embedder | None" = None) -> Meanings | None:
    """How the vectors of this workspace are judged; None where there are none, or nobody knows how.

    Weights that do not ship are learned from the example sentences once, by `embedder` or the default one,
    whichever made the vectors.
    """
    name = embedder_in_use(records)
    if name is None:
        return None
    if ready := meanings_of(records, name):
        return ready
    encoder = _encoder(name, embedder)
    if encoder is None:
        return None
    with one_thread():
        learned = learn(name, encoder.encode)
    with records.writing() as connection:
        set_fact(connection, _FACT, _written(learned))
    return learned


def _written(meanings: Meanings) -> str:
    kept = io.BytesIO()
    meanings.save(kept)
    return base64.b64encode(kept.getvalue()).decode("ascii")


def meanings_of(records: Records, embedder: str) -> Meanings | None:
    """How the vectors of this embedder are judged, where that is known already."""
    return packaged(embedder) or _kept(records, embedder)


def _kept(records: Records, embedder: str) -> Meanings | None:
    stored = records.fact(_FACT)
    kept = Meanings.load(io.BytesIO(base64.b64decode(stored))) if stored else None
    return kept if kept and (kept.embedder, kept.examples) == (embedder, digest()) else None


def _encoder(name: str, embedder: "Embedder | None") -> "Embedder | None":
    if embedder is None:
        from vectorstore.embedders import embedder as made

        embedder = made()
    return embedder if embedder.fingerprint[: len(name)] == name else None


def content_of(records: Records, places: Mapping[str, int], meanings: Meanings) -> Content | None:
    """What each activity in `places` says, to learn from; None where hardly anything was heard."""
    ids = sorted(places)
    step = max(1, len(ids) // _SAMPLED)
    sampled = [heard.vector for _, heard in listen(records, ids[::step], meanings) if len(heard.vector)]
    if sum(map(len, sampled)) < 200:
        return None
    space = space_of(np.unique(np.concatenate(sampled), axis=0))
    says = np.zeros((len(places), len(CONCEPTS)))
    likeness = np.zeros((len(places), len(space.landmarks) + 1), dtype=np.float32)
    for block, heard in listen(records, ids, meanings):
        number = np.array([places[one] for one in block], dtype=np.int64)[heard.activity]
        np.add.at(says, number, heard.says)
        np.add.at(likeness, number, space.likeness(heard.vector).astype(np.float32))
    return Content(embedder=meanings.embedder, space=space, says=says, likeness=likeness)


def told(records: Records, places: Mapping[str, int], model: TextModel) -> Told:
    """What each activity in `places` tells under `model`: looked up, or worked out."""
    amounts, part = np.full(len(places), np.nan), np.full(len(places), -1, dtype=np.int64)
    ids = sorted(places)
    known = set()
    with records.engine.connect() as connection:
        for start in range(0, len(ids), _AT_ONCE):
            portion = ids[start : start + _AT_ONCE]
            found = select(text_scores.c.activity_id, text_scores.c.told, text_scores.c.part).where(
                text_scores.c.model == model.id, text_scores.c.activity_id.in_(portion)
            )
            for row in connection.execute(found):
                known.add(row.activity_id)
                if row.part >= 0:
                    amounts[places[row.activity_id]], part[places[row.activity_id]] = row.told, row.part
    missing = [one for one in ids if one not in known]
    meanings = meanings_in_use(records)
    if missing and meanings is not None and meanings.embedder == model.embedder:
        for block, heard in listen(records, missing, meanings):
            for one, amount, by in _by_activity(block, heard, model):
                if by >= 0:
                    amounts[places[one]], part[places[one]] = amount, by
    return Told(model=model.id, told=amounts, part=part)


def _by_activity(block: Sequence[str], heard: Heard, model: TextModel) -> Iterator[tuple[str, float, int]]:
    amounts, part = model.activities(heard, len(block))
    return zip(block, amounts.tolist(), part.tolist(), strict=True)


def keep_told(records: Records, ids: Sequence[str], model: TextModel) -> None:
    """Work out what activities (ids sorted) tell under `model`, and keep it, so that scoring looks it up."""
    meanings = meanings_in_use(records)
    if meanings is None or meanings.embedder != model.embedder:
        return
    for block, heard in listen(records, ids, meanings):
        rows = [
            {"activity_id": one, "model": model.id, "told": amount, "part": by}
            for number, (one, amount, by) in enumerate(_by_activity(block, heard, model))
            if number not in heard.lacking
        ]
        with records.writing() as connection:
            for start in range(0, len(block), _AT_ONCE):
                stale = text_scores.c.activity_id.in_(block[start : start + _AT_ONCE])
                connection.execute(delete(text_scores).where(text_scores.c.model == model.id, stale))
            if rows:
                connection.execute(text_scores.insert(), rows)


def not_told(records: Records, run: Select, type_: RecordType, model: TextModel) -> list[str]:
    """The activities of open records, as the reader sees them, of which is not kept what they tell."""
    table, about = RECORD_TABLES[type_].c, activity_about.c
    waiting = select(table.id).where(table.outcome == Outcome.OPEN)
    wanted = run(
        select(about.activity_id).where(about.type == type_, about.record_id.in_(waiting)).distinct()
    )
    with records.engine.connect() as connection:
        kept = select(text_scores.c.activity_id).where(text_scores.c.model == model.id)
        known = set(connection.execute(kept).scalars())
    return sorted({row.activity_id for row in wanted} - known)


def forget_stale(records: Records, models: Sequence[str]) -> None:
    """Remove what texts told under models that are no longer kept, or about activities that are gone."""
    with records.writing() as connection:
        connection.execute(delete(text_scores).where(text_scores.c.model.not_in(models)))
        connection.execute(
            delete(text_scores).where(text_scores.c.activity_id.not_in(select(activities.c.id)))
        )
