"""What changed in the CRM comes into the workspace: nothing lost and nothing twice, whatever fails."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.crm.patience import Patience
from ingest.crm.salesforce import Salesforce, SalesforceLogin
from ingest.crm.source import Crm
from ingest.crm.sync import sync
from ingest.errors import CrmUnavailable
from ingest.load_report import LoadReport
from ingest.records import Records
from tests.ingest.conftest import NOW, Shelf
from tests.ingest.crm.servers import Server, World, salesforce

HASTY = Patience(attempts=6, pause=0.01, longest=1.0)
FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gita", "Hugo", "Ines", "Jon", "Kira", "Liam")
LAST = ("Abel", "Brandt", "Costa", "Dahl", "Egger", "Fuchs", "Garcia", "Holm", "Ivanov", "Jansen")


def a_salesforce() -> World:
    world = World(
        columns={
            "User": ["Username", "Email", "FirstName", "LastName", "ManagerId", "IsActive"],
            "Account": ["Name", "Industry", "OwnerId", "CreatedDate"],
            "Lead": ["FirstName", "LastName", "Company", "Email", "Status", "IsConverted", "OwnerId",
                     "CreatedDate", "Region__c"],
            "Opportunity": ["Name", "AccountId", "StageName", "Amount", "CloseDate", "IsClosed", "IsWon",
                            "OwnerId", "CreatedDate"],
            "Task": ["Subject", "Description", "WhoId", "WhatId", "ActivityDate", "OwnerId", "CreatedDate",
                     "TaskSubtype", "Status"],
        }
    )  # fmt: skip
    for n in range(3):
        world.put("User", f"005{n}", Username=f"rep{n}@us.example", Email=f"rep{n}@us.example",
                  FirstName=FIRST[n], LastName=LAST[n], ManagerId="0050" if n else None,
                  IsActive=True)  # fmt: skip
    for n in range(30):
        world.put("Account", f"001{n}", Name=f"Company No{n} of {LAST[n % 10]}", Industry="Energy",
                  OwnerId="0051", CreatedDate="2026-01-05T10:00:00.000+0000")  # fmt: skip
    for n in range(120):
        a_lead(world, n)
    for n in range(60):
        world.put("Opportunity", f"006{n}", Name=f"Deal {n}", AccountId=f"001{n % 30}", StageName="Proposal",
                  Amount=1000.5 + n, CloseDate="2026-12-24", IsClosed=False, IsWon=False, OwnerId="0051",
                  CreatedDate="2026-02-05T10:00:00.000+0000")  # fmt: skip
    for n in range(150):
        a_task(world, n)
    return world


def a_lead(world: World, n: int, **values: object) -> None:
    world.put("Lead", f"00Q{n}", **{
        "FirstName": FIRST[n % 12], "LastName": f"{LAST[n % 10]}{n}", "Company": f"Firm {n}",
        "Email": f"p{n}@firm{n}.example", "Status": "Working", "IsConverted": False, "OwnerId": f"005{n % 3}",
        "CreatedDate": "2026-03-05T10:00:00.000+0000", "Region__c": "North"} | values)  # fmt: skip


def a_task(world: World, n: int, **values: object) -> None:
    world.put("Task", f"00T{n}", **{
        "Subject": f"Call {n}", "Description": f"Said {n} things.", "WhoId": f"00Q{n % 120}", "WhatId": None,
        "ActivityDate": "2026-04-05", "OwnerId": "0051", "CreatedDate": "2026-04-05T10:00:00.000+0000",
        "TaskSubtype": "Call", "Status": "Completed"} | values)  # fmt: skip


@pytest.fixture
def world() -> World:
    return a_salesforce()


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with salesforce(world).running() as running:
        yield running


def signed_in(server: Server) -> Salesforce:
    return Salesforce(SalesforceLogin(instance_url=server.url, access_token="t"), HASTY)


def synced(shelf: Shelf, crm: Crm) -> LoadReport:
    return sync(
        shelf.records, crm, shelf.folder / "sync", now=NOW, timezone=ZoneInfo("UTC"), progress=lambda *_: None
    )


def agree(shelf: Shelf, world: World) -> None:
    """The workspace holds what the CRM holds, no more and no less."""
    users, leads, tasks = shelf.rows("user"), shelf.rows("lead"), shelf.rows("activity")
    assert set(users) >= set(world.alive("User"))
    assert set(shelf.rows("account")) == set(world.alive("Account"))
    assert set(leads) == set(world.alive("Lead"))
    for id_, one in world.alive("Lead").items():
        assert (leads[id_]["status"], leads[id_]["email"], leads[id_]["owner_id"]) == (
            one["Status"], one["Email"], one["OwnerId"],
        )  # fmt: skip
    deals = {id_: row["amount"] for id_, row in shelf.rows("opportunity").items()}
    assert deals == {id_: one["Amount"] for id_, one in world.alive("Opportunity").items()}
    assert {id_: row["text"] for id_, row in tasks.items()} == {
        id_: one["Description"] for id_, one in world.alive("Task").items()
    }


def change(world: World, pick: random.Random) -> None:
    """A day's work: new, changed, deleted and restored records."""
    for n in pick.sample(range(120), 15):
        a_lead(world, n, Status=pick.choice(["Nurturing", "Open", "Contacted"]))
    for n in pick.sample(range(150), 10):
        a_task(world, n, Description=f"Said more {pick.random()}.")
    for n in pick.sample(range(30), 4):
        world.put("Opportunity", f"006{n}", Amount=round(pick.uniform(1, 9e4), 2))
    for kind, prefix, count in (("Lead", "00Q", 120), ("Task", "00T", 150), ("Opportunity", "006", 60)):
        for n in pick.sample(range(count), 5):
            world.delete(kind, f"{prefix}{n}")
    number = 1000 + world.second
    a_lead(world, number)
    a_task(world, number, WhoId=f"00Q{number}")


