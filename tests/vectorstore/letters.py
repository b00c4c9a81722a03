"""An embedder for tests of the index: counts groups of three letters, so that like words are near."""

import hashlib
import zlib

import numpy as np

from vectorstore.embedders import Embedder, Vectors


class LetterEmbedder(Embedder):
    """`embedded` holds every text that was embedded, in order; `flavour` makes another model of it."""

    def __init__(self, flavour: str = "letters", dimension: int = 64) -> None:
        self.name = flavour
        self._dimension = dimension
        self.embedded: list[str] = []

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.name}{self._dimension}".encode()).hexdigest()

    def _raw(self, texts: list[str]) -> Vectors:
        self.embedded.extend(texts)
        rows = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            padded = f"  {text.casefold()} "
            for start in range(len(padded) - 2):
                row[zlib.crc32(padded[start : start + 3].encode()) % self._dimension] += 1
        return rows
