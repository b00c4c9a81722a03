"""Which embedder finds what was said, in which language, and what full text adds: `make bench` prints it."""

import time
from collections.abc import Mapping

import numpy as np
import pytest

from tests.bench.retrieval import (
    LANGUAGES,
    Collection,
    Numbers,
    demo,
    everywhere,
    other_languages,
    same_language,
    written,
)
from vectorstore.embedders import DEFAULT, Embedder, embedder
from vectorstore.relevance import RELEVANT, noise_of, relevance

pytestmark = pytest.mark.bench
COLLECTIONS = (written(), demo())
SCOPES = (same_language, other_languages, everywhere)


@pytest.fixture(scope="module")
def embedders() -> Mapping[str, Embedder]:
    return {name: embedder(name) for name in ("use", "sales", "minilm", "joint")}


def cosines(collection: Collection, one: Embedder) -> Numbers:
    asked = np.stack([one.asked(text.words) for text in collection.questions])
    said = one.encode([text.words for text in collection.passages])
    return asked @ said.T


def described(collection: Collection, scores: Numbers) -> str:
    """Mean average precision by language of the question: same language, others, all."""
    parts = []
    for language in (*LANGUAGES, None):
        rows = [n for n, one in enumerate(collection.questions) if language in (None, one.language)]
        figures = [collection.average_precision(scores, scope)[rows].mean() for scope in SCOPES]
        parts.append(f"{language or 'all'} " + "/".join(f"{figure:.2f}" for figure in figures))
    return "   ".join(parts)


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.name)
def test_the_default_finds_most(collection: Collection, embedders: Mapping[str, Embedder]) -> None:
    print(f"\n{collection.name}: {len(collection.questions)} questions, {len(collection.passages)} passages")
    print("mean average precision, passages in the language of the question / in others / in all")
    found = {}
    for name, one in embedders.items():
        scores = cosines(collection, one)
        found[name] = collection.average_precision(scores, everywhere)
        print(f"  {name:8} {described(collection, scores)}")
    for name in ("use", "minilm", "joint"):
        gain = found[DEFAULT] - found[name]
        error = gain.std() / np.sqrt(len(gain))
        print(f"  {DEFAULT} against {name}: {gain.mean():+.3f} (standard error {error:.3f})")
        assert gain.mean() > error, f"{name} is not worse"


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.name)
def test_relevance_orders_better_than_ranks(
    collection: Collection, embedders: Mapping[str, Embedder]
) -> None:
    one = embedders[DEFAULT]
    near, shared, noise = cosines(collection, one), collection.coverage(), noise_of(one)
    judged = np.vectorize(lambda cosine, share: relevance(cosine, noise, share))(near, shared)
    ranks = [np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1) for scores in (near, shared)]
    fused = 1 / (60 + ranks[0]) + np.where(shared > 0, 1 / (60 + ranks[1]), 0)
    print()
    for name, scores in (("meaning", near), ("words", shared), ("rank fusion", fused), ("relevance", judged)):
        print(f"  {collection.name:8} {name:12} {described(collection, scores)}")
    better = collection.average_precision(judged, everywhere) - collection.average_precision(
        fused, everywhere
    )
    assert better.mean() > 0
    right = np.asarray(
        [[said.topic == asked.topic for said in collection.passages] for asked in collection.questions]
    )
    taken = judged >= RELEVANT
    precision, recall = (taken & right).sum() / taken.sum(), (taken & right).sum() / right.sum()
    print(f"  {collection.name:8} at the cut-off: precision {precision:.2f}, recall {recall:.2f}")


def test_speed(embedders: Mapping[str, Embedder]) -> None:
    texts = [f"{number}: {text.words}" for number, text in enumerate(demo().passages)]
    print()
    for name, one in embedders.items():
        one.encode(texts[:2])
        started = time.perf_counter()
        one.encode(texts)
        rate = len(texts) / (time.perf_counter() - started)
        started = time.perf_counter()
        one.encode(["who complained about onboarding"])
        wait = 1000 * (time.perf_counter() - started)
        print(f"  {name:8} {rate:6.0f} sentences a second, one question {wait:.0f} ms")
