"""The questions kept as data become the calls that they should, by language and company."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assistant.understanding.cases import Case, cases, is_right, run

QUESTIONS = Path(__file__).parent / "questions"
# What must be right of the questions that were kept apart while building.
FLOOR = 0.92


def asked(name: str) -> Iterator[tuple[Case, bool, str]]:
    for case, plan in run(cases(QUESTIONS / f"{name}.txt")):
        got = plan.reply.lines[0].key if plan.reply else str([(c.tool, c.arguments) for c in plan.calls])
        yield case, is_right(case, plan), got


@pytest.mark.parametrize("name", ["dev", "dev2", "dev3", "dev4"])
def test_the_questions_used_while_building_are_all_understood(name: str) -> None:
    wrong = [f"{case.line}: {case.question} -> {got}" for case, right, got in asked(name) if not right]
    assert not wrong, "\n".join(wrong)


def test_the_questions_kept_apart_are_understood_nearly_as_well() -> None:
    outcomes = [right for _, right, _ in asked("held")]
    assert sum(outcomes) / len(outcomes) >= FLOOR


def test_no_question_is_answered_by_a_call_that_no_tool_takes() -> None:
    import inspect

    from assistant.tools import Toolbox

    for name in ("dev", "dev2", "dev3", "dev4", "held"):
        for case, plan in run(cases(QUESTIONS / f"{name}.txt")):
            for call in plan.calls:
                inspect.signature(getattr(Toolbox, call.tool)).bind(None, **call.arguments), case.question
