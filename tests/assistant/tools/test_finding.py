"""Lists: every match, the first ones shown, what was left out said."""

from datetime import date

import pytest

from assistant.wording import render
from ingest.records import Records
from tests.assistant.conftest import OpenToolbox
from tests.factories import a_contact, a_lead, a_user, an_account, an_opportunity, days_ago, insert

OPEN = [{"field": "outcome", "op": "is", "value": "open"}]


def ids(finding: object) -> list[str]:
    return [one.ref.id for one in finding.listed]  # type: ignore[attr-defined]


@pytest.fixture
def deals(records: Records) -> Records:
    insert(
        records,
        a_user(id="U", name="Ann Ray"),
        an_account(id="A", name="Acme | Sons", owner_id="U"),
        *(an_opportunity(id=f"O{n:02}", owner_id="U", amount=n * 100.0, account_id="A") for n in range(12)),
        an_opportunity(id="X", owner_id="U", amount=None),
        an_opportunity(id="W", owner_id="U", outcome="won", closed_at=days_ago(40), created_at=days_ago(60)),
    )
    return records


def test_every_match_is_handed_out_and_the_first_ten_are_shown(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("U").find_records(record_type="opportunity", conditions=OPEN)
    assert len(found.listed) == 13
    assert found.values[0].value == 13
    text = render(found, "en")
    assert text.startswith("**13 open deals**")
    assert text.count("\n| ") == 12
    assert "And 3 more." in text


def test_a_ranking_has_the_number_asked_for(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("U").find_records(record_type="opportunity", conditions=OPEN, order_by="amount", limit=3)
    assert ids(found) == ["O11", "O10", "O09"]
    assert render(found, "en").startswith("**3 of 13 open deals**, by amount")


def test_what_has_no_value_comes_last_and_is_said(deals: Records, tools_of: OpenToolbox) -> None:
    for descending in (True, False):
        found = tools_of("U").find_records(
            record_type="opportunity", conditions=OPEN, order_by="amount", descending=descending
        )
        assert ids(found)[-1] == "X"
        assert "For 1 of them, amount is not known." in render(found, "en")


def test_won_deals_of_a_period_are_those_closed_in_it(deals: Records, tools_of: OpenToolbox) -> None:
    won = [{"field": "outcome", "op": "is", "value": "won"}]
    assert ids(
        tools_of("U").find_records(record_type="opportunity", conditions=won, period="last month")
    ) == ["W"]
    nothing = tools_of("U").find_records(record_type="opportunity", conditions=won, period="this month")
    assert nothing.kind == "empty"
    assert "Without the period there would be 1 won deal." in render(nothing, "en")


def test_a_period_on_the_close_date_is_the_whole_period(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="U"),
        an_opportunity(id="O1", owner_id="U", close_on=date(2026, 11, 30)),
        an_opportunity(id="O2", owner_id="U", close_on=date(2026, 12, 1)),
        an_opportunity(id="O3", owner_id="U", close_on=date(2026, 11, 24)),
    )
    tools = tools_of("U")
    closing = {"record_type": "opportunity", "conditions": OPEN, "period_on": "close_on"}
    assert sorted(ids(tools.find_records(**closing, period="this month"))) == ["O1", "O3"]
    assert sorted(ids(tools.find_records(**closing, period="next 7 days"))) == ["O1", "O2", "O3"]


def test_merged_ids_stand_with_the_record(records: Records, tools_of: OpenToolbox) -> None:
    insert(records, a_user(id="U"), a_lead(id="L", owner_id="U", also=["L-old", "L-older"]))
    assert tools_of("U").find_records(record_type="lead").listed[0].also == ("L-old", "L-older")


def test_a_field_that_the_data_do_not_have_is_refused(deals: Records, tools_of: OpenToolbox) -> None:
    unknown = tools_of("U").find_records(
        record_type="opportunity", conditions=[{"field": "shoe size", "op": "is", "value": 43}]
    )
    assert unknown.kind == "refused"
    ordered = tools_of("U").find_records(record_type="opportunity", order_by="shoe size")
    assert ordered.kind == "refused"
    unfilled = tools_of("U").find_records(
        record_type="opportunity", conditions=[{"field": "stage", "op": "is", "value": "Proposal"}]
    )
    assert unfilled.kind == "refused"
    assert "No “stage” is filled in" in render(unfilled, "en")


def test_a_list_is_no_longer_than_two_hundred(records: Records, tools_of: OpenToolbox) -> None:
    insert(records, a_user(id="U"), *(a_lead(owner_id="U") for _ in range(205)))
    found = tools_of("U").find_records(record_type="lead")
    assert len(found.listed) == 200
    assert found.values[0].value == 205
    assert "And 195 more." in render(found, "en")


def test_what_a_customer_brought_is_shown_by_currency(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="U"),
        an_account(id="A", owner_id="U"),
        *(
            an_opportunity(
                account_id="A", owner_id="U", outcome="won", closed_at=days_ago(9), amount=n, currency=unit
            )
            for n, unit in ((100, "EUR"), (50, "EUR"), (700, "USD"))
        ),
    )
    found = tools_of("U").find_records(record_type="account", order_by="won_amount")
    assert "$700, €150" in render(found, "en")


def test_a_column_that_holds_nothing_is_left_out_and_another_stands_in(
    records: Records, tools_of: OpenToolbox
) -> None:
    insert(
        records,
        a_user(id="U", name="Ann Ray"),
        a_contact(id="C", name="Jane Doe", owner_id="U"),
        an_opportunity(
            id="O",
            owner_id="U",
            contact_id="C",
            close_on=None,
            outcome="won",
            closed_at=days_ago(5),
            created_at=days_ago(9),
        ),
    )
    found = tools_of("U").find_records(record_type="opportunity")
    assert "contact" in found.columns
    assert "closed_at" in found.columns
    assert not {"account", "close_on"} & set(found.columns)
    text = render(found, "en")
    assert "Jane Doe" in text
    assert "19 Nov 2026" in text
