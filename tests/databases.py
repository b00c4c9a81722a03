"""Records on each database that a workspace may be kept in; those on PostgreSQL are slow tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.records import Records


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    """An empty workspace's records."""
    if request.param == "sqlite":
        yield Records(tmp_path / "records.db")
        return
    records = Records(str(request.getfixturevalue("postgresql")()))
    yield records
    records.engine.dispose()
