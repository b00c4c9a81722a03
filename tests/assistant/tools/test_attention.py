"""Who is neglected and what is overdue."""

from datetime import date, timedelta

from assistant.answers import Finding
from assistant.wording import render
from ingest.records import Records
from tests.assistant.conftest import OpenToolbox
from tests.factories import (
    NOW,
    a_contact,
    a_lead,
    a_user,
    an_account,
    an_activity,
    an_opportunity,
    days_ago,
    insert,
)


def ids(finding: Finding) -> list[str]:
    return sorted(one.ref.id for one in finding.listed)


def test_neglected_is_open_untouched_by_anyone_and_not_new(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="U"),
        a_user(id="V"),
        a_lead(id="never", owner_id="U"),
        a_lead(id="long-ago", owner_id="U"),
        a_lead(id="by-a-colleague", owner_id="U"),
        a_lead(id="new", owner_id="U", created_at=days_ago(13)),
        a_lead(id="on-the-day", owner_id="U"),
        a_lead(id="only-planned", owner_id="U"),
        a_lead(id="converted", owner_id="U", outcome="won", closed_at=days_ago(30)),
        an_activity("lead:long-ago", at=days_ago(14.01)),
        an_activity("lead:by-a-colleague", at=days_ago(3), owner_id="V"),
        an_activity("lead:on-the-day", at=days_ago(14)),
        an_activity("lead:only-planned", at=NOW + timedelta(days=2), created_at=days_ago(20)),
    )
    found = tools_of("U").find_neglected()
    assert ids(found) == ["long-ago", "never", "only-planned"]
    assert found.values[0].value == 3
    assert "in the last 14 days" in render(found, "en")
    assert ids(tools_of("U").find_neglected(days=2)) == [
        "by-a-colleague",
        "long-ago",
        "never",
        "new",
        "on-the-day",
        "only-planned",
    ]


def test_an_account_is_looked_after_through_its_people_leads_and_deals(
    records: Records, tools_of: OpenToolbox
) -> None:
    insert(
        records,
        a_user(id="U"),
        *(an_account(id=name, owner_id="U") for name in ("own", "person", "lead", "deal", "nobody")),
        a_contact(id="C", account_id="person", owner_id="U"),
        a_lead(id="L", account_id="lead", owner_id="U"),
        an_opportunity(id="O", account_id="deal", owner_id="U"),
        *(
            an_activity(about, at=days_ago(2))
            for about in ("account:own", "contact:C", "lead:L", "opportunity:O")
        ),
    )
    assert ids(tools_of("U").find_neglected(record_type="account", days=30)) == ["nobody"]


def test_nothing_neglected_is_said(records: Records, tools_of: OpenToolbox) -> None:
    insert(records, a_user(id="U"))
    found = tools_of("U").find_neglected(record_type="opportunity", days=7)
    assert found.kind == "empty"
    assert "No open deals without activity in the last 7 days." in render(found, "en")


def test_overdue_is_open_with_a_close_date_before_today(records: Records, tools_of: OpenToolbox) -> None:
    yesterday = date(2026, 11, 23)
    insert(
        records,
        a_user(id="U"),
        an_opportunity(id="late", owner_id="U", close_on=yesterday, amount=10.5),
        an_opportunity(id="dollars", owner_id="U", close_on=yesterday, amount=20.0, currency="USD"),
        an_opportunity(id="unknown", owner_id="U", close_on=yesterday, amount=None),
        an_opportunity(id="today", owner_id="U", close_on=date(2026, 11, 24)),
        an_opportunity(id="undated", owner_id="U", close_on=None),
        an_opportunity(id="lost", owner_id="U", close_on=yesterday, outcome="lost", closed_at=days_ago(1)),
    )
    found = tools_of("U").find_overdue()
    assert ids(found) == ["dollars", "late", "unknown"]
    assert {(value.value, value.unit) for value in found.values} == {
        (3, "count"),
        (10.5, "EUR"),
        (20.0, "USD"),
    }
    text = render(found, "en")
    assert "1 deal has no amount" in text
    assert "$20" in text


def test_today_is_the_day_of_the_workspace(records: Records, tools_of: OpenToolbox) -> None:
    insert(records, a_user(id="U"), an_opportunity(id="O", owner_id="U", close_on=date(2026, 11, 24)))
    late = NOW.replace(hour=23)
    assert tools_of("U", late, "UTC").find_overdue().kind == "empty"
    assert ids(tools_of("U", late, "Asia/Shanghai").find_overdue()) == ["O"]
