"""Drafts: to the right person, in their language, of what was said; nothing is made up."""

from datetime import timedelta

import pytest

from assistant.answers import Draft, Finding
from assistant.wording import render
from ingest.errors import BadRequest
from ingest.records import Records
from tests.assistant.conftest import OpenToolbox
from tests.factories import (
    NOW,
    a_contact,
    a_lead,
    a_signal,
    a_user,
    an_account,
    an_activity,
    an_opportunity,
    days_ago,
    insert,
)


def draft_of(finding: Finding) -> Draft:
    assert finding.draft is not None
    return finding.draft


@pytest.fixture
def company(records: Records) -> Records:
    mail = "Guten Tag Ann,\nkönnten Sie uns die Preise für die große Version schicken?\nViele Grüße\nKarl"
    insert(
        records,
        a_user(id="U", name="Ann Ray"),
        an_account(id="A", name="Acme", owner_id="U"),
        a_contact(id="C1", name="Jane Doe", account_id="A", owner_id="U"),
        a_contact(id="C2", name="John Roe", account_id="A", owner_id="U"),
        an_opportunity(id="O", name="Renewal", account_id="A", contact_id="C2", owner_id="U"),
        a_lead(id="L1", name="Karl Kunde", company="Kunde AG", owner_id="U"),
        a_lead(id="L2", name="Nora New", company="Newco", product="Widget", owner_id="U"),
        an_activity(
            "lead:L1", id="T1", kind="email", direction="inbound", at=days_ago(2), subject="Preise", text=mail
        ),
        an_activity(
            "lead:L1",
            id="T2",
            kind="web visit",
            direction="inbound",
            at=days_ago(1),
            text="Visited the documentation",
        ),
        a_signal(
            "T1",
            kind="intent",
            name="pricing",
            quote="könnten Sie uns die Preise für die große Version schicken?",
        ),
        an_activity(
            "contact:C1",
            id="T3",
            kind="call",
            direction="inbound",
            at=days_ago(4),
            text='Jane picked up. She said: "We would like to see a demo." I will come back.',
        ),
        a_signal("T3", kind="intent", name="demo", quote="We would like to see a demo.", speaker=None),
    )
    return records


def test_a_mail_takes_up_what_the_customer_wrote_in_their_language(
    company: Records, tools_of: OpenToolbox
) -> None:
    found = tools_of("U").write_draft(record="Karl Kunde")
    draft = draft_of(found)
    assert (draft.channel, draft.language, draft.to.id if draft.to else None) == ("email", "de", "L1")
    assert draft.subject == "Re: Preise"
    assert draft.body.startswith("Hallo Karl,\n\n")
    assert "Sie schrieben: „könnten Sie uns die Preise für die große Version schicken?“" in draft.body
    assert "Darf ich Ihnen ein Angebot schicken" in draft.body
    assert draft.body.endswith("Ann Ray")
    assert draft.body.count("?") == 2  # the customer's question, and the one that the letter asks
    assert ("T1", "könnten Sie uns die Preise für die große Version schicken?") in {
        (one.ref.id, one.quote) for one in found.evidence
    }
    assert "Visited" not in draft.body


def test_of_one_message_what_waits_for_an_answer_is_taken_up(company: Records, tools_of: OpenToolbox) -> None:
    said = "We need to be live before the end of March. Is there a trial that 25 of us could use?"
    insert(
        company,
        an_activity("lead:L2", id="T9", kind="email", direction="inbound", at=days_ago(1), text=said),
        a_signal("T9", kind="timing", name="soon", quote="We need to be live before the end of March."),
        a_signal("T9", kind="intent", name="trial", quote="Is there a trial that 25 of us could use?"),
    )
    body = draft_of(tools_of("U").write_draft(record="Nora New")).body
    assert "You wrote: “Is there a trial that 25 of us could use?”" in body
    assert "May I set up a trial for you" in body


def test_a_complaint_is_met_with_regret_and_a_settled_budget_with_the_next_steps(
    company: Records, tools_of: OpenToolbox
) -> None:
    insert(
        company,
        an_activity(
            "lead:L2",
            id="T8",
            kind="email",
            direction="inbound",
            at=days_ago(2),
            text="Your service has become far too slow for us.",
        ),
        a_signal("T8", kind="complaint", name="speed", quote="Your service has become far too slow for us."),
    )
    assert "I am sorry that" in draft_of(tools_of("U").write_draft(record="Nora New")).body
    insert(
        company,
        an_activity(
            "lead:L2",
            id="T7",
            kind="email",
            direction="inbound",
            at=days_ago(1),
            text="The budget for it has been approved.",
        ),
        a_signal("T7", kind="budget", name="approved", quote="The budget for it has been approved."),
    )
    assert (
        "Good to know that the budget is settled"
        in draft_of(tools_of("U").write_draft(record="Nora New")).body
    )


