"""Counts answers that state a number, name or date that nothing found holds; there must be none.

python -m tests.evals.grounded [--answers 1000] [--workspace DIR]

Every question of the sets is asked, held-out ones too, and then one record after the other: described,
explained, caught up on, written to.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from assistant.evaluation.checks import Answer, Company
from assistant.evaluation.demo import in_process
from assistant.evaluation.runner import Ask, filled, pick
from assistant.settings import Settings
from assistant.workspace import Workspace
from tests.evals.companies import MAVEN, WORKBENCH, Exam, demo_exam

_EXAMS = {"demo": demo_exam(), "maven": MAVEN, "workbench": WORKBENCH}
# What is asked of each record, by its part of the company.
_EACH = {
    "leads": (
        "Why is {name} scored like that?",
        "Tell me about {name}",
        "What happened with {name} in the last 30 days?",
        "Schreib {name} eine kurze Mail",
        "为什么{name}是这个评分？",
        "¿Qué podría hacer para mejorar la puntuación de {name}?",
        "Prepare me for a call with {name}",
        "Who is similar to {name}?",
    ),
    "accounts": (
        "What do I need to know about {name}?",
        "Fasse {name} für mich zusammen",
        "¿Qué más le podemos vender a {name}?",
        "{name}最近有什么变化？",
    ),
    "deals": ("Why is the deal {name} at this score?", "What is the next step on {name}?"),
}
_BOOKS = (
    "summarize this week's outreach for my manager",
    "what changed in the last {n} days?",
    "leads not contacted in {n} days",
    "deals closing in the next {n} days",
    "new leads of the last {n} days by source",
    "Zusammenfassung der letzten {n} Tage für meine Chefin",
    "过去{n}天有什么变化？",
    "resumen de los últimos {n} días para mi jefe",
)


def answers(exam: Exam, folder: Path) -> Iterator[Answer]:
    """The answers to all questions of one company, then to those about its records, without end in sight."""
    workspace = Workspace.open(Settings(home=folder))
    if not workspace.records.everybody():
        exam.make(workspace, folder / "demo")
    company = exam.company(workspace, folder / "demo")
    ask = in_process(workspace, exam.now)
    for question in exam.questions():
        picked = pick(question, company)
        for turn in question.turns:
            yield ask(filled(turn.ask, picked), str(picked["me"]["email"]), f"grounded-{question.id}")
    if exam is _EXAMS["demo"]:
        yield from _of_each(company, ask)


def _of_each(company: Company, ask: Ask) -> Iterator[Answer]:
    asked = 0
    for who in ("rep", "rep2", "manager"):
        email, frames = str(company.user(who)["email"]), company.seen_by(who)
        for n in (3, 7, 10, 21, 45):
            for words in _BOOKS:
                asked += 1
                yield ask(words.format(n=n), email, f"grounded-{asked}")
        for part, several in _EACH.items():
            for position, name in enumerate(frames[part]["name"]):
                asked += 1
                yield ask(several[position % len(several)].format(name=name), email, f"grounded-{asked}")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=1000)
    parser.add_argument("--workspace", type=Path, help="kept between runs; built where there is none")
    given = parser.parse_args()
    count, guilty = 0, 0
    with tempfile.TemporaryDirectory() as fresh:
        for name in ("maven", "workbench", "demo"):
            folder = (given.workspace or Path(fresh)) / name
            folder.mkdir(parents=True, exist_ok=True)
            for answer in answers(_EXAMS[name], folder):
                count += 1
                if answer["ungrounded"]:
                    guilty += 1
                    tools = [step["tool"] for step in answer["steps"]]
                    print(f"  {answer['question']!r} ({tools}): {answer['ungrounded'][:6]}")
                if count >= given.answers:
                    break
    print(f"{guilty} of {count} answers state something that nothing holds")


if __name__ == "__main__":
    main()