def test_a_first_sync_brings_everything(shelf: Shelf, server: Server, world: World) -> None:
    report = synced(shelf, signed_in(server))
    assert report.rejected == ()
    agree(shelf, world)
    assert shelf.about("00T5") == {("lead", "00Q5")}
    assert {row["role"] for row in shelf.rows("user").values()} == {"manager", "rep"}
    assert shelf.rows("lead")["00Q1"]["extra"]["Region__c"] == "North"
    assert not (shelf.folder / "sync" / "salesforce").exists(), "nothing is left lying about"


def test_a_later_sync_brings_what_changed_and_takes_what_was_deleted(
    shelf: Shelf, server: Server, world: World
) -> None:
    synced(shelf, signed_in(server))
    pick = random.Random(3)
    for _ in range(3):
        world.second += 3600
        change(world, pick)
        server.requests = 0
        report = synced(shelf, signed_in(server))
        agree(shelf, world)
        assert report.changed
        assert report.removed
        assert server.requests < 20, "it asks for what changed, not for everything"
    generation = shelf.records.generation
    assert synced(shelf, signed_in(server)).changed == frozenset()
    assert shelf.records.generation == generation


def test_a_new_column_comes_along_and_an_old_one_may_go(shelf: Shelf, server: Server, world: World) -> None:
    synced(shelf, signed_in(server))
    world.second += 3600
    world.columns["Lead"].remove("Region__c")
    world.columns["Lead"].append("Mood__c")
    a_lead(world, 7, Mood__c="sunny", Status="Open")
    synced(shelf, signed_in(server))
    assert shelf.rows("lead")["00Q7"]["extra"]["Mood__c"] == "sunny"
    agree(shelf, world)


def test_what_the_crm_does_not_have_is_left_out(shelf: Shelf, server: Server, world: World) -> None:
    del world.columns["Opportunity"], world.records["Opportunity"]
    synced(shelf, signed_in(server))
    agree(shelf, world)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ('{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "x"}', "tomorrow"),
        ('{"errorCode": "INVALID_SESSION_ID", "message": "x"}', "credentials"),
        ('{"errorCode": "MALFORMED_QUERY", "message": "x"}', "MALFORMED_QUERY"),
    ],
)
def test_a_refusal_is_said_in_one_sentence(shelf: Shelf, server: Server, answer: str, said: str) -> None:
    server.faults.append(answer)
    with pytest.raises(CrmUnavailable, match=said):
        synced(shelf, signed_in(server))
    assert shelf.rows("lead") == {}


