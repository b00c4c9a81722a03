"""How rows are divided for learning and for checking: a record is never on both sides, nor are equal rows."""

import hashlib
from collections.abc import Sequence

import numpy as np

from assistant.scoring.table import Bools, Floats, Ints


def groups_of(keys: Sequence[object], values: Floats | None = None) -> Ints:
    """A number for each row; rows of one record, and rows that are equal in everything, share it."""
    group: dict[object, int] = {}
    own = np.array([group.setdefault(key, len(group)) for key in keys], dtype=np.int64)
    if values is None or not len(own):
        return own
    # Equal rows of different records join these records: union by the smallest number.
    joined = np.arange(len(group))
    first: dict[bytes, int] = {}
    for row, number in zip(np.nan_to_num(values, nan=-9e99), own.tolist(), strict=True):
        number = _root(joined, number)
        other = _root(joined, first.setdefault(row.tobytes(), number))
        joined[max(number, other)] = min(number, other)
    return np.array([_root(joined, number) for number in own.tolist()], dtype=np.int64)


def _root(joined: Ints, number: int) -> int:
    while joined[number] != number:
        joined[number] = joined[joined[number]]
        number = int(joined[number])
    return number


def shuffled(groups: Ints, salt: str = "") -> Floats:
    """A number from 0 to 1 for each row that hangs on its group alone, the same on every machine."""
    known: dict[int, float] = {}
    for group in np.unique(groups).tolist():
        digest = hashlib.sha256(f"{salt}:{group}".encode()).digest()
        known[group] = int.from_bytes(digest[:8], "big") / 2**64
    return np.array([known[group] for group in groups.tolist()])


def divided(groups: Ints, won: Floats, parts: int) -> list[Bools]:
    """Masks of the rows held out in each part: whole groups, wins spread evenly."""
    place = shuffled(groups)
    _, first = np.unique(groups, return_index=True)
    order = first[np.lexsort((place[first], won[first]))]
    part_of = np.zeros(int(groups.max()) + 1, dtype=np.int64)
    part_of[groups[order]] = np.arange(len(order)) % parts
    return [part_of[groups] == part for part in range(parts)]


def newest(order: Floats, groups: Ints, share: float) -> Bools:
    """The rows of the newest `share` of groups; a group is as new as its newest row."""
    numbers, place = np.unique(groups, return_inverse=True)
    latest = np.full(len(numbers), -np.inf)
    np.maximum.at(latest, place, order)
    rank = np.argsort(np.argsort(latest, kind="stable"), kind="stable")
    return np.asarray(rank[place] >= round(len(numbers) * (1 - share)))
