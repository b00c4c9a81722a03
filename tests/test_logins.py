"""A login is random, ends when it should, and belongs to the user as they stand now."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from assistant.logins import ABSOLUTE, IDLE, Logins
from assistant.passwords import DEMO_PASSWORD
from ingest.entities import Role
from ingest.records import Records
from ingest.tables import logins as logins_table
from ingest.tables import users


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def records(tmp_path: Path) -> Records:
    records = Records(tmp_path / "records.sqlite")
    with records.writing() as connection:
        for id, name in (("u1", "Ana Reyes"), ("u2", "Bo Lind")):
            email = f"{name.split()[0].lower()}@example.com"
            connection.execute(insert(users).values(id=id, name=name, email=email, role="rep"))
    return records


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def logins(records: Records, clock: Clock) -> Logins:
    logins = Logins(records, clock)
    logins.set_password(records.user("u1"), "correct horse")
    return logins


@pytest.mark.parametrize("who", ["ana@example.com", "ANA@Example.com", "u1", "Ana Reyes", " ana reyes "])
def test_an_email_an_id_or_a_name_signs_in(logins: Logins, who: str) -> None:
    user = logins.check(who, "correct horse")

    assert user is not None
    assert user.id == "u1"


@pytest.mark.parametrize(
    ("who", "password"),
    [("u1", "wrong horse"), ("u1", ""), ("u2", ""), ("u2", "correct horse"), ("nobody", "x"), ("", "")],
)
def test_nothing_else_does(logins: Logins, who: str, password: str) -> None:
    assert logins.check(who, password) is None


def test_a_token_is_long_random_and_kept_only_as_a_hash(
    logins: Logins, records: Records, tmp_path: Path
) -> None:
    user = records.user("u1")
    tokens = {logins.begin(user) for _ in range(20)}

    assert len(tokens) == 20
    assert min(len(token) for token in tokens) >= 43  # 256 bits
    file = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert not any(token.encode() in file for token in tokens)


def test_an_unused_login_ends_and_a_used_one_does_not(logins: Logins, records: Records, clock: Clock) -> None:
    used, unused = logins.begin(records.user("u1")), logins.begin(records.user("u1"))

    clock.now += IDLE - timedelta(minutes=1)
    assert logins.user(used) is not None
    clock.now += timedelta(minutes=2)

    assert logins.user(used) is not None
    assert logins.user(unused) is None


def test_every_login_ends_some_day(logins: Logins, records: Records, clock: Clock) -> None:
    token, begun = logins.begin(records.user("u1")), clock.now
    while clock.now + timedelta(hours=6) < begun + ABSOLUTE:
        clock.now += timedelta(hours=6)
        assert logins.user(token) is not None

    clock.now = begun + ABSOLUTE + timedelta(seconds=1)

    assert logins.user(token) is None


def test_signing_out_ends_this_login_alone(logins: Logins, records: Records) -> None:
    here, elsewhere = logins.begin(records.user("u1")), logins.begin(records.user("u1"))

    logins.end(here)

    assert logins.user(here) is None
    assert logins.user(elsewhere) is not None


def test_a_new_password_ends_the_logins_of_that_user_alone(logins: Logins, records: Records) -> None:
    ana, bo = logins.begin(records.user("u1")), logins.begin(records.user("u2"))

    logins.set_password(records.user("u1"), "battery staple")

    assert logins.user(ana) is None
    assert logins.user(bo) is not None
    assert logins.check("u1", "correct horse") is None
    assert logins.check("u1", "battery staple") is not None


def test_a_user_who_is_gone_is_signed_out_and_a_new_role_holds_at_once(
    logins: Logins, records: Records
) -> None:
    token = logins.begin(records.user("u1"))
    with records.writing() as connection:
        connection.execute(update(users).where(users.c.id == "u1").values(role="manager"))
    promoted = logins.user(token)
    assert promoted is not None
    assert promoted.role is Role.MANAGER

    with records.writing() as connection:
        connection.execute(delete(users).where(users.c.id == "u1"))

    assert logins.user(token) is None


def test_a_login_outlives_a_restart_and_ended_ones_are_cleared_away(
    logins: Logins, records: Records, clock: Clock, tmp_path: Path
) -> None:
    token = logins.begin(records.user("u1"))
    assert Logins(Records(tmp_path / "records.sqlite"), clock).user(token) is not None

    clock.now += ABSOLUTE * 2
    logins.begin(records.user("u2"))

    with records.engine.connect() as connection:
        assert connection.execute(select(logins_table.c.user_id)).scalars().all() == ["u2"]


def test_the_demo_password_is_found(logins: Logins, records: Records) -> None:
    assert logins.with_demo_password() is None

    logins.set_password(records.user("u2"), DEMO_PASSWORD)

    found = logins.with_demo_password()
    assert found is not None
    assert found.id == "u2"
