"""A conversation as it is seen: questions, answers, their records, drafts, evidence and steps.

Works on answer objects as `ask --json` prints them, so an answer looks the same when it is opened again.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from assistant.answers import Step
from assistant.rendering import Inert, markdown, tag
from assistant.web.evidence import evidence
from assistant.web.sources import Source
from assistant.web.tables import Tables
from assistant.web.words import Words

Answer = Mapping[str, Any]

_LONGEST_ARGUMENT = 60


class Transcript:
    """Shows turns in one language and time zone."""

    def __init__(self, words: Words, timezone: ZoneInfo) -> None:
        self._words = words
        self._timezone = timezone

    def answered(self, question: str, answer: Answer, sources: Mapping[str, Source]) -> Inert:
        """A turn with its answer."""
        tables = Tables(answer, self._words)
        said = _without_draft(answer) or self._words("turn.nothing")
        text = markdown(said, tables.made)
        return self._turn(
            question,
            f"done {answer.get('kind')}",
            tag("div", text, class_="text"),
            tables.others(said),
            self._draft(answer.get("draft")),
            evidence(answer, sources, self._words, self._timezone),
            self._footer(answer),
        )

    def working(self, question: str, steps: Sequence[Step]) -> Inert:
        """A turn that waits for its answer."""
        done = [self._step(step.tool, step.arguments, step.status, step.elapsed_ms) for step in steps]
        busy = tag("li", self._words("turn.working"), class_="busy")
        return self._turn(question, "working", tag("ol", *done, busy, class_="steps-list", role="status"))

    def told(self, question: str, sentence: str, *, is_problem: bool) -> Inert:
        """A turn that ended without an answer, and why."""
        role = "alert" if is_problem else "status"
        return self._turn(question, "told", tag("p", sentence, class_="notice", role=role))

    def _turn(self, question: str, state: str, *parts: Inert | None) -> Inert:
        asked = tag("div", question, class_="question", aria_label=self._words("turn.you"))
        return tag(
            "article", asked, tag("div", *parts, class_="answer", aria_live="polite"), class_=f"turn {state}"
        )

    def _draft(self, draft: Answer | None) -> Inert | None:
        if not draft:
            return None
        words, subject, body = self._words, draft.get("subject"), str(draft.get("body") or "")
        channel = words(f"channel.{draft.get('channel')}")
        whole = f"{subject}\n\n{body}" if subject else body
        copied = {"data_copied": words("turn.copied"), "data_copy": whole}
        copy = tag("button", words("turn.copy"), type="button", class_="copy", **copied)
        return tag(
            "section",
            tag("header", tag("b", f"{words('turn.draft')} · {channel}"), copy),
            tag("p", tag("span", f"{words('turn.subject')}: "), subject, class_="subject")
            if subject
            else None,
            tag("div", body, class_="body"),
            tag("p", words("turn.not_sent"), class_="hint"),
            class_="draft",
            aria_label=words("turn.draft"),
        )

    def _footer(self, answer: Answer) -> Inert:
        words, steps = self._words, list(answer.get("steps") or ())
        took = words("turn.seconds", seconds=f"{(answer.get('elapsed_ms') or 0) / 1000:.1f}")
        count = words("turn.one_step") if len(steps) == 1 else words("turn.steps", count=len(steps))
        facts = f"{count} · {took} · {answer.get('model')}" if steps else f"{took} · {answer.get('model')}"
        if not steps:
            return tag("p", facts, class_="steps")
        made = [
            self._step(step["tool"], step.get("arguments") or {}, step["status"], step["elapsed_ms"])
            for step in steps
        ]
        return tag("details", tag("summary", facts), tag("ol", *made, class_="steps-list"), class_="steps")

    def _step(self, tool: str, arguments: Mapping[str, Any], status: str, elapsed_ms: int) -> Inert:
        given = [
            tag("code", f"{name}: {_short(value)}")
            for name, value in arguments.items()
            if value not in (None, "", [], {}, False)
        ]
        problem = None if status == "ok" else tag("em", self._words("turn.failed_step"))
        took = tag("span", f"{elapsed_ms} ms", class_="took")
        return tag(
            "li", tag("b", self._words(f"tool.{tool}")), problem, *given, took, class_=f"step {status}"
        )


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_ARGUMENT else text[: _LONGEST_ARGUMENT - 1] + "…"


def _without_draft(answer: Answer) -> str:
    """The answer's text. The draft in it is left out: it stands in a box of its own."""
    text, draft = str(answer.get("answer") or ""), answer.get("draft") or {}
    before, body, after = text.partition(str(draft.get("body") or "\0"))
    if not body:
        return text
    lines = before.rstrip().split("\n")
    if draft.get("subject") and lines[-1].rstrip("*").endswith(str(draft["subject"])):
        del lines[-1]
    return "\n".join(lines).rstrip() + after
