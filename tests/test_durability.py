"""An import that is killed at any point leaves the workspace as it was or as it should become."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.demo import generate

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
    Records(Path(sys.argv[1])), [Path(sys.argv[2])], mapping=None,
    now=datetime.fromisoformat(sys.argv[3]), timezone=ZoneInfo("UTC"), progress=lambda *_: None,
)
"""
TABLES = ("users", "accounts", "contacts", "leads", "opportunities", "activities", "activity_about")


def start(database: Path, exports: Path) -> "subprocess.Popen[str]":
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
