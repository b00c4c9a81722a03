"""The scorer of a workspace: reads what was said, learns from outcomes, scores what is open."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select

from assistant.scoring import drift, features, gate, store, verdicts
from assistant.scoring.arrays import DamagedScorer
from assistant.scoring.drift import Inputs
from assistant.scoring.explain import Telling
from assistant.scoring.features import Material
from assistant.scoring.learning import learn, sample
from assistant.scoring.material import read_material
from assistant.scoring.moves import moves
from assistant.scoring.profiling import forget_scores, objectors
from assistant.scoring.quotes import most_telling
from assistant.scoring.reading import read_new
from assistant.scoring.scorer import Scorer
from assistant.scoring.snapshot import SCORED, Past, Surroundings, ids_of
from assistant.scoring.store import Model
from assistant.scoring.telling import content_of, forget_stale, keep_told, meanings_in_use, not_told, told
from assistant.scoring.threads import one_thread
from ingest.entities import RecordType, Ref, Score
from ingest.records import SYSTEM, Records, Select, set_fact
from ingest.tables import RECORD_TABLES, custom_fields

if TYPE_CHECKING:
    from vectorstore.embedders import Embedder

Progress = Callable[[str, float], None]
_AT_ONCE = 4000  # records scored in one go
_LEARNED_FROM = 40_000  # records at most
_LEARNED = "outcomes_learned"  # the fact that tells which outcomes were learned from, or knowingly not
_DRIFT = "drift"  # the fact that tells how far the newest records are from what was learned


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
        self,
        at: datetime,
        *,
        retrain: bool | None = None,
        without_earlier: bool = False,
        progress: Progress = _silent,
    ) -> dict[str, Any]:
        """Bring signals, model and scores up to date as of `at`; the report.

        `retrain` None learns where outcomes changed since the model in use was made, True always, False only
        where there is none. `without_earlier` drops all other models, which have learned from somebody who
        is not to be learned from.
        """
        with self._busy:
            read = read_new(self._records, progress, self._embedder)
            known = self._known_outcomes(at)
            current = self._in_use_or_none()
            if retrain or current is None or (retrain is None and self._records.fact(_LEARNED) != known):
                self._learn(at, known, current, progress)
            if without_earlier:
                with self._records.writing() as connection:
                    store.drop_others(connection)
            self._watch(self._score(at, self._in_use(), progress))
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
            "drift": self._drift(),
            "verdicts": verdicts.measured(self._records),
        }

    def versions(self) -> list[store.Version]:
        """All models that are kept, the oldest first."""
        with self._records.engine.connect() as connection:
            return store.versions(connection)

    def roll_back(self, model_id: str, at: datetime) -> bool:
        """Use an earlier model again; whether there is one of this id.

        It stays in use until outcomes change after `at`, and a model that learned from them is not worse.
        """
        known = self._known_outcomes(at)
        with self._busy, self._records.writing() as connection:
            self._model = None
            set_fact(connection, _LEARNED, known)
            return store.take_up(connection, model_id)

    def _drift(self) -> dict[str, Any]:
        """How far inputs and outcomes have moved away from what was learned, as of the newest scores."""
        found: dict[str, Any] = json.loads(self._records.fact(_DRIFT) or "{}")
        return found | {"alarms": drift.alarms(found)}

    def _watch(self, inputs: Mapping[RecordType, Inputs]) -> None:
        with self._records.writing() as connection:
            found = {
                str(type_): {
                    "inputs": each.moved(),
                    "came_of_scores": drift.came_of_scores(connection, type_),
                }
                for type_, each in inputs.items()
            }
            set_fact(connection, _DRIFT, json.dumps(found))

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
        for type_, gone in sorted(objectors(self._records).items()):
            digest.update(f"{type_}|{sorted(gone)}|{verdicts.labels(self._records, type_, at)}\n".encode())
        meanings = meanings_in_use(self._records, self._embedder)
        if meanings is not None:
            digest.update(f"{meanings.embedder}|{meanings.examples}\n".encode())
        return digest.hexdigest()

    def _learn(self, at: datetime, known: str, current: Model | None, progress: Progress) -> None:
        scorers: dict[RecordType, Scorer] = {}
        report: dict[str, Any] = {}
        aside: dict[RecordType, Scorer] = {}
        meanings = meanings_in_use(self._records, self._embedder)
        gone = objectors(self._records)
        with self._records.seen_by(SYSTEM, at) as run:
            around = Surroundings.read(run)
            for step, type_ in enumerate(SCORED):
                progress("learning from outcomes", step / len(SCORED))
                material = self._taught(run, type_, around, gone[type_], at)
                hints = around.hints(type_)
                rival = current.scorers.get(type_) if current else None
                with one_thread():
                    content = content_of(self._records, material.places, meanings) if meanings else None
                    made = learn(material, at.timestamp(), hints, content)
                    kept, verdict = gate.better(made, rival, material, at.timestamp(), hints, content)
                scorers[type_], report[str(type_)] = kept, {**made.report, **verdict}
                if kept is not made.scorer:
                    aside[type_] = made.scorer
        with self._records.writing() as connection:
            for some, use in ((scorers | aside, False), (scorers, True)) if aside else ((scorers, True),):
                data, level = store.written(some, {"outcomes": known}), store.best_level(some.values())
                store.publish(connection, data, level=level, at=at, report=report, use=use)
            store.drop_oldest(connection)
            set_fact(connection, _LEARNED, known)
        self._model = None
        forget_stale(self._records, [each.plan.texts.id for each in scorers.values() if each.plan.texts])
        progress("learning from outcomes", 1.0)

    def _taught(
        self, run: Select, type_: RecordType, around: Surroundings, gone: frozenset[str], at: datetime
    ) -> Material:
        """What there is to learn from: closed records, some open ones, and what users told of these."""
        told = verdicts.labels(self._records, type_, at)
        closed = sample([one for one in ids_of(run, type_, "closed") if one not in gone], _LEARNED_FROM)
        waiting = [one for one in ids_of(run, type_, "open") if one not in gone]
        shown = {*sample(waiting, max(2000, len(closed))), *told.keys() & set(waiting)}
        material = read_material(run, type_, sorted([*closed, *shown]), around, Past.read(run, type_))
        return replace(material, cohort=verdicts.with_labels(material.cohort, told))

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

    def _score(self, at: datetime, model: Model, progress: Progress) -> Mapping[RecordType, Inputs]:
        """Score all that is open as of `at` and store it; what was put in."""
        gone = objectors(self._records)
        inputs = {type_: Inputs(scorer=scorer) for type_, scorer in model.scorers.items()}
        with self._records.seen_by(SYSTEM, at) as run:
            self._listen(run, model)
            around = Surroundings.read(run)
            waiting = {
                type_: [one for one in ids_of(run, type_, "open") if one not in gone[type_]]
                for type_ in model.scorers
            }
            total, done = max(1, sum(map(len, waiting.values()))), 0
            with self._records.writing() as connection:
                store.clear_moment(connection, at)
                forget_scores(connection, gone)
                for type_, ids in waiting.items():
                    past = Past.read(run, type_)
                    for start in range(0, len(ids), _AT_ONCE):
                        block = ids[start : start + _AT_ONCE]
                        made = self._scores(run, inputs[type_], block, around, past, at)
                        done += store.write_scores(connection, made, model_id=model.id)
                        progress("scoring", done / total)
        return inputs

    def _listen(self, run: Select, model: Model) -> None:
        """Work out what texts tell that scoring needs, before scores are written."""
        for scorer in model.scorers.values():
            if scorer.plan.texts is not None:
                missing = not_told(self._records, run, scorer.type, scorer.plan.texts)
                keep_told(self._records, missing, scorer.plan.texts)

    def _scores(
        self, run: Select, inputs: Inputs, ids: list[str], around: Surroundings, past: Past, at: datetime
    ) -> Iterator[Score]:
        scorer = inputs.scorer
        material = read_material(run, scorer.type, ids, around, past)
        records = np.arange(len(material.cohort.ids))
        moments = np.full(len(records), at.timestamp())
        quotes = None
        if scorer.plan.texts is not None:
            heard = told(self._records, material.places, scorer.plan.texts)
            material = replace(material, told=heard.told)
            quotes = partial(most_telling, run, material, heard, records, moments)
        values = features.measure(scorer.plan, material, records, moments)
        inputs.add(values)
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
