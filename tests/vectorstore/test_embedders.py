"""The embedders: the packaged models, and any other by name."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import EmbedderUnavailable
from vectorstore import embedders
from vectorstore.embedders import Embedder, embedder, normalised

TEXTS = [
    "The invoice is wrong.",
    "发票开错了。",
    "Die Rechnung stimmt nicht.",
    "La factura está mal.",
    "Shall we play football on Sunday?",
]


@pytest.fixture(scope="module")
def sales() -> Embedder:
    return embedder()


def test_the_default_ships_with_the_package_and_knows_four_languages(sales: Embedder) -> None:
    vectors = sales.encode(TEXTS)
    assert (sales.name, sales.dimension, vectors.shape, vectors.dtype.name) == (
        "sales",
        512,
        (5, 512),
        "float32",
    )
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    cosines = vectors @ vectors.T
    assert cosines[:4, :4].min() > cosines[4, :4].max() + 0.2


def test_a_topic_is_near_itself_in_other_words(sales: Embedder) -> None:
    question, near, far = sales.encode(
        ["who is unhappy with our prices", "为这个功能收这么多钱不合理", "Sie fahren im August ans Meer."]
    )
    assert question @ near > question @ far + 0.1


def test_many_texts_and_one_give_the_same_vectors(sales: Embedder) -> None:
    many = [f"{text} {number}" for number in range(60) for text in TEXTS]
    together = sales.encode(many)
    assert np.allclose(together[137], sales.encode([many[137]])[0], atol=1e-5)


def test_empty_and_odd_texts_have_vectors_too(sales: Embedder) -> None:
    odd = ["", "   ", "\x00", "😀" * 50, "x" * 20_000, "ﷺ"]
    assert np.isfinite(sales.encode(odd)).all()
    assert sales.encode([]).shape == (0, 512)


def test_a_row_of_nothing_becomes_a_unit_vector() -> None:
    rows = normalised(np.array([[0.0, 0.0], [np.nan, 0.0], [3.0, 4.0]]))
    assert rows.tolist() == [[1.0, 0.0], [1.0, 0.0], [pytest.approx(0.6), pytest.approx(0.8)]]


def test_fingerprints_tell_models_apart(sales: Embedder) -> None:
    prints = {embedder(name).fingerprint for name in ("sales", "use", "minilm", "joint")}
    assert len(prints) == 4
    assert all(len(one) == 64 for one in prints)
    assert embedder(" Sales ").fingerprint == sales.fingerprint


def test_a_model_that_is_not_on_this_machine_is_explained() -> None:
    with pytest.raises(EmbedderUnavailable, match="no embedding model 'acme/no-such-model' on this machine"):
        embedder("acme/no-such-model").encode(["x"])


def test_a_folder_without_a_model_is_explained(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EmbedderUnavailable, match="HOTLIST_EMBEDDER"):
        embedder(str(tmp_path)).encode(["x"])


def test_weights_that_were_tampered_with_are_refused() -> None:
    with pytest.raises(EmbedderUnavailable, match="install it again"):
        embedders._checked("0" * 64, "1" * 64, "some-package")


@pytest.mark.slow
def test_any_sentence_transformers_folder_works_like_the_packaged_model(tmp_path: Path) -> None:
    packaged = embedder("minilm")
    assert isinstance(packaged, embedders.SentenceTransformerEmbedder)
    folder = tmp_path / "my-model"
    shutil.copytree(packaged._folder, folder)
    own = embedder(str(folder))
    assert own.dimension == packaged.dimension == 384
    assert np.allclose(own.encode(TEXTS), packaged.encode(TEXTS), atol=1e-6)
    assert own.fingerprint != packaged.fingerprint
    before = own.fingerprint
    (folder / "modules.json").write_text((folder / "modules.json").read_text() + "\n")
    assert embedder(str(folder)).fingerprint != before


@pytest.mark.slow
def test_the_cosine_of_joint_vectors_is_the_mean_of_both(sales: Embedder) -> None:
    minilm, joint = embedder("minilm"), embedder("joint")
    assert joint.dimension == 512 + 384
    cosines = [
        (vectors @ vectors.T)[0, 4] for vectors in (one.encode(TEXTS) for one in (sales, minilm, joint))
    ]
    assert cosines[2] == pytest.approx((cosines[0] + cosines[1]) / 2, abs=1e-5)
