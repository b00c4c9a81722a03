"""A thousand rows with sixty bad ones: every good value is loaded, every bad one set aside."""

import io
import zipfile
from datetime import UTC, date, datetime
from random import Random

import pytest

from tests.ingest.conftest import Shelf, table

HEADER = [
    "Id", "Name", "Company", "Email", "Phone", "NumberOfEmployees", "AnnualRevenue", "Status", "IsConverted",
    "ConvertedDate", "ConvertedAccountId", "OwnerId", "CreatedDate", "Segment__c",
]  # fmt: skip
USERS = table(["Id", "Name", "Email", "ManagerId"], ["005000000000001AAA", "Kim Day", "kim@us.example", ""])
ACCOUNTS = table(["Id", "Name", "Industry"], ["001000000000001AAA", "Acme", "Retail"])
# What spoils a cell, by column, with the field that is to be reported.
BAD_VALUES = [
    ("Email", "email", "anna.example.com"),
    ("Email", "email", "anna@"),
    ("Email", "email", "a b@x.example"),
    ("Phone", "phone", "call me"),
    ("Phone", "phone", "12"),
    ("NumberOfEmployees", "employees", "many"),
    ("AnnualRevenue", "revenue", "1.2.3"),
    ("AnnualRevenue", "revenue", "15%"),
    ("AnnualRevenue", "revenue", "=SUM(A1:A9)"),
    ("AnnualRevenue", "revenue", "N/A"),
    ("CreatedDate", "created_at", "2199-01-01"),
    ("CreatedDate", "created_at", "Q1 2026"),
    ("CreatedDate", "created_at", "2026-02-30"),
    ("CreatedDate", "created_at", "yesterday"),
    ("OwnerId", "owner", "005000000000009AAA"),
    ("OwnerId", "owner", "Nobody"),
    ("ConvertedAccountId", "converted_account", "001000000000009AAA"),
]
BAD_ROWS = [
    {"IsConverted": "perhaps"},
    {"Id": "", "Name": ""},
    {"Id": "003000000000001AAA"},
    "short",
    "long",
    "quote",
    "bytes",
    "nul",
    "header",
    "totals",
]


def good(number: int) -> dict[str, str]:
    return {
        "Id": f"00Q{number:012d}AAA",
        "Name": f"Person {number}",
        "Company": f"Company {number}",
        "Email": f"p{number}@c{number}.example",
        "Phone": f"+49 30 {100000 + number}",
        "NumberOfEmployees": str(number),
        "AnnualRevenue": f"{number}.50",
        "Status": "Working",
        "IsConverted": "false",
        "ConvertedDate": "",
        "ConvertedAccountId": "001000000000001AAA" if number % 7 == 0 else "",
        "OwnerId": "005000000000001AAA",
        "CreatedDate": "2026-01-15",
        "Segment__c": "für Größe",
    }


def line(row: dict[str, str]) -> bytes:
    return table([row[column] for column in HEADER]).encode()


def broken(kind: str, row: dict[str, str]) -> bytes:
    whole = line(row).rstrip(b"\n")
    if kind == "header":
        return table(HEADER).encode()
    if kind == "totals":
        return table(["Total", "", "", "", "", "499500", "12.5", *[""] * 7]).encode()
    return {
        "short": whole.rsplit(b",", 3)[0],
        "long": whole + b",one,two",
        "quote": whole.replace(b",Company", b',"Company'),
        "bytes": whole.replace(b"Company", b"Comp\xff\xfe"),
        "nul": whole.replace(b"Company", b"Comp\x00"),
    }[kind] + b"\n"


