"""Runs a list of questions against anything that answers, in process or through the command line.

python -m tests.evals.runner demo  [--workspace DIR] [--only en] [--held-out] [--json FILE]
python -m tests.evals.runner maven
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
from assistant.evaluation.demo import DEMO_NOW, demo_company, demo_questions, in_process, make_demo
from assistant.evaluation.questions import Question, read_questions
from assistant.evaluation.runner import Ask, Report, filled, pick, run
from assistant.people import add_user
from assistant.settings import Settings
from assistant.workspace import Workspace
from ingest.entities import Role
from tests.evals.maven import ADMIN, NOW, MavenCompany

HERE = Path(__file__).parent
MAVEN = HERE.parent.parent.parent / "shared" / "data" / "crm-maven"


def maven_questions() -> list[Question]:
    """The questions over the Maven set, in every language."""
    return [question for file in sorted(HERE.glob("maven.*.yaml")) for question in read_questions(file)]


def make_maven(workspace: Workspace, data: Path) -> None:
    """Load the Maven files as they are, and add an admin."""
    files = [data / f"{name}.csv" for name in ("accounts", "products", "sales_teams", "sales_pipeline")]
    workspace.ingest(files, as_of=NOW.to_pydatetime())
    add_user(workspace.records, ADMIN, name="Ada Admin", role=Role.ADMIN, manager=None)


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


def evaluate(
    name: str,
    folder: Path,
    questions: Sequence[Question],
    *,
    batch: bool = False,
    seed: int = 36,
    phrases: str = "seen",
) -> Report:
    """Build the workspace where there is none, and ask."""
    workspace = Workspace.open(Settings(home=folder))
    made = bool(workspace.records.everybody())
    company: Company
    if name == "demo":
        if not made:
            make_demo(workspace, folder / "demo", seed=seed, phrases=phrases)
        company, now = demo_company(workspace, folder / "demo"), DEMO_NOW
    else:
        if not made:
            make_maven(workspace, MAVEN)
        company, now = MavenCompany(MAVEN), NOW.to_pydatetime()
    ask = through_batch(folder, questions, company, now.isoformat()) if batch else in_process(workspace, now)
    return run(questions, company, ask)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", choices=["demo", "maven"])
    parser.add_argument("--workspace", type=Path, help="kept between runs; built where there is none")
    parser.add_argument("--only", help="a language, a kind of question, or the beginning of an id")
    parser.add_argument("--held-out", action="store_true", help="the untouched questions too")
    parser.add_argument("--batch", action="store_true", help="through the command line")
    parser.add_argument("--seed", type=int, default=36, help="another demo company")
    parser.add_argument("--phrases", choices=["seen", "unseen"], default="seen")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    questions = demo_questions() if given.set == "demo" else maven_questions()
    questions = [one for one in questions if given.held_out or not one.held_out]
    if given.only:
        questions = [
            one
            for one in questions
            if given.only in (one.language, one.about) or one.id.startswith(given.only)
        ]
    with tempfile.TemporaryDirectory() as fresh:
        folder = given.workspace or Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        report = evaluate(
            given.set, folder, questions, batch=given.batch, seed=given.seed, phrases=given.phrases
        )
    print(report.text())
    if given.json:
        given.json.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
