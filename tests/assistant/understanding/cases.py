"""Questions kept as data, with the calls that they should become.

A file holds lines: `%world NAME` and `%lang CODE` set the scene, `? question` begins a conversation,
`> question` continues it, `= tool type; condition; key=value` is an expected call, `! key` an expected
reply, `@ type:id Name | …` the records that the answer listed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from assistant.answers import Finding, Listed
from assistant.understanding import Dialogue, Plan, understand
from ingest.entities import RecordType, Ref
from tests.assistant.understanding.worlds import WORLDS

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday
_CONDITION = re.compile(
    r"(?P<field>[\w. ]+?) (?P<op>is not empty|is empty|is not|not in|is|in|contains|between|>=|<=|>|<)"
    r"(?: (?P<value>.+))?$"
)
Expected = tuple[str, dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class Case:
    """One question of a conversation, and what it should become."""

    world: str
    language: str
    question: str
    follows: bool
    line: int
    calls: list[Expected] = field(default_factory=list)
    reply: str | None = None
    listed: tuple[Listed, ...] = ()


def cases(path: Path) -> list[Case]:
    """The cases of a file, in order."""
    found: list[Case] = []
    world, language = "crm", "en"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark, _, rest = line.strip().partition(" ")
        match mark:
            case "%world":
                world, language = rest, "en"
            case "%lang":
                language = rest
            case "?" | ">":
                found.append(
                    Case(world=world, language=language, question=rest, follows=mark == ">", line=number)
                )
            case "=":
                found[-1].calls.append(_call(rest))
            case "!":
                found[-1].reply = rest
            case "@":
                found[-1].listed = tuple(_listed(one) for one in rest.split("|"))
    return found


def _call(text: str) -> Expected:
    head, *parts = [p.strip() for p in text.split(";")]
    tool, _, record_type = head.partition(" ")
    arguments: dict[str, Any] = {"record_type": record_type} if record_type else {}
    for part in parts:
        if part.startswith("part: "):
            arguments.setdefault("part", []).append(_condition(part.removeprefix("part: ")))
        elif match := re.fullmatch(r"(\w+)=(.*)", part):
            arguments[match[1]] = _value(match[2], split=match[1] == "group_by")
        elif part:
            arguments.setdefault("conditions", []).append(_condition(part))
    return tool, arguments


def _condition(text: str) -> dict[str, Any]:
    if match := re.fullmatch(r"(some|none) (\w+)(?:\((.*)\))?", text):
        return {
            match[1]: match[2],
            "where": [_condition(p.strip()) for p in (match[3] or "").split("&") if p.strip()],
        }
    if match := re.fullmatch(r"any\((.*)\)", text):
        return {"any": [_condition(p.strip()) for p in match[1].split("&")]}
    match = _CONDITION.fullmatch(text)
    assert match, f"not a condition: {text!r}"
    condition: dict[str, Any] = {"field": match["field"], "op": match["op"]}
    if match["value"] is not None:
        condition["value"] = _value(match["value"])
    return condition


def _value(text: str, *, split: bool = False) -> Any:
    text = text.strip()
    if text.startswith("[") or split:
        return [_value(p) for p in text.strip("[]").split("|")]
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?\d+(\.\d+)?", text) and not re.fullmatch(r"(19|20)\d\d", text):
        return float(text) if "." in text else int(text)
    return text


def _listed(text: str) -> Listed:
    ref, _, name = text.strip().partition(" ")
    kind, _, known = ref.partition(":")
    return Listed(ref=Ref(type=RecordType(kind), id=known), name=name)


def run(found: list[Case]) -> Iterator[tuple[Case, Plan]]:
    """Ask all questions in order, with the conversation as it goes."""
    dialogue = Dialogue()
    for case in found:
        if not case.follows:
            dialogue = Dialogue()
        plan = understand(
            case.question, dialogue=dialogue, vocabulary=WORLDS[case.world], at=AT, timezone=ZoneInfo("UTC")
        )
        yield case, plan
        dialogue = dialogue.after(plan, [Finding(listed=case.listed)] if plan.calls else [])


def is_right(case: Case, plan: Plan) -> bool:
    """Whether the plan is what the case expects; the order of conditions does not matter."""
    if case.reply is not None:
        return plan.reply is not None and plan.reply.lines[0].key == case.reply
    got = [(c.tool, c.arguments) for c in plan.calls]
    return plan.language == case.language and [_plain(c) for c in got] == [_plain(c) for c in case.calls]


def _plain(call: Expected) -> tuple[str, str]:
    tool, arguments = call
    kept = {k: v for k, v in arguments.items() if not (k == "topic" and isinstance(v, str))}
    if "topic" in arguments:
        kept["topic"] = " ".join(str(arguments["topic"]).casefold().split())
    if "conditions" in kept:
        split = arguments.get("group_by", ())  # "which campaign …" leaves out records without one
        wanted = [
            c for c in kept["conditions"] if not (c.get("op") == "is not empty" and c["field"] in split)
        ]
        kept["conditions"] = sorted(_text(c) for c in wanted)
        if not wanted:
            del kept["conditions"]
    return tool, _text(kept)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_text(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(sorted(_text(v) for v in value)) + "]"
    return str(value) if not isinstance(value, float) or value != int(value) else str(int(value))
