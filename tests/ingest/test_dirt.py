"""A thousand rows with sixty bad ones: every good value is loaded, every bad one set aside."""

from random import Random

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
