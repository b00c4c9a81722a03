"""What changed, what comes, what is alike, what customers talk about, what else they may buy."""

from datetime import UTC, date, datetime, timedelta

import pytest

from assistant.answers import Finding
from assistant.wording import render
from ingest.records import Records
from tests.assistant.conftest import OpenToolbox
from tests.factories import (
    NOW,
    a_contact,
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

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def ids(finding: Finding) -> list[str]:
    return [one.ref.id for one in finding.listed]


@pytest.fixture
def scored(records: Records) -> Records:
    insert(
        records,
        a_user(id="U"),
        a_user(id="V"),
        *(a_lead(id=f"L{n}", owner_id="U") for n in range(1, 5)),
        a_lead(id="new", owner_id="U", created_at=days_ago(0.1)),
        a_lead(id="S", owner_id="V"),
        *(
            a_score(f"lead:{one}", now)
            for one, now in (("L1", 0.8), ("L2", 0.3), ("L3", 0.502), ("L4", 0.4), ("new", 0.9), ("S", 0.9))
        ),
        *(
            a_score(f"lead:{one}", then, at=MONDAY)
            for one, then in (("L1", 0.6), ("L2", 0.5), ("L3", 0.5), ("L4", 0.1), ("S", 0.1))
        ),
        a_score("lead:L1", 0.05, at=MONDAY, model_id="another"),
    )
    return records


def test_what_heated_up_comes_biggest_change_first(scored: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("U").show_score_changes()
    assert ids(found) == ["L4", "L1"]
    assert [round(value.value or 0, 3) for value in found.values] == [0.3, 0.2]
    assert "Heated up since 23 Nov 2026" in render(found, "en")
    assert "| +30% |" in render(found, "en")


def test_since_last_week_is_since_this_week_began(scored: Records, tools_of: OpenToolbox) -> None:
    assert ids(tools_of("U").show_score_changes(since="last week", direction="down")) == ["L2"]
    assert ids(tools_of("U").show_score_changes(direction="both")) == ["L4", "L1", "L2"]


def test_what_moved_one_score_is_told_with_both_figures(scored: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("U").show_score_changes(record="lead:L2", since="this week")
    assert ids(found) == ["L2"]
    assert round(found.values[0].value or 0, 3) == -0.2
    text = render(found, "en")
    assert "30%" in text
    assert "50% on 23 Nov 2026" in text
    assert tools_of("U").show_score_changes(record="lead:S").kind == "empty"


def test_a_past_without_scores_is_said(scored: Records, tools_of: OpenToolbox) -> None:
    assert tools_of("U").show_score_changes(since="last 90 days").kind == "refused"


def test_the_scores_to_compare_with_are_asked_for(scored: Records, tools_of: OpenToolbox) -> None:
    asked: list[datetime] = []
    tools_of("U", score_as_of=asked.append).show_score_changes(since="last 2 days")
    assert asked == [NOW - timedelta(days=2)]


def test_news_are_what_was_created_closed_and_said(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="U"),
        a_lead(id="L1", owner_id="U", created_at=days_ago(2)),
        a_lead(id="L2", owner_id="U", outcome="won", closed_at=days_ago(1)),
        a_lead(id="L3", owner_id="U"),
        an_opportunity(id="O", owner_id="U", outcome="lost", closed_at=days_ago(3)),
        an_activity("lead:L3", direction="inbound", at=days_ago(1), text="We are still interested."),
    )
    found = tools_of("U").show_changes()
    assert sorted(ids(found)) == ["L1", "L2", "O"]
    text = render(found, "en")
    assert "Converted leads: 1" in text
    assert "We are still interested." in text
    assert tools_of("U").show_changes(period="2020").kind == "empty"
    of_one = tools_of("U").show_changes(record="L3")
    assert ids(of_one) == ["L3"]
    assert "We are still interested." in render(of_one, "en")


def test_next_steps_are_planned_activities_and_deals_to_close(
    records: Records, tools_of: OpenToolbox
) -> None:
    insert(
        records,
        a_user(id="U"),
        a_lead(id="L", name="Lee", owner_id="U"),
        an_opportunity(id="O", owner_id="U", close_on=date(2026, 11, 27)),
        an_activity("lead:L", id="far", at=NOW + timedelta(days=30), created_at=days_ago(1)),
        an_activity("lead:L", id="near", kind="meeting", at=NOW + timedelta(days=1), created_at=days_ago(1)),
        an_activity("lead:L", id="call", kind="call", at=NOW + timedelta(days=3), created_at=days_ago(1)),
        an_activity("lead:L", id="past", at=days_ago(1)),
    )
    found = tools_of("U").list_next_steps()
    assert ids(found) == ["near", "call", "O"]
    assert "| Lee |" in render(found, "en")
    meetings = [{"field": "kind", "op": "is", "value": "meeting"}]
    assert ids(tools_of("U").list_next_steps(conditions=meetings)) == ["near"]
    ahead = tools_of("U").find_records(record_type="activity", conditions=meetings, period="next 7 days")
    assert ids(ahead) == ["near"]
    counted = tools_of("U").summarise_records(record_type="activity", period="next 7 days")
    assert counted.values[0].value == 2
    assert tools_of("U").list_next_steps(period="today").kind == "empty"


def test_alike_is_what_shares_most(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="U"),
        a_lead(id="L1", owner_id="U", industry="Fintech", country="Spain", employees=100.0),
        a_lead(
            id="L2",
            owner_id="U",
            industry="fintech",
            country="Spain",
            employees=150.0,
            outcome="won",
            closed_at=days_ago(3),
        ),
        a_lead(id="L3", owner_id="U", industry="Fintech", country="Chile", employees=9000.0),
        a_lead(id="L4", owner_id="U", industry="Retail"),
    )
    found = tools_of("U").find_similar(record="L1")
    assert ids(found) == ["L2", "L3"]
    assert "industry, country, employees" in render(found, "en")
    assert ids(tools_of("U").find_similar(record="L1", outcome="won")) == ["L2"]
    assert tools_of("U").find_similar(record="L4").kind == "empty"


def test_topics_are_what_customers_say_most(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="U"),
        *(a_lead(id=f"L{n}", name=f"Lead {n}", owner_id="U") for n in range(3)),
        *(an_activity(f"lead:L{n}", id=f"T{n}", at=days_ago(n + 1)) for n in range(3)),
        an_activity("lead:L0", id="old", at=days_ago(40)),
        *(a_signal(f"T{n}", kind="need", name="reporting", quote="better reports please") for n in range(3)),
        a_signal("T0", kind="intent", name="demo", quote="show us a demo"),
        a_signal("T1", kind="intent", name="demo", quote="shall I show a demo?", speaker="rep"),
        a_signal("old", kind="need", name="reporting", quote="reports are missing"),
        an_activity("lead:L0", id="visit", at=days_ago(1), kind="web visit", direction="inbound"),
        a_signal("visit", kind="intent", name="pricing", quote="Visited the pricing page"),
    )
    found = tools_of("U").find_topics()
    assert [(value.group["topic"], value.value) for value in found.values] == [
        ("need: reporting", 3),
        ("intent: demo", 1),
    ]
    assert "(the period before: 1)" in render(found, "en")
    assert sorted(ids(found)) == ["L0", "L1", "L2"]
    only = tools_of("U").find_topics(kind="intent")
    assert [value.group["topic"] for value in only.values] == ["intent: demo"]


def test_what_similar_customers_bought_is_suggested(records: Records, tools_of: OpenToolbox) -> None:
    bought = {"A": "Pump Hose", "B": "Pump Hose", "C": "Pump", "D": "Filter"}
    insert(
        records,
        a_user(id="U"),
        *(an_account(id=name, name=f"Company {name}", owner_id="U") for name in bought),
        *(
            an_opportunity(
                owner_id="U", account_id=name, product=product, outcome="won", closed_at=days_ago(9)
            )
            for name, products in bought.items()
            for product in products.split()
        ),
        a_contact(id="P", account_id="C", owner_id="U"),
    )
    for_hose = tools_of("U").find_cross_sell(product="hose")
    assert ids(for_hose)[0] == "C"
    assert {value.group.get("account"): value.value for value in for_hose.values}["Company C"] == 1.0
    for_customer = tools_of("U").find_cross_sell(record="Company C")
    assert "- Hose: 100% of the 2 customers with Pump have it" in render(for_customer, "en")
    assert tools_of("U").find_cross_sell(product="Rocket").kind == "refused"
