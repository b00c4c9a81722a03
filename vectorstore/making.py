"""Makes the index what the records say it should be. One process at a time."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.entities import Passage, RecordType
from ingest.records import Records, set_fact
from vectorstore import kept
from vectorstore.embedders import Embedder
from vectorstore.fulltext import FullTextWriter
from vectorstore.gather import wanted_passages
from vectorstore.nearest import AT_ONCE, Nearest
from vectorstore.relevance import Noise, noise_of
from vectorstore.shelf import FULL_TEXT, Seal, Shelf, Unsound

Progress = Callable[[str, float], None]
Connect = Callable[[Path, Mapping[str, str | int]], Nearest]  # a build's folder, the embedder's identity

STATE = "index_state"  # the fact that names the passages which the index should hold
_NOISE = "embedder_noise"  # the fact, one for each embedder
STALE = "stale"  # what is wrong with a build that holds other passages than it should
_EMBEDDED_AT_ONCE = 512
_WORN = 0.3  # a build is made anew once this share of it was taken out or put in


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What a refresh did. Passages with the same words share one vector, so fewer texts are embedded."""

    passages: int
    embedded: int
    reused: int
    removed: int
    rebuilt: str | None = None  # why the index was made anew: missing, damaged, other embedder


class Maker:
    """Writes passages and vectors into the records, and builds onto the shelf.

    The caller holds the writer's lock.
    """

    def __init__(self, shelf: Shelf, records: Records, embedder: Embedder, connect: Connect) -> None:
        self._shelf = shelf
        self._records = records
        self._embedder = embedder
        self._connect = connect

    @property
    def key(self) -> str:
        """How this embedder's vectors are called in the records."""
        return self._embedder.key

    @property
    def identity(self) -> dict[str, str | int]:
        """How this embedder is called beside a collection of its vectors."""
        return {
            "embedder": self._embedder.name,
            "fingerprint": self._embedder.fingerprint,
            "dimension": self._embedder.dimension,
        }

    def refresh(self, progress: Progress) -> IndexReport:
        """Bring passages, vectors and the build in use up to date with the records.

        Raises:
            EmbedderUnavailable: new texts cannot be embedded; what was embedded is kept.
        """
        progress("reading", 0.0)
        self.noise()
        with self._records.engine.connect() as connection:
            wanted = list(wanted_passages(connection))
            known = kept.known_passages(connection)
            have = kept.embedded(connection, self.key)
        texts = {passage.content_hash: passage.text for passage in wanted}
        missing = [content_hash for content_hash in texts if content_hash not in have]
        self._embed(missing, texts, progress)
        removed = self._keep(wanted, known)
        progress("indexing", 0.0)
        reason = self.build(texts)
        progress("indexing", 1.0)
        return IndexReport(
            passages=len(wanted),
            embedded=len(missing),
            reused=len(texts) - len(missing),
            removed=removed,
            rebuilt=None if reason == STALE else reason,
        )

    def noise(self) -> Noise:
        """How near unrelated texts are under this embedder; measured once and remembered.

        Raises:
            EmbedderUnavailable: it has not been measured, and cannot be.
        """
        fact = f"{_NOISE} {self.key}"
        known = self._records.fact(fact)
        if known is None:
            noise = noise_of(self._embedder)
            known = f"{noise.mean} {noise.spread}"
            with self._records.writing() as connection:
                set_fact(connection, fact, known)
        mean, spread = known.split()
        return Noise(mean=float(mean), spread=float(spread))

    def vectors_missing(self) -> int:
        """How many texts have no vector of this embedder yet."""
        with self._records.engine.connect() as connection:
            have = kept.embedded(connection, self.key)
            wanted = set().union(*kept.hashes_by_type(connection).values())
        return len(wanted - have)

    def build(self, texts: Mapping[str, str] | None = None, *, anew: bool = False) -> str | None:
        """Put a build in use that holds the passages of the records.

        Returns what was wrong with the one before: `stale`, or why none of it could be used; None if nothing.
        `texts` are the words by content hash; None reads them again.
        """
        with self._records.engine.connect() as connection:
            hashes = kept.hashes_by_type(connection)
        state = state_of(hashes)
        self._note(state)
        name = self._shelf.current()
        try:
            seal = self._usable(name)
            if not anew and seal.state == state:
                return None
            reason = STALE
        except Unsound as unsound:
            seal, reason = None, unsound.reason
        if texts is None:
            with self._records.engine.connect() as connection:
                texts = {one.content_hash: one.text for one in wanted_passages(connection)}
        if anew or seal is None or not self._continue(str(name), seal, hashes, state, texts):
            self._finish(self._shelf.new(), hashes, state, texts, None)
        return reason

    def _usable(self, name: str | None) -> Seal:
        seal = self._shelf.opened(name)
        if (seal.fingerprint, seal.dimension) != (self._embedder.fingerprint, self._embedder.dimension):
            raise Unsound("other embedder")
        return seal

    def _embed(self, missing: list[str], texts: Mapping[str, str], progress: Progress) -> None:
        for start in range(0, len(missing), _EMBEDDED_AT_ONCE):
            progress("embedding", start / len(missing))
            some = missing[start : start + _EMBEDDED_AT_ONCE]
            vectors = self._embedder.encode([texts[one] for one in some])
            with self._records.writing() as connection:
                kept.write_vectors(connection, self.key, some, vectors)
        progress("embedding", 1.0)

    def _keep(self, wanted: Collection[Passage], known: Mapping[str, str]) -> int:
        new = [one for one in wanted if known.get(one.id) != one.content_hash]
        gone = known.keys() - {one.id for one in wanted}
        if new or gone:
            with self._records.writing() as connection:
                kept.write_passages(connection, new, gone)
                kept.prune_vectors(connection)
        return len(gone)

    def _note(self, state: str) -> None:
        if self._records.fact(STATE) != state:
            with self._records.writing() as connection:
                set_fact(connection, STATE, state)

    def _continue(
        self,
        name: str,
        seal: Seal,
        hashes: Mapping[RecordType, set[str]],
        state: str,
        texts: Mapping[str, str],
    ) -> bool:
        """Make the next build out of a copy; False where making it anew is better."""
        change = abs(sum(seal.counts.values()) - sum(map(len, hashes.values())))
        if change + seal.dropped > _WORN * max(1, sum(seal.counts.values())):
            return False
        try:
            self._finish(self._shelf.copy(name), hashes, state, texts, seal)
        except Unsound:
            return False
        return True

    def _finish(
        self,
        name: str,
        hashes: Mapping[RecordType, set[str]],
        state: str,
        texts: Mapping[str, str],
        before: Seal | None,
    ) -> None:
        path = self._shelf.path(name)
        nearest = self._connect(path, self.identity)
        try:
            if before is None or not nearest.agrees():
                nearest.drop()
            dropped = (before.dropped if before else 0) + self._apply(path, nearest, hashes, texts)
            counts = nearest.counts()
        finally:
            nearest.close()
        if counts != kept.counted(hashes):
            raise Unsound("damaged")
        seal = Seal(
            embedder=self._embedder.name,
            fingerprint=self._embedder.fingerprint,
            dimension=self._embedder.dimension,
            state=state,
            counts=counts,
            dropped=dropped,
            files={},
        )
        self._shelf.seal(name, seal)
        self._shelf.use(name)

    def _apply(
        self,
        path: Path,
        nearest: Nearest,
        hashes: Mapping[RecordType, set[str]],
        texts: Mapping[str, str],
    ) -> int:
        """Make the build hold just these hashes; how many it held beside them."""
        dropped, gone = 0, set[str]()
        for kind in RecordType:
            wanted, held = hashes.get(kind, set()), nearest.ids(kind)
            nearest.remove(kind, held - wanted)
            dropped += len(held - wanted)
            gone |= held - wanted
            self._add(nearest, kind, wanted - held)
        everything = set().union(*hashes.values()) if hashes else set()
        full_text = FullTextWriter(path / FULL_TEXT)
        full_text.remove(gone - everything)
        full_text.add((one, texts[one]) for one in sorted(everything) if one in texts)
        full_text.close()
        return dropped

    def _add(self, nearest: Nearest, kind: RecordType, hashes: set[str]) -> None:
        wanted = sorted(hashes)
        for start in range(0, len(wanted), AT_ONCE):
            with self._records.engine.connect() as connection:
                found, vectors = kept.read_vectors(connection, self.key, wanted[start : start + AT_ONCE])
            nearest.add(kind, found, vectors)


def state_of(hashes: Mapping[RecordType, Collection[str]]) -> str:
    """What the index should hold, as one short text."""
    digest = hashlib.sha256()
    for kind in sorted(hashes):
        digest.update(f"{kind.value}\n{' '.join(sorted(hashes[kind]))}\n".encode())
    return digest.hexdigest()
