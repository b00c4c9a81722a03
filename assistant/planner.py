"""The offline chat model: a question becomes tool calls, findings become words, by rule and for nothing."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from assistant import wording
from assistant.answers import Finding
from assistant.understanding import Plan


class PlannerChatModel(BaseChatModel):
    """Plans one turn. Made anew for each, since it knows the asking user's vocabulary and conversation.

    `plan_for` is `understand` with everything but the question filled in. After the turn `plan` holds what
    was understood, for `Dialogue.after` and for a reply that needed no tool.
    """

    plan_for: Callable[[str], Plan]
    _plan: Plan | None = PrivateAttr(default=None)

    @property
    def plan(self) -> Plan | None:
        """What was made of the question; None before it was asked."""
        return self._plan

    @property
    def _llm_type(self) -> str:
        return "hotlist-planner"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> "PlannerChatModel":
        """The planner knows the tools by heart."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        answer = self._answer(messages)
        if answer.tool_calls:
            chunks = [
                tool_call_chunk(name=c["name"], args=_json(c["args"]), id=c["id"], index=i)
                for i, c in enumerate(answer.tool_calls)
            ]
            yield ChatGenerationChunk(
                message=AIMessageChunk(content="", tool_call_chunks=chunks, chunk_position="last")
            )
            return
        pieces = str(answer.content).split("\n")
        for number, piece in enumerate(pieces):
            last = number == len(pieces) - 1
            text = piece if last else piece + "\n"
            chunk = ChatGenerationChunk(
                message=AIMessageChunk(content=text, chunk_position="last" if last else None)
            )
            if run_manager is not None:
                run_manager.on_llm_new_token(text, chunk=chunk)
            yield chunk

    def _answer(self, messages: Sequence[BaseMessage]) -> AIMessage:
        question, results = _turn(messages)
        if results and self._plan is not None:
            return AIMessage(content=self._words(results, self._plan.language))
        self._plan = plan = self.plan_for(question)
        if plan.reply is not None or not plan.calls:
            return AIMessage(content=wording.render(plan.reply or Finding(), plan.language))
        calls = [
            {"name": call.tool, "args": call.arguments, "id": f"call_{number}", "type": "tool_call"}
            for number, call in enumerate(plan.calls, 1)
        ]
        return AIMessage(content="", tool_calls=calls)

    @staticmethod
    def _words(results: Sequence[ToolMessage], language: str) -> str:
        """The findings as text; a tool that failed speaks for itself."""
        parts = [
            wording.render(r.artifact, language) if isinstance(r.artifact, Finding) else str(r.content)
            for r in results
        ]
        return "\n\n".join(dict.fromkeys(p for p in parts if p))


def _turn(messages: Sequence[BaseMessage]) -> tuple[str, list[ToolMessage]]:
    """The last question, and the tool results that came after it."""
    for position in range(len(messages) - 1, -1, -1):
        message = messages[position]
        if isinstance(message, HumanMessage):
            results = [m for m in messages[position + 1 :] if isinstance(m, ToolMessage)]
            return message.text if isinstance(message.text, str) else str(message.content), results
    return "", []


def _json(arguments: Any) -> str:
    import json

    return json.dumps(arguments, ensure_ascii=False)
