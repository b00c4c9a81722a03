"""Reasons in words: every key has its words in four languages, and counts read as a rep would say them."""

import re
import tomllib
from pathlib import Path

import pytest

import assistant.scoring
from assistant.scoring import engagement, said
from assistant.scoring.reasons import LANGUAGES, as_json, from_json, render
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
        ("column", {"field": "Trial_Started__c", "value": "true"}, "en", "Trial Started: true"),
        ("column", {"field": "amount", "value": 57300.5}, "de", "Betrag: 57.300"),
        ("column", {"field": "a {b} c", "value": "{x} %s"}, "en", "a {b} c: {x} %s"),
    ],
)
def test_reasons_read_as_a_rep_would_say_them(
    key: str, args: dict[str, str | float], language: str, expected: str
) -> None:
    assert render(Reason(key=key, args=args), language) == expected


def test_an_unknown_language_is_answered_in_english() -> None:
    assert render(Reason(key="next_step.none"), "fr") == "no next step is planned"


def test_a_stored_reason_comes_back_as_it_was() -> None:
    lead = Ref(type=RecordType.LEAD, id="00Q:1")
    evidence = Evidence(
        ref=Ref(type=RecordType.ACTIVITY, id="A"), field="text", quote="Too dear.", about=lead
    )
    reason = Reason(key="said.pricing", args={"count": 2.0}, weight=0.1 + 0.2, evidence=evidence)
    assert from_json(as_json(reason)) == reason
