"""A build of the index, open for reading."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vectorstore.fulltext import FullText
from vectorstore.nearest import Nearest
from vectorstore.shelf import Seal, Unsound


class Opened:
    """The parts of a build. Chroma is loaded when the first search needs it.

    `connect` is None where its vectors are not used: they are of another embedder, or Chroma is out of order.
    """

    def __init__(
        self, name: str, seal: Seal, full_text: FullText, connect: Callable[[], Nearest] | None
    ) -> None:
        self.name = name
        self.seal = seal
        self.full_text = full_text
        self._connect = connect
        self._nearest: Nearest | None = None
        self._connecting = threading.Lock()
        self._counting = threading.Lock()
        self._readers = 0
        self._closing = False

    @property
    def has_vectors(self) -> bool:
        """Whether Chroma is asked at all."""
        return self._connect is not None

    @property
    def nearest(self) -> Nearest | None:
        """The vectors.

        Raises:
            Unsound: Chroma cannot open them.
        """
        with self._connecting:
            if self._nearest is None and self._connect is not None:
                self._nearest = self._connect()
            return self._nearest

    @contextmanager
    def read(self) -> Iterator[None]:
        """Keep the build open for one search.

        Raises:
            Unsound: another thread has closed it.
        """
        with self._counting:
            if self._closing:
                raise Unsound("missing")
            self._readers += 1
        try:
            yield
        finally:
            with self._counting:
                self._readers -= 1
                last = self._closing and self._readers == 0
            if last:
                self._give_back()

    def close(self) -> None:
        """Give everything back to the system, once the last search has ended."""
        with self._counting:
            idle = not self._closing and self._readers == 0
            self._closing = True
        if idle:
            self._give_back()

    def _give_back(self) -> None:
        with self._connecting:
            if self._nearest is not None:
                self._nearest.close()
                self._nearest = None
        self.full_text.close()
