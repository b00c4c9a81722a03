"""What is to be done about a question: tool calls, or a reply that needs no tool."""

from dataclasses import dataclass

from assistant.answers import Finding
from assistant.understanding.calls import Call
from assistant.understanding.frame import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The outcome of understanding one question.

    Exactly one of `calls` and `reply` is set. `frame` is what the conversation builds on next.
    `settled` says that a clarification was answered, `confidence` how sure the reading is (0 to 1).
    """

    calls: tuple[Call, ...] = ()
    reply: Finding | None = None
    language: str = "en"
    frame: Frame | None = None
    confidence: float = 1.0
