"""Excel workbooks: every visible sheet that holds a table; of formulas the values that were saved."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from itertools import chain, islice, zip_longest
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from ingest.delimited import Opener, header_row
from ingest.errors import UnreadableFile
from ingest.load_report import Rejected
from ingest.sheets import Sheet, header_names
from ingest.spool import Numbered, spooled

_LOOKED_AT = 60
MAX_COLUMNS = 2_000
MAX_UNPACKED = 4_000_000_000  # bytes
MAX_RATIO = 250  # unpacked to packed, from 100 MB on: beyond it a file is made to do harm


def check_archive(file: str, raw: BinaryIO) -> None:
    """Refuse an archive that would fill the memory or the disk.

    Raises:
        UnreadableFile: it unpacks to too much, or is no archive.
    """
    try:
        with zipfile.ZipFile(raw) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            packed = sum(member.compress_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile(f"{file} is damaged and cannot be opened; save it again.") from error
    if unpacked > MAX_UNPACKED or (unpacked > 100_000_000 and unpacked > MAX_RATIO * max(packed, 1)):
        raise UnreadableFile(f"{file} unpacks to {unpacked // 1_000_000} MB; split it, or export it as CSV.")


def read_workbook(file: str, opener: Opener) -> list[Sheet]:
    """The tables of a workbook.

    Raises:
        UnreadableFile: it is damaged, protected, or too large.
    """
    with opener() as raw:
        check_archive(file, raw)
    # openpyxl reads with defusedxml where that is installed, which it is.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    damaged = (InvalidFileException, ParseError, KeyError, ValueError, IndexError, TypeError, AttributeError)
    with opener() as raw, opener() as again:
        try:
            book = load_workbook(raw, read_only=True, data_only=True, keep_links=False)
            # What a formula came to may not be saved with it: then the formula itself is what the cell says.
            told = load_workbook(again, read_only=True, keep_links=False) if _has_formulas(opener) else book
            with closing(book), closing(told):
                visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
                return [
                    found
                    for sheet in visible
                    if (
                        found := _sheet(
                            file if len(visible) == 1 else f"{file} / {sheet.title}",
                            _rows(sheet, None if told is book else told[sheet.title]),
                        )
                    )
                ]
        except damaged as error:
            raise UnreadableFile(
                f"{file} is no workbook that can be read; save it again as XLSX or CSV."
            ) from error


def _has_formulas(opener: Opener) -> bool:
    """Whether any sheet holds a formula (`<f>` in its XML)."""
    with opener() as raw, zipfile.ZipFile(raw) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with archive.open(name) as sheet:
                end = b""
                while block := sheet.read(1_000_000):
                    if re.search(rb"<f[ >/]", end + block):
                        return True
                    end = block[-3:]
    return False


def _rows(sheet: Any, formulas: Any | None) -> Iterator[tuple[int, list[str]]]:
    """The rows with their numbers; a cell without a saved value says its formula."""
    rows = sheet.iter_rows(values_only=True)
    for number, values in enumerate(rows if formulas is None else _filled(rows, formulas), start=1):
        yield number, [as_text(value) for value in values[:MAX_COLUMNS]]


def _filled(rows: Any, formulas: Any) -> Iterator[Sequence[object]]:
    for values, texts in zip_longest(rows, formulas.iter_rows(values_only=True), fillvalue=()):
        yield [
            text if value is None and isinstance(text, str) and text.startswith("=") else value
            for value, text in zip_longest(values, texts)
        ]


def _sheet(file: str, rows: Iterator[tuple[int, list[str]]]) -> Sheet | None:
    first = [row for row in islice(rows, _LOOKED_AT) if any(cell.strip() for cell in row[1])]
    if not first:
        return None
    widest = max(_width(cells) for _, cells in first)
    position, headless = header_row([cells[:widest] for _, cells in first])
    number, cells = first[position]
    width = widest if headless else max(1, _width(cells))
    header = header_names([""] * width if headless else cells[:width])
    data = first[position:] if headless else first[position + 1 :]
    note = None if position == 0 else f"{number - 1} line(s) above the column names are not read"
    return spooled(file, header, _fitted(file, width, chain(data, rows)), note)


def _width(cells: Sequence[str]) -> int:
    return max((number for number, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _fitted(file: str, width: int, rows: Any) -> Iterator[Numbered | Rejected]:
    for number, cells in rows:
        if _width(cells) > width:
            yield Rejected(
                file=file,
                row=number,
                field=None,
                value=" | ".join(cells)[:2000],
                why=f"ragged row: {_width(cells)} cells where the header has {width}",
            )
        else:
            yield number, [*cells[:width], *[""] * (width - len(cells))]


def as_text(value: object) -> str:
    """A cell as a reader of the sheet would write it down: whole numbers without a point, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        midnight = value.time().replace(tzinfo=None) == time()
        return value.date().isoformat() if midnight and value.tzinfo is None else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
