"""The companies that are asked about: how each gets into a workspace, and what is true of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.evaluation.checks import Company
from assistant.evaluation.demo import DEMO_NOW, demo_company, demo_questions, make_demo
from assistant.evaluation.questions import Question, read_questions
from assistant.people import add_user
from assistant.workspace import Workspace
from ingest.entities import Role
from tests.evals import maven, workbench

HERE = Path(__file__).parent
DATA = HERE.parent.parent.parent / "shared" / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """One company: its questions, its records, and the moment at which all is asked."""

    now: datetime
    questions: Callable[[], list[Question]]
    make: Callable[[Workspace, Path], None]  # load it; the folder is for files that are made on the way
    company: Callable[[Workspace, Path], Company]


def demo_exam(*, seed: int = 36, phrases: str = "seen") -> Exam:
    """The demo company; another `seed` is another company."""
    return Exam(
        now=DEMO_NOW,
        questions=demo_questions,
        make=lambda workspace, folder: make_demo(workspace, folder, seed=seed, phrases=phrases),
        company=demo_company,
    )


def maven_questions() -> list[Question]:
    """The questions over the Maven set, in every language."""
    return _questions("maven")


def workbench_questions() -> list[Question]:
    """The questions over the WorkBench customers, in every language."""
    return _questions("workbench")


def _questions(name: str) -> list[Question]:
    return [question for file in sorted(HERE.glob(f"{name}.*.yaml")) for question in read_questions(file)]


def _make_maven(workspace: Workspace, _folder: Path) -> None:
    names = ("accounts", "products", "sales_teams", "sales_pipeline")
    files = [DATA / "crm-maven" / f"{name}.csv" for name in names]
    workspace.ingest(files, as_of=maven.NOW.to_pydatetime())
    add_user(workspace.records, maven.ADMIN, name="Ada Admin", role=Role.ADMIN, manager=None)


def _make_workbench(workspace: Workspace, _folder: Path) -> None:
    workspace.ingest([DATA / "workbench-crm" / workbench.FILE], as_of=workbench.NOW.to_pydatetime())
    add_user(workspace.records, workbench.ADMIN, name="Sam Office", role=Role.ADMIN, manager=None)


MAVEN = Exam(
    now=maven.NOW.to_pydatetime(),
    questions=maven_questions,
    make=_make_maven,
    company=lambda _workspace, _folder: maven.MavenCompany(DATA / "crm-maven"),
)
WORKBENCH = Exam(
    now=workbench.NOW.to_pydatetime(),
    questions=workbench_questions,
    make=_make_workbench,
    company=lambda _workspace, _folder: workbench.WorkbenchCompany(DATA / "workbench-crm"),
)
