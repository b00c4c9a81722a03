"""Users, their roles, and how owners are recognised."""

from sqlalchemy import update

from ingest.tables import users
from tests.ingest.conftest import Shelf, table
from tests.ingest.test_load import SALESFORCE, USERS


def test_a_role_set_by_hand_survives_an_import(shelf: Shelf) -> None:
    shelf.load(SALESFORCE)
    with shelf.records.writing() as connection:
        connection.execute(
            update(users)
            .where(users.c.name == "Rita Rep")
            .values(role="admin", role_set_by_hand=True, password_hash="x")
        )
    shelf.load({"User.csv": USERS.replace("rita@us", "rita.rep@us")})
    rita = shelf.rows("user")["005000000000003AAA"]
    assert (rita["role"], rita["email"], rita["password_hash"]) == ("admin", "rita.rep@us.example", "x")


def test_whoever_gets_a_report_later_becomes_a_manager(shelf: Shelf) -> None:
    shelf.load(SALESFORCE)
    shelf.load(
        {
            "User.csv": table(
                ["Id", "Name", "Email", "ManagerId"],
                ["005000000000004AAA", "New One", "new@us.example", "005000000000003AAA"],
            )
        }
    )
    assert shelf.rows("user")["005000000000003AAA"]["role"] == "manager"


def test_owners_without_a_user_file_become_users(shelf: Shelf) -> None:
    report = shelf.load(
        {
            "leads.csv": table(
                ["Lead ID", "Name", "Owner", "Status"],
                [1, "A B", "kim@us.example", "New"],
                [2, "C D", "Lee Ray", "New"],
            )
        }
    )
    assert set(shelf.rows("user")) == {"kim@us.example", "Lee Ray"}
    assert shelf.rows("user")["kim@us.example"]["email"] == "kim@us.example"
    assert report.notes != ()
    assert report.rejected == ()


def test_an_owner_is_recognised_by_id_address_or_name(shelf: Shelf) -> None:
    shelf.load(
        {
            "users.csv": table(
                ["User ID", "Name", "Email", "Manager"], ["u1", "Kim Day", "kim@us.example", ""]
            ),
            "leads.csv": table(
                ["Lead ID", "Name", "Owner", "Status"],
                ["1", "A", "u1", "New"],
                ["2", "B", "KIM@us.example", "New"],
                ["3", "C", "kim  day", "New"],
                ["4", "D", "Kim Dey", "New"],
            ),
        }
    )
    assert [row["owner_id"] for _, row in sorted(shelf.rows("lead").items())] == ["u1", "u1", "u1", None]
    assert ("leads.csv", 5, "owner", "Kim Dey") in shelf.set_aside()


def test_an_administrator_stays_one_when_a_later_file_says_nothing_of_roles(shelf: Shelf) -> None:
    shelf.load(SALESFORCE)
    shelf.load(
        {"User.csv": table(["Id", "Name", "Email"], ["005000000000001AAA", "Ana Admin", "ana@us2.example"])}
    )
    ana = shelf.rows("user")["005000000000001AAA"]
    assert (ana["role"], ana["email"]) == ("admin", "ana@us2.example")


def test_whoever_was_only_named_goes_on_under_the_id_of_their_own_row(shelf: Shelf) -> None:
    leads = table(
        ["Lead ID", "Name", "Owner", "Status"],
        ["1", "A B", "Rita Rep", "New"],
        ["2", "C D", "max@us.example", "New"],
    )
    log = table(
        ["Activity ID", "Type", "Date", "Lead ID", "Owner"], ["t1", "Call", "2026-11-05", "2", "Rita Rep"]
    )
    shelf.load({"leads.csv": leads, "log.csv": log})
    assert set(shelf.rows("user")) == {"Rita Rep", "max@us.example"}
    with shelf.records.writing() as connection:
        connection.execute(update(users).where(users.c.id == "Rita Rep").values(password_hash="secret"))
    report = shelf.load({"User.csv": USERS})
    people = shelf.rows("user")
    assert set(people) == {"005000000000001AAA", "005000000000002AAA", "005000000000003AAA"}
    assert people["005000000000003AAA"]["password_hash"] == "secret"
    assert {row["owner_id"] for row in shelf.rows("lead").values()} == {
        "005000000000002AAA",
        "005000000000003AAA",
    }
    assert shelf.rows("activity")["t1"]["owner_id"] == "005000000000003AAA"
    assert len(report.removed) == 2
    assert shelf.load({"leads.csv": leads, "log.csv": log}).changed == frozenset()


def test_a_company_that_was_only_named_becomes_the_account_of_its_own_row(shelf: Shelf) -> None:
    deals = table(["Deal ID", "Deal Name", "Account", "Stage", "Owner"], ["d1", "Big", "Acme", "Open", "Kim"])
    shelf.load({"deals.csv": deals})
    assert set(shelf.rows("account")) == {"Acme"}
    header = ["Account ID", "Account Name", "Industry", "Owner", "Created Date"]
    shelf.load({"accounts.csv": table(header, ["a1", "Acme Ltd", "Retail", "Kim", "2026-01-01"])})
    assert set(shelf.rows("account")) == {"a1"}
    assert shelf.rows("opportunity")["d1"]["account_id"] == "a1"
    assert shelf.load({"deals.csv": deals}).changed == frozenset()


def test_an_owner_written_with_name_and_address_is_one_user(shelf: Shelf) -> None:
    leads = table(
        ["Lead ID", "Name", "Status", "Owner"],
        ["L1", "A", "New", "Kim Day <kim@us.example>"],
        ["L2", "B", "New", "kim@us.example"],
        ["L3", "C", "New", "Lou Fox (lou@us.example)"],
    )
    shelf.load({"leads.csv": leads})
    users = {id_: (row["name"], row["email"]) for id_, row in shelf.rows("user").items()}
    assert users == {
        "kim@us.example": ("Kim Day", "kim@us.example"),
        "lou@us.example": ("Lou Fox", "lou@us.example"),
    }
    assert [row["owner_id"] for _, row in sorted(shelf.rows("lead").items())] == [
        "kim@us.example",
        "kim@us.example",
        "lou@us.example",
    ]
