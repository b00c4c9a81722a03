"""The rows of one load side by side, one per id: further rows of an id complete the first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ingest.clean import Staged
from ingest.entities import RecordType
from ingest.load_report import Rejected


@dataclass(slots=True)
class Stage:
    """All records of a load but its activities, which are too many to hold."""

    records: dict[RecordType, dict[str, Staged]] = field(
        default_factory=lambda: {type_: {} for type_ in RecordType}
    )

    def add(self, type_: RecordType, rows: Iterable[Staged]) -> tuple[int, list[Rejected]]:
        """Take rows; gives how many had an id that was there already, and what they say against the first."""
        held = self.records[type_]
        repeated, rejected = 0, []
        for row in rows:
            first = held.setdefault(row.id, row)
            if first is not row:
                repeated += 1
                rejected += _complete(first, row)
        return repeated, rejected


def _complete(first: Staged, later: Staged) -> list[Rejected]:
    """Fill what the first row of an id leaves open; what contradicts it is set aside."""
    rejected = []
    pairs: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
        (first.values, later.values),
        (first.links, later.links),
        (first.extra, later.extra),
    )
    for mine, others in pairs:
        for name, value in others.items():
            if mine.get(name) is None:
                mine[name] = value
            elif value is not None and mine[name] != value:
                rejected.append(
                    Rejected(
                        file=later.file,
                        row=later.row,
                        field=name,
                        value=str(value),
                        why="another row of the same id says otherwise",
                    )
                )
    first.columns = first.columns | later.columns
    return rejected
