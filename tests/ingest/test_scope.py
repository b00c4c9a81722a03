"""Who sees what, against a model of the rule in plain Python; and that the door is shut."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from ingest.entities import Role, User
from ingest.records import Records
from ingest.tables import (
    accounts,
    activities,
    activity_about,
    contacts,
    leads,
    opportunities,
    scores,
    users,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
KEPT: dict[str, Any] = {"extra": {}, "also": [], "row_hash": ""}


def a_company(seed: int) -> dict[str, list[dict[str, Any]]]:
    """20 users in up to 5 levels, with vacant posts and a cycle, and 480 linked records."""
    pick = random.Random(seed)
    ids = [f"u{n}" for n in range(20)]
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for n, user in enumerate(ids):
        above = pick.choice([*ids[max(0, n - 4) : n], None, "gone"]) if n else "u5"
        rows["users"].append({"id": user, "name": user, "manager_id": above})
    bosses = {row["manager_id"] for row in rows["users"]}
    for row in rows["users"]:
        row["role"] = "admin" if row["id"] == "u19" else "manager" if row["id"] in bosses else "rep"
    owner = [*ids, None]

    def some(prefix: str, count: int) -> str | None:
        return pick.choice([None, f"{prefix}{pick.randrange(count)}"])

    rows["accounts"] = [{"id": f"a{n}", "owner_id": pick.choice(owner)} for n in range(60)]
    rows["contacts"] = [
        {"id": f"c{n}", "owner_id": pick.choice(owner), "account_id": some("a", 60)} for n in range(60)
    ]
    rows["leads"] = [
        {
            "id": f"l{n}",
            "owner_id": pick.choice(owner),
            "outcome": pick.choice(["open", "won", "lost"]),
            "account_id": some("a", 60) if pick.random() < 0.2 else None,
            "converted_account_id": some("a", 60),
            "converted_contact_id": some("c", 60),
            "created_at": NOW - timedelta(days=pick.randrange(100)),
            "closed_at": NOW + timedelta(days=pick.randrange(-50, 50)),
        }
        for n in range(120)
    ]
    rows["opportunities"] = [
        {
            "id": f"o{n}",
            "owner_id": pick.choice(owner),
            "account_id": some("a", 60),
            "contact_id": some("c", 60),
            "created_at": NOW + timedelta(days=pick.randrange(-100, 20)),
        }
        for n in range(80)
    ]
    rows["activities"] = [
        {"id": f"x{n}", "owner_id": pick.choice(owner), "at": NOW + timedelta(days=pick.randrange(-90, 10))}
        for n in range(160)
    ]
    kinds = [("lead", "l", 120), ("opportunity", "o", 80), ("contact", "c", 60), ("account", "a", 60)]
    for row in rows["activities"]:
        for kind, prefix, count in pick.sample(kinds, pick.randrange(3)):
            rows["about"].append(
                {"activity_id": row["id"], "type": kind, "record_id": f"{prefix}{pick.randrange(count)}"}
            )
    return rows


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where records may live."""
    if request.param == "sqlite":
        return tmp_path / "records.db"
    return str(request.getfixturevalue("postgresql")())


def written(database: Path | str, rows: dict[str, list[dict[str, Any]]]) -> Records:
    records = Records(database)
    with records.writing() as connection:
        for name, table in {
            "users": users,
            "accounts": accounts,
            "contacts": contacts,
            "leads": leads,
            "opportunities": opportunities,
            "activities": activities,
        }.items():
            connection.execute(table.insert(), [{**KEPT, **row} for row in rows[name]])
        # A file may name the same record twice; the table holds it once.
        about = {tuple(row.items()): row for row in rows["about"]}
        connection.execute(activity_about.insert(), list(about.values()))
    return records


