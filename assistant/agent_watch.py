"""Watches over one turn of the agent: how often the model and the tools are called, and what comes back."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langgraph.prebuilt.tool_node import ToolCallRequest

from assistant.answers import Step
from ingest.errors import HotlistError, ModelUnavailable

MOST_MODEL_CALLS = 6
MOST_TOOL_CALLS = 8
_ENDS = ("stop", "tool_calls", "function_call", None)
_NEUTRAL = "Something went wrong while this was looked up; ask again, or ask in other words."

OnStep = Callable[[Step], None]
Readable = Callable[[Mapping[str, Any]], Mapping[str, Any]]
log = structlog.get_logger()


class Watch(AgentMiddleware[Any, Any, Any]):
    """Counts, times and checks every call of a turn; the steps it saw are the answer's steps.

    A reply of the model that is of no use is asked for again while calls are left; then the turn ends with
    `ModelUnavailable`. A tool that fails answers with a sentence: a domain error with its own, any other
    with a neutral one.
    """

    def __init__(self, on_step: OnStep | None = None, readable: Readable = dict) -> None:
        """`readable` turns the model's arguments into those that a step shows."""
        super().__init__()
        self.model_calls = 0
        self._asked: list[str] = []  # ids of tool calls in the order in which the model made them
        self._steps: dict[str, Step] = {}
        self._on_step = on_step
        self._readable = readable

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was called, in the order in which the model asked for it."""
        return tuple(self._steps[call] for call in self._asked if call in self._steps)

    # The model

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> AIMessage:
        """Ask until there is something to work with."""
        while True:
            self._count()
            if message := self._usable(handler(request).result):
                return message

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> AIMessage:
        """The same for a model that is waited for."""
        while True:
            self._count()
            if message := self._usable((await handler(request)).result):
                return message

    def _count(self) -> None:
        self.model_calls += 1
        if self.model_calls > MOST_MODEL_CALLS:
            raise ModelUnavailable("The chat model did not come to an end.")

    def _usable(self, result: Sequence[BaseMessage]) -> AIMessage | None:
        message = result[-1]
        if not isinstance(message, AIMessage) or message.response_metadata.get("finish_reason") not in _ENDS:
            return None
        if message.invalid_tool_calls or not (message.tool_calls or message.text.strip()):
            return None
        return self._within_limits(message)

    def _within_limits(self, message: AIMessage) -> AIMessage:
        """The message with as many tool calls as the turn has left, each with an id of its own."""
        left = MOST_TOOL_CALLS - len(self._asked)
        if message.tool_calls and left <= 0:
            raise ModelUnavailable("The chat model did not come to an end.")
        calls = [
            call | {"id": f"call_{len(self._asked) + i}"} for i, call in enumerate(message.tool_calls[:left])
        ]
        self._asked.extend(str(call["id"]) for call in calls)
        if not message.tool_calls:
            return message
        return AIMessage(content=message.text, tool_calls=calls)

    # The tools

    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Any]) -> Any:
        """Run one tool; what goes wrong in it becomes a sentence."""
        started = time.perf_counter()
        try:
            reply = handler(request)
        except Exception as error:  # noqa: BLE001 - the border around a tool
            reply = self._failed(request, error)
        return self._noted(request, reply, started)

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Any]]
    ) -> Any:
        """The same where it is waited for."""
        started = time.perf_counter()
        try:
            reply = await handler(request)
        except Exception as error:  # noqa: BLE001 - the border around a tool
            reply = self._failed(request, error)
        return self._noted(request, reply, started)

    def _failed(self, request: ToolCallRequest, error: Exception) -> ToolMessage:
        call = request.tool_call
        log.warning("tool failed", tool=call["name"], kind=type(error).__name__)
        sentence = str(error) if isinstance(error, HotlistError) else _NEUTRAL
        return ToolMessage(sentence, name=call["name"], tool_call_id=call["id"], status="error")

    def _noted(self, request: ToolCallRequest, reply: Any, started: float) -> Any:
        call = request.tool_call
        step = Step(
            tool=call["name"],
            arguments=self._readable(call["args"]),
            status="error" if getattr(reply, "status", "") == "error" else "ok",
            elapsed_ms=round((time.perf_counter() - started) * 1000),
        )
        self._steps[str(call["id"])] = step
        if self._on_step:
            self._on_step(step)
        return reply
