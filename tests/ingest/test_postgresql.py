"""The same loads on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.records import Records
from ingest.undo import undo
from tests.ingest.conftest import NOW, Shelf, table
from tests.ingest.test_identity import HEADER, OLD, OTHER, YOUNG, log
from tests.ingest.test_load import SALESFORCE

pytestmark = pytest.mark.slow


@pytest.fixture
def team_shelf(postgresql: Callable[[], str], tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    shelf.records = Records(postgresql())
    yield shelf
    shelf.records.engine.dispose()


def test_a_load_on_postgresql_is_the_one_on_sqlite(team_shelf: Shelf, shelf: Shelf) -> None:
    for one in (team_shelf, shelf):
        one.load(SALESFORCE)
        one.load(
            {
                "leads.csv": table(HEADER, YOUNG, OLD, OTHER),
                "log.csv": log(["t1", "Call", "2026-02-01", "young", "Hi"]),
            }
        )
        one.load({"Task.csv": SALESFORCE["Task.csv"].replace("a price", "a discount")})
    for type_ in ("user", "account", "contact", "lead", "opportunity", "activity"):
        assert team_shelf.rows(type_) == shelf.rows(type_)
    assert team_shelf.about("t1") == shelf.about("t1") == {("lead", "old")}
    assert (
        team_shelf.load(
            SALESFORCE | {"Task.csv": SALESFORCE["Task.csv"].replace("a price", "a discount")}
        ).changed
        == frozenset()
    )


def test_a_load_on_postgresql_can_be_undone(team_shelf: Shelf) -> None:
    team_shelf.load(SALESFORCE)
    before = {type_: team_shelf.rows(type_) for type_ in ("lead", "activity")}
    team_shelf.load(
        {
            "Lead.csv": SALESFORCE["Lead.csv"].replace("Working", "Nurturing"),
            "Task.csv": SALESFORCE["Task.csv"].replace("a price", "x"),
        }
    )
    undo(team_shelf.records, None, NOW)
    assert {type_: team_shelf.rows(type_) for type_ in ("lead", "activity")} == before