def allowed(rows: dict[str, list[dict[str, Any]]], user: User, at: datetime) -> dict[str, set[Any]]:
    """The rule of the interface, said once more with sets."""
    team, grown = {user.id}, True
    while grown and user.role is Role.MANAGER:
        below = {row["id"] for row in rows["users"] if row["manager_id"] in team}
        grown = not below <= team
        team |= below

    def mine(row: dict[str, Any]) -> bool:
        if user.role is Role.ADMIN:
            return True
        return row["owner_id"] in team or (row["owner_id"] is None and user.role is Role.MANAGER)

    def exists(row: dict[str, Any]) -> bool:
        return row.get("created_at") is None or row["created_at"] <= at

    seen_leads = [row for row in rows["leads"] if exists(row) and mine(row)]
    seen_opportunities = [row for row in rows["opportunities"] if exists(row) and mine(row)]
    converted = [row for row in seen_leads if row["closed_at"] <= at]
    linked_contacts = {row["contact_id"] for row in seen_opportunities}
    linked_contacts |= {row["converted_contact_id"] for row in converted}
    seen_contacts = [row for row in rows["contacts"] if mine(row) or row["id"] in linked_contacts]
    linked_accounts = {row["account_id"] for row in [*seen_opportunities, *seen_leads, *seen_contacts]}
    linked_accounts |= {row["converted_account_id"] for row in converted if row["account_id"] is None}
    seen = {
        "lead": {row["id"] for row in seen_leads},
        "opportunity": {row["id"] for row in seen_opportunities},
        "contact": {row["id"] for row in seen_contacts},
        "account": {row["id"] for row in rows["accounts"] if mine(row) or row["id"] in linked_accounts},
    }
    about = {
        (row["activity_id"], row["type"], row["record_id"])
        for row in rows["about"]
        if user.role is Role.ADMIN or row["record_id"] in seen[row["type"]]
    }
    reachable = {activity for activity, _, _ in about}
    everything = user.role is Role.ADMIN
    return seen | {
        "about": about,
        "activity": {
            row["id"]
            for row in rows["activities"]
            if row["at"] <= at and (everything or row["id"] in reachable)
        },
    }


def had(
    rows: dict[str, list[dict[str, Any]]], seen: dict[str, set[Any]], at: datetime
) -> dict[str, set[tuple[str, str]]]:
    """The activities, past and planned, of each record that is seen; an account has those of its records."""
    about: dict[str, set[tuple[str, str]]] = {kind: set() for kind in ("lead", "opportunity", "contact")}
    about["account"] = set()
    for row in rows["about"]:
        if row["record_id"] in seen[row["type"]]:
            about[row["type"]].add((row["record_id"], row["activity_id"]))
    of_account = {row["id"]: row["account_id"] for row in [*rows["contacts"], *rows["opportunities"]]}
    for row in rows["leads"]:
        converted = row["converted_account_id"] if row["closed_at"] <= at else None
        of_account[row["id"]] = row["account_id"] or converted
    for kind in ("lead", "opportunity", "contact"):
        about["account"] |= {(of_account[one], activity) for one, activity in about[kind] if of_account[one]}
    return about


@pytest.mark.parametrize("seed", range(4))
def test_every_user_sees_what_the_rule_says_at_every_moment(database: Path | str, seed: int) -> None:
    rows = a_company(seed)
    records = written(database, rows)
    for user in records.everybody():
        for at in (NOW, NOW - timedelta(days=40)):
            expected = allowed(rows, user, at)
            with records.seen_by(user, at) as see:
                for kind, table in {
                    "lead": leads,
                    "opportunity": opportunities,
                    "contact": contacts,
                    "account": accounts,
                    "activity": activities,
                }.items():
                    assert {row.id for row in see(select(table.c.id))} == expected[kind], (user, kind)
                about = {tuple(row) for row in see(select(activity_about))}
                assert about >= expected["about"]
                # Whoever sees all that anybody owns may learn the id of a record that is yet to come.
                beyond = {(type_, record_id) for _, type_, record_id in about - expected["about"]}
                later = {("lead", row["id"]) for row in rows["leads"] if row["created_at"] > at}
                later |= {
                    ("opportunity", row["id"]) for row in rows["opportunities"] if row["created_at"] > at
                }
                assert beyond <= later
                assert not beyond or user.role is Role.MANAGER
                for kind, pairs in had(rows, expected, at).items():
                    found = see(text(f"select record_id, activity_id from {kind}_activities"))
                    assert len(found) == len(set(found)), "an activity counts once"
                    known = {tuple(row) for row in found if row.record_id in expected[kind]}
                    assert known == pairs, (user, kind, at)
                    unseen = {(kind, row.record_id) for row in found} - {(kind, one) for one, _ in pairs}
                    assert unseen <= later
                    assert not unseen or user.role is not Role.REP


