"""What outcomes teach of texts: what customers of won records say, and what those of lost ones."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.scoring import linear
from assistant.scoring.arrays import pack, unpack
from assistant.scoring.concepts import CONCEPTS, PRIOR
from assistant.scoring.engagement import Seen
from assistant.scoring.listening import Heard
from assistant.scoring.snapshot import Timeline
from assistant.scoring.table import Bools, Feature, Floats, Group, Ints, Kind

HALF_LIFE = 365.0
FEATURES = tuple(
    Feature(name=f"texts.{name}", kind=Kind.NUMBER, group=Group.TEXT, concept="texts")
    for name in ("all", "last")
)
_LANDMARKS = 300
_SHARPNESS = 4.0  # of the likeness between sentences
_MOST = 3.0  # log-odds beyond which one activity says no more
_MOST_IN_ALL = 6.0
_PENALTIES = (3.0, 10.0, 30.0, 100.0, 300.0)
# How much of what is expected, of what is said in so many words, and of mere likeness is let in.
_EXPECTED, _LIKE = 3.0, 0.15


@dataclass(frozen=True, kw_only=True)
class Space:
    """Where known sentences lie: `landmarks` among them, and the cosines at which a sentence still counts.

    A sentence unlike any that a customer of this workspace ever said is not judged by likeness at all.
    """

    landmarks: Floats
    near: float
    far: float

    def likeness(self, vector: NDArray[np.float32]) -> Floats:
        """Sentences × landmarks, and one more column that says how far the likeness can be trusted."""
        cosine = vector.astype(np.float64) @ self.landmarks.T
        trust = np.clip((cosine.max(axis=1) - self.far) / max(self.near - self.far, 1e-6), 0.0, 1.0)
        like = np.column_stack([np.exp(_SHARPNESS * (cosine - 1.0)), np.ones(len(vector))])
        return np.asarray(like * trust[:, None])


@dataclass(frozen=True, kw_only=True)
class TextModel:
    """Weights for what is said (`CONCEPTS`) and for likeness to the landmarks; log-odds of an activity."""

    embedder: str
    space: Space
    concepts: Floats
    likeness: Floats

    @cached_property
    def id(self) -> str:
        """Tells this model from others in the table of what texts tell."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:16]

    def sentences(self, heard: Heard) -> Floats:
        """What each sentence tells."""
        if not len(heard.activity):
            return np.zeros(0)
        return np.asarray(heard.says @ self.concepts + self.space.likeness(heard.vector) @ self.likeness)

    def activities(self, heard: Heard, count: int) -> tuple[Floats, Ints]:
        """What each of `count` activities tells, and which passage tells most (-1: none was heard).

        Rounded, because sums of products hang on how many there are.
        """
        told = self.sentences(heard)
        total = np.bincount(heard.activity, weights=told, minlength=count)
        part = np.full(count, -1, dtype=np.int64)
        order = np.argsort(np.abs(told), kind="stable")
        part[heard.activity[order]] = heard.part[order]
        return np.asarray(np.round(np.clip(total, -_MOST, _MOST), 4), dtype=np.float64), part

    def as_json(self) -> dict[str, Any]:
        """The model for the stored scorer."""
        return {
            "embedder": self.embedder,
            "landmarks": pack(self.space.landmarks.astype(np.float32)),
            "near": self.space.near,
            "far": self.space.far,
            "concepts": pack(self.concepts),
            "likeness": pack(self.likeness),
        }

    @staticmethod
    def from_json(stored: Any) -> "TextModel":
        """The model of `as_json`."""
        space = Space(
            landmarks=unpack(stored["landmarks"]), near=float(stored["near"]), far=float(stored["far"])
        )
        return TextModel(
            embedder=stored["embedder"],
            space=space,
            concepts=unpack(stored["concepts"]),
            likeness=unpack(stored["likeness"]),
        )


@dataclass(frozen=True, kw_only=True)
class Told:
    """What each activity tells under a text model (NaN: nothing was heard), and by which passage."""

    model: str
    told: Floats
    part: Ints


def measure(told: Floats, timeline: Timeline, places: Mapping[str, int], rows: int, seen: Seen) -> Floats:
    """Rows × `FEATURES`: what all that was said tells, the newer the more, and what was said last."""
    number = np.array([places[name] for name in timeline.activities], dtype=np.int64)
    of_entry = told[number[seen.entry]] if len(number) else np.zeros(0)
    spoken = ~np.isnan(of_entry)
    row, amount = seen.row[spoken], of_entry[spoken]
    weight = 0.5 ** (seen.days[spoken] / HALF_LIFE)
    total = np.bincount(row, weights=amount * weight, minlength=rows)
    last = np.zeros(rows)
    last[row] = amount
    return np.column_stack([np.clip(total, -_MOST_IN_ALL, _MOST_IN_ALL), last])


