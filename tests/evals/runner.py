"""Runs a list of questions against anything that answers, in process or through the command line.

python -m tests.evals.runner demo  [--workspace DIR] [--only en] [--held-out] [--json FILE]
python -m tests.evals.runner maven | workbench
python -m tests.evals.runner demo --batch     # through `hotlist ask --batch`
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from assistant.evaluation.checks import Answer, Company
from assistant.evaluation.demo import in_process
from assistant.evaluation.questions import Question
from assistant.evaluation.runner import Ask, Report, filled, pick, run
from assistant.settings import Settings
from assistant.workspace import Workspace
from tests.evals.companies import MAVEN, WORKBENCH, Exam, demo_exam


def through_batch(folder: Path, questions: Sequence[Question], company: Company, as_of: str) -> Ask:
    """The answers of `hotlist ask --batch`, all asked in one go."""
    lines = []
    for question in questions:
        picked = pick(question, company)
        lines += [
            {
                "id": f"{question.id}.{number}",
                "user": picked["me"]["email"],
                "question": filled(turn.ask, picked),
                "session": f"evaluation-{question.id}",
            }
            for number, turn in enumerate(question.turns)
        ]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False, encoding="utf-8") as batch:
        batch.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    command = [
        "-m",
        "assistant",
        "ask",
        "--batch",
        batch.name,
        "--workspace",
        str(folder),
        "--as-of",
        as_of,
        "--json",
    ]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True)
    answers: dict[tuple[str, str], Answer] = {
        (one["question"], one["session"]): one for one in map(json.loads, done.stdout.splitlines())
    }

    def ask(question: str, _user: str, session: str) -> Answer:
        return answers[question, session]

    return ask


def evaluate(exam: Exam, folder: Path, questions: Sequence[Question], *, batch: bool = False) -> Report:
    """Build the workspace where there is none, and ask."""
    workspace = Workspace.open(Settings(home=folder))
    if not workspace.records.everybody():
        exam.make(workspace, folder / "demo")
    company = exam.company(workspace, folder / "demo")
    now = exam.now
    ask = through_batch(folder, questions, company, now.isoformat()) if batch else in_process(workspace, now)
    return run(questions, company, ask)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", choices=["demo", "maven", "workbench"])
    parser.add_argument("--workspace", type=Path, help="kept between runs; built where there is none")
    parser.add_argument("--only", help="a language, a kind of question, or the beginning of an id")
    parser.add_argument("--held-out", action="store_true", help="count the untouched questions too")
    parser.add_argument(
        "--name-held-out", action="store_true", help="say which of them failed: to check the questions only"
    )
    parser.add_argument("--batch", action="store_true", help="through the command line")
    parser.add_argument("--seed", type=int, default=36, help="another demo company")
    parser.add_argument("--phrases", choices=["seen", "unseen"], default="seen")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    exams = {
        "demo": demo_exam(seed=given.seed, phrases=given.phrases),
        "maven": MAVEN,
        "workbench": WORKBENCH,
    }
    exam = exams[given.set]
    questions = [one for one in exam.questions() if given.held_out or not one.held_out]
    if given.only:
        questions = [
            one
            for one in questions
            if given.only in (one.language, one.about) or one.id.startswith(given.only)
        ]
    with tempfile.TemporaryDirectory() as fresh:
        folder = given.workspace or Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        report = evaluate(exam, folder, questions, batch=given.batch)
    print(report.text(held_out=given.name_held_out))
    if given.json:
        given.json.write_text(
            json.dumps(report.as_json(held_out=given.name_held_out), ensure_ascii=False, indent=2),
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
