"""The seam of the chat models, over the real client and a server that speaks (or breaks) the protocol."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from openai import OpenAIError

from assistant.models import LARGEST_REPLY, Circuit, hosted
from assistant.settings import Settings
from ingest.errors import ModelUnavailable
from tests.doubles import ChatServer, Reply, broken_rule


@tool
def rank_leads(limit: int = 5) -> str:
    """Rank the leads."""
    return str(limit)


@pytest.fixture
def serving() -> Iterator[Callable[..., ChatServer]]:
    with ExitStack() as stack:
        yield lambda *replies: stack.enter_context(ChatServer(replies).running())


def settings(server: ChatServer, tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path, model="openai:small", OPENAI_BASE_URL=server.url, OPENAI_API_KEY="sk-canary"
    )


def ask(model, *messages):  # type: ignore[no-untyped-def]
    return asyncio.run(model.ainvoke(list(messages) or [HumanMessage("Who is hot?")]))


def test_a_hosted_model_says_text_and_calls_tools(serving, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    server = serving(Reply(calls=[("rank_leads", {"limit": 3})]), Reply(text="L1 is hot."))
    model = hosted(settings(server, tmp_path)).bind_tools([rank_leads])
    first = ask(model)
    assert [(call["name"], call["args"]) for call in first.tool_calls] == [("rank_leads", {"limit": 3})]
    second = ask(model, HumanMessage("Who?"), first, ToolMessage("3", tool_call_id=first.tool_calls[0]["id"]))
    assert second.text == "L1 is hot."
    assert second.usage_metadata["total_tokens"] == 15
    assert server.requests[0]["model"] == "small"


def test_a_hosted_model_streams(serving, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    server = serving(Reply(text="one two three"))

    async def pieces() -> list[str]:
        return [chunk.text async for chunk in hosted(settings(server, tmp_path)).astream("count")]

    assert "".join(asyncio.run(pieces())) == "one two three"


def test_the_server_holds_the_rule_that_each_tool_call_is_answered() -> None:
    call = {"role": "assistant", "tool_calls": [{"id": "a"}]}
    assert broken_rule([call, {"role": "user"}])
    assert broken_rule([{"role": "tool", "tool_call_id": "a"}])
    assert broken_rule([call])
    assert broken_rule([call, {"role": "tool", "tool_call_id": "a"}, {"role": "user"}]) is None


@pytest.mark.parametrize("status", [401, 429, 500, 502])
def test_a_failing_endpoint_is_asked_at_most_three_times(serving, tmp_path: Path, status: int) -> None:  # type: ignore[no-untyped-def]
    server = serving(*[Reply(status=status, headers={"Retry-After": "3600"})] * 9)
    with pytest.raises(OpenAIError):
        ask(hosted(settings(server, tmp_path)))
    assert 1 <= len(server.requests) <= 3


def test_a_reply_without_end_is_not_read_to_the_end(serving, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    server = serving(*[Reply(text="x" * (LARGEST_REPLY + 1))] * 3)
    with pytest.raises(ModelUnavailable, match="too long"):
        ask(hosted(settings(server, tmp_path)))


def test_a_model_without_key_or_address_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="OPENAI_API_KEY"):
        hosted(Settings(home=tmp_path, model="openai:small", OPENAI_API_KEY=None, OPENAI_BASE_URL=None))


def test_the_key_stands_in_no_representation(serving, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    model = hosted(settings(serving(), tmp_path))
    assert "sk-canary" not in f"{model!r} {model}"


def test_a_circuit_opens_after_five_failures_in_a_row_and_closes_after_a_minute() -> None:
    now = 0.0
    circuit = Circuit(clock=lambda: now)
    for _ in range(4):
        circuit.failed()
    circuit.worked()
    for _ in range(4):
        circuit.failed()
    assert not circuit.is_open
    circuit.failed()
    assert circuit.is_open
    now = 60.5
    assert not circuit.is_open


def test_an_idle_endpoint_can_be_left_at_once(serving, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    server = serving(Reply(text="late", stall=30))
    started = time.perf_counter()

    async def turn() -> AIMessage:
        async with asyncio.timeout(0.5):
            return await hosted(settings(server, tmp_path)).ainvoke("?")

    with pytest.raises(TimeoutError):
        asyncio.run(turn())
    assert time.perf_counter() - started < 5
