"""The forms in which the invented company's records are written: Salesforce, HubSpot, plain files."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingest.demo.exports import COLUMNS, Exports, Row, Tables

Cells = Sequence[str]


@dataclass(slots=True)
class Collected:
    """The rows of all Salesforce objects, kept until they are written in another form."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    ragged: list[Iterable[object]] = field(default_factory=list)

    def write(self, name: str, row: Row) -> None:
        """Take one row."""
        self.rows[name].append(row)

    def write_cells(self, name: str, cells: Iterable[object]) -> None:
        """Take a row that does not fit its file."""
        self.ragged.append(list(cells))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One file of another form: its column names and its rows."""

    name: str
    columns: Cells
    rows: Sequence[Cells]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How files are written: what separates the cells, in which encoding, and what stands above."""

    separator: str = ","
    encoding: str = "utf-8"
    above: Sequence[Cells] = ()


# From the rows of Salesforce's objects to the files of a form, and its ids: Salesforce's to the form's own.
Form = Callable[[Collected], tuple[Sequence[Sheet], Mapping[str, str]]]


@contextmanager
def open_form(form: str, folder: Path, truth: Tables, *, dirty: bool) -> Iterator[Exports]:
    """What takes the company's rows; the files of the form are complete when it is closed.

    Raises:
        ValueError: the form is none.
    """
    from ingest.demo.hubspot import hubspot_files
    from ingest.demo.plain_files import PLAIN, PLAIN_DIRTY, plain_files

    if form == "salesforce":
        with Tables(folder, COLUMNS) as tables:
            yield tables
        return
    forms: dict[str, tuple[Form, Written]] = {
        "hubspot": (hubspot_files, Written(encoding="utf-8-sig" if dirty else "utf-8")),
        "plain": (plain_files, PLAIN_DIRTY if dirty else PLAIN),
    }
    if form not in forms:
        raise ValueError(f"no such form: {form!r}; there are salesforce, {', '.join(forms)}")
    collected = Collected()
    yield collected
    make, written = forms[form]
    sheets, ids = make(collected)
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets:
        _write(folder / f"{sheet.name}.csv", sheet, written)
    for salesforce, own in ids.items():
        truth.write("ids", {"salesforce": salesforce, "id": own})


def _write(path: Path, sheet: Sheet, written: Written) -> None:
    with path.open("w", newline="", encoding=written.encoding) as file:
        writer = csv.writer(file, delimiter=written.separator)
        writer.writerows(written.above)
        writer.writerow(sheet.columns)
        writer.writerows(sheet.rows)


def cells_of(rows: Iterable[Mapping[str, str]], columns: Cells) -> list[Cells]:
    """The rows as cells in the order of the columns."""
    return [tuple(row.get(column, "") for column in columns) for row in rows]


def ragged_cells(collected: Collected, salesforce_width: int, width: int) -> list[Cells]:
    """The rows that do not fit, as much too short or too long for this form's file."""
    found: list[Cells] = []
    for cells in collected.ragged:
        texts = [str(cell) for cell in cells]
        beyond = len(texts) - salesforce_width
        found.append(texts if beyond < 0 else [*texts[:1], *["Ragged"] * (width + beyond - 1)])
    return found


def text(row: Row, column: str) -> str:
    """A cell as text."""
    return str(row.get(column, ""))
