"""The planner as a chat model: a question becomes tool calls, findings become words."""

from zoneinfo import ZoneInfo

from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage

from assistant.answers import Finding, Line
from assistant.planner import PlannerChatModel
from assistant.understanding import Dialogue, Plan, understand
from tests.assistant.understanding.cases import AT
from tests.assistant.understanding.worlds import WORLDS


def plan_for(question: str) -> Plan:
    return understand(
        question, dialogue=Dialogue(), vocabulary=WORLDS["crm"], at=AT, timezone=ZoneInfo("UTC")
    )


def test_a_question_becomes_one_call_for_each_thing_asked() -> None:
    planner = PlannerChatModel(plan_for=plan_for)
    answer = planner.invoke([HumanMessage("How many deals did we close last month, and for what total?")])
    assert isinstance(answer, AIMessage)
    assert [(c["name"], c["args"]["measure"]) for c in answer.tool_calls] == [
        ("summarise_records", "count"),
        ("summarise_records", "sum"),
    ]
    assert len({c["id"] for c in answer.tool_calls}) == 2


def test_findings_become_the_text_in_the_language_of_the_question() -> None:
    planner = PlannerChatModel(plan_for=plan_for)
    question = HumanMessage("Wer sind meine heißesten Leads?")
    calls = planner.invoke([question])
    result = ToolMessage(
        "ok", artifact=Finding(lines=(Line(key="reply.thanks"),)), tool_call_id=calls.tool_calls[0]["id"]
    )
    english = PlannerChatModel(plan_for=plan_for)
    english.invoke([HumanMessage("who are my hottest leads")])
    assert planner.invoke([question, calls, result]).text
    assert planner.invoke([question, calls, result]).text != english.invoke([question, calls, result]).text


def test_a_tool_that_failed_speaks_for_itself() -> None:
    planner = PlannerChatModel(plan_for=plan_for)
    question = HumanMessage("who are my hottest leads")
    calls = planner.invoke([question])
    failed = ToolMessage("The records cannot be read.", tool_call_id=calls.tool_calls[0]["id"])
    assert planner.invoke([question, calls, failed]).text == "The records cannot be read."


def test_what_needs_no_tool_is_answered_at_once() -> None:
    planner = PlannerChatModel(plan_for=plan_for)
    answer = planner.invoke([HumanMessage("hello")])
    assert answer.text
    assert not answer.tool_calls
    assert planner.plan is not None
    assert planner.plan.reply is not None


def test_it_streams_what_it_says() -> None:
    planner = PlannerChatModel(plan_for=plan_for)
    pieces = list(planner.stream([HumanMessage("what can you do?")]))
    whole = PlannerChatModel(plan_for=plan_for).invoke([HumanMessage("what can you do?")])
    assert "".join(p.text for p in pieces) == whole.text


def test_it_streams_its_tool_calls() -> None:
    planner = PlannerChatModel(plan_for=plan_for)
    chunk: AIMessageChunk | None = None
    for piece in planner.stream([HumanMessage("who are my hottest leads")]):
        assert isinstance(piece, AIMessageChunk)
        chunk = piece if chunk is None else chunk + piece
    assert chunk is not None
    assert chunk.tool_calls[0]["name"] == "rank_leads"


def test_binding_tools_changes_nothing() -> None:
    planner = PlannerChatModel(plan_for=plan_for)
    assert planner.bind_tools([]) is planner
