"""What a sentence means, told by its vector: learned from example sentences in four languages.

Two judgments are multiplied. A linear model knows the direction in which each concept lies; the nearest
examples know the many ways in which one thing is said. What the usual phrases say is a hint, and no more:
the same words stand in many other sentences. The model for the packaged embedder lies in `meanings_for`,
made by `learn` from the files in `examples`.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from itertools import product
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from assistant.scoring.concepts import CONCEPTS
from assistant.scoring.table import Floats

NOTHING = "nothing"
_LANGUAGES = ("en", "de", "es", "zh")
_ALTERNATIVES = re.compile(r"\[([^\]]*)\]")
_VARIANTS = 3  # of one example at most
_PENALTY = 0.1
_STEPS = 200
_NEARNESS = 25.0  # how fast an example counts less with its distance
_LEAST = 0.01  # what a concept without any near example still has
_HINT = 1.0  # log-odds that a phrase adds
_SCALE = 64.0  # coarse: the error is far below what tells two sentences apart, and the file stays small
_AT_ONCE = 1000

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
_Known = NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A sentence, what it means, and how much it counts: the variants of one sentence count less each."""

    concept: str
    sentence: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class Meanings:
    """The model for the vectors of one embedder: rows of `weights` are `CONCEPTS`, then nothing.

    `known` are the examples' vectors (`_SCALE` times as long), `shares` how much each counts for each row.
    """

    embedder: str
    examples: str
    weights: Floats
    offsets: Floats
    known: _Known
    shares: Floats

    def judge(self, vectors: NDArray[np.float32], hints: Floats | None = None) -> Floats:
        """Sentences × `CONCEPTS`: how likely each sentence means each; `hints` are from its phrases."""
        judged = np.zeros((len(vectors), len(CONCEPTS)))
        for start in range(0, len(vectors), _AT_ONCE):
            part = vectors[start : start + _AT_ONCE]
            near = np.exp(_NEARNESS * (part @ self._examples - 1.0)) @ self.shares
            near /= near.sum(axis=1, keepdims=True)
            scores = part.astype(np.float64) @ self.weights.T + self.offsets + np.log(near + _LEAST)
            if hints is not None:
                scores[:, :-1] += _HINT * hints[start : start + _AT_ONCE]
            judged[start : start + _AT_ONCE] = _softmax(scores)[:, :-1]
        return judged

    @cached_property
    def _examples(self) -> NDArray[np.float32]:
        return np.asarray(self.known.T, dtype=np.float32) / np.float32(_SCALE)

    def save(self, file: Path | IO[bytes]) -> None:
        """Write the model."""
        np.savez_compressed(
            file,
            embedder=np.array(self.embedder),
            examples=np.array(self.examples),
            weights=self.weights.astype(np.float16),
            offsets=self.offsets,
            known=self.known,
            concepts=self.shares.argmax(axis=1).astype(np.int16),
            amounts=self.shares.max(axis=1).astype(np.float32),
        )

    @staticmethod
    def load(file: IO[bytes]) -> "Meanings":
        """The model of `save`."""
        with np.load(file, allow_pickle=False) as stored:
            shares = np.zeros((len(stored["concepts"]), len(CONCEPTS) + 1))
            shares[np.arange(len(shares)), stored["concepts"]] = stored["amounts"]
            return Meanings(
                embedder=str(stored["embedder"]),
                examples=str(stored["examples"]),
                weights=stored["weights"].astype(np.float64),
                offsets=stored["offsets"],
                known=stored["known"],
                shares=shares,
            )


def _softmax(scores: Floats) -> Floats:
    scores = scores - scores.max(axis=1, keepdims=True)
    raised = np.exp(scores)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


@cache
def packaged(embedder: str) -> Meanings | None:
    """The model that ships for this embedder, if any does and was made from the examples as they are."""
    for source in (resources.files("assistant.scoring") / "meanings_for").iterdir():
        if source.name.endswith(".npz"):
            with source.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                fits = (str(stored["embedder"]), str(stored["examples"])) == (embedder, digest())
            if fits:
                with source.open("rb") as file:
                    return Meanings.load(file)
    return None


@cache
def examples() -> tuple[Example, ...]:
    """All example sentences, each with what it means."""
    return tuple(_examples())


def _examples() -> Iterator[Example]:
    for language in _LANGUAGES:
        source = resources.files("assistant.scoring") / "examples" / f"{language}.toml"
        for concept, lines in tomllib.loads(source.read_text(encoding="utf-8")).items():
            for line in lines:
                variants = _variants(line)
                for sentence in variants:
                    yield Example(concept=concept, sentence=sentence, weight=len(variants) ** -0.5)


def _variants(line: str) -> list[str]:
    """`a [b|c] d` as `a b d` and `a c d`; of many, a few that differ in as much as they can."""
    parts = [part.split("|") if n % 2 else [part] for n, part in enumerate(_ALTERNATIVES.split(line))]
    every = list(dict.fromkeys(_tidy("".join(chosen)) for chosen in product(*parts)))
    if len(every) <= _VARIANTS:
        return every
    return [every[round(n * (len(every) - 1) / (_VARIANTS - 1))] for n in range(_VARIANTS)]


def _tidy(sentence: str) -> str:
    """Without the gaps that an empty alternative leaves."""
    return re.sub(r"[\s,，]+(?=[.?!。？！])", "", " ".join(sentence.split()))


@cache
def digest() -> str:
    """Tells whether a model was made from the examples, and the concepts, as they are now."""
    known = [CONCEPTS, [(one.concept, one.sentence) for one in examples()]]
    return hashlib.sha256(json.dumps(known, ensure_ascii=False).encode()).hexdigest()[:16]


def learn(embedder: str, encode: Encode) -> Meanings:
    """The model for an embedder (by its name in the table of vectors), from the example sentences."""
    wanted = (*CONCEPTS, NOTHING)
    lines = examples()
    truth = np.array([wanted.index(one.concept) for one in lines])
    counts = np.array([one.weight for one in lines])
    vectors = np.asarray(encode([one.sentence for one in lines]), dtype=np.float32)
    shares = np.zeros((len(lines), len(wanted)))
    shares[np.arange(len(lines)), truth] = counts.astype(np.float32)
    weights, offsets = _fit(vectors.astype(np.float64), truth, counts, len(wanted))
    return Meanings(
        embedder=embedder,
        examples=digest(),
        weights=weights.astype(np.float16).astype(np.float64),
        offsets=offsets,
        known=np.clip(np.round(vectors * _SCALE), -127, 127).astype(np.int8),
        shares=shares,
    )


def _fit(vectors: Floats, truth: NDArray[Any], counts: Floats, kinds: int) -> tuple[Floats, Floats]:
    from scipy.optimize import minimize

    aim = np.eye(kinds)[truth]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat[:-kinds].reshape(kinds, -1)
        chance = _softmax(vectors @ weights.T + flat[-kinds:])
        amount = -(counts * np.log(chance[np.arange(len(truth)), truth] + 1e-300)).sum()
        off = (chance - aim) * counts[:, None]
        slope = np.concatenate([(off.T @ vectors + _PENALTY * weights).ravel(), off.sum(axis=0)])
        return float(amount + _PENALTY / 2 * (weights**2).sum()), slope

    start = np.zeros(kinds * vectors.shape[1] + kinds)
    flat = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return flat[:-kinds].reshape(kinds, -1), flat[-kinds:]
