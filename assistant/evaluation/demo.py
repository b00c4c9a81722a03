"""The evaluation set that ships with the product: a demo company, questions over it, and their answers."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import select

from assistant.answer_json import as_json
from assistant.evaluation.questions import Question, read_questions
from assistant.evaluation.runner import Ask, Report, run
from assistant.evaluation.salesforce import SalesforceCompany
from ingest.demo import generate
from ingest.tables import models, scores

if TYPE_CHECKING:
    from assistant.workspace import Workspace

# A moment that stays, so that the questions and their answers stay the same.
DEMO_NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
_QUESTIONS = Path(__file__).parent / "questions"
Progress = Callable[[str, float], None]


def evaluate(workspace: "Workspace", folder: Path, *, progress: Progress) -> Report:
    """Fill an empty workspace with the demo company, ask all questions, and count the right answers.

    `folder` takes the company's files; the answers are worked out from these by pandas, apart from
    everything that the product does with them.
    """
    progress("making the demo company", 0.0)
    make_demo(workspace, folder, progress=progress)
    progress("asking", 0.0)
    return run(demo_questions(), demo_company(workspace, folder), in_process(workspace, DEMO_NOW))


def demo_questions() -> list[Question]:
    """All questions over the demo company, in every language."""
    return [question for file in sorted(_QUESTIONS.glob("demo.*.yaml")) for question in read_questions(file)]


def make_demo(
    workspace: "Workspace",
    folder: Path,
    *,
    seed: int = 36,
    phrases: str = "seen",
    progress: Progress = lambda _what, _done: None,
) -> None:
    """Write a demo company's files and load them; another `seed` is another company."""
    generate(folder / "export", as_of=DEMO_NOW, truth=folder / "truth", seed=seed, phrases=phrases)
    workspace.ingest([folder / "export"], as_of=DEMO_NOW, progress=progress)


def demo_company(workspace: "Workspace", folder: Path) -> SalesforceCompany:
    """What the files hold, and the workspace's own scores: these are not checked, only their use is."""

    def scored(moment: pd.Timestamp) -> dict[str, float]:
        at = moment.to_pydatetime()
        workspace.score(as_of=at)
        used = select(models.c.id).where(models.c.in_use)
        statement = select(scores.c.record_id, scores.c.probability).where(
            scores.c.at == at, scores.c.model_id.in_(used)
        )
        with workspace.records.engine.connect() as connection:
            return {row.record_id: row.probability for row in connection.execute(statement)}

    return SalesforceCompany(
        folder / "export",
        now=pd.Timestamp(DEMO_NOW),
        scores=scored,
        themes=folder / "truth" / "themes.csv",
    )


def in_process(workspace: "Workspace", at: datetime) -> Ask:
    """Ask the workspace itself."""

    def ask(question: str, user: str, session: str) -> dict[str, Any]:
        who = workspace.records.user(user)
        return as_json(workspace.ask(who, question, session=session, as_of=at))

    return ask
