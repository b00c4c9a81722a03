"""The demo company as Salesforce, HubSpot and plain files, clean and dirty: one answer to each question."""

from pathlib import Path

import pytest

from assistant.evaluation.checks import Company
from assistant.evaluation.demo import demo_questions
from assistant.evaluation.questions import Question
from assistant.evaluation.runner import pick, run
from tests.evals.forms import FORMS, asking, make_form, the_company

SIZES = {"leads": 200, "accounts": 30, "opportunities": 80, "activities": 1_500}
ASKED = 40


def askable(company: Company) -> list[Question]:
    """All but those after talk: whose an activity is differs where a lead and its contact are one record."""
    found = []
    for question in demo_questions():
        if question.language != "en" or question.held_out or question.about == "search":
            continue
        try:
            pick(question, company)
        except LookupError:
            continue  # this small company holds no such record
        found.append(question)
    return found


@pytest.mark.slow
def test_forty_questions_get_the_same_answers_from_all_six(tmp_path: Path) -> None:
    wrong: dict[tuple[str, bool], list[str]] = {}
    questions: list[Question] = []
    for form, dirty in FORMS:
        workspace, ids = make_form(tmp_path / f"{form}-{dirty}", form, dirty=dirty, **SIZES)
        reference = tmp_path / "salesforce-False"
        company = the_company(workspace, ids, reference / "export", reference / "truth")
        report = run(questions or askable(company), company, asking(workspace, ids))
        failed = {one.question.id for one in report.outcomes if not one.right}
        if not questions:  # what the clean Salesforce files answer is what all must answer
            right = {one.question.id: one.question for one in report.outcomes}
            right = {id_: question for id_, question in right.items() if id_ not in failed}
            questions = list(right.values())[:: len(right) // ASKED][:ASKED]
            continue
        wrong[form, dirty] = [
            f"{one.question.id}.{one.turn} {one.asked}: {one.failures}"
            for one in report.outcomes
            if not one.right
        ]
    assert len(questions) == ASKED
    assert not any(wrong.values()), wrong
