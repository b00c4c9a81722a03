"""Guesses the ability that a question asks for where its words do not give it away, and says how sure it is.

A sentence embedding (multilingual) and one linear layer, learned from the example questions in `router.toml`.
The weights are kept beside it; where examples or embedder have changed since, they are learned anew.
"""

import hashlib
import threading
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

_HERE = Path(__file__).parent
_ENCODER = "use"  # whatever the index uses: this one is small, and knows the four languages
_EXAMPLES, _WEIGHTS = _HERE / "router.toml", _HERE / "router.npz"
_STEPS, _RATE, _DECAY, _SCALE = 600, 0.5, 2e-4, 12.0
# A sentence by whose vector an encoder is known again.
_READ = 300  # characters: what is asked for stands there, and a longer text takes long
_PROBE, _SAME = "Which of my leads should I call first?", 0.999


class Encoder(Protocol):
    """Text to normalised vectors."""

    def encode(self, texts: "Sequence[str]") -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """The ability that fits best, how likely it is, and how near the question is to any example (cosine)."""

    label: str
    probability: float
    nearness: float


class Router:
    """Trained on the examples with one encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._labels, self._texts = _examples()
        kept = _kept(encoder)
        vectors, weights = kept if kept is not None else _trained(encoder, self._labels, self._texts)
        self._vectors, self._weights = vectors, weights
        self._names = sorted(set(self._labels))

    def guess(self, question: str) -> Guess:
        """The ability that the question most probably asks for."""
        vector = self._encoder.encode([question[:_READ]])[0]
        scores = _softmax(_SCALE * (_with_one(vector[None, :]) @ self._weights))[0]
        best = int(scores.argmax())
        return Guess(
            label=self._names[best],
            probability=float(scores[best]),
            nearness=float((self._vectors @ vector).max()),
        )

    def save(self) -> None:
        """Keep the weights beside the examples, for a quick start."""
        np.savez_compressed(
            _WEIGHTS,
            key=np.array(_key()),
            probe=self._encoder.encode([_PROBE])[0],
            vectors=self._vectors.astype(np.float16),
            weights=self._weights.astype(np.float32),
        )


_lock = threading.Lock()


def router() -> Router:
    """The router with the packaged encoder, made at the first question that needs it."""
    with _lock:
        return _router()


@cache
def _router() -> Router:
    from vectorstore.embedders import embedder

    return Router(embedder(_ENCODER))


def _examples() -> tuple[list[str], list[str]]:
    labels, texts = [], []
    for label, examples in tomllib.loads(_EXAMPLES.read_text(encoding="utf-8")).items():
        labels += [label] * len(examples)
        texts += examples
    return labels, texts


def _key() -> str:
    """What the weights depend on, besides the encoder."""
    settings = f"{_STEPS} {_RATE} {_DECAY} {_SCALE}".encode()
    return hashlib.sha256(_EXAMPLES.read_bytes() + settings).hexdigest()


def _kept(encoder: Encoder) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """The weights kept beside the examples, where these and the encoder are still the same."""
    if not _WEIGHTS.exists():
        return None
    with np.load(_WEIGHTS, allow_pickle=False) as data:
        if str(data["key"]) != _key():
            return None
        probe = encoder.encode([_PROBE])[0]
        if probe.shape != data["probe"].shape or float(probe @ data["probe"]) < _SAME:
            return None
        return data["vectors"].astype(np.float32), data["weights"]


def _trained(
    encoder: Encoder, labels: "Sequence[str]", texts: "Sequence[str]"
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Multinomial logistic regression by gradient descent; classes weigh alike whatever their size."""
    vectors = encoder.encode(texts)
    names = sorted(set(labels))
    wanted = np.array([[label == name for name in names] for label in labels], dtype=np.float32)
    share = 1.0 / (wanted @ wanted.sum(axis=0))
    share = (share / share.mean())[:, None]
    inputs = _with_one(vectors)
    weights = np.zeros((inputs.shape[1], len(names)), dtype=np.float32)
    for _ in range(_STEPS):
        error = (_softmax(_SCALE * (inputs @ weights)) - wanted) * share
        weights -= _RATE * (inputs.T @ error / len(texts) + _DECAY * weights)
    return vectors, weights


def _with_one(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.hstack([vectors, np.ones((len(vectors), 1), dtype=np.float32)])


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