def test_a_language_asked_for_goes_before_the_customers(company: Records, tools_of: OpenToolbox) -> None:
    assert draft_of(tools_of("U").write_draft(record="Karl Kunde", language="en")).body.startswith("Hi Karl,")


def test_the_questions_language_is_used_where_the_customers_is_not_known(
    company: Records, tools_of: OpenToolbox
) -> None:
    draft = draft_of(tools_of("U", language="es").write_draft(record="Nora New"))
    assert draft.language == "es"
    assert "Widget" in draft.body


def test_a_deal_is_written_about_to_its_contact_and_an_account_to_whom_was_spoken_to(
    company: Records, tools_of: OpenToolbox
) -> None:
    to_deal = draft_of(tools_of("U").write_draft(record="Renewal")).to
    to_account = draft_of(tools_of("U").write_draft(record="Acme")).to
    assert to_deal is not None
    assert to_account is not None
    assert (to_deal.id, to_account.id) == ("C2", "C1")


def test_of_a_call_only_what_the_customer_said_is_quoted(company: Records, tools_of: OpenToolbox) -> None:
    body = draft_of(tools_of("U").write_draft(record="Jane Doe")).body
    assert "You said: “We would like to see a demo.”" in body
    assert "picked up" not in body


def test_a_date_that_nobody_named_stays_open(company: Records, tools_of: OpenToolbox) -> None:
    assert "[date]" in draft_of(tools_of("U").write_draft(record="Nora New")).body


def test_an_appointment_that_stands_is_taken_up(company: Records, tools_of: OpenToolbox) -> None:
    insert(
        company,
        an_activity("lead:L2", kind="meeting", at=NOW + timedelta(days=3), created_at=days_ago(1)),
        an_activity("lead:L2", kind="email", at=NOW + timedelta(days=1), created_at=days_ago(1)),
    )
    body = draft_of(tools_of("U").write_draft(record="Nora New")).body
    assert "(meeting, 27 Nov 2026, 09:00)" in body
    assert "[date]" not in body


def test_the_tone_changes_the_letter(company: Records, tools_of: OpenToolbox) -> None:
    tools = tools_of("U")
    plain = draft_of(tools.write_draft(record="Karl Kunde")).body
    shorter = draft_of(tools.write_draft(record="Karl Kunde", tone="shorter")).body
    formal = draft_of(tools.write_draft(record="Karl Kunde", tone="formal")).body
    assert len(shorter) < len(plain)
    assert formal.startswith("Guten Tag Karl Kunde,")
    assert "Mit freundlichen Grüßen" in formal


def test_a_message_has_no_subject(company: Records, tools_of: OpenToolbox) -> None:
    draft = draft_of(tools_of("U").write_draft(record="Karl Kunde", channel="message"))
    assert draft.channel == "message"
    assert draft.subject is None


def test_a_call_is_prepared_with_history_and_questions(company: Records, tools_of: OpenToolbox) -> None:
    draft = draft_of(tools_of("U").write_draft(record="Acme", channel="call"))
    assert draft.channel == "call"
    assert "With: Jane Doe" in draft.body
    assert "We would like to see a demo." in draft.body
    assert "who decides?" in draft.body


def test_a_week_is_summarised_record_by_record(company: Records, tools_of: OpenToolbox) -> None:
    insert(
        company, an_activity("lead:L2", kind="call", owner_id="U", at=days_ago(0.5), text="Left a message.")
    )
    found = tools_of("U").write_draft(record="my book", channel="summary", period="this week")
    draft = draft_of(found)
    assert "Nora New: 1 call. Last: “Left a message.”" in draft.body
    assert [one.ref.id for one in found.listed] == ["L2"]
    assert "Mon 23 Nov – Tue 24 Nov 2026" in (draft.subject or "")


def test_what_is_said_of_a_draft_says_that_nothing_was_sent(company: Records, tools_of: OpenToolbox) -> None:
    assert "nothing has been sent" in render(tools_of("U").write_draft(record="Karl Kunde"), "en")


def test_drafts_are_for_customers_in_languages_that_are_known(
    company: Records, tools_of: OpenToolbox
) -> None:
    assert tools_of("U").write_draft(record="Ann Ray").kind == "refused"
    assert tools_of("U").write_draft(record="Karl Kunde", language="fr").kind == "refused"
    with pytest.raises(BadRequest):
        tools_of("U").write_draft(record="Karl Kunde", channel="fax")
