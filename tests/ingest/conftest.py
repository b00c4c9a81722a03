"""A workspace in a temporary folder, and files to load into it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from ingest.load import load
from ingest.load_report import LoadReport
from ingest.mapping import parse_mapping
from ingest.records import Records
from ingest.tables import RECORD_TABLES, activity_about, rejected

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Shelf:
    """A workspace, and what a test puts into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = Records(folder / "workspace" / "records.db")
        self.zone = ZoneInfo("UTC")

    def write(self, files: Mapping[str, str | bytes]) -> Path:
        """Write files into a folder of their own."""
        target = self.folder / f"files{len(list(self.folder.iterdir()))}"
        for name, text in files.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return target

    def load(
        self,
        files: Mapping[str, str | bytes] | Path | Sequence[Path],
        mapping: Mapping[str, Any] | None = None,
    ) -> LoadReport:
        """Load files given by name and text, or by path."""
        paths = (
            [files]
            if isinstance(files, Path)
            else [self.write(files)]
            if isinstance(files, Mapping)
            else files
        )
        return load(
            self.records,
            paths,
            mapping=parse_mapping(mapping) if mapping else None,
            now=NOW,
            timezone=self.zone,
            progress=lambda _step, _share: None,
        )

    def rows(self, type_: str) -> dict[str, dict[str, Any]]:
        """All records of a type by id."""
        with self.records.engine.connect() as connection:
            found = connection.execute(select(RECORD_TABLES[type_])).mappings()
            return {row["id"]: dict(row) for row in found}

    def about(self, activity: str) -> set[tuple[str, str]]:
        """What an activity is about."""
        query = select(activity_about.c.type, activity_about.c.record_id).where(
            activity_about.c.activity_id == activity
        )
        with self.records.engine.connect() as connection:
            return {(row.type, row.record_id) for row in connection.execute(query)}

    def set_aside(self) -> set[tuple[str, int, str | None, str]]:
        """What stands in the table of rejected values and rows: file, row, field, value."""
        with self.records.engine.connect() as connection:
            return {(row.file, row.row, row.field, row.value) for row in connection.execute(select(rejected))}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty workspace."""
    return Shelf(tmp_path)


def table(*rows: Iterable[object], separator: str = ",") -> str:
    """Rows as CSV text."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return text.getvalue()
