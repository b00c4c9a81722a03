"""What is found is on the topic, in four languages and across them."""

from collections.abc import Iterator

import numpy as np
import pytest

from ingest.records import Records
from tests.bench.retrieval import LANGUAGES, Numbers, everywhere, same_language, written
from tests.factories import an_activity, insert
from vectorstore.embedders import Embedder, embedder
from vectorstore.hits import relevant
from vectorstore.index import Index
from vectorstore.relevance import Noise, noise_of, relevance


@pytest.fixture(scope="module")
def default() -> Embedder:
    return embedder()


@pytest.fixture(scope="module")
def scores(default: Embedder) -> Numbers:
    topics = written()
    asked = np.stack([default.asked(one.words) for one in topics.questions])
    return asked @ default.encode([one.words for one in topics.passages]).T


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_default_finds_in_every_language(scores: Numbers, language: str) -> None:
    topics = written()
    rows = [number for number, one in enumerate(topics.questions) if one.language == language]
    assert topics.average_precision(scores, same_language)[rows].mean() > 0.6
    assert topics.average_precision(scores, everywhere)[rows].mean() > 0.6


@pytest.fixture
def index(tmp_path_factory: pytest.TempPathFactory, default: Embedder) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("workspace")
    records = Records(folder / "records.sqlite")
    notes = [one for one in written().passages if one.language in ("en", "zh")]
    insert(records, *(an_activity(id=f"{number}", text=one.words) for number, one in enumerate(notes)))
    index = Index(folder / "index", records, default)
    index.refresh()
    yield index
    index.close()


def test_the_cut_off_keeps_what_was_said_and_drops_the_rest(index: Index) -> None:
    hits = relevant(index.search("their deliveries were late", k=50))
    assert 1 <= len(hits) <= 6
    assert relevant(index.search("opinions about Roman history and poetry", k=50)) == []


def test_what_holds_every_word_is_relevant_however_far_its_meaning() -> None:
    noise = Noise(mean=0.0, spread=0.1)
    assert relevance(0.0, noise, 1.0) > 0.8
    assert relevance(0.0, noise, 0.0) < 0.1
    assert relevance(0.0, noise, 0.5) < 0.1
    assert relevance(0.6, noise, 0.0) > 0.9


def test_relevance_rises_with_nearness_and_with_shared_words() -> None:
    noise = Noise(mean=0.02, spread=0.12)
    for share in (0.0, 0.5, 1.0):
        steps = [relevance(cosine, noise, share) for cosine in np.linspace(-1, 1, 21)]
        assert steps == sorted(steps)
        assert all(0.0 <= step <= 1.0 for step in steps)
    assert relevance(0.2, noise, 0.7) > relevance(0.2, noise, 0.0)


def test_the_noise_of_an_embedder_is_small_and_spread(default: Embedder) -> None:
    noise = noise_of(default)
    assert abs(noise.mean) < 0.1
    assert 0.05 < noise.spread < 0.25
