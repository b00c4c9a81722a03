"""Chroma: one collection of vectors for each type of record, under content hashes and nothing else.

No text, no owner and no field of a record is given to Chroma; it is asked for neighbours and answers hashes.
Its own embedding and its telemetry are switched off.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import numpy as np

from ingest.entities import RecordType
from ingest.errors import BadRequest
from vectorstore.embedders import Vectors
from vectorstore.shelf import Unsound

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

AT_ONCE = 5000  # Chroma takes 5,461; each batch writes the whole graph, so few large ones are best
_OPENING = threading.Lock()  # Chroma counts its clients without guarding the count against other threads
_AT_ONCE_ON_SERVER = 1000
_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 15.0
# The low `sync_threshold` writes the graph after every batch: a sealed build has nothing left to catch up.
_GRAPH = {"space": "cosine", "ef_search": 256, "sync_threshold": 1}


class Nearest:
    """Vectors by nearness, of one embedder. One thread at a time speaks to Chroma.

    `identity` names the embedder and stands with every collection. `prefix` tells this index's collections
    apart where a server holds more than one index's.

    All methods raise Unsound where Chroma cannot do what it is asked.
    """

    def __init__(
        self,
        client: "Client",
        identity: Mapping[str, str | int],
        prefix: str = "",
        at_once: int = AT_ONCE,
    ) -> None:
        self._client = client
        self._identity = dict(identity)
        self._prefix = prefix
        self._at_once = at_once
        self._speaking = threading.RLock()
        self._known: dict[RecordType, Collection] = {}

    def ids(self, kind: RecordType) -> set[str]:
        """The content hashes that are held for a type."""
        with self._conversation():
            collection = self._collection(kind)
            return set(collection.get(include=[])["ids"]) if collection else set()

    def counts(self) -> dict[str, int]:
        """How many vectors each type has; types without any are left out."""
        with self._conversation():
            found = {kind.value: self._collection(kind) for kind in RecordType}
            return {name: count for name, one in found.items() if one and (count := one.count())}

    def agrees(self) -> bool:
        """Whether every collection was made with this embedder."""
        with self._conversation():
            named = [one.metadata or {} for kind in RecordType if (one := self._collection(kind))]
            return all({key: one.get(key) for key in self._identity} == self._identity for one in named)

    def add(self, kind: RecordType, hashes: Sequence[str], vectors: Vectors) -> None:
        """Take in vectors that are not there yet."""
        with self._conversation():
            collection = self._collection(kind) or self._create(kind)
            for start in range(0, len(hashes), self._at_once):
                end = start + self._at_once
                collection.add(ids=list(hashes[start:end]), embeddings=vectors[start:end])

    def remove(self, kind: RecordType, hashes: Iterable[str]) -> None:
        """Take out vectors; those that are not there are passed over."""
        gone = list(hashes)
        with self._conversation():
            collection = self._collection(kind)
            for start in range(0, len(gone) if collection else 0, self._at_once):
                assert collection
                collection.delete(ids=gone[start : start + self._at_once])

    def query(self, kind: RecordType, vector: Vectors, k: int) -> dict[str, float]:
        """The `k` nearest of one type: content hash and cosine."""
        with self._conversation():
            collection = self._collection(kind)
            if collection is None:
                return {}
            asked = [np.asarray(vector, dtype=np.float32)]
            found = collection.query(query_embeddings=asked, n_results=k, include=["distances"])  # type: ignore[arg-type]
            distances = found["distances"] or [[]]
            return {one: 1.0 - float(far) for one, far in zip(found["ids"][0], distances[0], strict=True)}

    def drop(self) -> None:
        """Remove all collections of this index."""
        with self._conversation():
            for kind in RecordType:
                if self._collection(kind):
                    self._client.delete_collection(self._name(kind))
            self._known.clear()

    def close(self) -> None:
        """Give everything back to the system."""
        with _OPENING, self._conversation():
            self._known.clear()
            self._client.close()

    @contextmanager
    def _conversation(self) -> Iterator[None]:
        with self._speaking, _chroma_failures():
            yield

    def _name(self, kind: RecordType) -> str:
        return f"{self._prefix}{kind.value}"

    def _collection(self, kind: RecordType) -> "Collection | None":
        from chromadb.errors import NotFoundError

        if kind not in self._known:
            try:
                self._known[kind] = self._client.get_collection(self._name(kind), embedding_function=None)
            except NotFoundError:
                return None
        return self._known[kind]

    def _create(self, kind: RecordType) -> "Collection":
        self._known[kind] = self._client.create_collection(
            self._name(kind),
            configuration=cast(Any, {"hnsw": _GRAPH}),
            metadata=dict(self._identity),
            embedding_function=None,
        )
        return self._known[kind]


def in_folder(folder: Path, identity: Mapping[str, str | int]) -> Nearest:
    """Chroma embedded, in a folder of its own.

    Raises:
        Unsound: what lies there cannot be opened.
    """
    import chromadb

    folder.mkdir(parents=True, exist_ok=True)
    with _OPENING, _chroma_failures():
        return Nearest(cast("Client", chromadb.PersistentClient(str(folder), settings=_quiet())), identity)


def on_server(url: str, identity: Mapping[str, str | int], prefix: str) -> Nearest:
    """A Chroma server, which may hold other indexes beside this one.

    Raises:
        Unsound: the server does not answer.
        BadRequest: no address of a server.
    """
    import chromadb

    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise BadRequest(f"HOTLIST_CHROMA_URL is no address of a Chroma server: {url!r} (http://host:port).")
    secure = address.scheme == "https"
    with _chroma_failures():
        client = chromadb.HttpClient(
            host=address.hostname,
            port=address.port or (443 if secure else 8000),
            ssl=secure,
            settings=_quiet(),
        )
        _limit(client)
        return Nearest(cast("Client", client), identity, prefix, _AT_ONCE_ON_SERVER)


def _limit(client: Any) -> None:
    """Chroma's client would wait for ever, and offers no setting for it."""
    import httpx

    session = getattr(getattr(client, "_server", None), "_session", None)
    if isinstance(session, httpx.Client):
        session.timeout = httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)


def _quiet() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


@contextmanager
def _chroma_failures() -> Iterator[None]:
    import httpx
    from chromadb.errors import ChromaError

    failures = (ChromaError, httpx.HTTPError, OSError, RuntimeError, ValueError, LookupError, AttributeError)
    try:
        yield
    except failures as error:
        raise Unsound("damaged") from error