@dataclass(frozen=True, kw_only=True)
class Content:
    """Sums over the sentences of each activity: what is said, and likeness to the landmarks."""

    embedder: str
    space: Space
    says: Floats
    likeness: NDArray[np.float32]

    def told(self, model: TextModel) -> Floats:
        """What each activity tells, as `TextModel.activities` says it."""
        total = self.says @ model.concepts + self.likeness @ model.likeness
        heard = (self.says.any(axis=1)) | (self.likeness[:, -1] > 0)
        return np.where(heard, np.round(np.clip(total, -_MOST, _MOST), 4), np.nan)


@dataclass(frozen=True, kw_only=True)
class Learned:
    """Text models that have not seen one fold of the records each, and their mean."""

    of_folds: tuple[TextModel, ...]
    model: TextModel


def learn(
    content: Content, said: Floats, like: Floats, known: Floats, won: Floats, folds: Sequence[Bools]
) -> Learned:
    """Text models from records' sums (`said`, `like`: rows as in `Content`) and outcomes.

    `known` is what all but text says of each record, in log-odds: texts need only tell what goes beyond it.
    """
    prior = np.array([PRIOR[concept] for concept in CONCEPTS])
    landmarks = content.space.landmarks
    values, directions = np.linalg.eigh(np.exp(_SHARPNESS * (landmarks @ landmarks.T - 1.0)))
    rooted = directions / np.sqrt(np.maximum(values, 1e-6))
    mean = content.likeness[:, :-1].sum(axis=0) / max(float(content.likeness[:, -1].sum()), 1.0)
    # To coordinates in which likeness is a plain product, counted from the mean sentence.
    turn = np.vstack([rooted, -(mean @ rooted)[None, :]])
    blocks = [said @ prior[:, None], said, like @ turn]
    scales = [
        weight / max(float(block.std()), 1e-9)
        for weight, block in zip((_EXPECTED, 1.0, _LIKE), blocks, strict=True)
    ]
    design = np.column_stack([*(scale * block for scale, block in zip(scales, blocks, strict=True)), known])
    penalty = _best_penalty(design, won, folds)
    unit = np.eye(design.shape[1])
    models = []
    for out in folds:
        _, weights = linear.fit(design[~out], won[~out], penalty * unit)
        models.append(
            TextModel(
                embedder=content.embedder,
                space=content.space,
                concepts=scales[0] * weights[0] * prior + scales[1] * weights[1 : 1 + len(CONCEPTS)],
                likeness=scales[2] * turn @ weights[1 + len(CONCEPTS) : -1],
            )
        )
    mean_model = TextModel(
        embedder=content.embedder,
        space=content.space,
        concepts=np.mean([model.concepts for model in models], axis=0),
        likeness=np.mean([model.likeness for model in models], axis=0),
    )
    return Learned(of_folds=tuple(models), model=mean_model)


def _best_penalty(design: Floats, won: Floats, folds: Sequence[Bools]) -> float:
    unit = np.eye(design.shape[1])
    losses = dict.fromkeys(_PENALTIES, 0.0)
    for out in folds:
        start = None
        for penalty in reversed(_PENALTIES):
            start = linear.fit(design[~out], won[~out], penalty * unit, start)
            log_odds = start[0] + design[out] @ start[1]
            losses[penalty] += float(np.logaddexp(0.0, np.where(won[out] > 0.5, -log_odds, log_odds)).sum())
    return min(losses, key=lambda penalty: losses[penalty])


def space_of(vector: NDArray[np.float32]) -> Space:
    """Landmarks among these sentences: the centres of as many clusters, found in few steps."""
    sample = vector[:: max(1, len(vector) // 6000)].astype(np.float64)
    centres = sample[:: max(1, len(sample) // _LANDMARKS)][:_LANDMARKS].copy()
    for _ in range(6):
        nearest = (sample @ centres.T).argmax(axis=1)
        for k in np.unique(nearest).tolist():
            centres[k] = sample[nearest == k].mean(axis=0)
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    centres = centres.astype(np.float32).astype(np.float64)
    likeness = (sample @ centres.T).max(axis=1)
    near, lowest = np.quantile(likeness, [0.1, 0.005])
    return Space(landmarks=centres, near=float(near), far=float(min(lowest, near - 0.05)))
