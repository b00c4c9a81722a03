"""Counts, sums, averages and rates, split by fields and by the calendar of the workspace."""

from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.book.demands import parse
from assistant.book.found import Group
from ingest.errors import BadRequest
from ingest.records import Records
from tests.assistant.conftest import OpenBook
from tests.factories import (
    NOW,
    a_contact,
    a_lead,
    a_score,
    a_user,
    an_account,
    an_activity,
    an_opportunity,
    days_ago,
    insert,
)


def by_keys(groups: list[Group]) -> dict[Any, Any]:
    return {
        (group.keys[0] if len(group.keys) == 1 else group.keys, group.currency): group.value
        for group in groups
    }


@pytest.fixture
def deals(records: Records) -> Records:
    insert(
        records,
        a_user(id="M", name="Mia", role="manager"),
        a_user(id="U", name="Ann", manager_id="M"),
        a_user(id="V", name="Bob", manager_id="M"),
        an_account(id="A", name="Acme", industry="Fintech", owner_id="U"),
        an_opportunity(id="O1", owner_id="U", account_id="A", stage="Proposal", amount=100.0),
        an_opportunity(id="O2", owner_id="U", stage="Proposal", amount=250.5),
        an_opportunity(id="O3", owner_id="V", stage="Proposal", amount=70.0, currency="USD"),
        an_opportunity(id="O4", owner_id="V", stage=None, amount=None),
        an_opportunity(
            id="O5", owner_id="U", outcome="won", closed_at=days_ago(30), amount=40.0, created_at=days_ago(40)
        ),
        an_opportunity(
            id="O6", owner_id="U", outcome="lost", closed_at=days_ago(2), amount=60.0, created_at=days_ago(22)
        ),
        an_opportunity(
            id="O7", owner_id="V", outcome="won", closed_at=days_ago(1), amount=80.0, created_at=days_ago(31)
        ),
        a_score("opportunity:O1", 0.5),
        a_score("opportunity:O2", 0.2),
    )
    return records


OPEN = parse([{"field": "outcome", "op": "is", "value": "open"}])


def test_amounts_of_two_currencies_are_two_sums_and_a_missing_amount_is_left_out(
    deals: Records, book_of: OpenBook
) -> None:
    groups, _ = book_of("M").summarise("opportunity", "sum", "amount", demands=OPEN)
    assert by_keys(groups) == {((), "EUR"): 350.5, ((), "USD"): 70.0}
    assert {group.currency: (group.count, group.known) for group in groups} == {"EUR": (3, 2), "USD": (1, 1)}


def test_a_split_by_owner_holds_the_manager_too(deals: Records, book_of: OpenBook) -> None:
    insert(deals, an_opportunity(id="O8", owner_id="M"))
    groups, splits = book_of("M").summarise("opportunity", "count", group_by=("owner",), demands=OPEN)
    assert by_keys(groups) == {("Ann", None): 2, ("Bob", None): 2, ("Mia", None): 1}
    assert splits[0].record_type == "user"


def test_what_has_no_value_is_a_group_of_its_own(deals: Records, book_of: OpenBook) -> None:
    groups, _ = book_of("M").summarise("opportunity", "count", group_by=("stage",), demands=OPEN)
    assert by_keys(groups) == {("Proposal", None): 3, (None, None): 1}


def test_the_win_rate_is_won_of_what_was_closed(deals: Records, book_of: OpenBook) -> None:
    groups, _ = book_of("M").summarise("opportunity", "win_rate", group_by=("owner",))
    assert by_keys(groups) == {("Ann", None): 0.5, ("Bob", None): 1.0}


@pytest.mark.parametrize(
    ("measure", "field", "value"),
    [
        ("average", "cycle_days", 20.0),
        ("median", "cycle_days", 20.0),
        ("min", "cycle_days", 10.0),
        ("max", "cycle_days", 30.0),
    ],
)
def test_averages_are_of_those_that_have_the_value(
    deals: Records, book_of: OpenBook, measure: str, field: str, value: float
) -> None:
    groups, _ = book_of("M").summarise("opportunity", measure, field)
    assert [group.known for group in groups] == [3]
    assert groups[0].value == pytest.approx(value)


