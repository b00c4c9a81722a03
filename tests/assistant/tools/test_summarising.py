"""Figures as answers: what is stated, in which currency, over how many, against what."""

from typing import Any

import pytest

from assistant.answers import Finding
from assistant.wording import render
from ingest.errors import BadRequest
from ingest.records import Records
from tests.assistant.conftest import OpenToolbox
from tests.factories import a_lead, a_score, a_user, an_activity, an_opportunity, days_ago, insert

OPEN = [{"field": "outcome", "op": "is", "value": "open"}]
WON = [{"field": "outcome", "op": "is", "value": "won"}]


def figures(finding: Finding) -> list[tuple[str, Any, str | None]]:
    return [(value.label, value.value, value.unit) for value in finding.values]


@pytest.fixture
def deals(records: Records) -> Records:
    insert(
        records,
        a_user(id="M", name="Mia", role="manager"),
        a_user(id="U", name="Ann", manager_id="M"),
        a_user(id="V", name="Bob", manager_id="M"),
        an_opportunity(id="O1", owner_id="U", stage="Proposal", amount=100.0),
        an_opportunity(id="O2", owner_id="U", stage="Proposal", amount=None),
        an_opportunity(id="O3", owner_id="V", stage="Talks", amount=70.0, currency="USD"),
        an_opportunity(id="W1", owner_id="U", outcome="won", closed_at=days_ago(10), amount=40.0),
        an_opportunity(id="W2", owner_id="V", outcome="won", closed_at=days_ago(40), amount=80.0),
        an_opportunity(id="L1", owner_id="U", outcome="lost", closed_at=days_ago(5)),
        a_score("opportunity:O1", 0.5),
    )
    return records


def test_the_pipeline_is_a_sum_for_each_currency(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").summarise_records(record_type="opportunity", measure="sum", conditions=OPEN)
    assert ("open pipeline", 100.0, "EUR") in figures(found)
    assert ("open pipeline", 70.0, "USD") in figures(found)
    assert "1 deal has no amount and is left out of the sum." in render(found, "en")


def test_the_weighted_pipeline_says_what_it_leaves_out(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").summarise_records(record_type="opportunity", measure="weighted_sum")
    assert ("weighted pipeline", 50.0, "EUR") in figures(found)
    assert "2 deals have no amount or no score and are left out." in render(found, "en")


def test_a_split_has_a_figure_for_each_group(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").summarise_records(
        record_type="opportunity", measure="sum", conditions=OPEN, group_by=["stage"]
    )
    groups = {(value.group["stage"], value.unit): value.value for value in found.values}
    assert groups["Proposal", "EUR"] == 100.0
    assert groups["Talks", "USD"] == 70.0
    assert found.chart == "split"


def test_a_split_by_rep_lists_the_reps(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").summarise_records(
        record_type="opportunity", measure="sum", conditions=WON, group_by=["owner"], limit=1
    )
    assert [one.ref.id for one in found.listed] == ["V"]
    assert [value.value for value in found.values if value.unit == "EUR"] == [80.0]
    assert "the first 1" in render(found, "en")


def test_won_in_a_window_goes_by_the_close_date(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").summarise_records(record_type="opportunity", conditions=WON, period="this month")
    assert figures(found) == [("won deals", 1, "count")]


def test_the_win_rate_of_a_window(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").summarise_records(
        record_type="opportunity", measure="win_rate", period="this month"
    )
    assert figures(found)[0] == ("win rate", 0.5, "fraction")
    assert render(found, "en").startswith("**Win rate: 50%** (2 closed deals)")


def test_a_comparison_gives_both_figures_and_the_change(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").summarise_records(
        record_type="opportunity", measure="sum", conditions=WON, period="this month", compare_to="previous"
    )
    assert [(value.group.get("period"), value.value) for value in found.values[:2]] == [
        ("this month", 40.0),
        ("last month", 80.0),
    ]
    assert ("change", -40.0, "EUR") in figures(found)
    assert ("relative change", -0.5, "fraction") in figures(found)
    assert "change −50%" in render(found, "en")


def test_nothing_at_all_counts_as_zero(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").summarise_records(record_type="opportunity", conditions=WON, period="today")
    assert figures(found) == [("won deals", 0, "count")]
    assert "Won deals: 0" in render(found, "en")


def test_a_figure_of_what_nobody_filled_in_is_refused(deals: Records, tools_of: OpenToolbox) -> None:
    insert(deals, a_lead(owner_id="U"))
    found = tools_of("M").summarise_records(record_type="lead", measure="average", field="employees")
    assert found.kind == "refused"
    assert found.values == ()


def test_the_share_of_leads_that_convert(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="U"),
        *(
            a_lead(owner_id="U", source="Web", outcome=one, closed_at=days_ago(1))
            for one in ("won", "lost", "lost")
        ),
        a_lead(owner_id="U", source="Web"),
    )
    found = tools_of("U").summarise_records(
        record_type="lead", measure="conversion_rate", group_by=["source"]
    )
    shares = {value.label: value.value for value in found.values}
    assert shares["conversion rate of closed leads"] == pytest.approx(1 / 3)
    assert shares["converted share of all leads"] == pytest.approx(1 / 4)


def test_a_series_is_in_the_order_of_time(records: Records, tools_of: OpenToolbox) -> None:
    insert(records, a_user(id="U"), a_lead(id="L", owner_id="U"))
    insert(records, *(an_activity("lead:L", at=days_ago(days)) for days in (1, 40, 41, 70)))
    found = tools_of("U").summarise_records(record_type="activity", group_by=["at:month"])
    assert [(value.group["month"], value.value) for value in found.values] == [
        ("2026-09", 1),
        ("2026-10", 2),
        ("2026-11", 1),
    ]
    assert found.chart == "series"


@pytest.mark.parametrize(
    "arguments",
    [
        {"record_type": "opportunity", "measure": "variance"},
        {"record_type": "deal"},
        {"record_type": "lead", "measure": "sum"},
        {"record_type": "account", "measure": "win_rate"},
        {"record_type": "opportunity", "group_by": ["closed_at:fortnight"]},
        {"record_type": "opportunity", "compare_to": "previous"},
    ],
)
def test_what_makes_no_sense_is_said_so(
    deals: Records, tools_of: OpenToolbox, arguments: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest):
        tools_of("M").summarise_records(**arguments)


def test_a_share_is_a_fraction_of_the_whole(deals: Records, tools_of: OpenToolbox) -> None:
    proposal = [{"field": "stage", "op": "is", "value": "Proposal"}]
    found = tools_of("M").summarise_records(
        record_type="opportunity", measure="share", conditions=OPEN, part=proposal
    )
    assert ("share of open deals", 2 / 3, "fraction") in figures(found)
    assert "(2 of 3 open deals)" in render(found, "en")
    none = tools_of("M").summarise_records(
        record_type="opportunity", measure="share", part=WON, period="today"
    )
    assert none.kind == "empty"


def test_the_shares_of_groups_add_up_within_a_currency(deals: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("M").summarise_records(
        record_type="opportunity", measure="share", field="amount", conditions=WON, group_by=["owner"]
    )
    shares = {value.group["owner"]: value.value for value in found.values if value.unit == "fraction"}
    assert shares == {"Ann": pytest.approx(1 / 3), "Bob": pytest.approx(2 / 3)}
