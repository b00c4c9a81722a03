"""What a load says of itself: how many rows, what became of them, and every cell that was set aside."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.entities import RecordType, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A value or a row that was set aside.

    `row` counts as a spreadsheet does: the first line of the file is row 1. `field` is None where the whole
    row was set aside; `value` is the cell (or the row) as it stood in the file.
    """

    file: str
    row: int
    field: str | None
    value: str | None
    why: str

    @property
    def whole_row(self) -> bool:
        """Whether the row was set aside whole, and not one of its values."""
        return self.field is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Two rows found to be one record, or (`merged` false) only reported as probably one."""

    type: RecordType
    id: str
    other_id: str
    confidence: float
    reason: str
    merged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What was made of one file: its record type (None: not loaded, `note` says why) and its rows.

    `read` = `loaded` + `set_aside` + `repeated` (further rows of an id that the load already had).
    """

    file: str
    type: RecordType | None
    read: int = 0
    loaded: int = 0
    set_aside: int = 0
    repeated: int = 0
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeReport:
    """What became of the records of one type; `merged` counts the rows that went into an older one."""

    read: int = 0
    loaded: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    merged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """The whole account of one load; `load_id` is None where nothing was published."""

    load_id: int | None
    files: tuple[FileReport, ...] = ()
    types: Mapping[RecordType, TypeReport] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()
    matches: tuple[Merged, ...] = ()
    notes: tuple[str, ...] = ()
    changed: frozenset[Ref] = frozenset()
    removed: frozenset[Ref] = frozenset()
    outcomes_changed: bool = False

    def as_json(self) -> dict[str, Any]:
        """The report as `ingest --json` prints it; the changed records as counts only."""
        return {
            "load": self.load_id,
            "files": [
                {
                    "file": one.file,
                    "type": one.type,
                    "read": one.read,
                    "loaded": one.loaded,
                    "set_aside": one.set_aside,
                    "repeated": one.repeated,
                    "note": one.note,
                }
                for one in self.files
            ],
            "records": {
                str(type_): {
                    "read": one.read,
                    "loaded": one.loaded,
                    "new": one.new,
                    "changed": one.changed,
                    "unchanged": one.unchanged,
                    "merged": one.merged,
                }
                for type_, one in self.types.items()
            },
            "set_aside": [
                {"file": one.file, "row": one.row, "field": one.field, "value": one.value, "why": one.why}
                for one in self.rejected
            ],
            "set_aside_by_reason": dict(Counter(one.why for one in self.rejected).most_common()),
            "duplicates": [
                {
                    "type": one.type,
                    "id": one.id,
                    "other_id": one.other_id,
                    "confidence": one.confidence,
                    "reason": one.reason,
                    "merged": one.merged,
                }
                for one in self.matches
            ],
            "notes": list(self.notes),
            "changed": len(self.changed),
            "removed": len(self.removed),
            "outcomes_changed": self.outcomes_changed,
        }