def test_a_weighted_sum_multiplies_each_amount_by_its_score(deals: Records, book_of: OpenBook) -> None:
    groups, _ = book_of("M").summarise("opportunity", "weighted_sum", "weighted_amount", demands=OPEN)
    found = {group.currency: (group.value, group.known) for group in groups}
    assert found["EUR"] == (pytest.approx(100 * 0.5 + 250.5 * 0.2), 2)
    assert found["USD"] == (None, 0)


def test_a_split_by_a_field_of_the_account(deals: Records, book_of: OpenBook) -> None:
    groups, _ = book_of("M").summarise("opportunity", "count", group_by=("account.industry",), demands=OPEN)
    assert by_keys(groups) == {("Fintech", None): 1, (None, None): 3}


@pytest.mark.parametrize(
    ("zone", "unit", "label"),
    [
        ("UTC", "day", "2026-10-31"),
        ("Europe/Berlin", "day", "2026-11-01"),
        ("UTC", "month", "2026-10"),
        ("Asia/Shanghai", "month", "2026-11"),
        ("UTC", "week", "2026-W44"),
        ("UTC", "quarter", "2026-Q4"),
        ("America/New_York", "year", "2026"),
    ],
)
def test_a_moment_falls_on_the_local_day(
    records: Records, book_of: OpenBook, zone: str, unit: str, label: str
) -> None:
    insert(
        records, a_user(id="U"), a_lead(owner_id="U", created_at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
    )
    groups, _ = book_of("U", NOW, zone).summarise("lead", "count", group_by=(f"created_at:{unit}",))
    assert by_keys(groups) == {(label, None): 1}


def test_a_moment_in_summer_has_the_summers_offset(records: Records, book_of: OpenBook) -> None:
    moments = [datetime(2026, 7, 31, 22, 30, tzinfo=UTC), datetime(2026, 1, 31, 22, 30, tzinfo=UTC)]
    insert(records, a_user(id="U"), *(a_lead(owner_id="U", created_at=moment) for moment in moments))
    groups, _ = book_of("U", NOW, "Europe/Berlin").summarise("lead", "count", group_by=("created_at:month",))
    assert by_keys(groups) == {("2026-08", None): 1, ("2026-01", None): 1}


def test_an_activity_counts_once_for_each_record_that_it_is_about(
    records: Records, book_of: OpenBook
) -> None:
    insert(
        records,
        a_user(id="U"),
        an_account(id="A", name="Acme", owner_id="U"),
        an_account(id="B", name="Beta", owner_id="U"),
        a_contact(id="C", account_id="A", owner_id="U"),
        an_opportunity(id="O", account_id="A", owner_id="U"),
        an_activity("contact:C", "opportunity:O", "account:A"),
        an_activity("account:A", "account:B"),
    )
    groups, _ = book_of("U").summarise("activity", "count", group_by=("account",))
    assert by_keys(groups) == {("Acme", None): 2, ("Beta", None): 1}
    two, _ = book_of("U").summarise("activity", "count", group_by=("account", "kind"))
    assert by_keys(two) == {(("Acme", "call"), None): 2, (("Beta", "call"), None): 1}


def test_what_is_no_number_has_no_sum(deals: Records, book_of: OpenBook) -> None:
    with pytest.raises(BadRequest):
        book_of("M").summarise("opportunity", "sum", "stage")


def test_figures_over_computed_counts_are_plain_numbers(records: Records, book_of: OpenBook) -> None:
    insert(
        records,
        a_user(id="U"),
        a_lead(id="L1", owner_id="U"),
        a_lead(id="L2", owner_id="U"),
        *(an_activity("lead:L1", id=f"T{number}") for number in range(3)),
    )
    [average], _ = book_of("U").summarise("lead", "average", "activity_count")
    [total], _ = book_of("U").summarise("lead", "sum", "activity_count")
    assert (average.value, type(average.value)) == (1.5, float)
    assert (total.value, type(total.value)) == (3, int)
