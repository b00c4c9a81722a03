"""Whether other wordings of a question, and the same question again, get the same answer.

python -m tests.evals.agreement [--workspace DIR] [--only en]

Two answers agree when they are of one kind and list the same records in the same order; where no records
are asked for, when they state the same figures. What is found by meaning may differ at the edge: four fifths
of all that either lists must be in both.
"""

import argparse
import tempfile
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.evaluation.checks import Answer
from assistant.evaluation.demo import in_process
from assistant.evaluation.questions import Question
from assistant.evaluation.runner import filled, pick
from assistant.settings import Settings
from assistant.workspace import Workspace
from tests.evals.companies import HERE, MAVEN, WORKBENCH, Exam, demo_exam

AGAIN = 8  # how often one question is asked in the same words
_ALIKE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One other wording, and whether it was answered as the question itself."""

    question: Question
    asked: str
    agrees: bool
    answer: Answer


def paraphrases() -> dict[str, Sequence[str]]:
    """The other wordings, by the id of their question."""
    entries = yaml.safe_load((HERE / "paraphrases.yaml").read_text(encoding="utf-8"))
    return {entry["like"]: entry["asks"] for entry in entries}


def compare(exam: Exam, folder: Path, only: str = "") -> tuple[list[Wording], int]:
    """Every other wording of one company's questions; and how many questions changed when asked again."""
    folder.mkdir(parents=True, exist_ok=True)
    workspace = Workspace.open(Settings(home=folder))
    if not workspace.records.everybody():
        exam.make(workspace, folder / "demo")
    company = exam.company(workspace, folder / "demo")
    ask = in_process(workspace, exam.now)
    wordings, unsteady = [], 0
    for question in exam.questions():
        asks = paraphrases().get(question.id, ())
        if only not in ("", question.language) or not asks:
            continue
        picked = pick(question, company)
        who, words = str(picked["me"]["email"]), filled(question.turns[0].ask, picked)
        itself = ask(words, who, f"itself-{question.id}")
        again = [ask(words, who, f"again-{question.id}-{number}") for number in range(AGAIN - 1)]
        unsteady += any(_lasting(one) != _lasting(itself) for one in again)
        for number, other in enumerate(asks):
            asked = filled(other, picked)
            answer = ask(asked, who, f"other-{question.id}-{number}")
            agrees = agree(itself, answer, by_meaning=question.about == "search")
            wordings.append(Wording(question=question, asked=asked, agrees=agrees, answer=answer))
    return wordings, unsteady


def agree(itself: Answer, other: Answer, *, by_meaning: bool = False) -> bool:
    """Whether the other answer is the same one."""
    if itself["kind"] != other["kind"] or _letter(itself) != _letter(other):
        return False
    if not itself["records"]:
        return _figures(itself) <= _figures(other)
    ours, theirs = _records(itself), _records(other)
    if by_meaning:
        return len({*ours} & {*theirs}) >= _ALIKE * len({*ours, *theirs})
    return ours == theirs


def _lasting(answer: Answer) -> tuple[Any, ...]:
    """Everything of an answer but how long it took and in which conversation it was given."""
    return tuple(answer[part] for part in ("answer", "kind", "records", "values", "evidence", "draft"))


def _records(answer: Answer) -> list[tuple[str, str]]:
    return [(one["type"], one["id"]) for one in answer["records"]]


def _figures(answer: Answer) -> Set[tuple[tuple[str, ...], Any, Any]]:
    values = answer["values"]
    return {(tuple(map(str, one["group"].values())), one["value"], one["unit"]) for one in values}


def _letter(answer: Answer) -> tuple[Any, Any] | None:
    draft = answer["draft"]
    return (draft["channel"], draft["to"]) if draft else None


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workspace", type=Path, help="kept between runs; built where there is none")
    parser.add_argument("--only", default="", help="a language")
    given = parser.parse_args()
    wordings: list[Wording] = []
    unsteady = 0
    with tempfile.TemporaryDirectory() as fresh:
        for name, exam in (("demo", demo_exam()), ("maven", MAVEN), ("workbench", WORKBENCH)):
            more, changed = compare(exam, (given.workspace or Path(fresh)) / name, given.only)
            wordings, unsteady = [*wordings, *more], unsteady + changed
    agreed = sum(one.agrees for one in wordings)
    print(f"{agreed} of {len(wordings)} other wordings agree ({agreed / max(len(wordings), 1):.1%})")
    print(f"{unsteady} questions are answered differently when asked {AGAIN} times")
    for one in wordings:
        if not one.agrees:
            tools = [(step["tool"], step["arguments"]) for step in one.answer["steps"]]
            print(f"  {one.question.id}: {one.asked}\n      {one.answer['kind']} {tools}")


if __name__ == "__main__":
    main()
