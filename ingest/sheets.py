"""A sheet: one table of one file, read in batches, every cell a text as it stands in the file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.load_report import Rejected

BATCH_ROWS = 5_000
MAX_CELL = 10_000_000  # characters; a longer "cell" is a quotation mark that is never closed
REPEATED_HEADER = "the row repeats the column names"
TOO_LONG = f"unreadable row: a cell of more than {MAX_CELL:,} characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows of a sheet, column by column; `rows` are their numbers as a spreadsheet counts.

    `rejected` are the rows between them that cannot be read.
    """

    rows: Sequence[int]
    columns: Sequence[Sequence[str]]
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table. `batches` reads it from the start each time it is called.

    `file` is what reports call it: the file's name, behind it the sheet or the archive's member.
    """

    file: str
    header: tuple[str, ...]
    batches: Callable[[], Iterator[Batch]] = field(repr=False)
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that is not read as a table, and why."""

    file: str
    why: str


def header_names(cells: Sequence[str]) -> tuple[str, ...]:
    """The columns' names: a nameless column is called by its number, a repeated name gets one too."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        readable = cell.replace("\ufeff", "").replace("\x00", "").encode("utf-8", "replace").decode()
        name = " ".join(readable.split()) or f"column {number}"
        wanted, again = name, 2
        while name in names:
            name, again = f"{wanted} ({again})", again + 1
        names.append(name)
    return tuple(names)


def repeats_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row is the line of column names once more, as where several lists were pasted together."""
    return bool(cells) and cells[0].strip() == header[0] and header_names(cells) == tuple(header)


class BatchMaker:
    """Gathers rows of equal width into batches."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rows: list[int] = []
        self._cells: list[Sequence[str]] = []
        self._rejected: list[Rejected] = []

    def add(self, row: int, cells: Sequence[str]) -> None:
        """Take one row, as wide as the header."""
        self._rows.append(row)
        self._cells.append(cells)

    def reject(self, rejected: Rejected) -> None:
        """Take one row that cannot be read."""
        self._rejected.append(rejected)

    @property
    def full(self) -> bool:
        """Whether it is time to `take` the batch."""
        return len(self._rows) + len(self._rejected) >= BATCH_ROWS

    def take(self) -> Batch:
        """The rows gathered so far, and start anew."""
        columns = list(zip(*self._cells, strict=True)) if self._cells else [()] * self._width
        batch = Batch(rows=self._rows, columns=columns, rejected=tuple(self._rejected))
        self._rows, self._cells, self._rejected = [], [], []
        return batch

    def __bool__(self) -> bool:
        return bool(self._rows or self._rejected)
