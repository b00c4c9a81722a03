"""A backup is one consistent file, also while the workspace is in use; a restore is all or nothing."""

import os
import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from ingest.backup import backup, restore
from ingest.entities import Role, User
from ingest.errors import BadRequest, HotlistError, UnreadableFile, WorkspaceUnusable
from ingest.records import SYSTEM, Records, set_fact
from ingest.tables import activities, audit, leads, metadata, vectors
from tests.factories import NOW, a_lead, a_score, a_user, an_account, an_activity, insert


@pytest.fixture
def database(tmp_path: Path) -> Path:
    database = tmp_path / "home" / "records.sqlite"
    fill(Records(database))
    return database


def fill(records: Records) -> None:
    insert(
        records,
        a_user(id="U1", email="ana@hotlist.test"),
        an_account(id="A1", name="Vega Ω 公司", owner_id="U1", extra={"Region": "Süd"}),
        a_lead(id="L1", owner_id="U1", account_id="A1", also=["L7"]),
        an_activity("lead:L1", id="T1", text="Said yes."),
        a_score("lead:L1", 0.5),
        ("vectors", {"content_hash": "h", "embedder": "e", "vector": b"\x00\x01"}),
    )
    with records.writing() as connection:
        connection.execute(audit.insert().values(at=NOW, user_id="U1", action="ask", detail={"n": 1}))
        set_fact(connection, "generation", "7")


def rows(records: Records) -> dict[str, list[tuple[Any, ...]]]:
    with records.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def test_what_is_restored_elsewhere_is_what_was_there(tmp_path: Path, database: Path) -> None:
    backup(database, tmp_path / "copy.hotlist")
    restore(tmp_path / "copy.hotlist", tmp_path / "new" / "records.sqlite")
    restored = Records(tmp_path / "new" / "records.sqlite")
    assert rows(restored) == rows(Records(database))
    assert restored.generation == 7
    with restored.seen_by(User(id="U1", name="Ana", role=Role.REP), NOW) as seen:
        assert [row.id for row in seen(select(activities.c.id))] == ["T1"]


def test_a_restore_takes_back_what_came_after(tmp_path: Path, database: Path) -> None:
    records = Records(database)
    before = rows(records)
    backup(database, tmp_path / "copy")
    insert(records, a_lead(id="L2"))
    with records.writing() as connection:
        connection.execute(leads.update().where(leads.c.id == "L1").values(company="Other"))
    with records.seen_by(SYSTEM, NOW) as seen:  # somebody is reading meanwhile
        restore(tmp_path / "copy", database)
        assert seen(select(leads.c.id))
    assert rows(records) == before
    insert(records, a_lead(id="L3"))
    assert len(rows(Records(database))["leads"]) == 2


def test_the_file_is_one_and_for_its_owner_alone(tmp_path: Path, database: Path) -> None:
    target = tmp_path / "backups"
    target.mkdir()
    backup(database, target / "today")
    backup(database, target / "today")
    assert [file.name for file in target.iterdir()] == ["today"]
    assert (target / "today").stat().st_mode & 0o077 == 0


def test_a_backup_during_an_import_holds_whole_transactions(tmp_path: Path, database: Path) -> None:
    records, stop = Records(database), threading.Event()

    def keep_writing() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            insert(
                records,
                a_lead(id=f"N{number}"),
                *(an_activity(f"lead:N{number}", id=f"N{number}-{n}") for n in range(50)),
            )

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        for number in range(5):
            backup(database, tmp_path / f"copy{number}")
    finally:
        stop.set()
        writer.join()
    for number in range(5):
        restore(tmp_path / f"copy{number}", tmp_path / f"new{number}.sqlite")
        found = rows(Records(tmp_path / f"new{number}.sqlite"))
        assert len(found["activities"]) == 1 + 50 * (len(found["leads"]) - 1)


