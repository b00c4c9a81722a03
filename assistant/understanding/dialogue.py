"""What a conversation remembers between questions; plain data, kept with the session."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from assistant.answers import AnswerKind, Finding, Listed
from assistant.understanding.frame import Frame
from assistant.understanding.plan import Plan

_KEPT = 200  # listed records that "the second one" can point at


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A record that the conversation has shown."""

    type: str
    id: str
    name: str
    detail: str | None = None  # what tells it from its namesakes

    @property
    def ref(self) -> str:
        return f"{self.type}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """The state of one conversation."""

    language: str | None = None
    frame: Frame | None = None  # the last request understood
    draft: Frame | None = None  # the last draft, for "shorter"
    listed: tuple[Mention, ...] = ()
    focus: Mention | None = None
    candidates: tuple[Mention, ...] = ()  # a question is waiting for one of these
    waiting: Frame | None = None

    def after(self, plan: Plan, findings: Sequence[Finding]) -> "Dialogue":
        """The state once a plan was carried out (`findings` in the order of its calls)."""
        state = replace(self, language=plan.language)
        if plan.frame is None or not plan.calls:
            return replace(state, candidates=(), waiting=None)
        asked = next((f for f in findings if f.kind is AnswerKind.CLARIFY), None)
        if asked is not None:
            return replace(state, candidates=_mentions(asked), waiting=plan.frame)
        listed = next((m for f in findings if (m := _mentions(f))), ())
        focus = next((_focus(f) for f in findings if f.focus is not None), None) or self._named(plan.frame)
        if focus is None and len(listed) == 1:
            focus = listed[0]
        about_one = plan.frame.record is not None
        return replace(
            state,
            frame=plan.frame,
            draft=plan.frame if plan.frame.tool == "write_draft" else state.draft,
            listed=self.listed if about_one and len(listed) <= 1 and self.listed else listed,
            focus=focus or (self.focus if about_one else None),
            candidates=(),
            waiting=None,
        )

    def _named(self, frame: Frame) -> Mention | None:
        """The record that a frame names by its reference."""
        kind, _, known = (frame.record or "").partition(":")
        if not known:
            return None
        seen = (*self.listed, *self.candidates, *((self.focus,) if self.focus else ()))
        return next((m for m in seen if m.ref == frame.record), Mention(type=kind, id=known, name=known))

    def as_json(self) -> dict[str, Any]:
        """Plain data for the session's row."""
        data = asdict(self)
        for name in ("frame", "draft", "waiting"):
            frame: Frame | None = getattr(self, name)
            data[name] = frame.as_json() if frame else None
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> "Dialogue":
        """The state that `as_json` wrote; nothing is a conversation that has not begun."""
        if not data:
            return cls()
        frames = {n: Frame.from_json(data[n]) if data.get(n) else None for n in ("frame", "draft", "waiting")}
        return cls(
            language=data.get("language"),
            listed=tuple(Mention(**m) for m in data.get("listed") or ()),
            focus=Mention(**data["focus"]) if data.get("focus") else None,
            candidates=tuple(Mention(**m) for m in data.get("candidates") or ()),
            **frames,
        )


def _mentions(finding: Finding) -> tuple[Mention, ...]:
    return tuple(
        Mention(type=str(r.ref.type), id=r.ref.id, name=r.name, detail=_detail(r))
        for r in finding.listed[:_KEPT]
    )


def _focus(finding: Finding) -> Mention | None:
    if finding.focus is None:
        return None
    known = next((r.name for r in finding.listed if r.ref == finding.focus), finding.focus.id)
    return Mention(type=str(finding.focus.type), id=finding.focus.id, name=known)


def _detail(listed: Listed) -> str | None:
    """The cells of the table that say more about a record in words."""
    said = [c for c in listed.cells.values() if isinstance(c, str)]
    return " ".join(said[:4])[:120] or None
