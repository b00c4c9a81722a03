"""One search: candidates by meaning and by words, how relevant each is, and whose they are.

How relevant a passage is depends on the question and the passage alone. So the order among the records
that somebody may see is the same whatever else there is.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ingest.entities import RecordType, Ref
from ingest.records import Records
from vectorstore import kept
from vectorstore.embedders import Vectors
from vectorstore.hits import Hit
from vectorstore.kept import PassageRow
from vectorstore.opened import Opened
from vectorstore.relevance import Noise, relevance

_FETCHED = 200  # texts asked of Chroma and of the full text, at least
_FETCHED_PER_HIT = 4
_FEW = 1500  # among so many records all vectors are compared, which is exact and as fast
_READ_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched: a meaning, and the words if there are any; which records may be found."""

    meaning: Vectors | None
    text: str | None
    kinds: frozenset[RecordType]
    within: frozenset[Ref] | None


@dataclass(frozen=True, slots=True)
class _Judged:
    similarity: float
    relevance: float


class Searcher:
    """Searches one build; without one, the vectors in the records, which is slower and as right.

    `key` names the embedder's vectors in the records, `noise` is the embedder's.
    """

    def __init__(self, records: Records, key: str, noise: Noise, build: Opened | None) -> None:
        self._records = records
        self._key = key
        self._noise = noise
        self._build = build

    def hits(self, query: Query, k: int) -> list[Hit]:
        """The `k` best records.

        Raises:
            Unsound: the build cannot be read.
        """
        within = query.within
        if within is not None and len(within) <= _FEW:
            return self._among(query, within, k)
        found = self._overall(query, k)
        if within is not None and len(found) < min(k, len(within)):
            return self._among(query, within, k)
        return found

    def _among(self, query: Query, refs: Collection[Ref], k: int) -> list[Hit]:
        """Compare with every passage of these records."""
        with self._records.engine.connect() as connection:
            rows = list(kept.passages_about(connection, refs))
        hashes = {row.content_hash for row in rows}
        shared = {one: share for one, share in self._sharing_words(query).items() if one in hashes}
        judged = self._judge(self._cosines(query, hashes), shared)
        return _best(rows, judged, k)

    def _overall(self, query: Query, k: int) -> list[Hit]:
        """Ask the build for the best texts of all, then see whose they are."""
        wanted = max(_FETCHED, _FETCHED_PER_HIT * k)
        near = self._nearest(query, wanted)
        shared = self._sharing_words(query)
        most = sorted(shared, key=lambda one: (-shared[one], one))[:wanted]
        candidates = near.keys() | set(most)
        near |= self._cosines(query, set(most) - near.keys())
        judged = self._judge(near, {one: share for one, share in shared.items() if one in candidates})
        order = sorted(judged, key=lambda one: (-judged[one].relevance, -judged[one].similarity, one))
        return self._owners(query, order, judged, k)

    def _owners(self, query: Query, order: list[str], judged: Mapping[str, _Judged], k: int) -> list[Hit]:
        """The records behind the texts, best texts first, until there are `k`."""
        types = {kind.value for kind in query.kinds}
        allowed = None if query.within is None else {(ref.type.value, ref.id) for ref in query.within}
        rows: list[PassageRow] = []
        records: set[tuple[str, str]] = set()
        with self._records.engine.connect() as connection:
            for start in range(0, len(order), _READ_AT_ONCE):
                if len(records) >= k:
                    break
                for row in kept.passages_with(connection, order[start : start + _READ_AT_ONCE]):
                    record = (row.type, row.record_id)
                    if row.type in types and (allowed is None or record in allowed):
                        records.add(record)
                        rows.append(row)
        return _best(rows, judged, k)

    def _nearest(self, query: Query, wanted: int) -> dict[str, float]:
        if query.meaning is None:
            return {}
        nearest = self._build.nearest if self._build else None
        if nearest is None:
            with self._records.engine.connect() as connection:
                hashes = kept.hashes_by_type(connection)
            of_types = set().union(*(some for kind, some in hashes.items() if kind in query.kinds))
            return self._cosines(query, of_types)
        found: dict[str, float] = {}
        for kind in sorted(query.kinds):
            found |= nearest.query(kind, query.meaning, wanted)
        return found

    def _cosines(self, query: Query, hashes: Collection[str]) -> dict[str, float]:
        if query.meaning is None or not hashes:
            return {}
        with self._records.engine.connect() as connection:
            found, matrix = kept.read_vectors(connection, self._key, hashes)
        if not found:
            return {}
        return dict(zip(found, (matrix @ query.meaning).tolist(), strict=True))

    def _sharing_words(self, query: Query) -> dict[str, float]:
        return self._build.full_text.coverage(query.text) if self._build and query.text else {}

    def _judge(self, near: Mapping[str, float], shared: Mapping[str, float]) -> dict[str, _Judged]:
        judged = {}
        for one in near.keys() | shared.keys():
            cosine = round(near.get(one, self._noise.mean), 5)  # Chroma and numpy differ in the last digits
            judged[one] = _Judged(cosine, relevance(cosine, self._noise, shared.get(one, 0.0)))
        return judged


def _best(rows: Iterable[PassageRow], judged: Mapping[str, _Judged], k: int) -> list[Hit]:
    """The best passage of each record, best records first; equal ones by id, so that the order is one."""
    best: dict[tuple[str, str], tuple[float, float, str]] = {}
    for row in rows:
        if row.content_hash in judged:
            one = judged[row.content_hash]
            rank = (-one.relevance, -one.similarity, row.id)
            record = (row.type, row.record_id)
            if record not in best or rank < best[record]:
                best[record] = rank
    ranked = sorted(best.items(), key=lambda item: item[1])[:k]
    return [
        Hit(
            ref=Ref(type=RecordType(kind), id=record_id),
            passage_id=passage_id,
            similarity=-far,
            relevance=-unlikely,
        )
        for (kind, record_id), (unlikely, far, passage_id) in ranked
    ]
