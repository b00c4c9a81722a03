"""What was said about a topic: by signals where it has usual words, by the index where not; always quoted."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from assistant.answers import Finding
from assistant.tools.topics import read_topic
from assistant.wording import render
from ingest.entities import RecordType, Ref
from ingest.records import Records
from tests.assistant.conftest import OpenToolbox
from tests.factories import (
    a_contact,
    a_lead,
    a_signal,
    a_user,
    an_account,
    an_activity,
    days_ago,
    insert,
    ref,
)


@dataclass(frozen=True)
class Near:
    """A passage that the index found."""

    ref: Ref
    similarity: float
    relevance: float


class AnIndex:
    """An index that finds what it is told, whoever asks."""

    def __init__(self, **relevances: float) -> None:
        self._hits = [Near(ref(f"activity:{one}"), found, found) for one, found in relevances.items()]

    def search(self, text: str, *, k: int, types: Sequence[RecordType] | None = None) -> list[Near]:
        return self._hits[:k]

    def similar_to(self, ref: Ref, *, k: int) -> list[Near]:
        return []

    def matters(self, text: str) -> dict[str, float]:
        return {}


def ids(finding: Finding) -> list[str]:
    return [one.ref.id for one in finding.listed]


@pytest.fixture
def company(records: Records) -> Records:
    insert(
        records,
        a_user(id="U", name="Ann Ray"),
        a_user(id="V", name="Bob Fox"),
        an_account(id="A", name="Acme", owner_id="U"),
        a_contact(id="C", name="Jane Doe", account_id="A", owner_id="U"),
        a_lead(id="L1", name="Lee One", owner_id="U", industry="Fintech"),
        a_lead(id="L2", name="Lea Two", owner_id="U", industry="Retail"),
        a_lead(id="S", name="Secret", owner_id="V"),
        an_activity(
            "lead:L1",
            id="T1",
            kind="email",
            direction="inbound",
            at=days_ago(1),
            text="The onboarding was a mess.",
        ),
        an_activity(
            "lead:L2",
            id="T2",
            kind="email",
            direction="inbound",
            at=days_ago(9),
            text="The onboarding went well, no complaints.",
        ),
        an_activity(
            "contact:C", id="T3", kind="call", at=days_ago(2), text='Jane said: "We also talk to Quantora."'
        ),
        an_activity(
            "lead:L2",
            id="T4",
            kind="email",
            direction="outbound",
            at=days_ago(1),
            text="Some complain about onboarding.",
        ),
        an_activity("lead:S", id="T5", kind="email", direction="inbound", text="The onboarding was a mess."),
        a_signal("T1", kind="complaint", name="onboarding", quote="The onboarding was a mess."),
        a_signal("T2", kind="praise", name="onboarding", quote="The onboarding went well, no complaints."),
        a_signal("T3", kind="competitor", name="Quantora", quote="We also talk to Quantora.", speaker=None),
        a_signal(
            "T4", kind="complaint", name="onboarding", quote="Some complain about onboarding.", speaker="rep"
        ),
        a_signal("T5", kind="complaint", name="onboarding", quote="The onboarding was a mess."),
    )
    return records


def test_a_complaint_is_the_customers_and_is_not_taken_back(company: Records, tools_of: OpenToolbox) -> None:
    for topic in ("complained about onboarding", "unzufrieden mit der Einführung", "抱怨上线"):
        found = tools_of("U").search_activities(topic=topic)
        assert ids(found) == ["L1"]
        assert [one.quote for one in found.evidence] == ["The onboarding was a mess."]
    text = render(tools_of("U").search_activities(topic="complained about onboarding"), "en")
    assert "“The onboarding was a mess.” (Lee One, 23 Nov 2026)" in text


def test_what_a_person_said_counts_for_their_company(company: Records, tools_of: OpenToolbox) -> None:
    tools = tools_of("U")
    assert ids(tools.search_activities(topic="mentioned a competitor", record_type="account")) == ["A"]
    assert ids(tools.search_activities(topic="mentioned a competitor")) == ["C"]


def test_conditions_and_periods_narrow(company: Records, tools_of: OpenToolbox) -> None:
    def found(**given: object) -> list[str]:
        return ids(tools_of("U", meaning=AnIndex(T1=0.9, T2=0.8)).search_activities(topic="logins", **given))  # type: ignore[arg-type]

    assert found() == ["L1", "L2"]
    assert found(period="this week") == ["L1"]
    assert found(record="Lea Two") == ["L2"]
    assert found(conditions=[{"field": "industry", "op": "is", "value": "fintech"}]) == ["L1"]
    assert found(conditions=[{"field": "kind", "op": "is", "value": "call"}]) == []


def test_an_index_that_leaks_reveals_nothing(company: Records, tools_of: OpenToolbox) -> None:
    tools = tools_of("U", meaning=AnIndex(T5=0.99, T1=0.9))
    assert ids(tools.search_activities(topic="logins")) == ["L1"]


def test_what_the_index_holds_to_be_off_the_topic_is_left_out(
    company: Records, tools_of: OpenToolbox
) -> None:
    found = tools_of("U", meaning=AnIndex(T1=0.4)).search_activities(topic="logins")
    assert found.kind == "empty"
    assert "I find nothing said about this: logins" in render(found, "en")


def test_without_an_index_a_search_by_meaning_is_refused(company: Records, tools_of: OpenToolbox) -> None:
    assert tools_of("U").search_activities(topic="logins").kind == "refused"


@pytest.mark.parametrize(
    ("topic", "signal"),
    [
        ("asked for a demo", ("intent", "demo")),
        ("found us too expensive", ("objection", "price")),
        ("zu teuer", ("objection", "price")),
        ("提到竞争对手", ("competitor", None)),
        ("quieren más licencias", ("intent", "expansion")),
        ("kündigen wollen", ("risk", "cancel")),
        ("complained about slow support", ("complaint", "support")),
        ("unzufrieden mit der Abrechnung", ("complaint", "billing")),
        ("satisfechos con el soporte", ("praise", "support")),
        ("担心数据存放在哪里", ("objection", "security")),
        ("wants to wait until next year", ("timing", "later")),
        ("asked for a discount", ("intent", "discount")),
        ("unhappy", ("complaint", None)),
    ],
)
def test_a_topic_in_usual_words_is_known_by_its_signals(topic: str, signal: tuple[str, str | None]) -> None:
    assert signal in read_topic(topic).signals


def test_a_topic_in_other_words_is_left_to_the_index() -> None:
    assert read_topic("single sign-on for subsidiaries").signals == frozenset()


def test_other_words_for_a_known_matter_are_judged_by_what_they_would_mean() -> None:
    def judged(text: str) -> dict[str, float]:
        return {"objection.effort": 0.7, "objection.price": 0.3, "need.cost": 0.01}

    found = read_topic("dread moving everything over", judged)
    assert found.signals == {("objection", "effort"), ("objection", "price")}
    assert read_topic("a merger", lambda _text: {"objection.effort": 0.4}).signals == frozenset()


def test_usual_words_in_another_sense_are_no_sign_of_the_matter() -> None:
    found = read_topic("the demolition of their old warehouse", lambda _text: {"intent.demo": 0.02})
    assert found.signals == frozenset()


def test_a_name_in_the_topic_must_be_said() -> None:
    found = read_topic("need an integration with SAP")
    assert found.signals == {("need", "integration")}
    assert found.about == {"sap"}