def test_an_outcome_later_than_the_moment_reads_as_open(database: Path | str) -> None:
    records = written(
        database,
        {
            "users": [{"id": "u1", "name": "u1", "role": "rep", "manager_id": None}],
            "accounts": [{"id": "a1", "owner_id": None}],
            "contacts": [{"id": "c1", "owner_id": "u1"}],
            "leads": [
                {
                    "id": "l1",
                    "owner_id": "u1",
                    "status": "Converted",
                    "outcome": "won",
                    "closed_at": NOW,
                    "converted_account_id": "a1",
                }
            ],
            "opportunities": [{"id": "o1", "owner_id": "u1"}],
            "activities": [{"id": "x1", "at": NOW}],
            "about": [{"activity_id": "x1", "type": "lead", "record_id": "l1"}],
        },
    )
    lead = select(leads.c.status, leads.c.outcome, leads.c.closed_at, leads.c.account_id)
    with records.seen_by(records.user("u1"), NOW - timedelta(seconds=1)) as see:
        assert tuple(see(lead)[0]) == (None, "open", None, None)
        assert not see(select(accounts.c.id))
        assert not see(select(activities.c.id))
        assert [row.id for row in see(text("select id from planned"))] == ["x1"]
    with records.seen_by(records.user("u1"), NOW) as see:
        assert tuple(see(lead)[0]) == ("Converted", "won", NOW, "a1")
        assert [row.id for row in see(select(accounts.c.id))] == ["a1"]
        assert [row.id for row in see(select(activities.c.id))] == ["x1"]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from main.leads",
        "with leads as (select * from main.leads) select * from leads",
        "select * from (select * from main.leads) as activities",
        "select password_hash from main.users",
        "select password_hash from users",
        "select row_hash from leads",
        "select * from visible_owners",
        "insert into visible_owners values ('u2')",
        "update main.leads set owner_id = 'u1'",
        "delete from main.leads",
        "drop view leads",
        "create temp view mine as select * from main.leads",
        "create temp table copy as select * from main.leads",
        "select * from main.messages",
        "select * from sqlite_temp_schema",
        "select * from sqlite_schema",
        "attach ':memory:' as other",
        "pragma query_only = 0",
    ],
)
def test_the_way_around_the_views_is_refused(database: Path | str, statement: str) -> None:
    records = written(database, a_company(1))
    with records.seen_by(records.user("u3"), NOW) as see, pytest.raises(DatabaseError):
        see(text(statement))
    with records.seen_by(records.user("u3"), NOW) as see, pytest.raises(DatabaseError):
        see(text(statement.replace("main.", "public.")))


def test_the_door_stays_shut_after_an_error(database: Path | str) -> None:
    records = written(database, a_company(1))
    with records.seen_by(records.user("u3"), NOW) as see:
        for table in ("main.leads", "public.leads", "nonsense"):
            with pytest.raises(DatabaseError):
                see(text(f"select * from {table}"))


def test_scores_of_unseen_records_are_unseen(database: Path | str) -> None:
    records = written(database, a_company(2))
    score = {
        "at": NOW,
        "model_id": "m",
        "probability": 0.5,
        "low": 0.4,
        "high": 0.6,
        "base": 0.5,
        "level": "rules",
    }
    with records.writing() as connection:
        connection.execute(
            scores.insert(),
            [{"type": "lead", "record_id": f"l{n}", "reasons": [], **score} for n in range(120)],
        )
    for user in records.everybody():
        with records.seen_by(user, NOW) as see:
            visible = {row.id for row in see(select(leads.c.id))}
            assert {row.record_id for row in see(select(scores.c.record_id))} == visible
            assert see(select(func.count()).select_from(scores))[0][0] == len(visible)
