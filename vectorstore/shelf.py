"""Where the index lies: sealed builds in a folder, and a pointer to the one in use.

A build is made aside, sealed with the size and checksum of every file, and put in use by renaming one small
file. So a crash leaves the build before, readers in other processes are never disturbed, and damage is seen
before anything tries to read it.
"""

import json
import secrets
import shutil
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

VECTORS = "vectors"  # Chroma's folder inside a build
FULL_TEXT = "fulltext.sqlite"
_CHROMA_FILE = "chroma.sqlite3"
_SEAL = "seal.json"
_POINTER = "current"
_BUILDS = "builds"
_FORM = 1  # of what a build holds; another form is made anew

# Chroma counts in these places whenever it opens its file, and nothing else of the file changes.
_HEADER_COUNTERS = ((24, 32), (92, 100))
_OPENINGS_TABLE = "acquire_write"


class Unsound(Exception):
    """A build that cannot be used, and why: `missing`, `damaged`, `stale` or `other embedder`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What a build holds. `state` names the passages; `dropped` counts those taken out since it was new."""

    embedder: str
    fingerprint: str
    dimension: int
    state: str
    counts: Mapping[str, int]
    dropped: int
    openings_page: int = 0
    files: Mapping[str, tuple[int, int]]
    form: int = _FORM


class Shelf:
    """The builds in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def lock_file(self) -> Path:
        return self.folder / "writer.lock"

    def current(self) -> str | None:
        """The name of the build in use."""
        try:
            name = (self.folder / _POINTER).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        return name if name.isalnum() else None

    def path(self, name: str) -> Path:
        return self.folder / _BUILDS / name

    def new(self) -> str:
        """An empty build, aside."""
        name = secrets.token_hex(8)
        (self.path(name) / VECTORS).mkdir(parents=True)
        return name

    def copy(self, name: str) -> str:
        """A copy of a build, aside. Its readers may go on reading."""
        copied = self.new()
        source, target = self.path(name), self.path(copied)
        for file in _files(source):
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            if file.name == _CHROMA_FILE:
                with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(place)) as new:
                    old.backup(new)
            elif file.name != _SEAL:
                shutil.copyfile(file, place)
        return copied

    def seal(self, name: str, seal: Seal) -> None:
        """Note the checksums of a finished build, which nobody has open."""
        path = self.path(name)
        chroma = path / VECTORS / _CHROMA_FILE
        openings = _compacted(chroma) if chroma.exists() else 0
        files = {
            file.relative_to(path).as_posix(): (file.stat().st_size, _checksum(file, openings))
            for file in _files(path)
        }
        body = json.dumps(asdict(seal) | {"openings_page": openings, "files": files}, sort_keys=True)
        (path / _SEAL).write_text(f"{zlib.crc32(body.encode()):08x}\n{body}", encoding="utf-8")

    def use(self, name: str) -> None:
        """Put a sealed build in use, and remove all but it and the one before, which may still be read."""
        before = self.current()
        new = self.folder / f"{_POINTER}.new"
        new.write_text(name, encoding="ascii")
        new.replace(self.folder / _POINTER)
        self.clear(keep={name, before})

    def clear(self, keep: set[str | None]) -> None:
        """Remove all builds but those to keep."""
        for path in (self.folder / _BUILDS).glob("*"):
            if path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)

    def opened(self, name: str | None) -> Seal:
        """The seal of a build, once every file was found to be as it was sealed.

        Raises:
            Unsound: missing or damaged.
        """
        if name is None or not self.path(name).is_dir():
            raise Unsound("missing")
        path = self.path(name)
        try:
            seal = _read_seal(path / _SEAL)
            found = {file.relative_to(path).as_posix(): file for file in _files(path) if file.name != _SEAL}
            kept = {place for place in seal.files if place != _SEAL}
            if not kept <= set(found):
                raise Unsound("damaged")
            for place in kept:
                size, checksum = seal.files[place]
                if (
                    found[place].stat().st_size < size
                    or _checksum(found[place], seal.openings_page, size) != checksum
                ):
                    raise Unsound("damaged")
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise Unsound("damaged") from error
        return seal


def _read_seal(file: Path) -> Seal:
    checksum, _, body = file.read_text(encoding="utf-8").partition("\n")
    if int(checksum, 16) != zlib.crc32(body.encode()):
        raise ValueError("the seal is broken")
    values = json.loads(body)
    if values["form"] != _FORM:
        raise ValueError("another form")
    return Seal(**values)


def _files(path: Path) -> Iterator[Path]:
    return (file for file in sorted(path.rglob("*")) if file.is_file())


def _compacted(chroma: Path) -> int:
    """Pack Chroma's file, so that nothing deleted stays in it; the page that counts its openings."""
    with closing(sqlite3.connect(chroma, isolation_level=None)) as connection:
        connection.execute("pragma secure_delete = on")
        connection.execute("vacuum")
        row = connection.execute(
            "select rootpage from sqlite_master where name = ?", (_OPENINGS_TABLE,)
        ).fetchone()
    return int(row[0]) if row else 0


def _checksum(file: Path, openings_page: int, size: int | None = None) -> int:
    """The checksum of the first `size` bytes, without the places that Chroma changes by opening its file."""
    content = bytearray(file.read_bytes() if size is None else _head(file, size))
    if file.name == _CHROMA_FILE and len(content) >= 100:
        page_size = int.from_bytes(content[16:18], "big") or 4096
        page_size = 65536 if page_size == 1 else page_size
        for start, end in _HEADER_COUNTERS:
            content[start:end] = bytes(end - start)
        start = (openings_page - 1) * page_size
        if 0 < start < len(content):
            content[start : start + page_size] = bytes(min(page_size, len(content) - start))
    return zlib.crc32(content)


def _head(file: Path, size: int) -> bytes:
    with file.open("rb") as stream:
        return stream.read(size)
