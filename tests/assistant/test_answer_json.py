"""The answer object is the interface's, to the letter."""

import json
from datetime import UTC, datetime

from assistant.answer_json import as_json
from assistant.answers import Answer, AnswerKind, Draft, Finding, Listed, Step, Value
from ingest.entities import Evidence, Reason, RecordType, Ref

LEAD = Ref(type=RecordType.LEAD, id="00Q1")
NOTE = Ref(type=RecordType.ACTIVITY, id="00T1")


def an_answer(*findings: Finding, language: str = "en") -> Answer:
    return Answer(
        question="who?",
        user="ann@hotlist.test",
        as_of=datetime(2026, 11, 24, 9, tzinfo=UTC),
        session="s1",
        text="…",
        kind=AnswerKind.ANSWER,
        language=language,
        findings=findings,
        steps=(Step(tool="rank_leads", arguments={"limit": 5}, status="ok", elapsed_ms=12),),
        elapsed_ms=34,
        id="q7",
    )


FINDING = Finding(
    listed=(
        Listed(
            ref=LEAD,
            name="Lee",
            score=0.83,
            reasons=(Reason(key="phone.given", weight=0.1),),
            also=("00Q0",),
        ),
    ),
    values=(Value(label="open pipeline", value=125000.0, unit="USD", group={"stage": "Proposal"}),),
    evidence=(Evidence(ref=NOTE, field="text", quote="how much?", about=LEAD),),
    draft=Draft(channel="email", subject="Hi", body="…", to=LEAD),
)


def test_the_object_has_the_promised_members_in_their_order() -> None:
    assert list(as_json(an_answer())) == [
        "id", "question", "user", "as_of", "session", "answer", "kind", "records", "values", "evidence",
        "draft", "steps", "model", "ungrounded", "elapsed_ms",
    ]  # fmt: skip
    assert as_json(an_answer())["as_of"] == "2026-11-24T09:00:00+00:00"


def test_records_values_evidence_draft_and_steps_are_as_promised() -> None:
    told = as_json(an_answer(FINDING))
    assert told["records"] == [
        {
            "type": "lead",
            "id": "00Q1",
            "name": "Lee",
            "score": 0.83,
            "reasons": ["has a phone number"],
            "also": ["00Q0"],
        }
    ]
    assert told["values"] == [
        {"label": "open pipeline", "group": {"stage": "Proposal"}, "value": 125000.0, "unit": "USD"}
    ]
    assert told["evidence"] == [
        {
            "type": "activity",
            "id": "00T1",
            "field": "text",
            "quote": "how much?",
            "about": {"type": "lead", "id": "00Q1"},
        }
    ]
    assert told["draft"] == {
        "channel": "email",
        "subject": "Hi",
        "body": "…",
        "to": {"type": "lead", "id": "00Q1"},
    }
    assert told["steps"] == [
        {"tool": "rank_leads", "arguments": {"limit": 5}, "status": "ok", "elapsed_ms": 12}
    ]
    json.dumps(told)


def test_reasons_are_sentences_in_the_language_of_the_answer() -> None:
    english, german = (
        as_json(an_answer(FINDING, language=one))["records"][0]["reasons"] for one in ("en", "de")
    )
    assert english != german


def test_a_record_that_two_findings_list_stands_once() -> None:
    assert len(as_json(an_answer(FINDING, FINDING))["records"]) == 1


def test_no_more_than_two_hundred_records_are_listed() -> None:
    many = Finding(
        listed=tuple(Listed(ref=Ref(type=RecordType.LEAD, id=str(n)), name=str(n)) for n in range(250))
    )
    assert len(as_json(an_answer(many))["records"]) == 200
