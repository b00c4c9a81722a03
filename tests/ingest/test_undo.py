"""A load can be taken back."""

import json

import pytest

from ingest.entities import RecordType
from ingest.errors import BadRequest
from ingest.tables import RECORD_TABLES, activity_about, custom_fields, merged_rows
from ingest.undo import undo
from tests.ingest.conftest import NOW, Shelf, table
from tests.ingest.test_identity import HEADER, OLD, OTHER, YOUNG, log
from tests.ingest.test_load import SALESFORCE


def everything(shelf: Shelf) -> dict[str, list[str]]:
    tables = [*RECORD_TABLES.values(), activity_about, custom_fields, merged_rows]
    with shelf.records.engine.connect() as connection:
        return {
            one.name: sorted(json.dumps([*map(str, row)]) for row in connection.execute(one.select()))
            for one in tables
        }


def test_undoing_a_load_leaves_what_was_before(shelf: Shelf) -> None:
    empty = everything(shelf)
    shelf.load(SALESFORCE)
    first = everything(shelf)
    shelf.load(
        {
            "Lead.csv": SALESFORCE["Lead.csv"].replace("Working", "Disqualified"),
            "Task.csv": SALESFORCE["Task.csv"]
            .replace("a price", "a discount")
            .replace("006000000000001AAA", ""),
        }
    )
    assert everything(shelf) != first
    generation = shelf.records.generation
    report = undo(shelf.records, None, NOW)
    assert everything(shelf) == first
    assert report.outcomes_changed
    assert shelf.records.generation > generation
    undo(shelf.records, None, NOW)
    assert everything(shelf) == empty
    with pytest.raises(BadRequest):
        undo(shelf.records, None, NOW)


def test_undoing_takes_merged_records_apart(shelf: Shelf) -> None:
    shelf.load(
        {
            "leads.csv": table(HEADER, YOUNG, OTHER),
            "log.csv": log(["t1", "Call", "2026-02-01", "young", "Hi"]),
        }
    )
    before = everything(shelf)
    shelf.load({"leads.csv": table(HEADER, OLD)})
    assert set(shelf.rows("lead")) == {"old", "other"}
    report = undo(shelf.records, None, NOW)
    assert everything(shelf) == before
    assert {(ref.type, ref.id) for ref in report.removed} == {(RecordType.LEAD, "old")}


def test_only_the_last_load_is_undone(shelf: Shelf) -> None:
    first = shelf.load({"leads.csv": table(HEADER, OLD)})
    shelf.load({"leads.csv": table(HEADER, OTHER)})
    with pytest.raises(BadRequest, match="last load"):
        undo(shelf.records, first.load_id, NOW)


def test_what_was_undone_can_be_loaded_again(shelf: Shelf) -> None:
    shelf.load(SALESFORCE)
    loaded = everything(shelf)
    undo(shelf.records, None, NOW)
    report = shelf.load(SALESFORCE)
    assert report.types[RecordType.LEAD].new == 3
    assert {name: len(rows) for name, rows in everything(shelf).items()} == {
        name: len(rows) for name, rows in loaded.items()
    }
