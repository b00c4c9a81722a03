"""Cells become values, keep their text, or are set aside with their reason."""

from ingest.entities import RecordType
from tests.ingest.conftest import Shelf, table


def test_text_keeps_its_form_and_words_for_nothing_stay_words(shelf: Shelf) -> None:
    shelf.load(
        {
            "leads.csv": table(
                ["Lead ID", "Name", "Company", "Status", "Zip"], ["00123", "None", "NA", "True", "01234"]
            )
        }
    )
    lead = shelf.rows("lead")["00123"]
    assert (lead["name"], lead["company"], lead["status"], lead["extra"]) == (
        "None",
        "NA",
        "True",
        {"Zip": "01234"},
    )


def test_bad_values_are_set_aside_and_their_rows_loaded(shelf: Shelf) -> None:
    good = [[f"6{n}", f"Deal {n}", "Acme", "Open", "10", "2026-01-05", "kim@us.example"] for n in range(20)]
    shelf.load(
        {"users.csv": table(["User ID", "Name", "Email", "Manager"], ["u1", "Kim Day", "kim@us.example", ""])}
    )
    report = shelf.load(
        {
            "accounts.csv": table(["Account ID", "Account Name", "Industry"], ["a1", "Acme", "Retail"]),
            "deals.csv": table(
                ["Deal ID", "Deal Name", "Account", "Stage", "Amount", "Close Date", "Owner"],
                *good,
                ["1", "Bad", "Nobody Inc", "Open", "tbd", "2026-02-30", "ghost@us.example"],
            ),
        }
    )
    assert {(one.row, one.field, one.value) for one in report.rejected} == {
        (22, "account", "Nobody Inc"),
        (22, "amount", "tbd"),
        (22, "close_on", "2026-02-30"),
        (22, "owner", "ghost@us.example"),
    }
    assert all(one.why for one in report.rejected)
    bad = shelf.rows("opportunity")["1"]
    assert (bad["name"], bad["account_id"], bad["amount"], bad["close_on"]) == ("Bad", None, None, None)
    assert report.types[RecordType.OPPORTUNITY].loaded == 21


def test_bad_rows_are_set_aside_whole(shelf: Shelf) -> None:
    report = shelf.load(
        {
            "Lead.csv": table(
                ["Id", "Name", "Email", "IsConverted", "Status"],
                ["00Q000000000001AAA", "Ann", "ann@x.example", "false", "New"],
                ["00Q000000000002AAA", "Bob", "bob@x.example", "perhaps", "New"],
                ["", "", "carl@x.example", "false", "New"],
                ["003000000000004AAA", "Dan", "dan@x.example", "false", "New"],
                ["00Q000000000005AAA", "Eve"],
                ["00Q000000000006AAA", "Fay", "not an address", "false", "New"],
            )
        }
    )
    assert {(one.row, one.field) for one in report.rejected} == {
        (3, None),
        (4, None),
        (5, None),
        (6, None),
        (7, "email"),
    }
    assert {row["name"] for row in shelf.rows("lead").values()} == {"Ann", "Fay"}
    file = report.files[0]
    assert (file.read, file.loaded, file.set_aside) == (6, 2, 4)


def test_what_was_set_aside_stands_there_once_however_often_a_file_is_loaded(shelf: Shelf) -> None:
    files = {
        "leads.csv": table(
            ["Lead ID", "Name", "Email", "Status"],
            [1, "A", "nonsense", "New"],
            [2, "B", "b@x.example", "New"],
        )
    }
    shelf.load(files)
    shelf.load(files)
    assert len(shelf.set_aside()) == 1


def test_rows_that_repeat_an_id_complete_each_other(shelf: Shelf) -> None:
    report = shelf.load(
        {
            "leads.csv": table(
                ["Lead ID", "Name", "City", "Status"],
                [1, "A", "", "New"],
                [1, "A", "Rome", "New"],
                [1, "A", "Bonn", "New"],
            )
        }
    )
    assert shelf.rows("lead")["1"]["city"] == "Rome"
    assert [(one.row, one.field, one.value) for one in report.rejected] == [(4, "city", "Bonn")]
    assert report.files[0].repeated == 2


def test_country_spellings_that_differ_by_case_are_one(shelf: Shelf) -> None:
    rows = [[n, f"N{n}", country, "New"] for n, country in enumerate(["Spain", "Spain", "SPAIN", " spain "])]
    shelf.load({"leads.csv": table(["Lead ID", "Name", "Country", "Status"], *rows)})
    assert {row["country"] for row in shelf.rows("lead").values()} == {"Spain"}


def test_rows_without_an_id_are_called_by_what_they_say_of_themselves(shelf: Shelf) -> None:
    deals = table(
        ["Deal Name", "Account", "Stage"],
        ["Renewal", "Acme", "Open"],
        ["Renewal", "Beta", "Open"],
        ["Renewal", "Beta", "Open"],
    )
    people = table(["Name", "Company", "Status"], ["Ann", "Acme", "New"], ["", "Beta", "New"])
    companies = table(["Company", "Lead Source", "Status"], ["Ceta", "Web", "New"], ["", "Web", "New"])
    shelf.load({"deals.csv": deals, "leads.csv": people, "more leads.csv": companies})
    assert set(shelf.rows("opportunity")) == {"Renewal", "Renewal (Beta)", "Renewal#2"}
    leads = shelf.rows("lead")
    assert {"Ann (Acme)", "Ceta"} < set(leads)
    assert len(leads) == 3, "a file without a column of names or ids may hold rows without any"
    assert {(file, row) for file, row, _, _ in shelf.set_aside()} == {("leads.csv", 3)}
