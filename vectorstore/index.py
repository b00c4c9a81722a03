"""The index: which records speak of something, by meaning and by words. It answers ids, never text.

The records database is the truth; the index can be thrown away at any time and is then made anew, without
embedding anything again. It knows nothing of who asks: what it returns must be read through a book.
"""

import secrets
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path

import numpy as np
import structlog
from filelock import FileLock, Timeout

from ingest.entities import RecordType, Ref
from ingest.errors import EmbedderUnavailable, WorkspaceLocked, WorkspaceUnusable
from ingest.records import Records, set_fact
from vectorstore import kept
from vectorstore.aside import build_aside
from vectorstore.embedders import Embedder, Vectors, normalised
from vectorstore.fulltext import FullText
from vectorstore.hits import Hit
from vectorstore.making import STALE, STATE, IndexReport, Maker, Progress
from vectorstore.nearest import Nearest, in_folder, on_server
from vectorstore.opened import Opened
from vectorstore.passages import activity_parts
from vectorstore.relevance import Noise
from vectorstore.searching import Query, Searcher
from vectorstore.shelf import FULL_TEXT, VECTORS, Seal, Shelf, Unsound

_log = structlog.get_logger(__name__)

_WAIT_SECONDS = 60.0  # for another process that brings the index up to date
_REST_SECONDS = 30.0  # after Chroma failed twice
_SERVER_PREFIX = "index_prefix"  # the fact that tells this index's collections apart on a server


