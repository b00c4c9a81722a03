"""Scorers, scores and signals in the records database."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from assistant.scoring import reasons
from assistant.scoring.arrays import DamagedScorer
from assistant.scoring.scorer import VERSION, Scorer
from ingest.entities import Level, RecordType, Score
from ingest.records import Records
from ingest.tables import models, scores

_KEPT_MOMENTS = 60  # moments whose scores are kept, the newest; older ones are made again when asked for
_KEPT_MODELS = 20
_LEVELS = (Level.RULES, Level.POOLED_PRIOR, Level.OWN_MODEL)


@dataclass(frozen=True, kw_only=True)
class Model:
    """The scorers of leads and deals as they were trained together; `id` is the SHA-256 of their text."""

    id: str
    scorers: Mapping[RecordType, Scorer]
    facts: Mapping[str, Any]
    report: Mapping[str, Any]

    @property
    def level(self) -> Level:
        """What the better founded of the two rests on."""
        return best_level(self.scorers.values())


def best_level(scorers: Iterable[Scorer]) -> Level:
    """What the best founded of them rests on."""
    return max((scorer.level for scorer in scorers), key=_LEVELS.index, default=Level.RULES)


def written(scorers: Mapping[RecordType, Scorer], facts: Mapping[str, Any]) -> str:
    """Scorers as text; `facts` say what they were made from."""
    return json.dumps(
        {
            "version": VERSION,
            "facts": dict(facts),
            "scorers": {str(type_): scorer.as_json() for type_, scorer in sorted(scorers.items())},
        },
        sort_keys=True,
        allow_nan=False,
    )


def parsed(model_id: str, data: str, report: Mapping[str, Any]) -> Model:
    """The model of `written`.

    Raises:
        DamagedScorer: it was changed since it was stored, is of another version or holds what none may hold.
    """
    if hashlib.sha256(data.encode()).hexdigest() != model_id:
        raise DamagedScorer(
            "The stored scorer was changed since it was made, so it is not used; "
            "run 'hotlist score --retrain' to make a new one."
        )
    stored = json.loads(data)
    version = stored.get("version") if isinstance(stored, dict) else None
    if version != VERSION:
        raise DamagedScorer(
            f"The stored scorer is of version {version!r}, this program's is {VERSION}; "
            "run 'hotlist score --retrain' to make a new one."
        )
    try:
        return Model(
            id=model_id,
            scorers={RecordType(name): Scorer.from_json(each) for name, each in stored["scorers"].items()},
            facts=stored["facts"],
            report=report,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedScorer(
            "The stored scorer holds what no scorer may hold; "
            "run 'hotlist score --retrain' to make a new one."
        ) from error


def identity(data: str) -> str:
    """The id of a model: whoever changes it changes its id."""
    return hashlib.sha256(data.encode()).hexdigest()


def in_use(records: Records) -> Model | None:
    """The model in use, checked.

    Raises:
        DamagedScorer: it cannot be used.
    """
    with records.engine.connect() as connection:
        row = connection.execute(select(models).where(models.c.in_use)).first()
    return None if row is None else parsed(row.id, row.data, row.report)


def id_in_use(records: Records) -> str | None:
    """The id of the model in use."""
    with records.engine.connect() as connection:
        return connection.execute(select(models.c.id).where(models.c.in_use)).scalar()


def publish(
    connection: Connection, data: str, *, level: Level, at: datetime, report: Mapping[str, Any], use: bool
) -> str:
    """Keep a model; with `use` it takes the place of the one in use. Its id."""
    model_id = identity(data)
    connection.execute(delete(models).where(models.c.id == model_id))
    if use:
        connection.execute(update(models).values(in_use=False))
    connection.execute(
        models.insert().values(
            id=model_id, created_at=at, in_use=use, level=str(level), data=data, report=dict(report)
        )
    )
    return model_id


def take_up(connection: Connection, model_id: str) -> bool:
    """Use an earlier model again; whether there is one of this id."""
    if not connection.execute(select(models.c.id).where(models.c.id == model_id)).first():
        return False
    connection.execute(update(models).values(in_use=models.c.id == model_id))
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A model that is kept: its number, the oldest is 1, and what the report says of it."""

    number: int
    id: str
    created_at: datetime
    in_use: bool
    level: str
    report: Mapping[str, Any]


def versions(connection: Connection) -> list[Version]:
    """All models that are kept, the oldest first."""
    kept = select(models.c.id, models.c.created_at, models.c.in_use, models.c.level, models.c.report)
    return [
        Version(number=number, **row._mapping)
        for number, row in enumerate(connection.execute(kept.order_by(models.c.created_at, models.c.id)), 1)
    ]


def drop_others(connection: Connection) -> None:
    """Remove all models but the one in use."""
    connection.execute(delete(models).where(~models.c.in_use))


def drop_oldest(connection: Connection) -> None:
    """Remove models beyond those that are kept; never the one in use."""
    newest_first = select(models.c.id).order_by(models.c.created_at.desc(), models.c.id.desc())
    gone = connection.execute(newest_first.offset(_KEPT_MODELS)).scalars().all()
    connection.execute(delete(models).where(models.c.id.in_(gone), ~models.c.in_use))


def are_there(records: Records, at: datetime, model_id: str) -> bool:
    """Whether the scores as of `at` under this model are stored."""
    found = select(scores.c.record_id).where(scores.c.at == at, scores.c.model_id == model_id).limit(1)
    with records.engine.connect() as connection:
        return connection.execute(found).first() is not None


def clear_moment(connection: Connection, at: datetime) -> None:
    """Remove all scores of a moment, and of moments beyond those that are kept."""
    connection.execute(delete(scores).where(scores.c.at == at))
    moments = select(scores.c.at).distinct().order_by(scores.c.at.desc()).offset(_KEPT_MOMENTS)
    oldest = connection.execute(moments.limit(1)).scalar()
    if oldest is not None:
        connection.execute(delete(scores).where(scores.c.at <= oldest))


def write_scores(connection: Connection, made: Iterable[Score], *, model_id: str) -> int:
    """Store scores with all their reasons; how many."""
    rows = [
        {
            "type": str(score.ref.type),
            "record_id": score.ref.id,
            "at": score.at,
            "model_id": model_id,
            "probability": score.probability,
            "low": score.low,
            "high": score.high,
            "base": score.base,
            "level": str(score.level),
            "reasons": [reasons.as_json(reason) for reason in score.reasons],
        }
        for score in made
    ]
    if rows:
        connection.execute(scores.insert(), rows)
    return len(rows)
