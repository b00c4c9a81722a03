"""Reasons: how they are stored, and how they are said in the language of a question."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from assistant.formats import column_name
from assistant.scoring.table import Group
from ingest.entities import Evidence, Reason, RecordType, Ref

LANGUAGES = ("en", "zh", "de", "es")
REST = "rest"  # the key of all parts that are too small to be said one by one
MOVE = "move."  # keys of what a rep could do; they weigh nothing, `gain` says what they would bring


# What a rep reads of a part: below half a point it is no reason.
WORTH_SAYING = 0.005
_FIT = ("column", "owner", "title", "email", "phone", "description", "history")
_SAID = ("said", "texts")


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


def worth_saying(reasons: Iterable[Reason]) -> list[Reason]:
    """The reasons that a rep is told, the biggest first: no small ones, and not what these are together."""
    told = [each for each in reasons if each.key != REST and abs(each.weight) >= WORTH_SAYING]
    return sorted(told, key=lambda each: -abs(each.weight))


def without_owner(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons for somebody whose records all have one owner: who that is tells them nothing."""
    return tuple(
        each
        for each in reasons
        if each.key.partition(".")[0] != "owner" and not str(each.args.get("field", "")).startswith("owner.")
    )


def subject(reason: Reason) -> str:
    """What a reason is about, whatever it says of it: so that those of two moments can be compared."""
    head, _, name = reason.key.partition(".")
    if head == "column":
        return f"column:{reason.args.get('field')}"
    return f"said.{name.partition('.')[0]}" if head == "said" else head


def by_group(reasons: Iterable[Reason]) -> dict[str, float]:
    """How much of a score is fit (what a record is), engagement (what happened), text (what was said)."""
    sums = dict.fromkeys(map(str, Group), 0.0)
    for reason in reasons:
        head = reason.key.partition(".")[0]
        if head == REST:
            for name in sums:
                sums[name] += float(reason.args.get(name, 0.0))
        elif head + "." != MOVE:
            group = Group.FIT if head in _FIT else Group.TEXT if head in _SAID else Group.ENGAGEMENT
            sums[str(group)] += reason.weight
    return sums


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
    holder, _, name = path.partition(".")
    belongs = words["belonging"].get(holder) if name else None
    name = name if belongs else path
    field = str(words["fields"].get(name) or column_name(name))
    if name not in words["fields"] and words["small_letters"]:
        field = " ".join(_small(word) for word in field.split())
    return field if belongs is None else str(belongs).replace("{field}", field)


def _small(word: str) -> str:
    """A word of a heading within a sentence: "Trial" is "trial", "SLA" and "iPad" stay."""
    return word.lower() if word[1:].islower() or len(word) == 1 else word


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
