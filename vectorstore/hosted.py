"""Embeddings from an OpenAI-compatible endpoint: the one part of the index that speaks to a network."""

import hashlib
import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ingest.errors import EmbedderUnavailable
from vectorstore.embedders import Embedder, Vectors

if TYPE_CHECKING:
    from openai import OpenAI

_OPENAI = "https://api.openai.com/v1"
_NO_KEY = "none"  # servers of one's own often want no key, the client always does
_BATCH = 128
_RETRIES = 2
_LONGEST = 8_000  # characters of one text; longer ones are cut, as endpoints refuse them


class HostedEmbedder(Embedder):
    """`name` as set by the user, `model` as the endpoint calls it; `timeout` in seconds for one request."""

    def __init__(
        self, name: str, model: str, base_url: str | None, api_key: str | None, timeout: float
    ) -> None:
        self.name = name
        self._model_name = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout = timeout
        self._asking = threading.Lock()
        self._dimension: int | None = None

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self._base_url or ''}\n{self._model_name}".encode()).hexdigest()

    @property
    def dimension(self) -> int:
        if self._dimension is None:
            self.encode(["ready"])
        assert self._dimension is not None
        return self._dimension

    @cached_property
    def _client(self) -> "OpenAI":
        from openai import OpenAI, OpenAIError

        try:
            return OpenAI(
                base_url=self._base_url or _OPENAI,
                api_key=self._api_key or _NO_KEY,
                timeout=self._timeout,
                max_retries=_RETRIES,
            )
        except OpenAIError as error:
            raise EmbedderUnavailable(
                f"The embedding model {self.name!r} cannot be asked; check OPENAI_BASE_URL."
            ) from error

    def _raw(self, texts: list[str]) -> Vectors:
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        return np.vstack([self._ask(batch) for batch in batches])

    def _ask(self, texts: list[str]) -> Vectors:
        from openai import OpenAIError

        started = time.monotonic()
        try:
            answer = self._client.embeddings.create(
                model=self._model_name, input=[text[:_LONGEST] for text in texts], encoding_format="float"
            )
            rows = [row.embedding for row in sorted(answer.data, key=lambda row: row.index)]
            vectors = np.asarray(rows, dtype=np.float32)
        except (OpenAIError, AttributeError, TypeError, ValueError) as error:
            raise EmbedderUnavailable(
                f"The embedding model {self.name!r} did not answer ({type(error).__name__} after "
                f"{time.monotonic() - started:.0f} s); check OPENAI_BASE_URL and the key, then try again."
            ) from error
        with self._asking:
            if vectors.ndim != 2 or len(vectors) != len(texts):
                raise EmbedderUnavailable(
                    f"The embedding model {self.name!r} answered {len(vectors)} vectors "
                    f"for {len(texts)} texts."
                )
            if self._dimension not in (None, vectors.shape[1]):
                raise EmbedderUnavailable(f"The embedding model {self.name!r} changed its dimension.")
            self._dimension = vectors.shape[1]
        return vectors
