"""A team's shelf: PostgreSQL and a Chroma server answer what SQLite and the embedded index answer."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from assistant.answer_json import as_json
from assistant.evaluation.demo import DEMO_NOW
from assistant.settings import Settings
from assistant.workspace import Workspace
from ingest.demo import generate
from ingest.entities import Role
from ingest.tables import RECORD_TABLES, scores
from tests import test_permissions as permissions
from tests.test_permissions import RECORD_TOOLS, TOOLS, Company, a_marked_company

pytestmark = pytest.mark.slow

# The names in braces are filled in from the company.
QUESTIONS = (
    "Who are my hottest leads this week?",
    "hottest 5 leads",
    "Which of my open deals are most likely to close?",
    "Show me the ten best open leads of my team",
    "Show me my open leads in healthcare",
    "my open leads by last activity, oldest first",
    "open leads with more than 300 employees, largest first",
    "what are my five largest open deals?",
    "Which open deals are due to close this month?",
    "leads whose name contains a, by name",
    "which of my open leads have no email address?",
    "activities of last week",
    "How much is in my pipeline, by stage?",
    "And what is my weighted pipeline?",
    "What is my win rate this year?",
    "win rate by rep this quarter",
    "Compare won deals per rep this quarter",
    "average sales cycle of won deals by industry",
    "median deal size of the renewals we won",
    "number of new leads per month this year",
    "conversion rate by lead source",
    "how many phone calls were there last week?",
    "activities by month this year",
    "average number of activities per open lead",
    "Tell me what I need to know about {account}",
    "what's the story with {lead}?",
    "How is {rep} doing?",
    "Who complained about onboarding?",
    "Who said that we are too expensive?",
    "what did {account} say about price?",
    "Why is {lead} rated so high?",
    "Which of my leads are going cold?",
    "neglected accounts",
    "Which deals are overdue?",
    "Write an email to {lead}",
    "Prepare my call with {account}",
    "Which leads heated up since last week?",
    "What changed since last week?",
    "what should I do next?",
    "Start my day",
    "Who is waiting for my reply?",
    "Find leads similar to {lead}",
    "What do customers talk about most?",
    "What could we cross-sell to my customers?",
    "which of our customers might also buy Relay Connect?",
    "our ten best customers",
    "Welche offenen Leads habe ich in Deutschland?",
    "上周新增了多少线索？",
    "¿Cuánto vale mi pipeline?",
    "What is the password of {rep}?",
    "show me all reps' open deals",
)  # fmt: skip


@pytest.fixture(scope="module")
def shelves(
    tmp_path_factory: pytest.TempPathFactory, postgresql: Callable[[], str], chroma_server: str
) -> Iterator[Mapping[str, Workspace]]:
    """The demo company, loaded into each kind of workspace."""
    folder = tmp_path_factory.mktemp("shelves")
    generate(
        folder / "files", as_of=DEMO_NOW, seed=11, leads=200, accounts=30, opportunities=80, activities=1200,
        months=9,
    )  # fmt: skip
    settings = {
        "sqlite": Settings(home=folder / "sqlite"),
        "postgresql": Settings(home=folder / "postgresql", database_url=postgresql()),
        "chroma server": Settings(
            home=folder / "server", database_url=postgresql(), chroma_url=chroma_server
        ),
    }
    workspaces = {name: Workspace.open(one) for name, one in settings.items()}
    for workspace in workspaces.values():
        workspace.ingest([folder / "files"], as_of=DEMO_NOW)
    yield workspaces
    for workspace in workspaces.values():
        workspace.index.close()
        workspace.records.engine.dispose()


def names(workspace: Workspace, role: Role) -> dict[str, str]:
    """A lead, an account and a rep with the most to tell, as the questions name them."""
    user = asking(workspace, role)
    found = {"rep": asking(workspace, Role.REP).name}
    with workspace.records.seen_by(user, DEMO_NOW) as see:
        for type_ in ("lead", "account"):
            table = RECORD_TABLES[type_]
            unique = select(table.c.name).group_by(table.c.name).having(func.count() == 1)
            found[type_] = str(see(unique.order_by(table.c.name))[0].name)
    return found


def asking(workspace: Workspace, role: Role) -> Any:
    """The user of the role with the first id."""
    return min((one for one in workspace.records.everybody() if one.role is role), key=lambda one: one.id)


def compared(answer: Any) -> Any:
    """An answer without what may differ: how long it took, and the last digits of sums."""
    if isinstance(answer, dict):
        return {key: compared(value) for key, value in answer.items() if key != "elapsed_ms"}
    if isinstance(answer, list):
        return [compared(one) for one in answer]
    return float(f"{answer:.9g}") if isinstance(answer, float) else answer


def test_every_question_has_the_same_answer_on_every_shelf(shelves: Mapping[str, Workspace]) -> None:
    used, answered, asked = set(), 0, 0
    for role in Role:
        words = names(shelves["sqlite"], role)
        for number, question in enumerate(QUESTIONS):
            text = question.format(**words)
            answers = {
                name: compared(
                    as_json(shelf.ask(asking(shelf, role), text, session=f"{role}{number}", as_of=DEMO_NOW))
                )
                for name, shelf in shelves.items()
            }
            assert answers["postgresql"] == answers["sqlite"], text
            assert answers["chroma server"] == answers["sqlite"], text
            asked += 1
            answered += answers["sqlite"]["kind"] == "answer"
            used |= {step["tool"] for step in answers["sqlite"]["steps"]}
            assert all(step["status"] != "error" for step in answers["sqlite"]["steps"]), text
    assert used >= set(TOOLS) - {"run"}, "a tool was asked nothing"
    assert answered > asked / 2


def test_the_scores_are_the_same_on_every_shelf(shelves: Mapping[str, Workspace]) -> None:
    found = {}
    for name, shelf in shelves.items():
        with shelf.records.engine.connect() as connection:
            rows = connection.execute(scores.select().where(scores.c.at == DEMO_NOW))
            found[name] = {(row.type, row.record_id): row.probability for row in rows}
    assert len(found["sqlite"]) > 50
    assert found["postgresql"] == found["chroma server"] == found["sqlite"]


def test_the_same_files_again_change_nothing(shelves: Mapping[str, Workspace], tmp_path: Path) -> None:
    shelf = shelves["postgresql"]
    before = shelf.records.generation
    files = shelf.settings.home.parent / "files"
    assert shelf.ingest([files], as_of=DEMO_NOW).load.changed == frozenset()
    assert shelf.records.generation == before


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_two_users_at_once_get_their_own_answers(shelves: Mapping[str, Workspace], name: str) -> None:
    shelf = shelves[name]
    asked = ("How many open leads do I have?", "hottest 5 leads", "neglected accounts",
             "activities by month this year")  # fmt: skip

    def answers(role: Role) -> list[Any]:
        user = asking(shelf, role)
        found = (as_json(shelf.ask(user, one, as_of=DEMO_NOW)) for one in asked)
        return [compared([one["kind"], one["records"], one["values"]]) for one in found]

    alone = {role: answers(role) for role in (Role.REP, Role.ADMIN)}
    roles = [Role.REP, Role.ADMIN] * 4
    with ThreadPoolExecutor(max_workers=8) as pool:
        together = list(pool.map(answers, roles, timeout=120))
    assert together == [alone[role] for role in roles]
    assert alone[Role.REP] != alone[Role.ADMIN]


@pytest.fixture(scope="module")
def company(postgresql: Callable[[], str]) -> Iterator[Company]:
    """The marked company on PostgreSQL."""
    company = a_marked_company(postgresql())
    yield company
    company[0].engine.dispose()


def test_no_tool_shows_an_unseen_record_on_postgresql(company: Company) -> None:
    permissions.look_for_unseen(company, 400)


@pytest.mark.parametrize("tool", RECORD_TOOLS)
def test_an_unseen_record_does_not_exist_on_postgresql(company: Company, tool: str) -> None:
    permissions.test_a_record_of_somebody_else_is_answered_like_one_that_does_not_exist(company, tool)


def test_counts_and_sums_are_over_what_one_sees_on_postgresql(company: Company) -> None:
    permissions.test_counts_and_sums_are_over_what_one_sees(company)
