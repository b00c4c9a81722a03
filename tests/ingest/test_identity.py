"""Duplicates as one record: across rows, files and loads."""

from ingest.entities import RecordType, Ref
from tests.ingest.conftest import Shelf, table

HEADER = ["Lead ID", "Name", "Company", "Email", "Phone", "City", "Status", "Owner", "Created Date"]
OLD = ["old", "Ann Lee", "Acme Ltd", "ann@acme.example", "", "", "New", "Kim", "2025-01-01"]
YOUNG = [
    "young",
    "Ann Lee",
    "ACME",
    "Ann@Acme.example",
    "+49 30 123456",
    "Bonn",
    "Working",
    "Kim",
    "2026-01-01",
]
OTHER = ["other", "Tom Ray", "Beta", "tom@beta.example", "", "", "New", "Kim", "2026-01-02"]


def log(*rows: list[str]) -> str:
    return table(["Activity ID", "Type", "Date", "Lead ID", "Notes"], *rows)


def test_duplicates_are_one_record_under_the_id_of_the_oldest_row(shelf: Shelf) -> None:
    report = shelf.load(
        {
            "leads.csv": table(HEADER, YOUNG, OLD, OTHER),
            "log.csv": log(["t1", "Call", "2026-02-01", "young", "Hi"]),
        }
    )
    leads = shelf.rows("lead")
    assert set(leads) == {"old", "other"}
    lead = leads["old"]
    assert (lead["also"], lead["company"], lead["email"]) == (["young"], "Acme Ltd", "ann@acme.example")
    assert (lead["phone"], lead["city"], lead["status"]) == ("+49 30 123456", "Bonn", "New"), (
        "the oldest that holds it"
    )
    assert lead["created_at"].year == 2025
    assert shelf.about("t1") == {("lead", "old")}
    assert report.types[RecordType.LEAD].merged == 1
    assert report.matches[0].reason


def test_the_same_duplicates_again_change_nothing_in_whatever_order(shelf: Shelf) -> None:
    shelf.load({"leads.csv": table(HEADER, YOUNG, OLD, OTHER)})
    assert shelf.load({"leads.csv": table(HEADER, OLD, OTHER, YOUNG)}).changed == frozenset()
    assert shelf.load({"leads.csv": table(HEADER, YOUNG)}).changed == frozenset()


def test_a_duplicate_in_a_later_file_joins_the_record_that_is_there(shelf: Shelf) -> None:
    shelf.load({"leads.csv": table(HEADER, OLD, OTHER)})
    report = shelf.load({"more.csv": table(HEADER, YOUNG)})
    assert report.changed == {Ref(type=RecordType.LEAD, id="old")}
    assert shelf.rows("lead")["old"]["also"] == ["young"]
    later = shelf.load({"log.csv": log(["t1", "Call", "2026-02-01", "young", "Hi"])})
    assert later.rejected == ()
    assert shelf.about("t1") == {("lead", "old")}


def test_an_older_row_takes_the_place_of_the_record_and_what_is_linked_follows(shelf: Shelf) -> None:
    contacts = table(["Contact ID", "Full Name", "Account", "Job Title"], ["c1", "Al Fa", "Acme", "CEO"])
    deals = table(["Deal ID", "Deal Name", "Account", "Stage", "Amount"], ["d1", "Big", "Acme", "Open", "5"])
    header = ["Account ID", "Account Name", "Industry", "Created Date"]
    shelf.load(
        {
            "accounts.csv": table(header, ["a2", "Acme", "Retail", "2026-01-01"]),
            "contacts.csv": contacts,
            "deals.csv": deals,
            "log.csv": table(
                ["Activity ID", "Type", "Date", "Account ID"], ["t1", "Call", "2026-02-01", "a2"]
            ),
        }
    )
    report = shelf.load({"accounts.csv": table(header, ["a1", "ACME Inc", "", "2024-01-01"])})
    assert set(shelf.rows("account")) == {"a1"}
    assert report.removed == {Ref(type=RecordType.ACCOUNT, id="a2")}
    assert shelf.rows("contact")["c1"]["account_id"] == "a1"
    assert shelf.rows("opportunity")["d1"]["account_id"] == "a1"
    assert shelf.about("t1") == {("account", "a1")}
    again = shelf.load({"deals.csv": deals, "contacts.csv": contacts})
    assert again.changed == frozenset()


def test_a_row_that_gets_an_address_of_its_own_leaves_the_group(shelf: Shelf) -> None:
    shelf.load({"leads.csv": table(HEADER, OLD, YOUNG)})
    apart = ["young", "Ann Lee", "ACME", "another@acme.example", *YOUNG[4:]]
    report = shelf.load({"leads.csv": table(HEADER, apart)})
    leads = shelf.rows("lead")
    assert set(leads) == {"old", "young"}
    assert (leads["old"]["also"], leads["old"]["phone"]) == ([], None)
    assert {ref.id for ref in report.changed} == {"old", "young"}


def test_rows_of_different_owners_stay_two_records(shelf: Shelf) -> None:
    report = shelf.load({"leads.csv": table(HEADER, OLD, [*YOUNG[:7], "Lee", YOUNG[8]])})
    assert set(shelf.rows("lead")) == {"old", "young"}
    assert [(one.merged, one.confidence > 0.9) for one in report.matches] == [(False, True)]
