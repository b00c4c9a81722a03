"""A question may name a record's own fields, those of linked records, a file's columns, computed ones."""

from datetime import date, timedelta
from typing import Any

import pytest

from assistant.book.demands import UnknownField, parse
from ingest.errors import BadRequest
from ingest.records import Records
from tests.assistant.conftest import OpenBook
from tests.factories import (
    NOW,
    a_contact,
    a_custom_field,
    a_lead,
    a_score,
    a_user,
    an_account,
    an_activity,
    an_opportunity,
    days_ago,
    insert,
)


def a_condition(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@pytest.fixture
def company(records: Records) -> Records:
    insert(
        records,
        a_user(id="M", name="Mia Boss", role="manager", extra={"Region": "North"}),
        a_user(id="U", name="Ann Ray", manager_id="M", extra={"Region": "North"}),
        a_user(id="V", name="Bob Fox", manager_id="M", extra={"Region": "South"}),
        a_custom_field("user", "Region", "category"),
        a_custom_field("lead", "Lead_Points__c", "number"),
        a_custom_field("lead", "Trial", "boolean"),
        a_custom_field("account", "Renewal Date", "date"),
        a_custom_field("account", "Signed", "date"),
        an_account(
            id="A",
            name="Acme Corp",
            industry="Fintech",
            owner_id="U",
            extra={"Renewal Date": "2026-12-01", "Signed": "3/12/2026"},
        ),
        an_account(id="B", name="Beta AG", industry=None, owner_id="V", extra={"Signed": "31.10.2026"}),
        a_contact(id="C", account_id="A", owner_id="U"),
        a_lead(
            id="L1", owner_id="U", industry="Fintech", extra={"Lead_Points__c": "€1.250,50", "Trial": "Yes"}
        ),
        a_lead(id="L2", owner_id="V", industry=None, extra={"Lead_Points__c": "1,300", "Trial": "0"}),
        a_lead(id="L3", owner_id="U", industry="MÜNCHENER Bank", extra={"Lead_Points__c": "n/a"}),
        a_lead(
            id="L4",
            owner_id="U",
            outcome="won",
            closed_at=days_ago(3),
            converted_account_id="A",
            created_at=days_ago(13),
        ),
        an_opportunity(id="O1", owner_id="U", account_id="A", stage="Proposal"),
        an_opportunity(
            id="O2", owner_id="U", account_id="A", outcome="won", closed_at=days_ago(10), amount=500.0
        ),
        an_opportunity(id="O3", owner_id="V", account_id="B", amount=None),
        an_activity("lead:L1", id="T1", kind="call", at=days_ago(1)),
        an_activity("opportunity:O1", "contact:C", id="T2", kind="email", at=days_ago(20)),
        an_activity("lead:L1", id="T3", kind="meeting", at=NOW + timedelta(days=1), created_at=days_ago(2)),
        a_score("lead:L1", 0.8),
        a_score("lead:L2", 0.3),
    )
    return records


@pytest.mark.parametrize(
    ("record_type", "condition", "found"),
    [
        ("lead", a_condition("industry", "is", "fintech"), ["L1"]),
        ("lead", a_condition("industry", "is", "Münchener bank"), ["L3"]),
        ("lead", a_condition("industry", "contains", "BANK"), ["L3"]),
        ("lead", a_condition("industry", "is not", "fintech"), ["L2", "L3", "L4"]),
        ("lead", a_condition("industry", "in", ["fintech", "other"]), ["L1"]),
        ("lead", a_condition("industry", "not in", ["fintech"]), ["L2", "L3", "L4"]),
        ("lead", a_condition("industry", "is empty"), ["L2", "L4"]),
        ("lead", a_condition("industry", "is not empty"), ["L1", "L3"]),
        ("lead", a_condition("outcome", "is", "converted"), ["L4"]),
        ("lead", a_condition("outcome", "is", "closed"), ["L4"]),
        ("lead", a_condition("outcome", "is not", "open"), ["L4"]),
        ("lead", a_condition("score", ">", 0.5), ["L1"]),
        ("lead", a_condition("score", "is empty"), ["L3", "L4"]),
        ("lead", a_condition("created_at", "in", "last 20 days"), ["L4"]),
        ("lead", a_condition("created_at", "<", "2026-11-01"), ["L1", "L2", "L3"]),
        ("lead", a_condition("created_at", "between", ["2026-11-11", "2026-11-11"]), ["L4"]),
        ("lead", a_condition("cycle_days", "is", 10), ["L4"]),
        ("lead", a_condition("owner", "in", ["V"]), ["L2"]),
        ("lead", a_condition("owner.name", "is", "bob fox"), ["L2"]),
        ("lead", a_condition("owner.manager", "in", ["M"]), ["L1", "L2", "L3", "L4"]),
        ("lead", a_condition("owner.region", "is", "south"), ["L2"]),
        ("lead", a_condition("Region", "is", "South"), ["L2"]),
        ("lead", a_condition("lead points", ">", 1260), ["L2"]),
        ("lead", a_condition("Lead_Points__c", "between", [1250, 1251]), ["L1"]),
        ("lead", a_condition("trial", "is", True), ["L1"]),
        ("lead", a_condition("trial", "is", "no"), ["L2"]),
        ("lead", a_condition("last_activity_at", "is not empty"), ["L1"]),
        ("lead", a_condition("next_activity_at", "is not empty"), ["L1"]),
        ("lead", a_condition("next_activity_at", "is empty"), ["L2", "L3", "L4"]),
        ("lead", a_condition("activity_count", ">=", 1), ["L1"]),
        ("lead", a_condition("days_silent", ">", 14), ["L2", "L3"]),
        ("lead", a_condition("days_silent", "<=", 14), ["L1", "L4"]),
        ("lead", a_condition("account", "in", ["A"]), ["L4"]),
        ("opportunity", a_condition("account.industry", "is", "fintech"), ["O1", "O2"]),
        ("opportunity", a_condition("industry", "is", "fintech"), ["O1", "O2"]),
        ("opportunity", a_condition("amount", "is empty"), ["O3"]),
        ("opportunity", a_condition("amount", ">=", 1000), ["O1"]),
        ("opportunity", a_condition("close_on", "in", "this year"), ["O1", "O2", "O3"]),
        ("opportunity", a_condition("contact_count", "is", 1), ["O1", "O2"]),
        ("account", a_condition("won_count", ">", 0), ["A"]),
        ("account", a_condition("open_amount", ">", 0), ["A"]),
        ("account", a_condition("renewal date", "in", "next 30 days"), ["A"]),
        ("account", a_condition("signed", ">", "2026-11-30"), ["A"]),
        ("account", a_condition("signed", "<", "2026-11-30"), ["B"]),
        ("account", a_condition("opportunity.stage", "is", "proposal"), ["A"]),
        ("account", a_condition("last_activity_at", "in", "last 30 days"), ["A"]),
        ("account", a_condition("days_silent", ">", 14), ["A", "B"]),
        ("account", a_condition("days_silent", "<", 30), ["A"]),
        ("account", a_condition("activity_count", "is", 1), ["A"]),
        ("activity", a_condition("account.industry", "is", "fintech"), ["T2"]),
        ("activity", a_condition("lead", "is", "L1"), ["T1"]),
        ("activity", a_condition("lead", "is not", "L1"), ["T2"]),
        ("activity", a_condition("at", "in", "this week"), ["T1"]),
        ("user", a_condition("manager", "in", ["M"]), ["U", "V"]),
        ("user", a_condition("won_amount", ">", 0), ["U"]),
        (
            "lead",
            {"any": [a_condition("industry", "is", "fintech"), a_condition("owner", "in", ["V"])]},
            ["L1", "L2"],
        ),
        ("lead", {"some": "planned", "where": [a_condition("kind", "is", "meeting")]}, ["L1"]),
        ("lead", {"none": "activity"}, ["L2", "L3", "L4"]),
        ("account", {"none": "opportunity", "where": [a_condition("outcome", "is", "won")]}, ["B"]),
        ("contact", {"some": "activity", "where": [a_condition("kind", "is", "email")]}, ["C"]),
    ],
)
def test_a_condition_finds(
    company: Records, book_of: OpenBook, record_type: str, condition: dict[str, Any], found: list[str]
) -> None:
    records = book_of("M").find(record_type, parse([condition]))
    assert sorted(one.ref.id for one in records) == found


def test_a_column_that_shows_the_month_first_is_read_so_throughout(
    records: Records, book_of: OpenBook
) -> None:
    insert(
        records,
        a_user(id="U"),
        a_custom_field("account", "Due", "date"),
        an_account(id="A", owner_id="U", extra={"Due": "03/12/2026"}),
        an_account(id="B", owner_id="U", extra={"Due": "12/31/2026"}),
    )
    due = parse([a_condition("due", "in", "2026-03")])
    assert [one.ref.id for one in book_of("U").find("account", due)] == ["A"]


def test_a_field_that_there_is_not_is_named(company: Records, book_of: OpenBook) -> None:
    with pytest.raises(UnknownField) as raised:
        book_of("M").find("lead", parse([a_condition("shoe size", "is", 43)]))
    assert raised.value.field == "shoe size"


@pytest.mark.parametrize(
    "condition",
    [
        a_condition("employees", ">", "many"),
        a_condition("created_at", "in", "soon"),
        a_condition("outcome", "is", "x"),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused(
    company: Records, book_of: OpenBook, condition: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest):
        book_of("M").find("lead", parse([condition]))


@pytest.mark.parametrize(
    "condition", [{}, {"field": "industry", "op": "resembles"}, {"op": "is", "value": 1}]
)
def test_what_is_no_condition_is_refused(condition: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        parse([condition])


def test_computed_fields_are_read_with_a_record(company: Records, book_of: OpenBook) -> None:
    book = book_of("M")
    fetch = ("score", "last_activity_at", "next_activity_at", "days_silent")
    [lead] = book.find("lead", parse([a_condition("id", "is", "L1")]), fetch=fetch)
    assert lead["score"] == 0.8
    assert lead["last_activity_at"] == days_ago(1)
    assert lead["next_activity_at"] == NOW + timedelta(days=1)
    assert lead["days_silent"] == pytest.approx(1)
    [account] = book.find(
        "account", parse([a_condition("id", "is", "A")]), fetch=("last_activity_at", "days_silent")
    )
    assert account["last_activity_at"] == days_ago(20)
    assert account["days_silent"] == pytest.approx(20)


def test_an_accounts_activity_is_that_of_its_people_leads_and_deals(
    records: Records, book_of: OpenBook
) -> None:
    insert(
        records,
        a_user(id="U"),
        an_account(id="A", owner_id="U"),
        a_contact(id="C", account_id="A", owner_id="U"),
        an_opportunity(id="O", account_id="A", owner_id="U"),
        a_lead(id="L", account_id="A", owner_id="U"),
        *(
            an_activity(about, at=days_ago(days))
            for about, days in (("account:A", 40), ("contact:C", 30), ("opportunity:O", 20), ("lead:L", 10))
        ),
        an_activity("contact:C", "opportunity:O", at=days_ago(5)),
    )
    by_statement = book_of("U").find("account", order_by="last_activity_at", fetch=("activity_count",))
    assert by_statement[0]["activity_count"] == 5
    with_five = parse([a_condition("activity_count", "is", 5), a_condition("days_silent", "<", 6)])
    assert [one.ref.id for one in book_of("U").find("account", with_five)] == ["A"]


def test_as_of_an_earlier_moment_later_things_are_not_known(company: Records, book_of: OpenBook) -> None:
    then = days_ago(5)
    book = book_of("M", then)
    assert [one["outcome"] for one in book.find("lead", parse([a_condition("id", "is", "L4")]))] == ["open"]
    assert book.find("lead", parse([a_condition("activity_count", ">", 0)])) == []
    assert book.find("opportunity", parse([a_condition("close_on", "<", date(2026, 11, 1))])) == []


def test_a_day_that_the_calendar_does_not_have_is_no_date(records: Records, book_of: OpenBook) -> None:
    written = ("2026-02-28", "2026-02-31", "31.02.2026", "2026-13-01", "0000-00-00", "28.02.2026", "soon")
    insert(
        records,
        a_user(id="U"),
        a_custom_field("account", "Renewal", "date"),
        *(
            an_account(id=f"A{number}", owner_id="U", extra={"Renewal": text})
            for number, text in enumerate(written)
        ),
    )
    found = book_of("U").find("account", parse([a_condition("Renewal", ">", date(1900, 1, 1))]))
    assert [one.ref.id for one in found] == ["A0", "A5"]
    [first, *_] = book_of("U").find("account", order_by="Renewal", fetch=("Renewal",))
    assert first["Renewal"] == date(2026, 2, 28)


def test_text_is_ordered_by_its_bytes_on_every_database(records: Records, book_of: OpenBook) -> None:
    names = ("Zeta", "alpha", "Ärger", "_x", "äther", "Beta")
    insert(
        records,
        a_user(id="U"),
        a_custom_field("account", "Note", "text"),
        *(
            an_account(id=f"A{number}", owner_id="U", name=name, extra={"Note": name})
            for number, name in enumerate(names)
        ),
    )
    for field in ("name", "Note"):
        found = book_of("U").find("account", order_by=field, descending=False)
        assert [one.name for one in found] == ["_x", "alpha", "Beta", "Zeta", "Ärger", "äther"], field
