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
from vectorstore.fulltext import Shares
from vectorstore.hits import Hit
from vectorstore.kept import PassageRow
from vectorstore.opened import Opened
from vectorstore.relevance import RELEVANT, Noise, relevance

_FETCHED = 200  # texts asked of Chroma and of the full text, at least
_FETCHED_PER_HIT = 4
_FETCHED_AT_MOST = 4000
_FEW = 2000  # among so many records all vectors are compared, which is exact and as fast
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
        """The `k` best records; of many records `within`, fewer where the rest is not on the topic.

        Raises:
            Unsound: the build cannot be read.
        """
        within = query.within
        if within is not None and len(within) <= _FEW:
            return self._among(query, within, k)
        found, farthest = self._overall(query, k)
        if within is not None and len(found) < min(k, len(within)) and farthest >= RELEVANT:
            return self._among(query, within, k)
        return found

    def _among(self, query: Query, refs: Collection[Ref], k: int) -> list[Hit]:
        """Compare with every passage of these records."""
        with self._records.engine.connect() as connection:
            rows = list(kept.passages_about(connection, refs))
        hashes = {row.content_hash for row in rows}
        shares = self._shares(query)
        judged = self._judge(self._cosines(query, hashes), shares.among(hashes) if shares else {})
        return _best(rows, judged, k)

    def _overall(self, query: Query, k: int) -> tuple[list[Hit], float]:
        """Ask the build for the best texts of all, then see whose they are.

        With the hits comes how relevant the farthest of the texts is; all nearer ones have been looked at.
        """
        wanted = self._fetched(query, k)
        near, farthest = self._nearest(query, wanted)
        shares = self._shares(query)
        shared = (shares.best(wanted) | shares.among(near)) if shares else {}
        near |= self._cosines(query, shared.keys() - near.keys())
        judged = self._judge(near, shared)
        order = sorted(judged, key=lambda one: (-judged[one].relevance, -judged[one].similarity, one))
        return self._owners(query, order, judged, k), relevance(farthest, self._noise, 0.0)

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

    def _nearest(self, query: Query, wanted: int) -> tuple[dict[str, float], float]:
        """The nearest texts of each type, and a cosine above which none is missing."""
        if query.meaning is None:
            return {}, -1.0
        nearest = self._build.nearest if self._build else None
        if nearest is None:
            with self._records.engine.connect() as connection:
                hashes = kept.hashes_by_type(connection)
            of_types = set().union(*(some for kind, some in hashes.items() if kind in query.kinds))
            return self._cosines(query, of_types), -1.0
        found: dict[str, float] = {}
        farthest = -1.0
        for kind in sorted(query.kinds):
            of_type = nearest.query(kind, query.meaning, wanted)
            if len(of_type) == wanted:
                farthest = max(farthest, min(of_type.values()))
            found |= of_type
        return found, farthest

    def _cosines(self, query: Query, hashes: Collection[str]) -> dict[str, float]:
        if query.meaning is None or not hashes:
            return {}
        with self._records.engine.connect() as connection:
            found, matrix = kept.read_vectors(connection, self._key, hashes)
        if not found:
            return {}
        return dict(zip(found, (matrix @ query.meaning).tolist(), strict=True))

    def _shares(self, query: Query) -> Shares | None:
        return self._build.full_text.shares(query.text) if self._build and query.text else None

    def _fetched(self, query: Query, k: int) -> int:
        """How many texts to fetch so that enough of them are about the records asked for."""
        wanted = max(_FETCHED, _FETCHED_PER_HIT * k)
        if query.within is None or self._build is None:
            return wanted
        share = len(query.within) / max(1, sum(self._build.seal.counts.values()))
        return min(_FETCHED_AT_MOST, int(wanted / max(share, 0.01)))

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
