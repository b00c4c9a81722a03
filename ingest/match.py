"""Which rows are one person or one company: the pairs found alike, and the groups that they make. No I/O.

Rows of different owners or with different e-mail addresses are never one record, whatever else they share.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations

MERGE_FROM = 0.9  # the confidence from which two rows become one record; below it they are only reported
_CROWD = 40  # of rows that share a key, more than these are compared with the oldest one only
_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What identity rests on.

    `place` is a lead's company or a contact's account; `facts` are other columns that tell persons apart
    (numbers of documents, dates of birth, addresses).
    """

    id: str
    order: int = 0  # earlier rows have lower numbers
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    place: str | None = None
    website: str | None = None
    city: str | None = None
    country: str | None = None
    owner: str | None = None
    created_at: datetime | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def age(self) -> tuple[datetime, int, str]:
        """Sorts the oldest first; rows without a creation date come last, in the files' order."""
        return (self.created_at or _END, self.order, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two rows that are (or may be) one, the older first; `merge` is false where they are only reported."""

    one: Candidate
    other: Candidate
    confidence: float
    reason: str
    merge: bool


Keys = Callable[[Candidate], Iterable[Hashable]]
Verdict = tuple[float, str]  # confidence and reason
Judge = Callable[[Candidate, Candidate], Verdict | None]
Found = dict[tuple[str, str], tuple[Candidate, Candidate, float, str]]


@dataclass(slots=True)
class Groups:
    """Rows put together, as long as no group gets two e-mail addresses or two of anything in `mark`."""

    mark: Callable[[Candidate], Hashable | None]
    _parent: dict[str, str] = field(default_factory=dict)
    _marks: dict[str, set[Hashable]] = field(default_factory=dict)

    def find(self, id_: str) -> str:
        """The group of a row, named by one of its rows."""
        root = id_
        while (parent := self._parent.get(root, root)) != root:
            root = parent
        while (parent := self._parent.get(id_, root)) != root:
            self._parent[id_], id_ = root, parent
        return root

    def join(self, one: Candidate, other: Candidate) -> bool:
        """Put two rows' groups together; false where they contradict each other."""
        first, second = self.find(one.id), self.find(other.id)
        if first == second:
            return True
        marks = self._of(first, one) | self._of(second, other)
        if len(marks) > 1:
            return False
        self._parent[second] = first
        self._marks[first] = marks
        return True

    def _of(self, group: str, one: Candidate) -> set[Hashable]:
        if group in self._marks:
            return self._marks[group]
        mark = self.mark(one)
        return set() if mark is None else {mark}


def compared(rows: Iterable[Candidate], keys: Keys, judge: Judge) -> Found:
    """The verdicts on all rows that share a key."""
    blocks: dict[Hashable, list[Candidate]] = defaultdict(list)
    for row in rows:
        for key in keys(row):
            blocks[key].append(row)
    found: Found = {}
    for block in blocks.values():
        for one, other in _pairs(block):
            if (one.id, other.id) not in found and (verdict := judge(one, other)):
                found[one.id, other.id] = (one, other, *verdict)
    return found


def _pairs(block: list[Candidate]) -> Iterator[tuple[Candidate, Candidate]]:
    if len(block) < 2:
        return
    block = sorted(block, key=lambda row: row.age)
    if len(block) <= _CROWD:
        yield from combinations(block, 2)
    else:
        yield from ((block[0], other) for other in block[1:])


def decided(found: Found, mark: Callable[[Candidate], Hashable | None]) -> list[Pair]:
    """Pairs by falling confidence; those that would bring contradictions together are only reported."""
    groups = Groups(mark)
    pairs = []
    for one, other, confidence, reason in sorted(found.values(), key=lambda pair: (-pair[2], pair[0].age)):
        sure = confidence >= MERGE_FROM
        merge = sure and one.owner == other.owner and groups.join(one, other)
        if sure and one.owner != other.owner:
            reason += "; different owners"
        pairs.append(Pair(one=one, other=other, confidence=round(confidence, 2), reason=reason, merge=merge))
    return pairs


def email_of(row: Candidate) -> str | None:
    """What two rows of one person cannot differ in."""
    return row.email.casefold() if row.email else None


def grouped(rows: Sequence[Candidate], pairs: Iterable[Pair]) -> list[list[Candidate]]:
    """The groups of more than one row that the merged pairs make, each the oldest first."""
    groups = Groups(lambda _row: None)
    for pair in pairs:
        if pair.merge:
            groups.join(pair.one, pair.other)
    members: dict[str, list[Candidate]] = defaultdict(list)
    for row in rows:
        members[groups.find(row.id)].append(row)
    return [sorted(group, key=lambda one: one.age) for group in members.values() if len(group) > 1]
