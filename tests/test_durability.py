"""An import that is killed at any point leaves the workspace as it was or as it should become."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from ingest.backup import backup, restore
from ingest.demo import generate
from ingest.records import Records
from ingest.tables import metadata

AS_OF = datetime(2026, 11, 24, 9, tzinfo=UTC)
LOADER = """
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from ingest.load import load
from ingest.records import Records

print("ready", flush=True)
load(
    Records(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])), [Path(sys.argv[2])], mapping=None,
    now=datetime.fromisoformat(sys.argv[3]), timezone=ZoneInfo("UTC"), progress=lambda *_: None,
)
"""
TABLES = ("users", "accounts", "contacts", "leads", "opportunities", "activities", "activity_about")


def start(database: Path | str, exports: Path) -> "subprocess.Popen[str]":
    """A loader in a process of its own, past its imports."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOADER, str(database), str(exports), AS_OF.isoformat()],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def content(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """All record rows but for the number of the load that wrote them."""
    with sqlite3.connect(database) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        found = {}
        for table in TABLES:
            columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
            kept = ", ".join(column for column in columns if column != "load_id")
            found[table] = sorted(connection.execute(f"select {kept} from {table}").fetchall(), key=repr)
    connection.close()
    return found


@pytest.mark.parametrize(
    "points",
    [
        4,
        pytest.param(30, marks=pytest.mark.slow),
        pytest.param(200, marks=pytest.mark.bench),
    ],
)
def test_a_killed_import_loses_nothing_and_doubles_nothing(tmp_path: Path, points: int) -> None:
    exports = tmp_path / "exports"
    generate(exports, as_of=AS_OF, seed=points, leads=150, accounts=20, opportunities=50, activities=1_500)
    whole = tmp_path / "whole.db"
    started = time.perf_counter()
    assert start(whole, exports).wait() == 0
    duration = time.perf_counter() - started
    after = content(whole)
    assert len(after["activities"]) == 1_500
    before: dict[str, list[tuple[object, ...]]] = {table: [] for table in TABLES}

    moments = random.Random(points)
    database = tmp_path / "killed.db"
    cut_short = 0
    for _ in range(points):
        process = start(database, exports)
        time.sleep(moments.uniform(0, duration))
        process.send_signal(signal.SIGKILL)
        process.wait()
        tables_exist = database.exists() and database.stat().st_size > 0 and _has_tables(database)
        state = content(database) if tables_exist else before
        assert state in (before, after)
        cut_short += state == before
        if state == after:
            for file in tmp_path.glob("killed.db*"):
                file.unlink()
    assert cut_short, "no import was killed before its end"
    assert start(database, exports).wait() == 0
    assert content(database) == after


def _has_tables(database: Path) -> bool:
    with sqlite3.connect(database) as connection:
        found = connection.execute(
            "select count(*) from sqlite_schema where name = 'activity_about'"
        ).fetchone()
    connection.close()
    return bool(found[0])


@pytest.mark.slow
def test_a_killed_import_on_postgresql_loses_nothing_and_doubles_nothing(
    tmp_path: Path, postgresql: Callable[[], str]
) -> None:
    exports, url = tmp_path / "exports", postgresql()
    generate(exports, as_of=AS_OF, seed=5, leads=150, accounts=20, opportunities=50, activities=1_500)
    started = time.perf_counter()
    whole = postgresql()
    assert start(whole, exports).wait() == 0
    duration = time.perf_counter() - started
    after, before = everything(whole), everything(url)
    assert len(after["activities"]) == 1_500
    assert not any(before.values())
    moments, killed = random.Random(5), 0
    for _ in range(8):
        process = start(url, exports)
        time.sleep(moments.uniform(0, duration))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        assert everything(url) in (before, after)
    assert killed, "no import was killed before its end"
    assert start(url, exports).wait() == 0
    assert everything(url) == after


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All record rows of a PostgreSQL workspace but for the number of the load that wrote them."""
    records = Records(url)
    found = {}
    with records.engine.connect() as connection:
        for name in TABLES:
            table = metadata.tables[name]
            kept = [column for column in table.c if column.name != "load_id"]
            rows = (tuple(map(repr, row)) for row in connection.execute(select(*kept)))
            found[name] = sorted(rows)
    records.engine.dispose()
    return found


BACKUP = """
import sys
from pathlib import Path
from ingest.backup import backup

print("ready", flush=True)
backup(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kept_in", ["sqlite", "postgresql"])
def test_a_killed_backup_leaves_the_one_before(
    tmp_path: Path, kept_in: str, request: pytest.FixtureRequest
) -> None:
    exports, file = tmp_path / "exports", tmp_path / "backups" / "today"
    file.parent.mkdir()
    generate(exports, as_of=AS_OF, seed=6, leads=150, accounts=20, opportunities=50, activities=1_500)
    on_sqlite = tmp_path / "records.sqlite"
    database = on_sqlite if kept_in == "sqlite" else str(request.getfixturevalue("postgresql")())
    assert start(database, exports).wait() == 0
    started = time.perf_counter()
    backup(database, file)
    duration = time.perf_counter() - started
    restore(file, tmp_path / "first.sqlite")
    expected, moments = content(tmp_path / "first.sqlite"), random.Random(7)
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", BACKUP, str(database), str(file)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0, duration))
        process.kill()
        process.wait()
        restore(file, tmp_path / "again.sqlite")
        assert content(tmp_path / "again.sqlite") == expected
    for left in file.parent.glob(".*"):  # it is swept up when it is old enough to be nobody's
        os.utime(left, (0, 0))
    backup(database, file)
    assert [one.name for one in file.parent.iterdir()] == ["today"], "what a kill left behind is swept up"
