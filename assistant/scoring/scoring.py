"""The scorer of a workspace: reads what was said, learns from outcomes, scores what is open."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select

from assistant.scoring import features, gate, store
from assistant.scoring.arrays import DamagedScorer
from assistant.scoring.explain import Telling
from assistant.scoring.learning import learn, sample
from assistant.scoring.material import read_material
from assistant.scoring.moves import moves
from assistant.scoring.quotes import most_telling
from assistant.scoring.reading import read_new
from assistant.scoring.scorer import Scorer
from assistant.scoring.snapshot import SCORED, Past, Surroundings, ids_of
from assistant.scoring.store import Model
from assistant.scoring.telling import content_of, forget_stale, keep_told, meanings_in_use, not_told, told
from assistant.scoring.threads import one_thread
from ingest.entities import RecordType, Ref, Score
from ingest.records import SYSTEM, Records, Select
from ingest.tables import RECORD_TABLES, custom_fields

if TYPE_CHECKING:
    from vectorstore.embedders import Embedder

Progress = Callable[[str, float], None]
_AT_ONCE = 4000  # records scored in one go
_LEARNED_FROM = 40_000  # records at most


def _silent(_step: str, _share: float) -> None:
    pass


class Scoring:
    """Scores of one workspace's leads and opportunities."""

    def __init__(self, records: Records, timezone: ZoneInfo, embedder: "Embedder | None" = None) -> None:
        self._records = records
        self._timezone = timezone
        self._embedder = embedder
        self._model: Model | None = None
        self._busy = threading.Lock()

    def refresh(
        self, at: datetime, *, retrain: bool | None = None, progress: Progress = _silent
    ) -> dict[str, Any]:
        """Bring signals, model and scores up to date as of `at`; the report.

        `retrain` None learns where outcomes changed since the model in use was made, True always, False only
        where there is none.
        """
        with self._busy:
            read = read_new(self._records, progress, self._embedder)
            known = self._known_outcomes(at)
            current = self._in_use_or_none()
            if retrain or current is None or (retrain is None and current.facts["outcomes"] != known):
                self._learn(at, known, current, progress)
            self._score(at, self._in_use(), progress)
            return self.report() | {"as_of": at.astimezone(UTC).isoformat(), "texts_read": read}

    def ensure(self, at: datetime) -> None:
        """Make sure that the scores as of `at` under the model in use are stored.

        Raises:
            DamagedScorer: the model in use cannot be used.
        """
        model_id = store.id_in_use(self._records)
        if model_id is not None and store.are_there(self._records, at, model_id):
            return
        with self._busy:
            if model_id is None:
                read_new(self._records, _silent, self._embedder)
                self._learn(at, self._known_outcomes(at), None, _silent)
            self._score(at, self._in_use(), _silent)

    def report(self) -> dict[str, Any]:
        """How good the model in use is, and what it rests on."""
        model = self._in_use_or_none()
        if model is None:
            return {"model": None, "level": None, "report": {}}
        return {
            "model": {
                "id": model.id,
                "level": str(model.level),
                "trained_on": {str(type_): dict(each.trained_on) for type_, each in model.scorers.items()},
            },
            "level": str(model.level),
            "report": dict(model.report),
        }

    def roll_back(self, model_id: str) -> bool:
        """Use an earlier model again; whether there is one of this id."""
        with self._busy, self._records.writing() as connection:
            self._model = None
            return store.take_up(connection, model_id)

    # Learning

    def _known_outcomes(self, at: datetime) -> str:
        """Tells whether what can be learned from has changed: outcomes and what columns mean."""
        digest = hashlib.sha256()
        with self._records.seen_by(SYSTEM, at) as run:
            for type_ in SCORED:
                table = RECORD_TABLES[type_].c
                wanted = select(table.id, table.outcome, table.closed_at).where(table.outcome != "open")
                for row in run(wanted.order_by(table.id)):
                    digest.update(f"{type_}|{row.id}|{row.outcome}|{row.closed_at}\n".encode())
            flagged = select(custom_fields.c.type, custom_fields.c.name).where(custom_fields.c.after_outcome)
            for row in run(flagged.order_by(custom_fields.c.type, custom_fields.c.name)):
                digest.update(f"{row.type}|{row.name}\n".encode())
        meanings = meanings_in_use(self._records, self._embedder)
        if meanings is not None:
            digest.update(f"{meanings.embedder}|{meanings.examples}\n".encode())
        return digest.hexdigest()

    def _learn(self, at: datetime, known: str, current: Model | None, progress: Progress) -> None:
        scorers: dict[RecordType, Scorer] = {}
        report: dict[str, Any] = {}
        meanings = meanings_in_use(self._records, self._embedder)
        with self._records.seen_by(SYSTEM, at) as run:
            around = Surroundings.read(run)
            for step, type_ in enumerate(SCORED):
                progress("learning from outcomes", step / len(SCORED))
                closed = sample(ids_of(run, type_, "closed"), _LEARNED_FROM)
                waiting = sample(ids_of(run, type_, "open"), max(2000, len(closed)))
                ids = sorted([*closed, *waiting])
                past = Past.read(run, type_)
                material = read_material(run, type_, ids, around, past)
                hints = around.hints(type_)
                rival = current.scorers.get(type_) if current else None
                with one_thread():
                    content = content_of(self._records, material.places, meanings) if meanings else None
                    made = learn(material, at.timestamp(), hints, content)
                    kept, verdict = gate.better(made, rival, material, at.timestamp(), hints, content)
                scorers[type_], report[str(type_)] = kept, {**made.report, **verdict}
        data = store.written(scorers, {"outcomes": known})
        level = store.best_level(scorers.values())
        with self._records.writing() as connection:
            store.publish(connection, data, level=level, at=at, report=report, use=True)
        self._model = None
        forget_stale(self._records, [each.plan.texts.id for each in scorers.values() if each.plan.texts])
        progress("learning from outcomes", 1.0)

    # Scoring

    def _in_use(self) -> Model:
        model = store.in_use(self._records) if self._is_stale() else self._model
        assert model is not None
        self._model = model
        return model

    def _in_use_or_none(self) -> Model | None:
        """The model in use, or None where there is none that can be used."""
        try:
            return self._in_use() if store.id_in_use(self._records) else None
        except DamagedScorer:
            return None

    def _is_stale(self) -> bool:
        return self._model is None or store.id_in_use(self._records) != self._model.id

    def _score(self, at: datetime, model: Model, progress: Progress) -> None:
        """Score all that is open as of `at` and store it."""
        with self._records.seen_by(SYSTEM, at) as run:
            self._listen(run, model)
            around = Surroundings.read(run)
            waiting = {type_: ids_of(run, type_, "open") for type_ in model.scorers}
            total, done = max(1, sum(map(len, waiting.values()))), 0
            with self._records.writing() as connection:
                store.clear_moment(connection, at)
                for type_, ids in waiting.items():
                    past = Past.read(run, type_)
                    for start in range(0, len(ids), _AT_ONCE):
                        block = ids[start : start + _AT_ONCE]
                        made = self._scores(run, model.scorers[type_], block, around, past, at)
                        done += store.write_scores(connection, made, model_id=model.id)
                        progress("scoring", done / total)

    def _listen(self, run: Select, model: Model) -> None:
        """Work out what texts tell that scoring needs, before scores are written."""
        for scorer in model.scorers.values():
            if scorer.plan.texts is not None:
                missing = not_told(self._records, run, scorer.type, scorer.plan.texts)
                keep_told(self._records, missing, scorer.plan.texts)

    def _scores(
        self, run: Select, scorer: Scorer, ids: list[str], around: Surroundings, past: Past, at: datetime
    ) -> Iterator[Score]:
        material = read_material(run, scorer.type, ids, around, past)
        records = np.arange(len(material.cohort.ids))
        moments = np.full(len(records), at.timestamp())
        quotes = None
        if scorer.plan.texts is not None:
            heard = told(self._records, material.places, scorer.plan.texts)
            material = replace(material, told=heard.told)
            quotes = partial(most_telling, run, material, heard, records, moments)
        values = features.measure(scorer.plan, material, records, moments)
        scored = scorer.score(values)
        telling = Telling(
            scorer=scorer,
            material=material,
            around=around,
            records=records,
            moments=moments,
            values=values,
            quotes=quotes,
        )
        reasons = zip(telling.reasons(scored), moves(scorer, values, scored), strict=True)
        for row, (parts, ahead) in enumerate(reasons):
            yield Score(
                ref=Ref(type=scorer.type, id=material.cohort.ids[row]),
                at=at,
                probability=float(scored.probability[row]),
                level=scorer.level,
                base=scored.base,
                low=float(scored.low[row]),
                high=float(scored.high[row]),
                reasons=(*parts, *ahead),
            )
