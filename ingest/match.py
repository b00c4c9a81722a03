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
    made: bool = False  # of a name alone, for want of a row of its own

    @property
    def age(self) -> tuple[bool, datetime, int, str]:
        """Sorts the oldest first; rows without a creation date come late, in the files' order."""
        return (self.made, self.created_at or _END, self.order, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two rows that are (or may be) one, the older first; `merge` is false where they are only reported."""

    one: Candidate
    other: Candidate
    confidence: float
    reason: str
    merge: bool


Marks = Callable[[Candidate], Mapping[str, Hashable]]
Keys = Callable[[Candidate], Iterable[Hashable]]
Verdict = tuple[float, str]  # confidence and reason
Judge = Callable[[Candidate, Candidate], Verdict | None]
Found = dict[tuple[str, str], tuple[Candidate, Candidate, float, str]]


@dataclass(slots=True)
class Groups:
    """Rows put together, as long as no group gets two owners, two addresses, or two of what else marks it."""

    marks: Marks
    _parent: dict[str, str] = field(default_factory=dict)
    _marked: dict[str, dict[str, Hashable]] = field(default_factory=dict)

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
        mine, others = self._of(first, one), self._of(second, other)
        if any(mine[kind] != others[kind] for kind in mine.keys() & others.keys()):
            return False
        self._parent[second] = first
        self._marked[first] = {**mine, **others}
        return True

    def _of(self, group: str, one: Candidate) -> dict[str, Hashable]:
        if group not in self._marked:
            own = {} if one.made else {"owner": one.owner}
            self._marked[group] = own | dict(self.marks(one))
        return self._marked[group]


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
        return
    firsts: dict[str | None, Candidate] = {}  # by owner
    for row in block:
        if (first := firsts.setdefault(row.owner, row)) is not row:
            yield first, row
    yield from combinations(list(firsts.values())[:_CROWD], 2)


def decided(found: Found, marks: Marks) -> list[Pair]:
    """Pairs by falling confidence; those that would bring contradictions together are only reported.

    `marks` gives what the rows of one record cannot differ in, beside the owner.
    """
    groups = Groups(marks)
    pairs = []
    for one, other, confidence, reason in sorted(found.values(), key=lambda pair: (-pair[2], pair[0].age)):
        sure = confidence >= MERGE_FROM
        apart = one.owner != other.owner and not (one.made or other.made)
        merge = sure and not apart and groups.join(one, other)
        if sure and apart:
            reason += "; different owners"
        pairs.append(Pair(one=one, other=other, confidence=round(confidence, 2), reason=reason, merge=merge))
    return pairs


def email_of(row: Candidate) -> str | None:
    """What two rows of one person cannot differ in."""
    return row.email.casefold() if row.email else None


def grouped(rows: Sequence[Candidate], pairs: Iterable[Pair]) -> list[list[Candidate]]:
    """The groups of more than one row that the merged pairs make, each the oldest first."""
    groups = Groups(lambda _row: {})
    for pair in pairs:
        if pair.merge:
            groups.join(pair.one, pair.other)
    members: dict[str, list[Candidate]] = defaultdict(list)
    for row in rows:
        members[groups.find(row.id)].append(row)
    return [sorted(group, key=lambda one: one.age) for group in members.values() if len(group) > 1]
