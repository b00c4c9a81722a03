"""Profiles and explanations: facts with evidence, what was said, what comes next, what is missing."""

from datetime import timedelta

import pytest

from assistant.answers import Finding
from assistant.wording import render
from ingest.records import Records
from tests.assistant.conftest import OpenToolbox
from tests.factories import (
    NOW,
    a_contact,
    a_custom_field,
    a_lead,
    a_score,
    a_signal,
    a_user,
    an_account,
    an_activity,
    an_opportunity,
    days_ago,
    insert,
)


def ids(finding: Finding) -> list[str]:
    return [one.ref.id for one in finding.listed]


@pytest.fixture
def company(records: Records) -> Records:
    quote = "our users cannot log in since the update"
    reasons = [
        {"key": "phone.missing", "args": {}, "weight": -0.1},
        {"key": "email.company", "args": {}, "weight": 0.4},
        {"key": "move.meeting", "args": {"gain": 4.0}, "weight": 0.0},
    ]
    insert(
        records,
        a_user(id="M", name="Mia Boss", role="manager"),
        a_user(id="U", name="Ann Ray", manager_id="M"),
        a_user(id="V", name="Bob Fox", manager_id="M"),
        a_custom_field("account", "Renewal_Date__c", "date"),
        an_account(
            id="A", name="Acme", industry="Fintech", owner_id="U", extra={"Renewal_Date__c": "2026-12-31"}
        ),
        a_contact(id="C", name="Jane Doe", title="CTO", email="jane@acme.test", account_id="A", owner_id="U"),
        an_opportunity(
            id="O1", name="Big Deal", account_id="A", owner_id="U", amount=500.0, stage="Proposal"
        ),
        an_opportunity(id="O2", name="Small Deal", account_id="A", owner_id="U", amount=20.0, currency="USD"),
        an_opportunity(
            id="O3", account_id="A", owner_id="U", amount=70.0, outcome="won", closed_at=days_ago(20)
        ),
        an_opportunity(id="O4", account_id="A", owner_id="V", amount=9999.0),
        a_lead(id="L", name="Lee Lead", company="Newco", owner_id="U", email="lee@newco.test"),
        an_activity(
            "contact:C",
            id="T1",
            kind="email",
            direction="inbound",
            at=days_ago(3),
            text=f"Hi Ann,\n{quote}.\nJane",
        ),
        an_activity(
            "account:A",
            id="T2",
            kind="meeting",
            at=NOW + timedelta(days=2),
            created_at=days_ago(1),
            subject="Review",
        ),
        a_signal("T1", kind="risk", name="complaint", quote=quote),
        a_score("lead:L", 0.6, reasons=reasons),
    )
    return records


def test_an_account_with_its_deals_people_and_talks(company: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("U").describe_record(record="Acme")
    text = render(found, "en")
    assert ids(found) == ["A", "O1", "O2", "C"]
    assert "- Renewal Date: 2026-12-31" in text
    assert "2 open deals: €500, $20" in text
    assert "1 won deal: €70" in text
    assert "- Jane Doe: CTO, jane@acme.test" in text
    assert "our users cannot log in since the update" in text
    assert "26 Nov 2026, 09:00: meeting, Review" in text
    assert {(value.label, value.value, value.unit) for value in found.values} >= {
        ("open pipeline", 500.0, "EUR"),
        ("open pipeline", 20.0, "USD"),
        ("won amount", 70.0, "EUR"),
    }


def test_what_was_said_is_evidence(company: Records, tools_of: OpenToolbox) -> None:
    evidence = tools_of("U").describe_record(record="Acme").evidence
    assert ("T1", "text", "our users cannot log in since the update") in {
        (one.ref.id, one.field, one.quote) for one in evidence
    }
    assert ("A", "industry", "Fintech") in {(one.ref.id, one.field, one.quote) for one in evidence}


def test_a_colleagues_deal_at_my_account_stays_the_colleagues(
    company: Records, tools_of: OpenToolbox
) -> None:
    assert "O4" not in ids(tools_of("U").describe_record(record="Acme"))
    assert "O4" in ids(tools_of("M").describe_record(record="Acme"))


def test_a_lead_says_what_is_missing(company: Records, tools_of: OpenToolbox) -> None:
    text = render(tools_of("U").describe_record(record="Lee"), "en")
    assert "Missing: phone" in text
    assert "No next step is planned." in text
    assert "Converts with a probability of 60% (base rate 30%)" in text


def test_a_rep_is_described_by_figures_to_who_may_see_them(company: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").describe_record(record="Ann Ray")
    figures = {(value.label, value.unit): value.value for value in found.values}
    assert figures["open leads", "count"] == 1
    assert figures["open deals", "count"] == 2
    assert figures["open pipeline", "EUR"] == 500.0
    assert figures["won amount", "EUR"] == 70.0
    assert figures["win rate", "fraction"] == 1.0
    refused = tools_of("V").describe_record(record="Ann Ray")
    assert refused.kind == "refused"
    assert refused.values == ()


def test_a_manager_is_described_by_the_teams_figures(company: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").describe_record(record="Mia Boss")
    assert {value.label: value.value for value in found.values}["open deals"] == 3
    assert "Leads a team of 2" in render(found, "en")


def test_an_explanation_adds_up_and_says_what_to_do(company: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("U").explain_score(record="Lee")
    figures = [(value.label, value.value) for value in found.values]
    assert figures[0] == ("score", 0.6)
    assert sum(value for label, value in figures[1:]) == pytest.approx(0.6)
    text = render(found, "en")
    assert "(+40%)" in text
    assert "(−10%)" in text
    assert "What could move it:" in text


def test_of_an_account_the_best_open_deal_is_explained(company: Records, tools_of: OpenToolbox) -> None:
    insert(company, a_score("opportunity:O2", 0.7), a_score("opportunity:O1", 0.2))
    assert ids(tools_of("U").explain_score(record="Acme")) == ["O2"]


def test_a_closed_or_unscored_record_has_no_score_to_explain(company: Records, tools_of: OpenToolbox) -> None:
    closed = tools_of("U").explain_score(record="opportunity:O3")
    assert closed.kind == "refused"
    assert "was won on 4 Nov 2026" in render(closed, "en")
    assert tools_of("U").explain_score(record="opportunity:O1").kind == "refused"


def test_what_customers_ordered_and_visited_is_summed_up(company: Records, tools_of: OpenToolbox) -> None:
    insert(
        company,
        an_activity("contact:C", kind="order", amount=120.5, at=days_ago(9), text="2 × Desk"),
        an_activity("account:A", kind="order", amount=30.0, at=days_ago(4), text="1 × Lamp"),
        an_activity("account:A", kind="order", amount=7.0, at=NOW + timedelta(days=3), text="not yet"),
        an_activity("contact:C", kind="web visit", at=days_ago(2), subject="Pricing"),
    )
    account = tools_of("U").describe_record(record="Acme")
    text = render(account, "en")
    assert "- Order: 2, 150.50, last on 20 Nov 2026" in text
    assert "- Web visit: 1, last on 22 Nov 2026" in text
    assert {(value.label, value.value) for value in account.values} >= {("orders", 2), ("orders", 150.5)}
    assert "- Order: 1, 120.50, last on 15 Nov 2026" in render(
        tools_of("U").describe_record(record="Jane Doe"), "en"
    )
    assert "last" not in render(tools_of("U").describe_record(record="Lee Lead"), "en")
