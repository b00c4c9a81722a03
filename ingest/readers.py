"""From paths to sheets: folders walked, archives opened, each kind of file given to its reader."""

import gzip
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from ingest.delimited import Opener, read_delimited
from ingest.errors import UnreadableFile
from ingest.sheets import Sheet, Skipped

_DELIMITED = {".csv", ".tsv", ".tab", ".txt"}


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
        for file, label in _files(path):
            try:
                sheets += _sheets_of(file, label)
            except UnreadableFile as error:
                if file == path:
                    raise
                skipped.append(Skipped(file=label, why=str(error)))
    return sheets, skipped


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    if path.is_file():
        yield path, path.name
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and not any(part.startswith((".", "~$")) for part in file.relative_to(path).parts):
            yield file, file.relative_to(path).as_posix()


def _sheets_of(path: Path, label: str) -> Sequence[Sheet]:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    opener: Opener = partial(_opened, path)
    if suffixes[-1:] == [".gz"]:
        opener, suffixes = partial(_gunzipped, path), suffixes[:-1]
    suffix = suffixes[-1] if suffixes else ""
    if suffix in _DELIMITED:
        return [read_delimited(label, opener)]
    raise UnreadableFile(f"{label} is no table that can be read; export it as CSV or XLSX.")


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _gunzipped(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb"))
