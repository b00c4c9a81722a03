"""An answer as the object that other programs read."""

from collections.abc import Iterable
from typing import Any

from assistant import wording
from assistant.answers import Answer, Draft, Finding, Listed, Value
from ingest.entities import Evidence, Ref

_MOST_RECORDS = 200


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer object of the interface."""
    return {
        "id": answer.id,
        "question": answer.question,
        "user": answer.user,
        "as_of": answer.as_of.isoformat(),
        "session": answer.session,
        "answer": answer.text,
        "kind": answer.kind.value,
        "records": records(answer.findings, answer.language),
        "values": [_value(value) for finding in answer.findings for value in finding.values],
        "evidence": _evidence(answer.findings),
        "draft": next((_draft(one.draft) for one in answer.findings if one.draft is not None), None),
        "steps": [
            {
                "tool": step.tool,
                "arguments": dict(step.arguments),
                "status": step.status,
                "elapsed_ms": step.elapsed_ms,
            }
            for step in answer.steps
        ],
        "model": answer.model,
        "ungrounded": list(answer.ungrounded),
        "elapsed_ms": answer.elapsed_ms,
    }


def records(findings: Iterable[Finding], language: str) -> list[dict[str, Any]]:
    """What the answer lists, in its order, each record once."""
    found: dict[Ref, dict[str, Any]] = {}
    for finding in findings:
        for one in finding.listed:
            if one.ref not in found:
                found[one.ref] = _record(one, language)
    return list(found.values())[:_MOST_RECORDS]


def _record(one: Listed, language: str) -> dict[str, Any]:
    return {
        **_ref(one.ref),
        "name": one.name,
        "score": one.score,
        "reasons": [wording.reason(reason, language) for reason in one.reasons],
        "also": list(one.also),
    }


def _value(value: Value) -> dict[str, Any]:
    return {"label": value.label, "group": dict(value.group), "value": value.value, "unit": value.unit}


def _evidence(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    found: dict[Evidence, None] = {}
    for finding in findings:
        found |= dict.fromkeys(finding.evidence)
    return [
        {
            **_ref(one.ref),
            "field": one.field,
            "quote": one.quote,
            "about": _ref(one.about) if one.about is not None else None,
        }
        for one in found
    ]


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "channel": draft.channel,
        "subject": draft.subject,
        "body": draft.body,
        "to": _ref(draft.to) if draft.to is not None else None,
    }


def _ref(ref: Ref) -> dict[str, str]:
    return {"type": ref.type.value, "id": ref.id}