@pytest.mark.parametrize("damage", ["no database", "empty", "truncated", "flipped", "other database"])
def test_a_file_that_is_no_backup_changes_nothing(tmp_path: Path, database: Path, damage: str) -> None:
    file, before = tmp_path / "copy", rows(Records(database))
    backup(database, file)
    content = bytearray(file.read_bytes())
    if damage == "no database":
        content = bytearray(b"id,name\n1,Ana\n")
    elif damage == "empty":
        content = bytearray()
    elif damage == "truncated":
        content = content[: len(content) // 2]
    elif damage == "flipped":
        middle = len(content) // 2 // 4096 * 4096
        content[middle : middle + 64] = b"\xff" * 64
    file.write_bytes(content)
    if damage == "other database":
        file.unlink()
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("create table t (x)")
    with pytest.raises(UnreadableFile, match="copy is no backup"):
        restore(file, database)
    assert rows(Records(database)) == before


def test_a_single_changed_or_missing_byte_is_noticed(tmp_path: Path, database: Path) -> None:
    file, pick = tmp_path / "copy", random.Random(4)
    backup(database, file)
    whole = file.read_bytes()
    name = whole.index(b"Said yes.")  # within a text, where the database itself notices nothing
    for place in [name, *(pick.randrange(len(whole)) for _ in range(40))]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << pick.randrange(8)
        file.write_bytes(damaged)
        with pytest.raises(UnreadableFile, match="copy is no backup"):
            restore(file, tmp_path / "new" / "records.sqlite")
    for length in pick.sample(range(len(whole)), 10):
        file.write_bytes(whole[:length])
        with pytest.raises(UnreadableFile, match="copy is no backup"):
            restore(file, tmp_path / "new" / "records.sqlite")
    assert not (tmp_path / "new").exists()
    file.write_bytes(whole)
    restore(file, tmp_path / "new" / "records.sqlite")
    backup(tmp_path / "new" / "records.sqlite", file)  # what was restored can be backed up in turn
    restore(file, tmp_path / "again" / "records.sqlite")
    assert rows(Records(tmp_path / "again" / "records.sqlite")) == rows(Records(database))


def test_a_missing_file_and_a_newer_backup_are_explained(tmp_path: Path, database: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no file nowhere"):
        restore(tmp_path / "nowhere", database)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
        connection.commit()
    backup(database, tmp_path / "copy")
    with pytest.raises(WorkspaceUnusable, match="newer Hotlist"):
        restore(tmp_path / "copy", database)


@pytest.mark.parametrize("target", ["itself", "no folder", "a folder"])
def test_a_backup_that_cannot_be_written_is_explained(tmp_path: Path, database: Path, target: str) -> None:
    file = {"itself": database, "no folder": tmp_path / "no" / "copy", "a folder": tmp_path / "home"}[target]
    before = rows(Records(database))
    with pytest.raises(BadRequest):
        backup(database, file)
    assert rows(Records(database)) == before
    assert not list(tmp_path.rglob(".*"))


def test_without_a_workspace_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceUnusable, match="no workspace to back up"):
        backup(tmp_path / "records.sqlite", tmp_path / "copy")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_backup(tmp_path: Path, database: Path) -> None:
    import resource

    file = tmp_path / "copy"
    backup(database, file)
    kept = file.read_bytes()
    pid = os.fork()
    if pid == 0:  # a process of its own, since the limit cannot be lifted again
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            backup(database, file)
        except HotlistError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
    assert file.read_bytes() == kept


@pytest.mark.slow
def test_a_workspace_moves_to_postgresql_and_back(
    tmp_path: Path, database: Path, postgresql: Callable[[], str]
) -> None:
    url = postgresql()
    backup(database, tmp_path / "copy")
    restore(tmp_path / "copy", url)
    moved = Records(url)
    with moved.writing() as connection:  # numbering goes on where it was
        connection.execute(audit.insert().values(at=NOW, user_id="U1", action="ask", detail={}))
        connection.execute(text("delete from audit where id > 1"))
    backup(url, tmp_path / "back")
    restore(tmp_path / "back", tmp_path / "back.sqlite")
    assert rows(Records(tmp_path / "back.sqlite")) == rows(Records(database))
    with moved.engine.connect() as connection:
        assert connection.execute(select(vectors.c.vector)).scalar() == b"\x00\x01"
    moved.engine.dispose()
