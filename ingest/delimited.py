"""Delimited text (CSV, TSV and their kin): encoding, separator and header found, broken rows set aside."""

import codecs
import csv
import io
import math
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ingest.amounts import read_amount
from ingest.dates import looks_like_moment
from ingest.errors import UnreadableFile
from ingest.load_report import Rejected
from ingest.sheets import (
    MAX_CELL,
    REPEATED_HEADER,
    TOO_LONG,
    Batch,
    BatchMaker,
    Sheet,
    header_names,
    repeats_header,
)

Opener = Callable[[], BinaryIO]

_SAMPLE_BYTES = 256 * 1024
_SAMPLE_ROWS = 60
_SEPARATORS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ASCII = frozenset(map(chr, range(128)))
_SIGNS = frozenset("€£°§«»“”„‘’–—…·ª®©™½\u00a0")
_ALPHABETS = {
    "cp1252": _SIGNS | frozenset("äöüßÄÖÜéáíóúñÉÁÍÓÚÑçÇàèùâêîôûëïœæøåØÅãõ¿¡º"),
    "cp1250": _SIGNS | frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽöőüűÖŐÜŰäĺľôŕ"),
    "cp1251": _SIGNS | frozenset(map(chr, range(0x410, 0x450))) | frozenset("ЁёІіЇїЄєҐґ№"),
}
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_NO_TEXT = re.compile("[\udc80-\udcff]")  # bytes that do not fit the encoding, as Python keeps them
csv.field_size_limit(MAX_CELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a delimited file is written. `skipped` rows stand before the header; `headless` has none."""

    encoding: str
    separator: str
    header: tuple[str, ...]
    skipped: int
    headless: bool


def read_delimited(file: str, opener: Opener) -> Sheet:
    """The sheet in a delimited text file.

    Raises:
        UnreadableFile: it is empty, or no text.
    """
    layout = find_layout(file, opener)
    notes = []
    if layout.skipped:
        notes.append(f"{layout.skipped} line(s) above the column names are not read")
    if layout.headless:
        notes.append("the file has no column names; they are numbered")
    return Sheet(
        file=file,
        header=layout.header,
        batches=lambda: _batches(file, opener, layout),
        note="; ".join(notes) or None,
    )


def find_layout(file: str, opener: Opener) -> Layout:
    """Encoding, separator and header of a delimited file."""
    encoding = find_encoding(opener)
    with (
        opener() as raw,
        io.TextIOWrapper(raw, encoding=encoding, errors="surrogateescape", newline="") as text,
    ):
        sample = text.read(_SAMPLE_BYTES)
    if sample.count("\x00") > max(3, len(sample) / 100):
        raise UnreadableFile(f"{file} is no text file; export it as CSV or XLSX.")
    if not sample.strip():
        raise UnreadableFile(f"{file} is empty.")
    separator = _separator(sample)
    rows = _sample_rows(sample, separator)
    skipped, headless = header_row(rows)
    cells = rows[skipped]
    return Layout(
        encoding=encoding,
        separator=separator,
        header=header_names([""] * len(cells) if headless else cells),
        skipped=skipped,
        headless=headless,
    )


def find_encoding(opener: Opener) -> str:
    """UTF-8 where the bytes are (or all but are) UTF-8, by mark, else what the letters look like."""
    with opener() as raw:
        sample = raw.read(_SAMPLE_BYTES)
        for mark, name in _BOMS:
            if sample.startswith(mark):
                return name
        valid, broken = _utf8_letters(sample, raw)
    if not broken or valid > broken:
        return "utf-8"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    guessed = best.encoding if best else "cp1252"
    return (_by_letters(sample) or guessed) if _is_single_byte(guessed) else guessed


def _is_single_byte(encoding: str) -> bool:
    return len(bytes(range(0xA1, 0xFF)).decode(encoding, "replace")) == 0xFF - 0xA1


def _by_letters(sample: bytes) -> str | None:
    """The first code page whose letters are all those of its languages; few letters make a guess unsure."""
    for encoding, letters in _ALPHABETS.items():
        if set(sample.decode(encoding, "replace")) - _ASCII <= letters:
            return encoding
    return None


def _utf8_letters(sample: bytes, rest: BinaryIO) -> tuple[int, int]:
    """How many letters beyond ASCII are well-formed UTF-8, and how many bytes are not."""
    valid = broken = 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    block = sample
    while block:
        if not block.isascii():
            for letter in decoder.decode(block):
                if letter > "\x7f":
                    if "\udc80" <= letter <= "\udcff":
                        broken += 1
                    else:
                        valid += 1
        block = rest.read(_SAMPLE_BYTES)
    return valid, broken


def _separator(sample: str) -> str:
    """The separator under which the rows are equally wide, and wide."""

    def fitness(separator: str) -> float:
        widths = Counter(len(row) for row in _sample_rows(sample, separator) if any(row))
        width, often = max(
            widths.items(), key=lambda item: item[1] * math.log(item[0] + 0.01), default=(1, 0)
        )
        return often / max(1, widths.total()) * math.log(width)

    return max(_SEPARATORS, key=fitness)


def _sample_rows(sample: str, separator: str) -> list[list[str]]:
    lines = sample.splitlines(keepends=True)[: 2 * _SAMPLE_ROWS]
    try:
        return list(csv.reader(lines, delimiter=separator, skipinitialspace=True))[:_SAMPLE_ROWS]
    except csv.Error:
        return [line.rstrip("\r\n").split(separator) for line in lines[:_SAMPLE_ROWS]]


def header_row(rows: Sequence[Sequence[str]]) -> tuple[int, bool]:
    """The position of the header among the first rows; or, where there is none, of the first data row."""
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    widths = Counter(width for row in rows if (width := _width(row)))
    usual = max(widths, key=lambda width: (widths[width], width))
    for position, (row, full) in enumerate(zip(rows, filled, strict=True)):
        if len(row) >= usual and full >= max(1, 0.5 * usual):
            return position, _is_data(row)
    return next(position for position, full in enumerate(filled) if full), False


def _width(row: Sequence[str]) -> int:
    """How far a row reaches: cells at its end that are empty do not count."""
    return max((number for number, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _is_data(row: Sequence[str]) -> bool:
    """Whether a row holds values: nobody names a column by an address, a number or a date."""
    cells = [cell.strip() for cell in row if cell.strip()]
    if any(_ADDRESS.fullmatch(cell) for cell in cells):
        return True
    values = sum(
        1 for cell in cells if "@" in cell or looks_like_moment(cell) or read_amount(cell, None) is not None
    )
    return values >= max(1, 0.3 * len(cells))


def _batches(file: str, opener: Opener, layout: Layout) -> Iterator[Batch]:
    width = len(layout.header)
    maker = BatchMaker(width)
    first = layout.skipped + (0 if layout.headless else 1)
    with (
        opener() as raw,
        io.TextIOWrapper(raw, encoding=layout.encoding, errors="surrogateescape", newline="") as text,
    ):
        for number, record in enumerate(_records(text, layout.separator, width, first), start=1):
            if number <= first:
                continue
            if isinstance(record, _Broken):
                maker.reject(Rejected(file=file, row=number, field=None, value=record.line, why=record.why))
            elif repeats_header(record, layout.header):
                line = layout.separator.join(record)[:2000]
                maker.reject(Rejected(file=file, row=number, field=None, value=line, why=REPEATED_HEADER))
            elif record:
                maker.add(number, record)
            if maker.full:
                yield maker.take()
    if maker:
        yield maker.take()


@dataclass(frozen=True, slots=True)
class _Broken:
    line: str
    why: str


def _records(text: Iterator[str], separator: str, width: int, first: int) -> Iterator[list[str] | _Broken]:
    """The records one by one; a blank one is empty, a broken one is said to be so and costs its line only."""
    pending: deque[str] = deque()
    taken: list[str] = []

    def feed() -> Iterator[str]:
        while line := pending.popleft() if pending else next(text, ""):
            taken.append(line)
            yield line

    reader = csv.reader(feed(), delimiter=separator, skipinitialspace=True)
    position = 0
    while True:
        taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = []
            reader = csv.reader(feed(), delimiter=separator, skipinitialspace=True)
        position += 1
        if position <= first:
            yield cells
            continue
        if len(taken) > 1 and (len(cells) != width or not _closes(taken, separator)):
            pending.extendleft(reversed(taken[1:]))
            reader = csv.reader(feed(), delimiter=separator, skipinitialspace=True)
            yield _Broken(_shown(taken[0]), "unreadable row: a quotation mark is opened and not closed")
            continue
        if not cells and len(taken[0]) > MAX_CELL:
            yield _Broken(_shown(taken[0]), TOO_LONG)
            continue
        yield _checked(cells, taken, separator, width)


def _checked(cells: list[str], taken: Sequence[str], separator: str, width: int) -> list[str] | _Broken:
    while len(cells) > width and not cells[-1].strip():
        cells.pop()  # separators at the end of a line
    if not any(map(str.strip, cells)):
        return []
    line = "".join(taken)
    if not line.isascii() and _NO_TEXT.search(line):
        return _Broken(_shown(line), "unreadable row: it holds bytes that are no text in the file's encoding")
    if "\x00" in line:
        return _Broken(_shown(line), "unreadable row: it holds NUL characters")
    if len(cells) != width:
        return _Broken(_shown(line), f"ragged row: {len(cells)} cells where the header has {width}")
    if line.count('"') % 2 and not _closes(taken, separator):
        return _Broken(_shown(line), "unreadable row: a quotation mark is opened and not closed")
    return cells


def _closes(taken: Sequence[str], separator: str) -> bool:
    """Whether every quotation mark that opens a cell closes it, too."""
    try:
        return len(list(csv.reader(taken, delimiter=separator, skipinitialspace=True, strict=True))) == 1
    except csv.Error:
        return False


def _shown(line: str) -> str:
    """A row as reports show it: its text, at most 2,000 characters."""
    return line.rstrip("\r\n").encode("utf-8", "replace").decode("utf-8")[:2000]
