"""One file that holds a whole workspace as of one moment, and the way back.

The file is a SQLite database, whichever database the workspace is kept in; so a workspace can also move from
one to the other. The search index is left out: it is made again from the records, without embedding anything.
"""

import glob
import hashlib
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, Integer, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from ingest.errors import BadRequest, UnreadableFile, WorkspaceUnusable
from ingest.migrations import HEAD
from ingest.records import Records
from ingest.tables import facts, metadata

_ROWS_AT_ONCE = 1000
_HEADER = 100  # bytes of a SQLite file's header
_SEAL = (60, 68)  # where its header holds `user_version` and `application_id`
_ABANDONED = 3600.0  # seconds after which a file that nobody wrote to is nobody's
_UNSEALED = bytes(8)  # a backup made before there were checksums
_NO_BACKUP = "{name} is no backup of Hotlist, or is damaged; choose another file."
_NOT_WRITTEN = "{name} cannot be written; check that its folder exists, may be written and has room."


def backup(database: Path | str, file: Path) -> None:
    """Write all that the workspace holds at this moment into `file`, also while it is in use.

    `database` is what `Records` opens. A file that is there is replaced once the new one is complete.

    Raises:
        WorkspaceUnusable: there is no workspace, or it cannot be read.
        BadRequest: the file is the workspace itself, or cannot be written.
    """
    if isinstance(database, Path):
        if not database.is_file():
            raise WorkspaceUnusable("There is no workspace to back up; name its folder with --workspace.")
        if file.exists() and file.samefile(database):
            raise BadRequest("The backup would replace the workspace itself; choose another file.")
    with _written_aside(file) as aside:
        if isinstance(database, Path):
            with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(aside)) as target:
                source.backup(target)
                target.execute("pragma journal_mode = delete")
        else:
            _copy(_read_consistently(Records(database).engine), Records(aside).engine)
        _seal(aside)


def restore(file: Path, database: Path | str) -> None:
    """Make the workspace what it was when `file` was written; all or nothing, also while it is in use.

    Raises:
        UnreadableFile: the file is no backup, or is damaged.
        WorkspaceUnusable: it was made by a newer version, or the workspace cannot be written.
    """
    _check(file)
    try:
        if isinstance(database, Path):
            database.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(database)) as target:
                target.execute("pragma secure_delete = on")
                source.backup(target)
            Records(database).engine.dispose()  # brings older tables to their present form
        else:
            with _brought_up_to_date(file) as aside:
                _copy(_read_consistently(Records(aside).engine), Records(database).engine)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise WorkspaceUnusable(
            "The workspace could not be restored and is as it was; check that it may be written and has room."
        ) from error


def _sweep(file: Path) -> None:
    """Remove what a backup into this file that was killed has left beside it."""
    begun = time.time() - _ABANDONED
    for left in file.parent.glob(f".{glob.escape(file.name)}.*"):
        if left.stat().st_mtime < begun:
            left.unlink(missing_ok=True)


def _seal(file: Path) -> None:
    """Write a checksum of the whole file into the two numbers of its header that are the application's."""
    told = _checksum(file)
    with file.open("r+b") as raw:
        for part, place in enumerate(_SEAL):
            raw.seek(place)
            raw.write(told[4 * part : 4 * part + 4])
        raw.flush()
        os.fsync(raw.fileno())


def _read_seal(file: Path) -> bytes:
    told = b""
    with file.open("rb") as raw:
        for place in _SEAL:
            raw.seek(place)
            told += raw.read(4)
    return told


def _checksum(file: Path) -> bytes:
    """Eight bytes that tell of every other byte of the file."""
    digest = hashlib.blake2b(digest_size=8)
    with file.open("rb") as raw:
        header = bytearray(raw.read(_HEADER))
        for place in _SEAL:
            header[place : place + 4] = bytes(4)
        digest.update(header)
        while block := raw.read(1_000_000):
            digest.update(block)
    return digest.digest()


def _check(file: Path) -> None:
    unreadable = UnreadableFile(_NO_BACKUP.format(name=file.name))
    if not file.is_file():
        raise UnreadableFile(f"There is no file {file.name}; check its name.")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            sound = connection.execute("pragma integrity_check").fetchone() == ("ok",)
            version = str(connection.execute("select version_num from alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError) as error:
        raise unreadable from error
    if not sound or _read_seal(file) not in (_UNSEALED, _checksum(file)):
        raise unreadable
    if version > HEAD:
        raise WorkspaceUnusable("This backup was made by a newer Hotlist; update Hotlist, then restore it.")


@contextmanager
def _written_aside(file: Path) -> Iterator[Path]:
    """A new file beside `file`, for its owner's eyes alone, that takes its place in the end."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        _sweep(file)
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield aside
        aside.replace(file)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise BadRequest(_NOT_WRITTEN.format(name=file.name)) from error
    finally:
        for left in file.parent.glob(f"{aside.name}*"):
            left.unlink(missing_ok=True)


@contextmanager
def _brought_up_to_date(file: Path) -> Iterator[Path]:
    """A copy of a backup whose tables have their present form."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(aside)) as target:
            source.backup(target)
        Records(aside).engine.dispose()
        yield aside
    finally:
        for left in file.parent.glob(f"{aside.name}*"):
            left.unlink(missing_ok=True)


def _read_consistently(engine: Engine) -> Engine:
    """The engine, reading everything as of one moment."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ")
    return engine


def _copy(source: Engine, target: Engine) -> None:
    """Replace all rows of one database by those of another, in one transaction on each."""
    tables = [table for table in metadata.sorted_tables if table is not facts]
    try:
        with (
            source.connect() as reading,
            target.connect().execution_options(writes=True) as writing,
            writing.begin(),
        ):
            # The facts come last: they say whether the tables kept by triggers are fresh.
            for table in (*tables, facts):
                writing.execute(table.delete())
                _copy_rows(reading, writing, table)
                _continue_numbering(writing, table)
    finally:
        source.dispose()
        target.dispose()


def _copy_rows(reading: Connection, writing: Connection, table: Table) -> None:
    rows = reading.execute(select(table), execution_options={"yield_per": _ROWS_AT_ONCE})
    for some in rows.mappings().partitions():
        writing.execute(insert(table), [dict(row) for row in some])


def _continue_numbering(writing: Connection, table: Table) -> None:
    """PostgreSQL counts apart from the rows; without this the next row would take a number twice."""
    numbered = [column for column in table.primary_key if isinstance(column.type, Integer)]
    if writing.dialect.name != "postgresql" or len(table.primary_key) != 1 or not numbered:
        return
    name = numbered[0].name
    sequence = writing.execute(
        text("select pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": name}
    ).scalar()
    highest = writing.execute(select(func.max(numbered[0]))).scalar()
    if sequence and highest:
        writing.execute(
            text("select setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest}
        )
