"""One search: candidates by meaning and by words, how relevant each is, and whose they are.

How relevant a passage is depends on the question and the passage alone. So the order among the records
that somebody may see is the same whatever else there is.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Row

from ingest.entities import RecordType, Ref
from ingest.records import Records
from vectorstore import kept
from vectorstore.embedders import Vectors
from vectorstore.hits import Hit
from vectorstore.opened import Opened
from vectorstore.relevance import relevance

_FETCHED = 200  # texts asked of Chroma and of the full text, at least
_FETCHED_PER_HIT = 4
_FEW = 1500  # among so many records all vectors are compared, which is exact and as fast
_READ_AT_ONCE = 100

_PassageRow = Row[tuple[str, str, str, str]]


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

    `key` names the embedder's vectors in the records.
    """

    def __init__(self, records: Records, key: str, build: Opened | None) -> None:
        self._records = records
        self._key = key
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
        judged = self._judge(query, self._cosines(query, hashes), shared)
        return _best(((row, judged[row.content_hash]) for row in rows if row.content_hash in judged), k)

    def _overall(self, query: Query, k: int) -> list[Hit]:
        """Ask the build for the best texts of all, then see whose they are."""
        wanted = max(_FETCHED, _FETCHED_PER_HIT * k)
        near = self._nearest(query, wanted)
        shared = self._sharing_words(query)
        most = sorted(shared, key=lambda one: (-shared[one], one))[:wanted]
        near |= self._cosines(query, set(most) - near.keys())
        shared = {one: share for one, share in shared.items() if one in near or one in most}
        judged = self._judge(query, near, shared)
        order = sorted(judged, key=lambda one: (-judged[one].relevance, -judged[one].similarity, one))
        return self._owners(query, order, judged, k)

    def _owners(self, query: Query, order: list[str], judged: Mapping[str, _Judged], k: int) -> list[Hit]:
        pairs: list[tuple[_PassageRow, _Judged]] = []
        refs: set[Ref] = set()
        with self._records.engine.connect() as connection:
            for start in range(0, len(order), _READ_AT_ONCE):
                if len(refs) >= k:
                    break
                for row in kept.passages_with(connection, order[start : start + _READ_AT_ONCE]):
                    ref = _ref(row)
                    if ref.type in query.kinds and (query.within is None or ref in query.within):
                        refs.add(ref)
                        pairs.append((row, judged[row.content_hash]))
        return _best(pairs, k)

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

    def _judge(
        self, query: Query, near: Mapping[str, float], shared: Mapping[str, float]
    ) -> dict[str, _Judged]:
        if query.text is None:
            return {one: _Judged(cosine, max(0.0, cosine)) for one, cosine in near.items()}
        return {
            one: _Judged(near.get(one, 0.0), relevance(near.get(one, 0.0), shared.get(one, 0.0)))
            for one in near.keys() | shared.keys()
        }


def _best(pairs: Iterable[tuple[_PassageRow, _Judged]], k: int) -> list[Hit]:
    """The best passage of each record, best records first; equal ones by id, so that the order is one."""
    best: dict[Ref, Hit] = {}
    for row, judged in pairs:
        hit = Hit(ref=_ref(row), passage_id=row.id, similarity=judged.similarity, relevance=judged.relevance)
        if hit.ref not in best or _rank(hit) < _rank(best[hit.ref]):
            best[hit.ref] = hit
    return sorted(best.values(), key=_rank)[:k]


def _rank(hit: Hit) -> tuple[float, float, str]:
    return (-hit.relevance, -hit.similarity, hit.passage_id)


def _ref(row: _PassageRow) -> Ref:
    return Ref(type=RecordType(row.type), id=row.record_id)
