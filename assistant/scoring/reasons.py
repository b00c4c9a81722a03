"""Reasons: how they are stored, and how they are said in the language of a question."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from ingest.entities import Evidence, Reason, RecordType, Ref

LANGUAGES = ("en", "zh", "de", "es")
MOVE = "move."  # keys of what a rep could do; they weigh nothing, `gain` says what they would bring


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All parts of a score, the biggest first, and what a rep could do to move it, the most useful first."""

    contributions: tuple[Reason, ...]
    moves: tuple[Reason, ...]


def explanation(stored: Sequence[Mapping[str, Any]]) -> Explanation:
    """The explanation that `scores.reasons` holds; base plus all weights is the probability."""
    reasons = [from_json(each) for each in stored]
    return Explanation(
        contributions=tuple(each for each in reasons if not each.key.startswith(MOVE)),
        moves=tuple(each for each in reasons if each.key.startswith(MOVE)),
    )


def as_json(reason: Reason) -> dict[str, Any]:
    """A reason as it is stored."""
    stored: dict[str, Any] = {"key": reason.key, "args": dict(reason.args), "weight": reason.weight}
    if reason.evidence is not None:
        evidence = reason.evidence
        stored["evidence"] = {
            "ref": _ref_json(evidence.ref),
            "field": evidence.field,
            "quote": evidence.quote,
            "about": None if evidence.about is None else _ref_json(evidence.about),
        }
    return stored


def from_json(stored: Mapping[str, Any]) -> Reason:
    """The reason of `as_json`."""
    evidence = stored.get("evidence")
    return Reason(
        key=stored["key"],
        args=stored["args"],
        weight=float(stored["weight"]),
        evidence=None
        if evidence is None
        else Evidence(
            ref=_ref(evidence["ref"]),
            field=evidence["field"],
            quote=evidence["quote"],
            about=None if evidence["about"] is None else _ref(evidence["about"]),
        ),
    )


def _ref_json(ref: Ref) -> dict[str, str]:
    return {"type": str(ref.type), "id": ref.id}


def _ref(stored: Mapping[str, str]) -> Ref:
    return Ref(type=RecordType(stored["type"]), id=stored["id"])


def render(reason: Reason, language: str) -> str:
    """A reason in words, such as "asked about pricing twice in the last 30 days"."""
    words = _words(language if language in LANGUAGES else "en")
    template = words["reasons"].get(reason.key)
    if template is None:
        template = words["reasons"]["column"]
    values = {name: _said(value, words) for name, value in reason.args.items()}
    if "field" in values:
        values["field"] = _field(str(reason.args["field"]), words)
    count = reason.args.get("count", reason.args.get("days"))
    if isinstance(template, dict):
        template = (
            template["one"]
            if count == 1
            else template["two"]
            if count == 2 and "two" in template
            else template["other"]
        )
    return str(template).format_map(_Blank(values))


def _field(path: str, words: Mapping[str, Any]) -> str:
    """A field in the language, a custom column by its own name without what a CRM adds to it."""
    name = path.rpartition(".")[2]
    if name not in words["fields"]:
        return name.removesuffix("__c").replace("_", " ")
    field = str(words["fields"][name])
    return str(words["account_field"]).format(field=field) if path.startswith("account.") else field


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _said(value: str | float, words: Mapping[str, Any]) -> str:
    if isinstance(value, str):
        return value
    number = (
        f"{value:,.0f}"
        if abs(value) >= 100 or value == round(value)
        else f"{value:,.2f}".rstrip("0").rstrip(".")
    )
    if words["decimal"] == ",":
        number = number.replace(",", "\0").replace(".", ",").replace("\0", ".")
    return number


@cache
def _words(language: str) -> Mapping[str, Any]:
    source = resources.files("assistant.scoring") / "reason_words" / f"{language}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))
