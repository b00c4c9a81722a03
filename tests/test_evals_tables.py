"""The questions over public tables: what counts as told, and which questions there are."""

from pathlib import Path
from typing import Any

import pytest

from tests.evals.table_questions import TableQuestion, ask_all, table_questions


def answer(**parts: Any) -> dict[str, Any]:
    return {"kind": "answer", "answer": "Here you are.", "records": [], "values": [], **parts}


def verdict(rows: list[list[Any]], **parts: Any) -> str:
    question = TableQuestion(id="1", database="x", question="?", answers=[rows], held_out=False)
    return question.verdict(answer(**parts))


def figure(value: float, **group: str) -> dict[str, Any]:
    return {"label": "x", "group": group, "value": value, "unit": "count"}


def record(identity: str, name: str) -> dict[str, str]:
    return {"type": "contact", "id": identity, "name": name}


def test_a_single_figure_must_be_the_first_that_is_stated() -> None:
    assert verdict([[8]], values=[figure(8)]) == "right"
    assert verdict([[8]], values=[figure(9), figure(8)]) == "wrong"
    assert verdict([[8]], values=[figure(8, state="Ohio")]) == "wrong"
    assert verdict([[8]], answer="8 customers") == "wrong"


def test_a_list_must_hold_all_and_no_more() -> None:
    ann, bob, cy = record("1", "Ann"), record("2", "Bob"), record("3", "Cy")
    assert verdict([["Ann"], ["Bob"]], records=[bob, ann]) == "right"
    assert verdict([["Ann"], ["Bob"]], records=[ann]) == "wrong"
    assert verdict([["Ann"], ["Bob"]], records=[ann, bob, cy]) == "wrong"


def test_the_most_of_something_must_stand_first() -> None:
    groups = [figure(9, method="Cash"), figure(4, method="Card")]
    assert verdict([["Cash"]], values=groups) == "right"
    assert verdict([["Cash"]], answer="Cash or Card", records=[record("7", "x"), record("8", "y")]) == "wrong"


def test_ids_and_dates_are_found_as_people_write_them() -> None:
    assert verdict([["Ann", 12]], records=[record("12", "Ann")]) == "right"
    assert verdict([["Ann", 2]], records=[record("12", "Ann")]) == "wrong"
    said = {"records": [record("1", "Ann")], "answer": "Ann | 4 Mar 2018"}
    assert verdict([["Ann", "2018-03-04 07:16:22"]], **said) == "right"
    assert verdict([["Ann", "2018-03-05 07:16:22"]], **said) == "wrong"


def test_an_answer_that_is_none_is_declined() -> None:
    assert verdict([[8]], kind="refused") == verdict([[8]], kind="empty") == "declined"


@pytest.mark.data
def test_the_listed_questions_are_all_there(shared_data: Path) -> None:
    questions = table_questions(shared_data)
    assert len(questions) == 59
    assert sum(one.held_out for one in questions) == 21
    assert {one.database for one in questions} == {
        *("customer_complaints", "customers_and_addresses", "insurance_policies", "broker")
    }


@pytest.mark.slow
@pytest.mark.data
def test_table_questions_are_answered_right_or_declined(tmp_path: Path, shared_data: Path) -> None:
    questions = table_questions(shared_data)
    verdicts = [verdict for verdict, _ in ask_all(questions, shared_data, tmp_path).values()]
    assert verdicts.count("right") >= 0.35 * len(questions)
    assert verdicts.count("wrong") <= 0.02 * len(questions)
