"""Orders, support chats and meetings of public sets, loaded with a mapping at most: what is asked of them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from assistant.evaluation.demo import in_process
from assistant.evaluation.runner import Ask
from assistant.evaluation.truth import Frame
from assistant.people import add_user
from assistant.settings import Settings
from assistant.workspace import Workspace
from ingest.entities import Role
from tests.evals.maven import ADMIN
from tests.evals.public_lists import MAPPINGS, is_right

pytestmark = [pytest.mark.slow, pytest.mark.data]
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def asking(name: str, data: Path, folder: Path) -> Ask:
    """A workspace that holds one set."""
    workspace = Workspace.open(Settings(home=folder))
    mapping = MAPPINGS / f"{name}.yaml"
    workspace.ingest([data / name], mapping=mapping if mapping.exists() else None, as_of=NOW)
    add_user(workspace.records, ADMIN, name="Ada Admin", role=Role.ADMIN, manager=None)
    return in_process(workspace, NOW)


def orders(data: Path) -> Frame:
    """One row for each invoice, with what it comes to."""
    lines = pd.read_csv(data / "online-retail-sample" / "online_retail_first_10000.csv.gz")
    lines = lines.assign(amount=lines["Quantity"] * lines["UnitPrice"], day=lines["InvoiceDate"].str[:10])
    columns = {"CustomerID": "first", "Country": "first", "day": "first", "amount": "sum"}
    return lines.groupby("InvoiceNo").agg(columns).reset_index()


ORDERS: Mapping[str, Callable[[Frame], float | Mapping[str, float]]] = {
    "How many orders are there?": lambda frame: float(len(frame)),
    "How many customers are there?": lambda frame: float(frame["CustomerID"].nunique()),
    "total order value": lambda frame: float(frame["amount"].sum()),
    "average order amount": lambda frame: float(frame["amount"].mean()),
    "How many orders did customer 17850 place?": lambda frame: float((frame["CustomerID"] == 17850).sum()),
    "What is the total order amount of customer 13047?": lambda frame: float(
        frame[frame["CustomerID"] == 13047]["amount"].sum()
    ),
    "orders by country": lambda frame: frame["Country"].value_counts().astype(float).to_dict(),
    "average order value by country": lambda frame: frame.groupby("Country")["amount"].mean().to_dict(),
    "sum of order amounts by country": lambda frame: frame.groupby("Country")["amount"].sum().to_dict(),
    "How many orders on 1 December 2010?": lambda frame: float((frame["day"] == "2010-12-01").sum()),
}


def test_what_is_asked_of_a_wholesalers_orders_is_answered_right(tmp_path: Path, shared_data: Path) -> None:
    ask, frame = asking("online-retail-sample", shared_data, tmp_path), orders(shared_data)
    answers = {question: ask(question, ADMIN, f"orders-{question}") for question in ORDERS}
    assert not [
        (q, answers[q]["values"][:3]) for q, truth in ORDERS.items() if not is_right(answers[q], truth(frame))
    ]
    best = frame.sort_values("amount", ascending=False)["InvoiceNo"].head(3)
    assert ids(ask("three biggest orders", ADMIN, "biggest")) == list(best)


CHATS: Mapping[str, float | Mapping[str, float]] = {
    "How many contacts are there?": 3.0,
    "How many chats are there?": 3.0,
    "contacts by member level": {"bronze": 2.0, "gold": 1.0},
    "How many bronze contacts are there?": 2.0,
    "How many chats did Crystal Minh have?": 1.0,
}
CHATTERS: Mapping[str, list[str]] = {
    "Which contacts have the member level gold?": ["aphoenix939"],
    "What is the e-mail address of Alessandro Phoenix?": ["aphoenix939"],
    "Tell me about Crystal Minh": ["cminh730"],
    "chats with Crystal Minh": ["3592"],
    "who wants to return an item": ["cminh730"],
}


def test_what_is_asked_of_a_shops_chats_is_answered_right(tmp_path: Path, shared_data: Path) -> None:
    ask = asking("support-dialogues-abcd", shared_data, tmp_path)
    for question, truth in CHATS.items():
        assert is_right(ask(question, ADMIN, f"chats-{question}"), truth), question
    for question, found in CHATTERS.items():
        assert ids(ask(question, ADMIN, f"chats-{question}"))[: len(found)] == found, question


def ids(answer: Mapping[str, Any]) -> list[str]:
    return [record["id"] for record in answer["records"]]
