"""What a sentence means, told by its vector: learned from example sentences in four languages.

Phrases find what is said in the usual words; vectors find it in other words. The weights for the packaged
embedder lie beside this module, made by `learn` from the files in `examples`.
"""

import hashlib
import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.scoring.arrays import pack, unpack
from assistant.scoring.concepts import CONCEPTS
from assistant.scoring.table import Floats

NOTHING = "nothing"
_LANGUAGES = ("en", "de", "es", "zh")
_PENALTY = 1 / 50
_STEPS = 300

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Meanings:
    """Weights for the vectors of one embedder: rows are `CONCEPTS`, then nothing."""

    embedder: str
    examples: str
    weights: Floats
    offsets: Floats

    def judge(self, vectors: NDArray[np.float32]) -> Floats:
        """Sentences × `CONCEPTS`: how likely each sentence means each."""
        if not len(vectors):
            return np.zeros((0, len(CONCEPTS)))
        scores = vectors.astype(np.float64) @ self.weights.T + self.offsets
        return _softmax(scores)[:, :-1]

    def as_json(self) -> dict[str, Any]:
        """The weights, to be kept."""
        return {
            "embedder": self.embedder,
            "examples": self.examples,
            "weights": pack(self.weights.astype(np.float32)),
            "offsets": pack(self.offsets),
        }

    @staticmethod
    def from_json(stored: Any) -> "Meanings":
        """The weights of `as_json`."""
        return Meanings(
            embedder=stored["embedder"],
            examples=stored["examples"],
            weights=unpack(stored["weights"]),
            offsets=unpack(stored["offsets"]),
        )


def _softmax(scores: Floats) -> Floats:
    scores = scores - scores.max(axis=1, keepdims=True)
    raised = np.exp(scores)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


@cache
def packaged(embedder: str) -> Meanings | None:
    """The weights that ship for this embedder, if any do and were made from the examples as they are."""
    for source in (resources.files("assistant.scoring") / "meanings_for").iterdir():
        if source.name.endswith(".json"):
            stored = json.loads(source.read_text(encoding="utf-8"))
            if (stored["embedder"], stored["examples"]) == (embedder, digest()):
                return Meanings.from_json(stored)
    return None


def examples() -> list[tuple[str, str]]:
    """All example sentences, each with what it means."""
    found = []
    for language in _LANGUAGES:
        source = resources.files("assistant.scoring") / "examples" / f"{language}.toml"
        for concept, lines in tomllib.loads(source.read_text(encoding="utf-8")).items():
            found += [(concept, line) for line in lines]
    return found


@cache
def digest() -> str:
    """Tells whether weights were made from the examples as they are now."""
    return hashlib.sha256(json.dumps(examples(), ensure_ascii=False).encode()).hexdigest()[:16]


def learn(embedder: str, encode: Encode) -> Meanings:
    """Weights for an embedder (by its name in the table of vectors), from the example sentences."""
    wanted = (*CONCEPTS, NOTHING)
    lines = examples()
    truth = np.array([wanted.index(concept) for concept, _ in lines])
    vectors = np.asarray(encode([line for _, line in lines]), dtype=np.float64)
    aim = np.eye(len(wanted))[truth]
    weights, offsets = np.zeros((len(wanted), vectors.shape[1])), np.zeros(len(wanted))
    from scipy.optimize import minimize

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat[: -len(wanted)].reshape(len(wanted), -1)
        chance = _softmax(vectors @ weights.T + flat[-len(wanted) :])
        amount = -np.log(chance[np.arange(len(truth)), truth] + 1e-300).sum()
        off = chance - aim
        slope = np.concatenate([(off.T @ vectors + _PENALTY * weights).ravel(), off.sum(axis=0)])
        return float(amount + _PENALTY / 2 * (weights**2).sum()), slope

    start = np.concatenate([weights.ravel(), offsets])
    flat = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return Meanings(
        embedder=embedder,
        examples=digest(),
        weights=flat[: -len(wanted)].reshape(len(wanted), -1).astype(np.float32).astype(np.float64),
        offsets=flat[-len(wanted) :],
    )
