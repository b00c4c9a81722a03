"""A forgotten person is nowhere any more: not in a table, not in the index, not in a byte of a file."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.persons import find_person, held_on
from assistant.settings import Settings
from assistant.workspace import Workspace
from ingest.errors import BadRequest

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LEADS = """id,name,company,email,phone,status,outcome,owner,created
L-7731,Zénobie Quatremère,Brume SA,zenobie@brume.example,+33 1 70 18 99 42,new,,Maria Lopez,2026-10-20
2,Bob Stone,Stone Ltd,bob@stone.example,,new,,Maria Lopez,2026-10-21
3,Cleo Park,Park Inc,cleo@park.example,,won,won,Maria Lopez,2026-09-21
"""
NOTES = """id,kind,at,subject,text,about
N-5501,email,2026-11-22T10:00:00Z,Tarif,"Marmoset pricing please, says Zénobie Quatremère",L-7731
N-5502,note,2026-11-21T10:00:00Z,Hint,"Bob said to call zenobie@brume.example or 01 70 18 99 42 first",2
"""
TRACES = (
    "Zénobie",
    "Quatremère",
    "zenobie@brume.example",
    "Marmoset",
    "L-7731",
    "70 18 99 42",
    "701899 42",
    "N-5501",
)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for name, text in (("leads.csv", LEADS), ("activities.csv", NOTES)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [tmp_path / "leads.csv", tmp_path / "activities.csv"]


@pytest.fixture
def workspace(tmp_path: Path, files: list[Path]) -> Workspace:
    workspace = Workspace.open(Settings(home=tmp_path / "w"))
    workspace.ingest(files, as_of=NOW)
    maria = workspace.records.user("Maria Lopez")
    for question in (
        "Tell me about Zénobie Quatremère",
        "List my leads",
        "Who asked about marmoset pricing?",
    ):
        workspace.ask(maria, question, session="s", as_of=NOW)
    workspace.ask(maria, "How many leads do I have?", session="other", as_of=NOW)
    return workspace


def written_forms(text: str) -> set[bytes]:
    forms = {text, text.lower(), text.upper(), json.dumps(text)[1:-1]}
    encoded = {form.encode(coding) for form in forms for coding in ("utf-8", "utf-16-le")}
    return encoded | {base64.b64encode(text.encode())[:-4]}


def traces(home: Path) -> list[str]:
    found = []
    for file in home.rglob("*"):
        if file.is_file():
            held = file.read_bytes()
            found += [
                f"{trace} in {file.name}" for trace in TRACES for form in written_forms(trace) if form in held
            ]
    return found


def test_before_there_are_traces_and_afterwards_none(workspace: Workspace) -> None:
    home = workspace.settings.home
    assert traces(home)
    done = workspace.forget(email="zenobie@brume.example")
    assert (done.records, done.activities) == (1, 1)
    assert done.messages >= 2
    assert traces(home) == []


def test_the_others_stay_and_their_notes_lose_only_the_person(workspace: Workspace) -> None:
    workspace.forget(record_id="L-7731")
    maria = workspace.records.user("Maria Lopez")
    answer = workspace.ask(maria, "List my leads", as_of=NOW)
    assert {item.name for finding in answer.findings for item in finding.listed} == {"Bob Stone", "Cleo Park"}
    bob = held_on(workspace.records, find_person(workspace.records, email="bob@stone.example"))
    assert [one["text"] for one in bob["activities"]] == ["Bob said to call [erased] or [erased] first"]
    assert [turn.question for turn in workspace.history.turns(maria, "other")] == [
        "How many leads do I have?"
    ]


def test_an_import_does_not_bring_a_forgotten_person_back(workspace: Workspace, files: list[Path]) -> None:
    workspace.forget(email="zenobie@brume.example")
    workspace.ingest(files, as_of=NOW)
    with pytest.raises(BadRequest, match="Nobody"):
        find_person(workspace.records, email="zenobie@brume.example")
    assert traces(workspace.settings.home) == []


def test_what_is_held_on_a_person_is_one_document(workspace: Workspace) -> None:
    document = held_on(workspace.records, find_person(workspace.records, email="ZENOBIE@brume.example"))
    assert [record["id"] for record in document["records"]] == ["L-7731"]
    assert [one["id"] for one in document["activities"]] == ["N-5501"]
    assert {one["where"] for one in document["mentions"]} >= {"activities", "messages", "audit"}
    assert "password_hash" not in json.dumps(document, default=str)


def test_a_user_who_is_forgotten_leaves_records_with_an_owner(workspace: Workspace) -> None:
    workspace.forget(record_id=workspace.records.user("Maria Lopez").id)
    assert {user.name for user in workspace.records.everybody()} == {"Former user"}
    answer = workspace.ask(workspace.records.everybody()[0], "How many leads do I have?", as_of=NOW)
    assert answer.findings[0].values[0].value == 3


def test_nobody_is_found_under_a_wrong_address(workspace: Workspace) -> None:
    with pytest.raises(BadRequest, match=r"wrong@brume\.example"):
        workspace.forget(email="wrong@brume.example")
