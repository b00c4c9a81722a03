"""No tool shows what its user may not see, whatever it is asked."""

import inspect
import random
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from assistant.answers import AnswerKind, Finding
from assistant.book import Book
from assistant.tools.toolbox import Toolbox
from ingest.entities import Ref, User
from ingest.errors import HotlistError
from ingest.records import Records
from ingest.tables import RECORD_TABLES, scores, signals
from tests.ingest.test_scope import NOW, a_company, allowed, written
from vectorstore.index import Hit

TOOLS = [name for name, member in inspect.getmembers(Toolbox, callable) if not name.startswith("_")]
TEXTS = {
    "lead": ("name", "company", "title", "email", "phone", "industry", "country", "city", "source",
             "campaign", "product", "status", "description"),
    "opportunity": ("name", "product", "type", "stage"),
    "contact": ("name", "title", "email", "phone"),
    "account": ("name", "industry", "country", "city", "website"),
    "activity": ("subject", "text"),
}  # fmt: skip
CANARY = re.compile(r"zq([a-z]+)(\d+)x")
PREFIX = {"l": "lead", "o": "opportunity", "c": "contact", "a": "account", "x": "activity"}


class LeakyIndex:
    """An index that returns every passage there is, whoever asks."""

    def __init__(self, refs: list[Ref]) -> None:
        self._hits = [Hit(ref=ref, passage_id=str(ref), similarity=0.9, relevance=0.9) for ref in refs]

    def search(self, *_: Any, **__: Any) -> list[Hit]:
        return self._hits

    def matters(self, _text: str) -> dict[str, float]:
        return {}

    def similar_to(self, *_: Any, **__: Any) -> list[Hit]:
        return self._hits


