"""How surely a passage speaks of what was asked: from its nearness and the words it shares.

It depends on the question and the passage alone, so what somebody else's records hold moves nothing.
Reciprocal rank fusion, which ranks against everything else, orders worse too (tests/bench/test_retrieval.py).
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vectorstore.embedders import Embedder

RELEVANT = 0.5  # from here on a passage is taken to be on the topic

# Log-odds, fitted by a logistic regression on tests/bench/retrieval.jsonl and set so that RELEVANT finds as
# much as it lets slip. A passage that holds all the words asked for is on the topic, however far it seems.
_BASE = -4.5
_NEARNESS = 1.37
_WORDS = 6.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How near two texts on different topics are under an embedder: the cosine's mean and spread."""

    mean: float
    spread: float


def noise_of(embedder: Embedder) -> Noise:
    """Measured on a few short texts in four languages.

    Raises:
        EmbedderUnavailable: the model cannot be loaded or does not answer.
    """
    topics = json.loads(Path(__file__).with_name("probes.json").read_text(encoding="utf-8"))
    vectors = embedder.encode([text for topic in topics for text in topic])
    of_topic = np.repeat(np.arange(len(topics)), [len(topic) for topic in topics])
    cosines = (vectors @ vectors.T)[of_topic[:, None] != of_topic[None]]
    return Noise(mean=float(cosines.mean()), spread=max(float(cosines.std()), 1e-3))


def relevance(cosine: float, noise: Noise, coverage: float) -> float:
    """The probability (0 to 1) that a passage is on the topic of a question.

    `coverage` is the share of the question's words that the passage holds.
    """
    nearness = (cosine - noise.mean) / noise.spread
    return 1.0 / (1.0 + math.exp(-(_BASE + _NEARNESS * nearness + _WORDS * coverage**3)))
