"""What its source deleted is removed in the transaction of the load, and comes back when that is undone."""

from ingest.entities import RecordType
from ingest.load import load
from ingest.undo import undo
from tests.ingest.conftest import NOW, Shelf, table
from tests.ingest.test_identity import HEADER, OLD, OTHER, YOUNG, log


def without(shelf: Shelf, **gone: list[str]) -> None:
    """A load that brings nothing but deletions."""
    load(
        shelf.records, [], mapping=None, now=NOW, timezone=shelf.zone, progress=lambda *_: None,
        gone={RecordType(type_): ids for type_, ids in gone.items()}, marks={"mark": "1"},
    )  # fmt: skip


def filled(shelf: Shelf) -> Shelf:
    shelf.load(
        {
            "leads.csv": table(HEADER, YOUNG, OLD, OTHER),
            "log.csv": log(
                ["t1", "Call", "2026-02-01", "old", "Hi"], ["t2", "Call", "2026-02-02", "old", "Bye"]
            ),
        }
    )
    return shelf


def test_deleted_records_and_activities_are_removed(shelf: Shelf) -> None:
    filled(shelf)
    before = shelf.records.generation
    without(shelf, lead=["other", "never seen"], activity=["t1"])
    assert "other" not in shelf.rows("lead")
    assert set(shelf.rows("activity")) == {"t2"}
    assert shelf.about("t1") == set()
    assert shelf.records.generation == before + 1
    assert shelf.records.fact("mark") == "1"


def test_the_duplicate_of_a_deleted_record_stands_alone(shelf: Shelf) -> None:
    filled(shelf)
    assert shelf.rows("lead")["old"]["also"] == ["young"]
    without(shelf, lead=["old"])
    assert "old" not in shelf.rows("lead")
    assert shelf.rows("lead")["young"]["also"] == []
    without(shelf, lead=["young"])
    assert set(shelf.rows("lead")) == {"other"}


def test_a_deleted_duplicate_leaves_the_record(shelf: Shelf) -> None:
    filled(shelf)
    without(shelf, lead=["young"])
    assert shelf.rows("lead")["old"]["also"] == []


def test_a_deletion_can_be_undone(shelf: Shelf) -> None:
    filled(shelf)
    before = shelf.rows("lead"), shelf.rows("activity"), shelf.about("t1")
    without(shelf, lead=["old", "other"], activity=["t1"])
    undo(shelf.records, None, NOW)
    assert (shelf.rows("lead"), shelf.rows("activity"), shelf.about("t1")) == before


def test_what_was_linked_to_a_deleted_record_is_led_to_its_duplicate_or_to_nothing(shelf: Shelf) -> None:
    filled(shelf)
    assert shelf.about("t1") == {("lead", "old")}
    without(shelf, lead=["old"])
    assert shelf.about("t1") == {("lead", "young")}
    without(shelf, lead=["young"])
    assert shelf.about("t1") == set()
    assert set(shelf.rows("activity")) == {"t1", "t2"}
