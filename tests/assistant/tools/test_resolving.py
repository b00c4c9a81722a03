"""Names: exact, partial and misspelled; asked back where two fit; what may not be seen does not exist."""

import pytest

from assistant.answer_json import records as as_records
from assistant.answers import Finding
from assistant.wording import render
from ingest.records import Records
from tests.assistant.conftest import OpenToolbox
from tests.factories import a_contact, a_lead, a_user, an_account, an_opportunity, days_ago, insert


def ids(finding: Finding) -> list[str]:
    return [one.ref.id for one in finding.listed]


@pytest.fixture
def company(records: Records) -> Records:
    insert(
        records,
        a_user(id="M", name="Mia Boss", role="manager"),
        a_user(id="U", name="Ann Ray", manager_id="M", email="ann@hotlist.test"),
        a_user(id="V", name="Bob Fox", manager_id="M"),
        a_user(id="W", name="Bob Gray"),
        an_account(id="A", name="Acme Systems GmbH", owner_id="U"),
        an_opportunity(id="O", name="Acme Systems - Renewal", account_id="A", owner_id="U"),
        a_contact(id="C1", name="Jane Doe", account_id="A", email="jane@acme.test", owner_id="U"),
        a_contact(id="C2", name="Jane Miller", account_id="A", owner_id="U"),
        a_lead(
            id="L1",
            name="Jane Doe",
            owner_id="U",
            also=["L1-old"],
            outcome="won",
            closed_at=days_ago(9),
            converted_contact_id="C1",
        ),
        a_lead(id="L2", name="Ingrid Sørensen", company="Nordlys AS", owner_id="U"),
        a_lead(id="S", name="Secret Person", company="Hidden Ltd", email="s@hidden.test", owner_id="V"),
    )
    return records


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ingrid Sørensen", "L2"),
        ("ingrid", "L2"),
        ("L2", "L2"),
        ("lead:L2", "L2"),
        ("L1-old", "L1"),
        ("jane@acme.test", "C1"),
        ("Acme", "A"),
        ("acme systems", "A"),
        ("Nordlys AS", "L2"),
        ("Jane Miller", "C2"),
    ],
)
def test_a_record_is_found_by(company: Records, tools_of: OpenToolbox, text: str, found: str) -> None:
    assert ids(tools_of("U").describe_record(record=text))[0] == found


def test_a_misspelled_name_is_taken_and_said(company: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("U").describe_record(record="Ingird Sorensen")
    assert ids(found)[0] == "L2"
    assert "I took “Ingird Sorensen” to mean Ingrid Sørensen." in render(found, "en")


def test_two_who_fit_are_asked_back_with_what_tells_them_apart(
    company: Records, tools_of: OpenToolbox
) -> None:
    found = tools_of("U").describe_record(record="Jane")
    assert found.kind == "clarify"
    assert sorted(ids(found)) == ["C1", "C2"]
    assert "jane@acme.test" in render(found, "en")


def test_a_lead_and_the_contact_made_of_it_are_one_person(company: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("U").describe_record(record="Jane Doe")
    assert found.kind == "answer"
    assert ids(found)[:2] == ["C1", "L1"]
    assert ids(tools_of("U").describe_record(record="Jane Doe", record_type="lead"))[0] == "L1"


def test_what_may_not_be_seen_is_answered_like_what_does_not_exist(
    company: Records, tools_of: OpenToolbox
) -> None:
    tools = tools_of("U")
    for unseen, absent in (
        ("Secret Person", "Secret Nobody"),
        ("S", "T"),
        ("s@hidden.test", "t@hidden.test"),
    ):
        one, other = tools.describe_record(record=unseen), tools.describe_record(record=absent)
        assert one.kind == other.kind == "empty"
        assert render(one, "en").replace(unseen, "X") == render(other, "en").replace(absent, "X")
        assert as_records([one], "en") == as_records([other], "en") == []
    assert ids(tools_of("M").describe_record(record="Secret Person"))[0] == "S"


def test_another_users_book_by_name_is_refused_in_the_same_words(
    company: Records, tools_of: OpenToolbox
) -> None:
    def leads_of(asker: str, owner: str) -> Finding:
        return tools_of(asker).find_records(
            record_type="lead", conditions=[{"field": "owner", "op": "is", "value": owner}]
        )

    assert leads_of("U", "Bob Fox").kind == "refused"
    assert render(leads_of("U", "Bob Fox"), "en") == render(leads_of("U", "Mia Boss"), "en")
    assert ids(leads_of("M", "Bob Fox")) == ["S"]
    assert ids(leads_of("M", "bob fox")) == ["S"]
    assert sorted(ids(leads_of("U", "me"))) == ["L1", "L2"]
    assert sorted(ids(leads_of("M", "my team"))) == ["L1", "L2", "S"]
    assert leads_of("U", "Nobody Known").kind == "empty"
    assert leads_of("U", "team of Mia Boss").kind == "refused"
    assert sorted(ids(leads_of("M", "team of Mia"))) == ["L1", "L2", "S"]


def test_of_two_users_with_a_name_the_one_of_the_own_team_is_meant(
    company: Records, tools_of: OpenToolbox
) -> None:
    bobs = [{"field": "owner", "op": "is", "value": "Bob"}]
    assert ids(tools_of("M").find_records(record_type="lead", conditions=bobs)) == ["S"]
    insert(company, a_user(id="ADM", role="admin"))
    asked = tools_of("ADM").find_records(record_type="lead", conditions=bobs)
    assert asked.kind == "clarify"
    assert sorted(ids(asked)) == ["V", "W"]


def test_all_reps_records_are_answered_over_what_is_seen(company: Records, tools_of: OpenToolbox) -> None:
    everyone = [{"field": "owner", "op": "is", "value": "everyone"}]
    found = tools_of("U").find_records(record_type="lead", conditions=everyone)
    assert sorted(ids(found)) == ["L1", "L2"]
    assert "This covers the records that you see." in render(found, "en")


def test_a_condition_on_an_account_takes_its_name(company: Records, tools_of: OpenToolbox) -> None:
    found = tools_of("U").find_records(
        record_type="contact", conditions=[{"field": "account", "op": "is", "value": "Acme"}]
    )
    assert sorted(ids(found)) == ["C1", "C2"]
    absent = tools_of("U").find_records(
        record_type="contact", conditions=[{"field": "account", "op": "is", "value": "Umbrella Corp"}]
    )
    assert absent.kind == "empty"
