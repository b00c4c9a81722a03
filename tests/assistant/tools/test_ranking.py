"""The hottest leads: open ones by score, with the reasons; in a window only new or active ones."""

import pytest

from assistant.wording import render
from ingest.errors import BadRequest
from ingest.records import Records
from tests.assistant.conftest import OpenToolbox
from tests.factories import NOW, a_lead, a_score, a_user, an_activity, an_opportunity, days_ago, insert


@pytest.fixture
def leads(records: Records) -> Records:
    insert(
        records,
        a_user(id="M", role="manager"),
        a_user(id="U", manager_id="M"),
        a_user(id="V", manager_id="M"),
        *(a_lead(id=f"L{n}", owner_id="U") for n in range(1, 8)),
        a_lead(id="L8", owner_id="V"),
        a_lead(id="L9", owner_id="U", outcome="won", closed_at=days_ago(2)),
        a_lead(id="N1", owner_id="U", created_at=days_ago(0.5)),
        *(a_score(f"lead:L{n}", n / 10) for n in range(1, 10) if n != 4),
        an_activity("lead:L1", at=days_ago(0.2)),
        an_activity("lead:L2", at=days_ago(3)),
        an_activity("lead:L5", at=NOW),
        a_score("lead:L1", 0.99, at=days_ago(1), model_id="m1"),
    )
    return records


def ids(finding: object) -> list[str]:
    return [one.ref.id for one in finding.listed]  # type: ignore[attr-defined]


def test_five_open_leads_come_by_score_when_no_number_is_asked_for(
    leads: Records, tools_of: OpenToolbox
) -> None:
    found = tools_of("U").rank_leads()
    assert ids(found) == ["L7", "L6", "L5", "L3", "L2"]
    assert [one.score for one in found.listed] == [0.7, 0.6, 0.5, 0.3, 0.2]
    assert "(5 of 8, by score)" in render(found, "en")


def test_the_coldest_come_first_when_asked_for(leads: Records, tools_of: OpenToolbox) -> None:
    assert ids(tools_of("U").rank_leads(limit=2, lowest=True)) == ["L1", "L2"]


def test_the_next_ones_follow(leads: Records, tools_of: OpenToolbox) -> None:
    assert ids(tools_of("U").rank_leads(limit=2, offset=2)) == ["L5", "L3"]


def test_in_a_window_only_those_created_or_active_in_it(leads: Records, tools_of: OpenToolbox) -> None:
    assert ids(tools_of("U").rank_leads(period="this week")) == ["L5", "L1", "N1"]
    assert ids(tools_of("U").rank_leads(period="last 7 days")) == ["L5", "L2", "L1", "N1"]


def test_a_lead_without_a_score_comes_last_and_is_said_to_have_none(
    leads: Records, tools_of: OpenToolbox
) -> None:
    found = tools_of("U").rank_leads(limit=20)
    assert ids(found)[-2:] == ["L4", "N1"]
    assert "2 of them have no score yet." in render(found, "en")


def test_a_manager_ranks_the_team(leads: Records, tools_of: OpenToolbox) -> None:
    assert ids(tools_of("M").rank_leads(limit=1)) == ["L8"]


def test_deals_are_ranked_too(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="U"),
        an_opportunity(id="O1", owner_id="U"),
        an_opportunity(id="O2", owner_id="U"),
        a_score("opportunity:O1", 0.4),
        a_score("opportunity:O2", 0.6),
    )
    assert ids(tools_of("U").rank_leads(record_type="opportunity")) == ["O2", "O1"]


def test_conditions_narrow(leads: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("U").rank_leads(conditions=[{"field": "score", "op": "<", "value": 0.55}], limit=2)
    assert ids(found) == ["L5", "L3"]


def test_reasons_and_their_evidence_come_with_a_lead(records: Records, tools_of: OpenToolbox) -> None:
    evidence = {
        "ref": {"type": "activity", "id": "T"},
        "field": "text",
        "quote": "what does it cost?",
        "about": {"type": "lead", "id": "L"},
    }
    reasons = [
        {"key": "phone.given", "args": {}, "weight": 0.01},
        {"key": "email.missing", "args": {}, "weight": -0.2, "evidence": evidence},
    ]
    insert(records, a_user(id="U"), a_lead(id="L", owner_id="U"), a_score("lead:L", 0.1, reasons=reasons))
    found = tools_of("U").rank_leads()
    assert [reason.key for reason in found.listed[0].reasons] == ["email.missing", "phone.given"]
    assert [one.quote for one in found.evidence] == ["what does it cost?"]


def test_nothing_to_rank_is_said(records: Records, tools_of: OpenToolbox) -> None:
    insert(records, a_user(id="U"))
    found = tools_of("U").rank_leads(period="this week")
    assert found.kind == "empty"
    assert "No open leads" in render(found, "en")


def test_only_leads_and_deals_have_a_score(leads: Records, tools_of: OpenToolbox) -> None:
    with pytest.raises(BadRequest):
        tools_of("U").rank_leads(record_type="account")


def test_where_no_lead_is_left_it_says_what_there_is_to_rank(records: Records, tools_of: OpenToolbox) -> None:
    insert(records, a_user(id="U"), *(an_opportunity(owner_id="U") for _ in range(3)))
    found = tools_of("U").rank_leads()
    assert found.kind == "empty"
    assert "There are 3 open deals to rank" in render(found, "en")


def _reason(value: str, weight: float) -> dict[str, object]:
    return {"key": "column", "args": {"field": "source", "value": value}, "weight": weight}


def test_the_coldest_are_told_by_what_speaks_against_them_and_small_reasons_by_none(
    records: Records, tools_of: OpenToolbox
) -> None:
    weights = {"a": 0.2, "b": -0.3, "c": 0.1, "d": -0.05, "e": 0.004}
    parts = [_reason(value, weight) for value, weight in weights.items()]
    whose = {"key": "owner", "args": {"name": "Uma"}, "weight": 0.4}
    rest = {"key": "rest", "args": {"count": 4.0}, "weight": 0.5}
    insert(
        records,
        a_user(id="M", role="manager"),
        a_user(id="U", manager_id="M"),
        a_lead(id="L1", owner_id="U"),
        a_score("lead:L1", 0.6, reasons=[*parts, whose, rest]),
    )

    def told(user: str, **how: bool) -> list[str]:
        reasons = tools_of(user).rank_leads(**how).listed[0].reasons
        return [str(reason.args.get("value", reason.key)) for reason in reasons]

    assert told("U") == ["b", "a", "c"]
    assert told("U", lowest=True) == ["b", "d", "a"]
    assert told("M") == ["owner", "b", "a"]
