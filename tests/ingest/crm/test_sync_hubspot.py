"""HubSpot's objects come as its exports would tell of them."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.crm.hubspot import HubSpot, HubSpotLogin
from ingest.errors import BadRequest, CrmUnavailable
from tests.ingest.conftest import Shelf
from tests.ingest.crm.servers import Server, World, hubspot
from tests.ingest.crm.test_sync_salesforce import FIRST, HASTY, LAST, synced, until_it_ends


def a_hubspot() -> World:
    world = World(
        columns={
            "companies": ["name=Company name", "domain=Company Domain Name", "hubspot_owner_id=Company owner",
                          "createdate=Create Date", "industry=Industry"],
            "contacts": ["firstname=First Name", "lastname=Last Name", "email=Email",
                         "hubspot_owner_id=Contact owner", "lifecyclestage=Lifecycle Stage",
                         "hs_lead_status=Lead Status", "createdate=Create Date", "company=Company Name"],
            "deals": ["dealname=Deal Name", "dealstage=Deal Stage", "amount=Amount", "closedate=Close Date",
                      "hubspot_owner_id=Deal owner", "createdate=Create Date"],
        }
    )  # fmt: skip
    for n in range(3):
        owner = {"email": f"rep{n}@us.example", "firstName": FIRST[n], "lastName": LAST[n],
                 "teams": [{"id": "1", "name": "West", "primary": True}]}  # fmt: skip
        world.put("owners", f"9{n}", owner=owner)
    for n in range(50):
        world.put("companies", f"2{n:03}", name=f"Company No{n} of {LAST[n % 10]}", domain=f"c{n}.example",
                  hubspot_owner_id="91", createdate="2026-01-05T10:00:00Z", industry="ENERGY")  # fmt: skip
    for n in range(100):
        a_contact(world, n)
    for n in range(60):
        stage = ("s1", "s2", "s3")[n % 3]
        world.put("deals", f"3{n:03}", dealname=f"Deal {n}", dealstage=stage, amount=str(100 + n),
                  closedate="2026-10-24T10:00:00Z", hubspot_owner_id="91", createdate="2026-02-05T10:00:00Z",
                  links={"companies": [f"2{n % 50:03}"], "contacts": []})  # fmt: skip
    for n in range(90):
        world.put("calls", f"5{n:03}", hs_call_title=f"Call {n}", hs_call_body=f"Said {n} things.",
                  hs_timestamp="2026-05-05T10:00:00Z", hubspot_owner_id="91",
                  hs_createdate="2026-05-05T10:00:00Z",
                  links={"contacts": [f"1{n:03}"], "companies": [], "deals": []})  # fmt: skip
    world.put("emails", "6000", hs_email_subject="Offer", hs_email_text="Please find",
              hs_email_direction="INCOMING_EMAIL", hs_timestamp="2026-06-05T10:00:00Z",
              hubspot_owner_id="91", hs_createdate="2026-06-05T10:00:00Z",
              links={"contacts": [], "companies": ["2003"], "deals": ["3004"]})  # fmt: skip
    return world


def a_contact(world: World, n: int, **values: object) -> None:
    world.put("contacts", f"1{n:03}", **{
        "firstname": FIRST[n % 12], "lastname": f"{LAST[n % 10]}{n}", "email": f"p{n}@firm{n}.example",
        "hubspot_owner_id": f"9{n % 3}", "lifecyclestage": "lead", "hs_lead_status": "NEW",
        "createdate": "2026-03-05T10:00:00Z", "company": f"Firm {n}",
        "links": {"companies": []}} | values)  # fmt: skip


@pytest.fixture
def world() -> World:
    return a_hubspot()


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with hubspot(world).running() as running:
        yield running


def signed_in(server: Server) -> HubSpot:
    return HubSpot(HubSpotLogin(access_token="t", base_url=server.url), HASTY)


def agree(shelf: Shelf, world: World) -> None:
    """The workspace holds what the CRM holds, no more and no less."""
    assert {row["email"] for row in shelf.rows("user").values()} == {f"rep{n}@us.example" for n in range(3)}
    assert set(shelf.rows("account")) >= set(world.alive("companies"))
    assert {id_: row["email"] for id_, row in shelf.rows("lead").items()} == {
        id_: one["email"] for id_, one in world.alive("contacts").items()
    }
    deals = {id_: (row["amount"], row["outcome"]) for id_, row in shelf.rows("opportunity").items()}
    outcomes = {"s1": "open", "s2": "won", "s3": "lost"}
    assert deals == {
        id_: (float(one["amount"]), outcomes[one["dealstage"]]) for id_, one in world.alive("deals").items()
    }
    texts = {id_: row["text"] for id_, row in shelf.rows("activity").items()}
    told = {id_: one["hs_call_body"] for id_, one in world.alive("calls").items()}
    assert texts == told | {id_: one["hs_email_text"] for id_, one in world.alive("emails").items()}


def change(world: World, pick: random.Random) -> None:
    for n in pick.sample(range(100), 10):
        a_contact(world, n, email=f"new{n}x{world.second}@firm{n}.example")
    for n in pick.sample(range(60), 5):
        world.put(
            "deals", f"3{n:03}", amount=str(pick.randrange(1, 90_000)), dealstage=pick.choice(["s1", "s2"])
        )
    for kind, prefix, count in (("contacts", "1", 100), ("deals", "3", 60), ("calls", "5", 90)):
        for n in pick.sample(range(count), 4):
            if not world.records[kind][f"{prefix}{n:03}"]["deleted"]:
                world.delete(kind, f"{prefix}{n:03}")
    number = 500 + world.second % 400
    a_contact(world, number)


def test_a_first_sync_brings_everything(shelf: Shelf, server: Server, world: World) -> None:
    assert synced(shelf, signed_in(server)).rejected == ()
    agree(shelf, world)
    assert shelf.about("5007") == {("lead", "1007")}
    assert shelf.about("6000") == {("account", "2003"), ("opportunity", "3004")}
    assert shelf.rows("activity")["6000"]["direction"] == "inbound"
    assert shelf.rows("opportunity")["3004"]["account_id"] == "2004"
    assert shelf.rows("lead")["1004"]["owner_id"] == "91"


def test_a_later_sync_brings_what_changed_and_takes_what_was_archived(
    shelf: Shelf, server: Server, world: World
) -> None:
    synced(shelf, signed_in(server))
    pick = random.Random(5)
    world.second += 86_400
    for _ in range(3):
        world.second += 3600
        change(world, pick)
        synced(shelf, signed_in(server))
        agree(shelf, world)
    generation = shelf.records.generation
    assert synced(shelf, signed_in(server)).changed == frozenset()
    assert shelf.records.generation == generation


@pytest.mark.slow
def test_thirty_faults_lose_nothing_and_double_nothing(tmp_path: Path, server: Server, world: World) -> None:
    shelf, pick = Shelf(tmp_path), random.Random(31)
    faults = ["429"] * 6 + ["500", "502", "503", "503"] + ["hang up"] * 7 + ["cut"] * 7 + ["kill"] * 6
    pick.shuffle(faults)
    server.faults.extend(faults)
    server.every = 2
    database, folder = tmp_path / "workspace" / "records.db", tmp_path / "sync"
    killed = until_it_ends("hubspot", server, database, folder)
    agree(shelf, world)
    world.second += 86_400
    while server.faults:
        world.second += 3600
        change(world, pick)
        killed += until_it_ends("hubspot", server, database, folder)
        agree(shelf, world)
    assert (len(server.met), killed) == (30, 6)


def test_without_a_token_and_with_a_wrong_one_it_says_what_to_do(shelf: Shelf, server: Server) -> None:
    with pytest.raises(BadRequest, match="HUBSPOT_ACCESS_TOKEN"):
        HubSpot(HubSpotLogin(), HASTY)
    server.faults.append('{"message": "no"}')
    with pytest.raises(CrmUnavailable, match="run this again"):
        synced(shelf, signed_in(server))