def test_a_server_that_stays_down_leaves_the_workspace_as_it_was(
    shelf: Shelf, server: Server, world: World
) -> None:
    synced(shelf, signed_in(server))
    before = shelf.rows("lead")
    change(world, random.Random(1))
    server.faults.extend(["503"] * HASTY.attempts)
    with pytest.raises(CrmUnavailable, match="run this again"):
        synced(shelf, signed_in(server))
    assert shelf.rows("lead") == before
    synced(shelf, signed_in(server))
    agree(shelf, world)


SYNCER = """
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from ingest.crm.hubspot import HubSpot, HubSpotLogin
from ingest.crm.patience import Patience
from ingest.crm.salesforce import Salesforce, SalesforceLogin
from ingest.crm.sync import sync
from ingest.records import Records

name, url, database, folder = sys.argv[1:]
patience = Patience(attempts=6, pause=0.01, longest=1.0)
crm = (
    Salesforce(SalesforceLogin(instance_url=url, access_token="t"), patience) if name == "salesforce"
    else HubSpot(HubSpotLogin(access_token="t", base_url=url), patience)
)
records = Records(Path(database) if "://" not in database else database)
sync(records, crm, Path(folder), now=datetime.fromisoformat("2026-11-24T09:00:00+00:00"),
     timezone=ZoneInfo("UTC"), progress=lambda *_: None)
"""


def until_it_ends(name: str, server: Server, database: Path | str, folder: Path) -> int:
    """Run the sync in processes of its own until one ends well; gives how many were killed."""
    killed = 0
    for _ in range(60):
        process = subprocess.Popen(
            [sys.executable, "-c", SYNCER, name, server.url, str(database), str(folder)],
            stderr=subprocess.PIPE,
        )
        server.victim = lambda pid=process.pid: pid
        _, said = process.communicate(timeout=120)
        if process.returncode == 0:
            return killed
        assert process.returncode == -signal.SIGKILL or b"CrmUnavailable" in said, said.decode()
        killed += process.returncode == -signal.SIGKILL
    raise AssertionError("the sync never ended")


def thirty_faults(pick: random.Random) -> list[str]:
    schema = '{"errorCode": "INVALID_FIELD", "message": "no such column"}'
    locator = '{"errorCode": "INVALID_QUERY_LOCATOR", "message": "gone"}'
    faults = ["429"] * 5 + ["500", "502", "503", "503"] + ["hang up"] * 6 + ["cut"] * 6 + ["kill"] * 6
    faults += [schema, locator, locator]
    assert len(faults) == 30
    pick.shuffle(faults)
    return faults


@pytest.mark.slow
@pytest.mark.parametrize("kept_in", ["sqlite", "postgresql"])
def test_thirty_faults_lose_nothing_and_double_nothing(
    tmp_path: Path, server: Server, world: World, request: pytest.FixtureRequest, kept_in: str
) -> None:
    shelf = Shelf(tmp_path)
    database: Path | str = tmp_path / "workspace" / "records.db"
    if kept_in == "postgresql":
        database = str(request.getfixturevalue("postgresql")())
        shelf.records = Records(database)
    pick = random.Random(30)
    server.faults.extend(thirty_faults(pick))
    server.every = 2
    killed = until_it_ends("salesforce", server, database, tmp_path / "sync")
    agree(shelf, world)
    while server.faults:
        world.second += 3600
        change(world, pick)
        killed += until_it_ends("salesforce", server, database, tmp_path / "sync")
        agree(shelf, world)
    assert len(server.met) == 30
    assert killed == 6
    assert until_it_ends("salesforce", server, database, tmp_path / "sync") == 0
    agree(shelf, world)
    shelf.records.engine.dispose()


@pytest.mark.slow
def test_a_sync_killed_at_any_moment_goes_on_where_it_was(
    tmp_path: Path, server: Server, world: World
) -> None:
    database, pick = tmp_path / "workspace" / "records.db", random.Random(8)
    shelf = Shelf(tmp_path)
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", SYNCER, "salesforce", server.url, str(database), str(tmp_path / "sync")]
        )
        try:
            process.wait(pick.uniform(0.5, 4))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        world.second += 3600
        change(world, pick)
    until_it_ends("salesforce", server, database, tmp_path / "sync")
    agree(shelf, world)
