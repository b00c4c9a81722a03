"""From paths to sheets: folders walked, archives opened, each kind of file given to its reader."""

import gzip
import io
import os
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ingest.calendars import read_calendar
from ingest.delimited import Opener, read_delimited
from ingest.documents import read_json, read_json_lines, read_parquet
from ingest.errors import UnreadableFile
from ingest.messages import read_mailbox, read_message
from ingest.sheets import Sheet, Skipped
from ingest.transcripts import is_transcript, read_captions, read_transcript
from ingest.workbooks import MAX_UNPACKED, check_archive, read_workbook

Reader = Callable[[str, Opener], Sequence[Sheet]]


def _one(read: Callable[[str, Opener], Sheet]) -> Reader:
    return lambda file, opener: [read(file, opener)]


def _read_text(file: str, opener: Opener) -> Sheet:
    """A text file may be a table, a transcript or a note."""
    if is_transcript(opener):
        return read_transcript(file, opener)
    sheet = read_delimited(file, opener)
    return sheet if len(sheet.header) > 1 else read_transcript(file, opener)


READERS: Mapping[str, Reader] = {
    ".csv": _one(read_delimited),
    ".tsv": _one(read_delimited),
    ".tab": _one(read_delimited),
    ".txt": _one(_read_text),
    ".eml": _one(read_message),
    ".mbox": _one(read_mailbox),
    ".mbx": _one(read_mailbox),
    ".ics": _one(read_calendar),
    ".vtt": _one(read_captions),
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".json": read_json,
    ".jsonl": _one(read_json_lines),
    ".ndjson": _one(read_json_lines),
    ".parquet": _one(read_parquet),
}


def read_sheets(paths: Iterable[Path]) -> tuple[list[Sheet], list[Skipped]]:
    """All tables in the files and folders, in the order of the paths and of the names in a folder.

    Raises:
        UnreadableFile: a path that does not exist, or a named file that cannot be read.
    """
    sheets: list[Sheet] = []
    skipped: list[Skipped] = []
    for path in paths:
        if not path.exists():
            raise UnreadableFile(f"There is no file or folder {path.name!r}; check the path.")
        for label, opener in _files(path):
            try:
                if isinstance(opener, UnreadableFile):
                    raise opener
                sheets += _sheets_of(label, opener)
            except UnreadableFile as error:
                if label == path.name:
                    raise
                skipped.append(Skipped(file=label, why=str(error)))
    return _told_apart(sheets), skipped


def _told_apart(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Files of the same name from different folders are told apart by a number."""
    seen: dict[str, int] = {}
    found = []
    for sheet in sheets:
        seen[sheet.file] = seen.get(sheet.file, 0) + 1
        again = seen[sheet.file]
        found.append(sheet if again == 1 else replace(sheet, file=f"{sheet.file} ({again})"))
    return found


def _files(path: Path) -> Iterator[tuple[str, Opener | UnreadableFile]]:
    """The files behind a path, with what reports call them: members of folders and of archives too.

    An archive that cannot be opened is given with the reason.
    """
    if path.is_file():
        yield from _members(path, path.name)
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and not _hidden(file.relative_to(path).parts):
            yield from _members(file, file.relative_to(path).as_posix())


def _hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith((".", "~$", "__MACOSX")) for part in parts)


def _members(path: Path, label: str) -> Iterator[tuple[str, Opener | UnreadableFile]]:
    if path.suffix.lower() != ".zip":
        yield label, partial(_opened, path)
        return
    try:
        with path.open("rb") as raw:
            check_archive(label, raw)
    except UnreadableFile as error:
        yield label, error
        return
    with zipfile.ZipFile(path) as archive:
        members = sorted(member.filename for member in archive.infolist() if not member.is_dir())
    for member in members:
        if not _hidden(PurePosixPath(member).parts):
            yield f"{label}/{member}", partial(_member, path, member)


def _sheets_of(label: str, opener: Opener) -> Sequence[Sheet]:
    suffixes = [suffix.lower() for suffix in PurePosixPath(label).suffixes]
    packed = suffixes[-1:] == [".gz"]
    reader = READERS.get(next(iter(suffixes[-2:-1] if packed else suffixes[-1:]), ""))
    if reader is None:
        raise UnreadableFile(f"{label} is no table that can be read; export it as CSV or XLSX.")
    try:
        return reader(label, _gunzipped(label, opener) if packed else opener)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise UnreadableFile(f"{label} cannot be read: {error}.") from error


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _gunzipped(label: str, opener: Opener) -> Opener:
    """Unpack once, into a temporary file: what is damaged or far too large is noticed here."""
    unpacked = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as what is returned
    with opener() as raw, gzip.GzipFile(fileobj=raw) as packed:
        while block := packed.read(1_000_000):
            unpacked.write(block)
            if unpacked.tell() > MAX_UNPACKED:
                raise UnreadableFile(
                    f"{label} unpacks to more than {MAX_UNPACKED // 1_000_000} MB; split it."
                )
    unpacked.flush()

    def open_again() -> BinaryIO:
        unpacked.seek(0)
        return os.fdopen(os.dup(unpacked.fileno()), "rb")

    weakref.finalize(open_again, unpacked.close)
    return open_again


def _member(path: Path, member: str) -> BinaryIO:
    """A member of an archive, in memory: whatever reads it may jump about in it."""
    with zipfile.ZipFile(path) as archive:
        return io.BytesIO(archive.read(member))