Company = tuple[Records, dict[str, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The marked company on SQLite; `tests/test_shelves.py` asks the same of PostgreSQL."""
    return a_marked_company(tmp_path_factory.mktemp("company") / "records.db")


def a_marked_company(database: Path | str) -> Company:
    """A company in which each text of each record bears a token of its own."""
    rows = a_company(7)
    records = written(database, rows)
    with records.writing() as connection:
        for type_, fields in TEXTS.items():
            table = RECORD_TABLES[type_]
            for (id_,) in connection.execute(table.select().with_only_columns(table.c.id)).all():
                # Half of the texts say "pricing" too, so that a search has something to find.
                token = f"zq{id_[0]}{id_[1:]}x"
                values: dict[str, Any] = {field: f"{field} {token} pricing" for field in fields}
                values |= {"email": f"{token}@example.com"} if "email" in fields else {}
                values |= {"extra": {"Colour": f"colour {token}"}}
                connection.execute(update(table).where(table.c.id == id_).values(values))
        connection.execute(
            update(RECORD_TABLES["opportunity"]).values(amount=1000, currency="EUR", close_on=NOW.date())
        )
        connection.execute(
            scores.insert(),
            [
                {"type": type_, "record_id": f"{prefix}{n}", "at": NOW - timedelta(days=days),
                 "model_id": "m", "probability": 0.3, "low": 0.1, "high": 0.6, "base": 0.3, "level": "rules",
                 "reasons": []}
                for type_, prefix, count in (("lead", "l", 120), ("opportunity", "o", 80))
                for n in range(count)
                for days in (0, 30)
            ],
        )  # fmt: skip
        connection.execute(
            signals.insert(),
            [
                {"activity_id": f"x{n}", "position": 0, "kind": "need", "name": "pricing", "strength": 1.0,
                 "quote": f"quote zqx{n}x", "speaker": "customer"}
                for n in range(160)
            ],
        )  # fmt: skip
    return records, rows


def toolbox(records: Records, rows: dict[str, list[dict[str, Any]]], user: User, see: Any) -> Toolbox:
    refs = [
        Ref(type=PREFIX[row["id"][0]], id=row["id"])
        for name in ("leads", "opportunities", "contacts", "accounts", "activities")
        for row in rows[name]
    ]
    return Toolbox(Book(see, user, NOW, ZoneInfo("UTC")), LeakyIndex(refs), None, lambda _: None)


def said(tool: Callable[..., Finding], arguments: dict[str, Any]) -> Finding | str:
    """What a tool answers, or the sentence by which it refuses such arguments."""
    try:
        return tool(**arguments)
    except HotlistError as error:
        return str(error)


def an_argument(name: str, hint: Any, pick: random.Random) -> Any:
    """A value that a hostile or confused chat model might send."""
    ids = [
        f"{prefix}{pick.randrange(count)}" for prefix, count in (("l", 120), ("o", 80), ("c", 60), ("a", 60))
    ]
    some_record = pick.choice(
        [
            *ids,
            *(f"{PREFIX[id_[0]]}:{id_}" for id_ in ids),
            *(f"name zq{id_[0]}{id_[1:]}x pricing" for id_ in ids),
            *(f"zq{id_[0]}{id_[1:]}x@example.com" for id_ in ids),
            f"u{pick.randrange(20)}", "nobody at all", "", "' or 1=1 --", "my book", "next meeting",
        ]
    )  # fmt: skip
    choices: dict[str, list[Any]] = {
        "record": [some_record],
        "record_type": ["lead", "opportunity", "account", "contact", "activity", "user", "secret"],
        "conditions": [[], [a_condition(pick)], [a_condition(pick), a_condition(pick)]],
        "part": [[], [a_condition(pick)]],
        "by": ["us", "them", "everyone"],
        "kind": [None, "objection", "complaint", "secret"],
        "period": [None, "this week", "last 90 days", "last quarter", "2026-Q4", "nonsense", "next 30 days"],
        "since": ["this week", "last month", "last 40 days", "nonsense"],
        "compare_to": [None, "previous"],
        "period_on": [None, "created_at", "closed_at", "close_on", "at", "last_activity_at"],
        "field": [None, "amount", "score", "days_silent", "Colour"],
        "group_by": [[], ["owner"], ["stage"], ["account.industry"], ["created_at:month"], ["name", "owner"]],
        "measure": ["count", "sum", "average", "median", "min", "max", "win_rate", "conversion_rate",
                    "weighted_sum"],
        "order": ["value", "group"],
        "order_by": [None, "name", "score", "last_activity_at", "amount"],
        "topic": ["pricing", "complaints about onboarding", "zqx1x"],
        "channel": ["email", "message", "call", "summary"],
        "language": [None, "de", "zh"],
        "tone": [None, "shorter", "friendlier"],
        "direction": ["up", "down", "both"],
        "outcome": [None, "won"],
        "product": [None, "pricing"],
    }  # fmt: skip
    if name in choices:
        return pick.choice(choices[name])
    if hint is bool:
        return pick.random() < 0.5
    if "int" in str(hint):
        return pick.choice([0, 1, 5, 1000])
    raise AssertionError(f"say here what a model may send as {name!r}")


def a_condition(pick: random.Random) -> dict[str, Any]:
    field = pick.choice(
        ["owner", "name", "industry", "account.industry", "account.name", "owner.manager", "outcome", "score",
         "contact.title", "Colour", "account.Colour", "password_hash", "created_at", "activity_count"]
    )  # fmt: skip
    op = pick.choice(["is", "is not", "contains", "does not contain", ">", "is empty", "is not empty", "in"])
    value = pick.choice(
        [
            f"u{pick.randrange(20)}",
            "me",
            "my team",
            "everyone",
            "pricing",
            f"zql{pick.randrange(120)}x",
            0.2,
            "open",
        ]
    )
    return {"field": field, "op": op, "value": [value] if op == "in" else value}


def seen_tokens(rows: dict[str, list[dict[str, Any]]], user: User) -> dict[str, set[str]]:
    seen = allowed(rows, user, NOW)
    later = {row["id"] for row in rows["activities"] if row["at"] > NOW}
    about = {activity for activity, _, _ in seen["about"]} if user.role != "admin" else later
    return seen | {"activity": seen["activity"] | (later & about)}


@pytest.mark.parametrize(
    "calls",
    [
        1_000,
        pytest.param(10_000, marks=pytest.mark.slow),
        pytest.param(200_000, marks=pytest.mark.bench),
    ],
)
def test_no_tool_shows_an_unseen_record(company: Company, calls: int) -> None:
    look_for_unseen(company, calls)


def look_for_unseen(company: Company, calls: int) -> None:
    """Call tools as random users with random arguments; no output may hold a token they may not see."""
    records, rows = company
    pick = random.Random(calls)
    people = records.everybody()
    seen = {user.id: seen_tokens(rows, user) for user in people}
    answers = 0
    for _ in range(calls):
        user, tool = pick.choice(people), pick.choice(TOOLS)
        hints = get_type_hints(getattr(Toolbox, tool))
        arguments = {
            name: an_argument(name, hints.get(name), pick)
            for name, parameter in inspect.signature(getattr(Toolbox, tool)).parameters.items()
            if name != "self" and (parameter.default is inspect.Parameter.empty or pick.random() < 0.5)
        }
        with records.seen_by(user, NOW) as see:
            output = said(getattr(toolbox(records, rows, user, see), tool), arguments)
        answers += isinstance(output, Finding) and output.kind is AnswerKind.ANSWER
        asked = repr(arguments)
        for prefix, number in CANARY.findall(repr(output)):
            token, id_ = f"zq{prefix}{number}x", f"{prefix}{number}"
            visible = id_ in seen[user.id][PREFIX[prefix]]
            assert visible or token in asked, f"{user.id} saw {id_} through {tool}({arguments})"
    assert answers > calls / 10, "hardly a call found anything: the test looks at nothing"
    print(f"{calls} tool outputs checked, {answers} of them answers, 0 foreign tokens")


RECORD_TOOLS = [tool for tool in TOOLS if "record" in inspect.signature(getattr(Toolbox, tool)).parameters]


@pytest.mark.parametrize("tool", RECORD_TOOLS)
def test_a_record_of_somebody_else_is_answered_like_one_that_does_not_exist(
    company: Company, tool: str
) -> None:
    records, rows = company
    pick = random.Random(3)
    for user in records.everybody():
        seen = allowed(rows, user, NOW)
        hidden = sorted({row["id"] for row in rows["leads"]} - seen["lead"])
        if not hidden:
            continue
        id_ = pick.choice(hidden)
        found = []
        for typed in (f"lead:{id_}", "lead:l9999"):
            with records.seen_by(user, NOW) as see:
                call: Callable[..., Finding] = getattr(toolbox(records, rows, user, see), tool)
                extra = {"topic": "pricing"} if tool == "search_activities" else {}
                found.append(repr(call(record=typed, **extra)).replace(typed.removeprefix("lead:"), "ID"))
        assert found[0] == found[1], (user, tool)
        assert "kind=<AnswerKind.ANSWER" not in found[0]


def test_counts_and_sums_are_over_what_one_sees(company: Company) -> None:
    records, rows = company
    for user in records.everybody():
        seen = allowed(rows, user, NOW)
        with records.seen_by(user, NOW) as see:
            tools = toolbox(records, rows, user, see)
            for type_ in ("lead", "opportunity", "contact", "account"):
                count = tools.summarise_records(record_type=type_, measure="count")
                assert [value.value for value in count.values][:1] == [len(seen[type_])], (user, type_)
            total = tools.summarise_records(record_type="opportunity", measure="sum", field="amount")
            amounts = [value.value or 0 for value in total.values if value.unit == "EUR"]
            assert sum(amounts) == 1000 * len(seen["opportunity"])


def test_no_tool_can_be_told_who_is_asking() -> None:
    for tool in TOOLS:
        parameters = set(inspect.signature(getattr(Toolbox, tool)).parameters)
        assert not parameters & {"user", "user_id", "owner", "owner_id", "role", "as_user", "scope", "at"}