class Index:
    """The index of one workspace in `folder`; with `chroma_url` the vectors lie on that server.

    Safe to use from several threads and processes; one at a time writes.
    """

    def __init__(
        self, folder: Path, records: Records, embedder: Embedder, chroma_url: str | None = None
    ) -> None:
        self.embedder = embedder
        self._records = records
        self._chroma_url = chroma_url
        self._shelf = Shelf(folder)
        self._maker = Maker(self._shelf, records, embedder, self._connect)
        self._opening = threading.RLock()
        self._open: Opened | None = None
        self._rest_until = 0.0  # on the monotonic clock; until then Chroma is not asked again

    # Bringing it up to date

    def refresh(self, progress: Progress | None = None) -> IndexReport:
        """Embed the texts that have no vector yet and make the index hold what the records say.

        Raises:
            EmbedderUnavailable: new texts cannot be embedded; what was embedded is kept.
            WorkspaceLocked: another process has been doing the same for a minute.
            WorkspaceUnusable: the index cannot be written.
        """
        with self._writing(_WAIT_SECONDS), _explained():
            report = self._maker.refresh(progress or (lambda _what, _share: None))
        if report.rebuilt not in (None, "missing"):
            _log.warning("index_rebuilt", why=report.rebuilt, passages=report.passages)
        return report

    def condition(self) -> str:
        """`sound`, or what is wrong: `missing`, `damaged`, `stale`, `other embedder`."""
        try:
            self._check(self._shelf.current(), self._records.fact(STATE))
        except Unsound as unsound:
            return unsound.reason
        return "sound"

    def forget(self, refs: Collection[Ref]) -> int:
        """Erase what the index knows of these records, down to the bytes; how many passages that were.

        Raises:
            WorkspaceLocked: another process is at work on the index.
            WorkspaceUnusable: the index cannot be written.
        """
        with self._writing(_WAIT_SECONDS), _explained():
            with self._records.writing() as connection:
                gone = {row.id: row.content_hash for row in kept.passages_about(connection, refs)}
                kept.write_passages(connection, (), gone)
                kept.prune_vectors(connection)
            self.close()
            if self._chroma_url is None:
                build_aside(self._shelf.folder, self._records, self.embedder)
            else:
                self._maker.build(anew=True)
            self._shelf.clear(keep={self._shelf.current()})
        return len(gone)

    def close(self) -> None:
        """Give everything back to the system; the next search opens the index again."""
        with self._opening:
            if self._open:
                self._open.close()
            self._open = None

    # Asking it

    def search(
        self,
        text: str,
        *,
        k: int = 10,
        types: Collection[RecordType] | None = None,
        within: Collection[Ref] | None = None,
    ) -> list[Hit]:
        """The `k` records that speak most surely of `text`, in any language the embedder knows.

        `types` narrows to types of records, `within` to these records: nothing else is returned, and their
        order is the same as if there were no others.
        """
        if k <= 0 or not text.strip():
            return []
        try:
            meaning = self.embedder.asked(text)
        except EmbedderUnavailable as error:
            _log.warning("searching_by_words_alone", why=str(error))
            meaning = None
        return self._hits(meaning, text, k, types, within)

    def similar_to(
        self,
        ref: Ref,
        *,
        k: int = 10,
        types: Collection[RecordType] | None = None,
        within: Collection[Ref] | None = None,
    ) -> list[Hit]:
        """The `k` records most like this one in what is said of them; of the same type if `types` is None."""
        meaning = self.vectors([ref]).get(ref)
        if k <= 0 or meaning is None:
            return []
        hits = self._hits(meaning, None, k + 1, types or (ref.type,), within)
        return [hit for hit in hits if hit.ref != ref][:k]

    def vectors(self, refs: Collection[Ref]) -> dict[Ref, Vectors]:
        """What each record is about, as one vector of length 1; records without passages are left out."""
        with self._records.engine.connect() as connection:
            rows = list(kept.passages_about(connection, refs))
            hashes = {row.content_hash for row in rows}
            found, matrix = kept.read_vectors(connection, self._maker.key, hashes)
        place = {content_hash: number for number, content_hash in enumerate(found)}
        places: dict[Ref, list[int]] = {}
        for row in rows:
            if row.content_hash in place:
                ref = Ref(type=RecordType(row.type), id=row.record_id)
                places.setdefault(ref, []).append(place[row.content_hash])
        return {ref: normalised(matrix[some].mean(axis=0)[np.newaxis])[0] for ref, some in places.items()}

    def likeness(self, texts: Sequence[str], anchors: Sequence[str]) -> list[list[float]]:
        """The cosine of each text with each anchor: which of a few phrasings a sentence is like.

        Raises:
            EmbedderUnavailable: the model cannot be loaded or does not answer.
        """
        if not texts or not anchors:
            return [[] for _ in texts]
        both = self.embedder.encode([*texts, *anchors])
        rows: list[list[float]] = (both[: len(texts)] @ both[len(texts) :].T).tolist()
        return rows

    @staticmethod
    def words_of(passage_id: str, subject: str | None, text: str | None) -> str:
        """The words of an activity's passage, out of the subject and text that the book gave."""
        parts = activity_parts(subject, text)
        number = passage_id.rpartition("#")[2]
        return parts[int(number)] if number.isdigit() and int(number) < len(parts) else ""

    # Which build is read

    def _hits(
        self,
        meaning: Vectors | None,
        text: str | None,
        k: int,
        types: Collection[RecordType] | None,
        within: Collection[Ref] | None,
    ) -> list[Hit]:
        kinds = frozenset(RecordType) if types is None else frozenset(types)
        among = None if within is None else frozenset(ref for ref in within if ref.type in kinds)
        if not kinds or (among is not None and not among):
            return []
        query = Query(meaning=meaning, text=text, kinds=kinds, within=among)
        for build in self._builds():
            searcher = Searcher(self._records, self._maker.key, self._noise, build)
            with suppress(Unsound), build.read() if build else nullcontext():
                return searcher.hits(query, k)
        return []

    def _builds(self) -> Iterator[Opened | None]:
        """What to search, one after the other until one can be read; None is the records alone."""
        if time.monotonic() >= self._rest_until:
            build = self._ready()
            yield build
            if build is not self._open or (build and build.name != self._shelf.current()):
                yield self._ready()  # another one was put in use meanwhile, and this one closed
            yield self._repaired("damaged")
        yield self._without_vectors()
        yield None

    @cached_property
    def _noise(self) -> Noise:
        try:
            return self._maker.noise()
        except EmbedderUnavailable:
            return Noise(mean=0.0, spread=1.0)  # nothing is compared by meaning then

    def _ready(self) -> Opened | None:
        """The build in use, opened; None where the records hold nothing to find yet."""
        state, name = self._records.fact(STATE), self._shelf.current()
        if state is None:
            return None
        with self._opening:
            open_ = self._open
            if open_ and open_.has_vectors and (open_.name, open_.seal.state) == (name, state):
                return open_
            try:
                return self._opened(name, self._check(name, state))
            except Unsound as unsound:
                return self._repaired(unsound.reason)

    def _repaired(self, reason: str) -> Opened | None:
        """Make the index anew, or do without Chroma for a while."""
        with self._opening:
            try:
                with self._writing(0.0):
                    if reason == "other embedder" and self._maker.vectors_missing():
                        _log.warning("index_of_another_embedder", hint="run hotlist ingest")
                        return self._without_vectors()
                    wrong = self._maker.build(anew=reason == "damaged")
                    if wrong:
                        _log.warning("index_rebuilt", why=reason)
                name = self._shelf.current()
                return self._opened(name, self._shelf.opened(name))
            except WorkspaceLocked:
                _log.debug("index_being_written", why=reason)
                return self._outdated() if reason == STALE else self._without_vectors()
            except Unsound:
                _log.error("index_cannot_be_made", doing_without_seconds=_REST_SECONDS)
                self._rest_until = time.monotonic() + _REST_SECONDS
                return self._without_vectors()

    def _outdated(self) -> Opened:
        """The build before the one that another process is making."""
        name = self._shelf.current()
        if self._open is None or self._open.name != name:
            return self._opened(name, self._shelf.opened(name))
        return self._open

    def _without_vectors(self) -> Opened | None:
        """The full text of the build in use; what is near in meaning is then told by the records."""
        name = self._shelf.current()
        with self._opening:
            if self._open and not self._open.has_vectors and self._open.name == name:
                return self._open
            try:
                return self._opened(name, self._shelf.opened(name), has_vectors=False)
            except Unsound:
                return None

    def _check(self, name: str | None, state: str | None) -> Seal:
        seal = self._shelf.opened(name)
        if (seal.fingerprint, seal.dimension) != (self.embedder.fingerprint, self.embedder.dimension):
            raise Unsound("other embedder")
        if seal.state != state:
            raise Unsound(STALE)
        return seal

    def _opened(self, name: str | None, seal: Seal, *, has_vectors: bool = True) -> Opened:
        assert name is not None
        path = self._shelf.path(name)

        def connect() -> Nearest:
            nearest = self._connect(path, self._maker.identity)
            if nearest.counts() != dict(seal.counts) or not nearest.agrees():
                nearest.close()
                raise Unsound("damaged")
            return nearest

        if self._open:
            self._open.close()
        self._open = Opened(name, seal, FullText(path / FULL_TEXT), connect if has_vectors else None)
        return self._open

    def _connect(self, path: Path, identity: Mapping[str, str | int]) -> Nearest:
        if self._chroma_url is None:
            return in_folder(path / VECTORS, identity)
        return on_server(self._chroma_url, identity, self._prefix())

    def _prefix(self) -> str:
        prefix = self._records.fact(_SERVER_PREFIX)
        if prefix is None:
            prefix = f"hotlist-{secrets.token_hex(6)}-"
            with self._records.writing() as connection:
                set_fact(connection, _SERVER_PREFIX, prefix)
        return prefix

    @contextmanager
    def _writing(self, wait_seconds: float) -> Iterator[None]:
        self._shelf.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._shelf.lock_file, timeout=wait_seconds):
                yield
        except Timeout:
            raise WorkspaceLocked(
                "Another process is bringing the index up to date; try again when it has ended."
            ) from None


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (Unsound, OSError, sqlite3.Error) as error:
        raise WorkspaceUnusable(
            "The search index cannot be written; check that the workspace's folder has room and, where "
            "HOTLIST_CHROMA_URL is set, that the server answers, then run it again."
        ) from error
