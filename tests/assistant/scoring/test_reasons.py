"""Reasons in words: every key has its words in four languages, and counts read as a rep would say them."""

import re
import tomllib
from pathlib import Path

import pytest

import assistant.scoring
from assistant.scoring import engagement, said
from assistant.scoring.reasons import (
    LANGUAGES,
    as_json,
    by_group,
    from_json,
    render,
    subject,
    without_owner,
    worth_saying,
)
from ingest.entities import Evidence, Reason, RecordType, Ref

_WORDS = Path(assistant.scoring.__file__).parent / "reason_words"
WORDS = {language: tomllib.loads((_WORDS / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES}


def _slots(template: object) -> set[str]:
    texts = template.values() if isinstance(template, dict) else [template]
    return {slot for text in texts for slot in re.findall(r"{(\w+)}", str(text))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_words(language: str) -> None:
    assert WORDS[language]["reasons"].keys() == WORDS["en"]["reasons"].keys()
    assert WORDS[language]["fields"].keys() == WORDS["en"]["fields"].keys()
    for key, template in WORDS[language]["reasons"].items():
        assert _slots(template) <= _slots(WORDS["en"]["reasons"][key]), key


def test_everything_that_can_be_said_has_words() -> None:
    known = WORDS["en"]["reasons"]
    for feature in said.FEATURES:
        if "mood" not in feature.concept:
            assert feature.concept in known
            assert f"{feature.concept}.none" in known
    counted = {f.concept for f in engagement.FEATURES if f.name == f"{f.concept}_90"}
    assert counted
    for concept in counted:
        assert {f"{concept}.count", f"{concept}.none"} <= known.keys()


@pytest.mark.parametrize(
    ("key", "args", "language", "expected"),
    [
        ("silence.long", {"days": 21.0}, "en", "no contact for 21 days"),
        ("said.pricing", {"count": 2.0}, "en", "asked about pricing twice"),
        ("said.pricing", {"count": 5.0}, "de", "hat 5-mal nach dem Preis gefragt"),
        ("age", {"days": 1.0}, "es", "abierto desde hace un día"),
        ("silence.long", {"days": 21.0}, "zh", "已有21天没有联系"),
        ("column", {"field": "industry", "value": "Fintech"}, "de", "Branche: Fintech"),
        ("column", {"field": "account.industry", "value": "Fintech"}, "en", "company's industry: Fintech"),
        ("column", {"field": "Trial_Plan__c", "value": "gold"}, "en", "trial plan: gold"),
        ("column.yes", {"field": "Trial_Started__c"}, "en", "trial started: yes"),
        ("column.no", {"field": "TrialStarted"}, "es", "trial started: no"),
        ("column.yes", {"field": "Testphase_Begonnen__c"}, "de", "Testphase Begonnen: ja"),
        ("column", {"field": "SLA_Tier__c", "value": "A"}, "en", "SLA tier: A"),
        ("column", {"field": "account.Customer_Tier__c", "value": "A"}, "en", "company's customer tier: A"),
        ("column", {"field": "owner.Region", "value": "EMEA"}, "zh", "负责人的region：EMEA"),
        ("column", {"field": "amount", "value": 57300.5}, "de", "Betrag: 57.300"),
        ("column", {"field": "a {b} c", "value": "{x} %s"}, "en", "a {b} c: {x} %s"),
    ],
)
def test_reasons_read_as_a_rep_would_say_them(
    key: str, args: dict[str, str | float], language: str, expected: str
) -> None:
    assert render(Reason(key=key, args=args), language) == expected


def _parts() -> list[Reason]:
    return [
        Reason(key="column", args={"field": "source", "value": "Web"}, weight=0.1),
        Reason(key="owner", args={"name": "Ann"}, weight=0.06),
        Reason(key="column", args={"field": "owner.Region", "value": "EMEA"}, weight=-0.05),
        Reason(key="silence.long", args={"days": 21.0}, weight=-0.04),
        Reason(key="said.pricing", args={"count": 1.0}, weight=0.02),
        Reason(key="age", args={"days": 9.0}, weight=0.004),
        Reason(key="rest", args={"count": 3.0, "fit": 0.3, "engagement": -0.1}, weight=0.2),
    ]


def test_small_reasons_and_everything_else_are_not_told() -> None:
    told = [reason.key for reason in worth_saying(reversed(_parts()))]
    assert told == ["column", "owner", "column", "silence.long", "said.pricing"]


def test_whose_a_record_is_tells_a_rep_nothing() -> None:
    assert [reason.key for reason in without_owner(_parts())] == [
        "column", "silence.long", "said.pricing", "age", "rest",
    ]  # fmt: skip


def test_fit_engagement_and_text_add_up_to_all_reasons() -> None:
    groups = by_group([*_parts(), Reason(key="move.meeting", args={"gain": 4.0})])
    assert groups == pytest.approx({"fit": 0.41, "engagement": -0.136, "text": 0.02})
    assert sum(groups.values()) == pytest.approx(sum(reason.weight for reason in _parts()))


def test_a_reason_is_about_the_same_whatever_it_says() -> None:
    assert subject(Reason(key="silence.long", args={"days": 21.0})) == subject(Reason(key="silence.today"))
    assert subject(Reason(key="said.pricing.none")) == subject(
        Reason(key="said.pricing", args={"count": 2.0})
    )
    fields = [Reason(key="column", args={"field": name}) for name in ("a", "b")]
    assert subject(fields[0]) != subject(fields[1])


def test_an_unknown_language_is_answered_in_english() -> None:
    assert render(Reason(key="next_step.none"), "fr") == "no next step is planned"


def test_a_stored_reason_comes_back_as_it_was() -> None:
    lead = Ref(type=RecordType.LEAD, id="00Q:1")
    evidence = Evidence(
        ref=Ref(type=RecordType.ACTIVITY, id="A"), field="text", quote="Too dear.", about=lead
    )
    reason = Reason(key="said.pricing", args={"count": 2.0}, weight=0.1 + 0.2, evidence=evidence)
    assert from_json(as_json(reason)) == reason