def test_of_a_thousand_rows_with_sixty_bad_ones_every_cell_is_accounted_for(shelf: Shelf) -> None:
    rng = Random(36)
    lines, expected_values, expected_rows = [table(HEADER).encode()], set(), set()
    spoiled = sorted(rng.sample(range(1000), 60))
    for number in range(1000):
        row, place = good(number), number + 2
        if number not in spoiled:
            lines.append(line(row))
            continue
        turn = spoiled.index(number)
        if turn % 2 == 0:
            column, field, value = BAD_VALUES[turn // 2 % len(BAD_VALUES)]
            lines.append(line(row | {column: value}))
            expected_values.add((place, field, value))
        else:
            kind = BAD_ROWS[turn // 2 % len(BAD_ROWS)]
            lines.append(broken(kind, row) if isinstance(kind, str) else line(row | kind))
            expected_rows.add(place)
    report = shelf.load({"User.csv": USERS, "Account.csv": ACCOUNTS, "Lead.csv": b"".join(lines)})

    assert {
        (one.row, one.field, one.value) for one in report.rejected if not one.whole_row
    } == expected_values
    assert {one.row for one in report.rejected if one.whole_row} == expected_rows
    assert len(report.rejected) == 60
    assert all(one.file == "Lead.csv" and one.why for one in report.rejected)
    file = next(file for file in report.files if file.file == "Lead.csv")
    assert (file.read, file.loaded, file.set_aside) == (1000, 970, 30)
    leads = shelf.rows("lead")
    assert len(leads) == 970
    bad_cells = {(place, field) for place, field, _ in expected_values}
    for number in range(1000):
        if number + 2 in expected_rows:
            continue
        lead = leads[f"00Q{number:012d}AAA"]
        for field, value in {
            "name": f"Person {number}",
            "company": f"Company {number}",
            "email": f"p{number}@c{number}.example",
            "phone": f"+49 30 {100000 + number}",
            "employees": float(number),
            "revenue": number + 0.5,
            "owner_id": "005000000000001AAA",
        }.items():
            is_bad = (number + 2, field.removesuffix("_id")) in bad_cells
            assert lead[field] == (None if is_bad else value), (number, field)
    assert len(shelf.set_aside()) == 60


DEALS = ["Deal ID", "Deal Name", "Stage", "Amount", "Close Date"]


def deals(*cells: tuple[str, str]) -> str:
    rows = [[f"D{n}", f"Deal {n}", "Proposal", *both] for n, both in enumerate(cells)]
    return table(DEALS, *rows)


def test_amounts_below_zero_are_read_however_they_are_written(shelf: Shelf) -> None:
    written = ["-500", "(500)", "500-", "−500", "(1,250.00)", "$ -3", "500,-", "1'200.-"]
    shelf.load({"deals.csv": deals(*((one, "2026-12-01") for one in written))})
    amounts = [row["amount"] for _, row in sorted(shelf.rows("opportunity").items())]
    assert amounts == [-500, -500, -500, -500, -1250, -3, 500, 1200]


def test_a_spreadsheets_day_numbers_are_dates_in_a_column_of_dates(shelf: Shelf) -> None:
    shelf.load({"deals.csv": deals(("1", "2024-01-01"), ("2", "45292"), ("3", "45292.5"), ("4", "12"))})
    closing = {id_: row["close_on"] for id_, row in shelf.rows("opportunity").items()}
    assert closing == {"D0": date(2024, 1, 1), "D1": date(2024, 1, 1), "D2": date(2024, 1, 1), "D3": None}
    assert [one.value for one in shelf.load({"deals.csv": deals(("1", "2024-01-01"), ("4", "12"))}).rejected]


def test_lists_pasted_together_and_lines_of_totals_are_no_records(shelf: Shelf) -> None:
    text = deals(("1", "2026-12-01")) + deals(("2", "2026-12-02")).replace("D0", "D9") + "Summe,,,3,\n"
    report = shelf.load({"deals.csv": f"Pipeline of the north\n\n{text}"})
    assert set(shelf.rows("opportunity")) == {"D0", "D9"}
    assert [(one.row, one.field) for one in report.rejected] == [(5, None), (7, None)]
    assert (report.files[0].read, report.files[0].loaded, report.files[0].set_aside) == (4, 2, 2)


def test_managers_who_report_to_themselves_or_in_a_circle_have_none(shelf: Shelf) -> None:
    users = table(
        ["User ID", "Name", "Email", "Manager"],
        ["u1", "Ann A", "a@us.example", "u1"],
        ["u2", "Bob B", "b@us.example", "c@us.example"],
        ["u3", "Cyd C", "c@us.example", "Dan D"],
        ["u4", "Dan D", "d@us.example", "u2"],
        ["u5", "Eve E", "e@us.example", "u2"],
    )
    report = shelf.load({"users.csv": users})
    assert {id_: row["manager_id"] for id_, row in shelf.rows("user").items()} == {
        **dict.fromkeys(("u1", "u2", "u3", "u4")),
        "u5": "u2",
    }
    assert [(one.row, one.field, one.value) for one in report.rejected] == [
        (2, "manager", "u1"),
        (3, "manager", "c@us.example"),
        (4, "manager", "Dan D"),
        (5, "manager", "u2"),
    ]


def test_a_cell_too_large_to_be_one_costs_its_row_alone(shelf: Shelf) -> None:
    text = table(
        ["Lead ID", "Name", "Status", "Notes"],
        ["L1", "Ann", "New", "x" * 10_000_001],
        ["L2", "Bob", "New", "y"],
    )
    report = shelf.load({"leads.csv": text})
    assert set(shelf.rows("lead")) == {"L2"}
    assert [(one.row, one.whole_row) for one in report.rejected] == [(2, True)]
    assert len(report.rejected[0].value or "") <= 2_000


def test_a_damaged_file_in_a_folder_is_named_and_the_rest_is_loaded(shelf: Shelf) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("north/leads.csv", table(["Lead ID", "Name", "Status"], ["L1", "Ann", "New"]))
    nul = table(["Lead ID", "Name", "Status"], ["L2", "Bo\x00b", "New"], ["L3", "Cyd", "New"])
    files = {
        "good.zip": packed.getvalue(),
        "bad.zip": b"PK\x03\x04no",
        "empty.csv": b"",
        "leads.csv": nul.encode(),
    }
    report = shelf.load(files)
    assert set(shelf.rows("lead")) == {"L1", "L3"}
    left_out = {one.file: one.note for one in report.files if one.type is None}
    assert set(left_out) == {"bad.zip", "empty.csv"}
    assert "damaged" in (left_out["bad.zip"] or "")


def test_a_formula_without_a_saved_value_is_said_and_not_lost(shelf: Shelf) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("Deals", 0)
    for row in (
        DEALS,
        ["D1", "One", "Proposal", "=2*3", datetime(2026, 12, 1)],
        ["D2", "Two", "Proposal", 7, None],
    ):
        sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    report = shelf.load({"deals.xlsx": data.getvalue()})
    assert [(one.row, one.field, one.value) for one in report.rejected] == [(2, "amount", "=2*3")]
    assert shelf.rows("opportunity")["D2"]["amount"] == 7


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32"])
def test_a_short_file_is_read_in_its_encoding(shelf: Shelf, encoding: str) -> None:
    text = "Lead ID;Name;Firma;Status\nL1;Jörg Müller;Größe GmbH;Neu\nL2;José Núñez;Peña S.L.;Neu\n"
    shelf.load({"leads.csv": text.encode(encoding)})
    assert {row["name"] for row in shelf.rows("lead").values()} == {"Jörg Müller", "José Núñez"}


@pytest.mark.parametrize(
    ("encoding", "name", "company"),
    [
        ("gb18030", "张伟", "北京科技有限公司"),
        ("cp1250", "Łukasz Wójcik", "Spółka Żółć"),
        ("cp1251", "Иван Петров", "Ромашка"),
    ],
)
def test_other_scripts_are_not_taken_for_western_letters(
    shelf: Shelf, encoding: str, name: str, company: str
) -> None:
    rows = "".join(f"L{n},{name},{company},New\n" for n in range(9))
    shelf.load({"leads.csv": f"Lead ID,Name,Company,Status\n{rows}".encode(encoding)})
    assert {row["company"] for row in shelf.rows("lead").values()} == {company}


def test_what_was_created_far_in_the_future_is_a_slip_and_what_is_near_waits(shelf: Shelf) -> None:
    now = datetime.now(UTC)
    header = ["Lead ID", "Name", "Status", "Created Date"]
    rows = [["L1", "Ann", "New", f"{now.year + 5}-01-01"], ["L2", "Bob", "New", f"{now:%Y-%m-%d}"]]
    report = shelf.load({"leads.csv": table(header, *rows)})
    assert [(one.row, one.field, one.value) for one in report.rejected] == [(2, "created_at", rows[0][3])]
    assert shelf.rows("lead")["L1"]["created_at"] is None
