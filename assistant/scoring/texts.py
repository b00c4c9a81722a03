"""What outcomes teach of texts: whether customers write as those of won records do, or of lost ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.scoring import linear
from assistant.scoring.arrays import pack, unpack
from assistant.scoring.engagement import Seen
from assistant.scoring.snapshot import Timeline
from assistant.scoring.table import Bools, Feature, Floats, Group, Kind

HALF_LIFE = 60.0
FEATURES = tuple(
    Feature(name=f"texts.{name}", kind=Kind.NUMBER, group=Group.TEXT, concept="texts")
    for name in ("all", "last")
)
_MOST = 3.0  # log-odds beyond which one text says no more
_PENALTIES = (3.0, 10.0, 30.0, 100.0, 300.0)


@dataclass(frozen=True, kw_only=True)
class Vectors:
    """Embeddings of activities' texts: `vector[row]` is of the activity with number `activity[row]`."""

    embedder: str | None
    activity: np.ndarray[Any, np.dtype[np.int64]]
    vector: np.ndarray[Any, np.dtype[np.float32]]

    @staticmethod
    def none() -> "Vectors":
        """No text was embedded."""
        return Vectors(
            embedder=None, activity=np.zeros(0, dtype=np.int64), vector=np.zeros((0, 1), dtype=np.float32)
        )


@dataclass(frozen=True, kw_only=True)
class TextModel:
    """A direction in the space of texts that tells won from lost, and where known texts lie in it.

    A text unlike any that a customer of this workspace ever wrote (`near`, `far`: cosines to the nearest of
    the `centres`) tells nothing, whatever it says.
    """

    embedder: str
    mean: Floats
    direction: Floats
    centres: Floats
    near: float
    far: float

    def told(self, vector: np.ndarray[Any, np.dtype[np.float32]]) -> Floats:
        """What each text tells, in log-odds; rounded, as sums of products hang on the number of rows."""
        if not len(vector):
            return np.zeros(0)
        raw = np.clip((vector - self.mean) @ self.direction, -_MOST, _MOST)
        likeness = (vector @ self.centres.T).max(axis=1)
        trust = np.clip((likeness - self.far) / max(self.near - self.far, 1e-6), 0.0, 1.0)
        return np.asarray(np.round(raw * trust, 5))

    def as_json(self) -> dict[str, Any]:
        """The model for the stored scorer."""
        return {
            "embedder": self.embedder,
            "mean": pack(self.mean),
            "direction": pack(self.direction),
            "centres": pack(self.centres),
            "near": self.near,
            "far": self.far,
        }

    @staticmethod
    def from_json(stored: Any) -> "TextModel":
        """The model of `as_json`."""
        return TextModel(
            embedder=stored["embedder"],
            mean=unpack(stored["mean"]),
            direction=unpack(stored["direction"]),
            centres=unpack(stored["centres"]),
            near=float(stored["near"]),
            far=float(stored["far"]),
        )


def measure(
    model: TextModel, timeline: Timeline, vectors: Vectors, places: Mapping[str, int], rows: int, seen: Seen
) -> Floats:
    """Rows × `FEATURES`: what all texts tell, the newer the more, and what the last one tells."""
    if vectors.embedder != model.embedder:
        return np.zeros((rows, len(FEATURES)))
    of_activity = np.full(len(places), np.nan)
    of_activity[vectors.activity] = model.told(vectors.vector)
    number = np.array([places[name] for name in timeline.activities], dtype=np.int64)
    told = of_activity[number[seen.entry]]
    spoken = ~np.isnan(told) & (timeline.inbound[seen.entry] >= 0)
    row, told = seen.row[spoken], told[spoken]
    weight = 0.5 ** (seen.days[spoken] / HALF_LIFE)
    total = np.bincount(row, weights=told * weight, minlength=rows)
    norm = np.bincount(row, weights=weight, minlength=rows)
    last = np.zeros(rows)
    last[row] = told
    return np.column_stack([total / (norm + 0.3), last])


def mixed(timeline: Timeline, vectors: Vectors, places: Mapping[str, int], rows: int, seen: Seen) -> Floats:
    """Rows × dimensions: the mean of what each row's customers wrote, the newer the more; NaN: nothing."""
    at = np.full(len(places), -1, dtype=np.int64)
    at[vectors.activity] = np.arange(len(vectors.activity))
    number = np.array([places[name] for name in timeline.activities], dtype=np.int64)
    found = at[number[seen.entry]]
    spoken = (found >= 0) & (timeline.inbound[seen.entry] >= 0)
    row, found = seen.row[spoken], found[spoken]
    weight = 0.5 ** (seen.days[spoken] / HALF_LIFE)
    total = np.zeros((rows, vectors.vector.shape[1]))
    np.add.at(total, row, weight[:, None] * vectors.vector[found])
    norm = np.bincount(row, weights=weight, minlength=rows)
    total[norm == 0] = np.nan
    return np.asarray(total / np.maximum(norm, 1e-9)[:, None])


def learn(embedder: str, mixes: Floats, won: Floats, folds: Sequence[Bools], vectors: Vectors) -> "Learned":
    """A text model from rows' mixed texts, and for each row what models that have not seen it say."""
    heard = ~np.isnan(mixes[:, 0])
    mean = mixes[heard].mean(axis=0)
    centred = np.where(heard[:, None], np.nan_to_num(mixes) - mean, 0.0)
    unit = np.eye(centred.shape[1])
    best_loss, best = np.inf, _PENALTIES[-1]
    for penalty in _PENALTIES:
        log_odds = np.zeros(len(won))
        for out in folds:
            intercept, direction = linear.fit(centred[~out], won[~out], penalty * unit)
            log_odds[out] = intercept + centred[out] @ direction
        loss = float(np.logaddexp(0.0, np.where(won > 0.5, -log_odds, log_odds)).mean())
        if loss < best_loss:
            best_loss, best = loss, penalty
    directions = [linear.fit(centred[~out], won[~out], best * unit)[1] for out in folds]
    centres, near, far = _where_texts_lie(vectors.vector)
    models = [
        TextModel(embedder=embedder, mean=mean, direction=direction, centres=centres, near=near, far=far)
        for direction in (*directions, np.mean(directions, axis=0))
    ]
    return Learned(of_folds=tuple(models[:-1]), model=models[-1])


@dataclass(frozen=True, kw_only=True)
class Learned:
    """Text models that have not seen one fold each, and their mean."""

    of_folds: tuple[TextModel, ...]
    model: TextModel


def _where_texts_lie(vector: np.ndarray[Any, np.dtype[np.float32]]) -> tuple[Floats, float, float]:
    """Centres of the known texts, and the cosines at which a text still counts fully and not at all."""
    step = max(1, len(vector) // 4000)
    sample = vector[::step].astype(np.float64)
    centres = sample[:: max(1, len(sample) // 24)][:24].copy()
    for _ in range(6):
        nearest = (sample @ centres.T).argmax(axis=1)
        for k in np.unique(nearest).tolist():
            centres[k] = sample[nearest == k].mean(axis=0)
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    likeness = (sample @ centres.T).max(axis=1)
    near, lowest = np.quantile(likeness, [0.1, 0.005])
    return centres, float(near), float(min(lowest, near - 0.05))
