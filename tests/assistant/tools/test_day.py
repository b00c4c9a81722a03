"""The day's brief, who waits for an answer, and the talk to prepare for."""

from datetime import timedelta

from assistant.answers import AnswerKind, Finding
from assistant.wording import LANGUAGES, render
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


def names(finding: Finding) -> list[str]:
    return [one.ref.id for one in finding.listed]


def test_who_wrote_last_waits_until_somebody_writes_calls_or_meets(
    records: Records, tools_of: OpenToolbox
) -> None:
    insert(
        records,
        a_user(id="U"),
        *(
            a_lead(id=one, owner_id="U")
            for one in ("waits", "answered", "called", "noted", "visited", "old", "reminded")
        ),
        an_activity("lead:waits", at=days_ago(3), direction="inbound", kind="email", text="Any news?"),
        an_activity("lead:answered", at=days_ago(3), direction="inbound", kind="email"),
        an_activity("lead:answered", at=days_ago(2), direction="outbound", kind="email"),
        an_activity("lead:called", at=days_ago(3), direction="inbound", kind="email"),
        an_activity("lead:called", at=days_ago(1), direction=None, kind="call"),
        an_activity("lead:noted", at=days_ago(4), direction="inbound", kind="chat"),
        an_activity("lead:noted", at=days_ago(1), direction=None, kind="note"),
        an_activity("lead:visited", at=days_ago(1), direction="inbound", kind="web visit"),
        an_activity("lead:old", at=days_ago(45), direction="inbound", kind="email"),
        an_activity("lead:reminded", at=days_ago(5), direction="outbound", kind="email"),
        an_activity("lead:reminded", at=days_ago(2), direction="inbound", kind="email"),
    )
    found = tools_of("U").find_unanswered()
    assert names(found) == ["reminded", "waits", "noted"]
    assert found.values[0].value == 3
    assert "Any news?" in render(found, "en")
    assert names(tools_of("U").find_unanswered(period="last 60 days"))[-1] == "old"
    messages = tools_of("U").find_unanswered(record_type="activity")
    assert {one.ref.type.value for one in messages.listed} == {"activity"}


def test_whose_message_it_is_is_asked_of_the_person(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="M", role="manager"),
        a_user(id="U", manager_id="M"),
        a_lead(id="mine", owner_id="M"),
        a_lead(id="theirs", owner_id="U"),
        an_activity("lead:mine", at=days_ago(3), direction="inbound", kind="email", owner_id=None),
        an_activity("lead:theirs", at=days_ago(3), direction="inbound", kind="email", owner_id=None),
    )
    mine = [{"field": "owner", "op": "is", "value": "me"}]
    assert names(tools_of("M").find_unanswered(conditions=mine)) == ["mine"]
    assert len(tools_of("M").find_unanswered().listed) == 2
    assert tools_of("U").find_unanswered(conditions=mine).listed[0].ref.id == "theirs"


def test_a_day_names_meetings_who_waits_and_what_is_late(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="U"),
        a_lead(id="waits", owner_id="U", name="Ida Berg"),
        a_lead(id="met", owner_id="U", name="Jo Falk"),
        an_activity(
            "lead:waits", at=days_ago(2), direction="inbound", kind="email", text="When do we start?"
        ),
        an_activity(
            "lead:met",
            at=NOW + timedelta(hours=2),
            created_at=days_ago(2),
            kind="meeting",
            subject="Kickoff",
        ),
        an_opportunity(id="late", owner_id="U", close_on=days_ago(3).date()),
    )
    found = tools_of("U").plan_day()
    text = render(found, "en")
    assert all(part in text for part in ("Ida Berg", "When do we start?", "Kickoff", "Jo Falk"))
    assert "late" in names(found)
    assert {one.label: one.value for one in found.values} == {
        "planned activities": 1,
        "customers waiting for an answer": 1,
        "overdue deals": 1,
    }
    assert all(render(found, language) for language in LANGUAGES)


def test_a_day_without_anything_says_so(records: Records, tools_of: OpenToolbox) -> None:
    insert(records, a_user(id="U"))
    assert tools_of("U").plan_day().kind is AnswerKind.EMPTY


def test_the_next_meeting_is_prepared_with_whom_it_is(records: Records, tools_of: OpenToolbox) -> None:
    insert(
        records,
        a_user(id="U"),
        an_account(id="A"),
        a_contact(id="first", account_id="A", owner_id="U", name="Ida Berg"),
        a_lead(id="second", owner_id="U", name="Jo Falk"),
        an_activity(
            "contact:first",
            at=NOW + timedelta(hours=20),
            created_at=days_ago(2),
            kind="meeting",
            subject="Demo",
        ),
        an_activity(
            "lead:second",
            at=NOW + timedelta(hours=22),
            created_at=days_ago(2),
            kind="meeting",
            subject="Review",
        ),
    )
    found = tools_of("U").write_draft(record="next meeting", channel="call", period="next 2 days")
    assert found.draft is not None
    assert found.draft.to is not None
    assert found.draft.to.id == "first"
    assert "Jo Falk" in render(found, "en")
    none = tools_of("U").write_draft(record="next call", channel="call", period="next 1 hours")
    assert none.kind is AnswerKind.EMPTY
