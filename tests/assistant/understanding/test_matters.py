"""A question of what customers said is a search, whatever else its words could mean."""

from typing import Any

import pytest

from assistant.understanding import router
from tests.assistant.understanding.test_turn import ask
from vectorstore.embedders import embedder


def called(question: str) -> tuple[str, dict[str, Any]]:
    plan = ask(question)
    return (plan.calls[0].tool, dict(plan.calls[0].arguments)) if plan.calls else ("", {})


@pytest.mark.parametrize(
    ("question", "topic", "record_type"),
    [
        ("customers with an approved budget", "approved budget", "account"),
        ("有预算的客户", "有预算", "account"),
        ("Kunden ohne Budget", "ohne Budget", "account"),
        ("¿Quién no va a renovar?", "no va a renovar", None),
        ("谁想续约？", "想续约", None),
        ("Which leads want more seats?", "want more seats", "lead"),
    ],
)
def test_what_was_said_is_searched_for(question: str, topic: str, record_type: str | None) -> None:
    tool, arguments = called(question)
    assert tool == "search_activities"
    assert arguments["topic"] == topic
    assert arguments.get("record_type") == record_type


def test_the_rest_of_the_question_narrows() -> None:
    tool, arguments = called("my leads in fintech who find us too expensive")
    assert tool == "search_activities"
    fields = {one["field"].rpartition(".")[2] for one in arguments["conditions"]}
    assert fields == {"industry", "owner"}


@pytest.mark.parametrize(
    "question",
    [
        "leads with a meeting planned",
        "which deals are renewals",
        "deals closing next year",
        "I want my renewals",
    ],
)
def test_what_the_records_hold_is_not_searched_for(question: str) -> None:
    assert called(question)[0] != "search_activities"


def test_the_router_starts_from_its_kept_weights() -> None:
    assert router._kept(embedder(router._ENCODER)) is not None, "make them anew: router().save()"
