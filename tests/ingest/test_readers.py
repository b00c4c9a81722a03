"""Every kind of file holds the same table."""

import gzip
import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import UnreadableFile
from ingest.readers import read_sheets
from ingest.sheets import Sheet
from ingest.workbooks import as_text
from tests.ingest.conftest import Shelf, table

HEADER = ["Lead ID", "Name", "Status", "Zip"]
ROWS = [["00123", "Änne, Lee", "NA", "01234"], ["7", 'Bob "B"', "New", ""], ["8", "王小明", "True", "1e5"]]
TEXT = table(HEADER, *ROWS)


def cells(sheet: Sheet) -> list[list[str]]:
    return [list(row) for batch in sheet.batches() for row in zip(*batch.columns, strict=True)]


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def parquet(columns: dict[str, list[Any]]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    data = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), data)
    return data.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


OBJECTS = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
SHAPES: dict[str, bytes] = {
    "leads.csv": TEXT.encode(),
    "leads.tsv": table(HEADER, *ROWS, separator="\t").encode(),
    "leads.csv.gz": gzip.compress(TEXT.encode()),
    "leads.xlsx": workbook({"Leads": [HEADER, *ROWS]}),
    "leads.json": json.dumps(OBJECTS, ensure_ascii=False).encode(),
    "wrapped.json": json.dumps({"total": 3, "results": OBJECTS}, ensure_ascii=False).encode(),
    "leads.jsonl": "\n".join(json.dumps(one, ensure_ascii=False) for one in OBJECTS).encode(),
    "leads.parquet": parquet({name: [row[at] for row in ROWS] for at, name in enumerate(HEADER)}),
    "leads.zip": zipped({"export/leads.csv": TEXT.encode(), "__MACOSX/leads.csv": b"x"}),
}


@pytest.mark.parametrize("name", SHAPES)
def test_all_kinds_of_files_give_the_same_rows(shelf: Shelf, name: str) -> None:
    sheets, skipped = read_sheets([shelf.write({name: SHAPES[name]}) / name])
    assert skipped == []
    assert [sheet.header for sheet in sheets] == [tuple(HEADER)]
    assert cells(sheets[0]) == ROWS
    assert cells(sheets[0]) == ROWS, "a sheet can be read again"


def test_the_same_list_in_another_kind_of_file_changes_nothing(shelf: Shelf) -> None:
    shelf.load({"leads.csv": SHAPES["leads.csv"]})
    for name, content in SHAPES.items():
        assert shelf.load({name: content}).changed == frozenset(), name


def test_a_workbooks_sheets_are_tables_of_their_own(shelf: Shelf) -> None:
    book = workbook(
        {
            "Notes": [],
            "Leads": [["Leads of May"], [], HEADER, *ROWS, ["9", "Too", "New", "1", "2"]],
            "Accounts": [
                ["Account ID", "Account Name", "Industry", "Since"],
                ["a1", "Acme", "Retail", date(2024, 1, 31)],
            ],
        }
    )
    report = shelf.load({"book.xlsx": book})
    assert {file.file: (file.type, file.loaded, file.set_aside) for file in report.files} == {
        "book.xlsx / Leads": ("lead", 3, 1),
        "book.xlsx / Accounts": ("account", 1, 0),
    }
    assert shelf.rows("account")["a1"]["extra"] == {"Since": "2024-01-31"}
    assert [(one.file, one.row) for one in report.rejected] == [("book.xlsx / Leads", 7)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (12.0, "12"),
        (0.1, "0.1"),
        (12, "12"),
        ("012", "012"),
        (datetime(2024, 1, 31), "2024-01-31"),
        (datetime(2024, 1, 31, 14, 5), "2024-01-31 14:05:00"),
    ],
)
def test_a_cell_of_a_workbook_is_written_as_its_reader_sees_it(value: object, text: str) -> None:
    assert as_text(value) == text


def test_nested_objects_become_columns(shelf: Shelf) -> None:
    document = {
        "results": [
            {
                "id": "1",
                "properties": {"firstname": "Ann", "amount": 10.50},
                "owner": {"email": "kim@us.example"},
                "associations": {"companies": {"results": [{"id": "7", "type": "x"}, {"id": "8"}]}},
                "tags": ["a", "b"],
                "none": None,
            }
        ]
    }
    sheets, _ = read_sheets([shelf.write({"x.json": json.dumps(document)}) / "x.json"])
    assert dict(zip(sheets[0].header, cells(sheets[0])[0], strict=True)) == {
        "id": "1",
        "firstname": "Ann",
        "amount": "10.5",
        "owner.email": "kim@us.example",
        "associations.companies": "7; 8",
        "tags": "a; b",
        "none": "",
    }


def test_lines_that_are_no_objects_are_set_aside(shelf: Shelf) -> None:
    sheets, _ = read_sheets([shelf.write({"x.jsonl": '{"a": 1}\n[1]\n{"a": \n{"a": "2"}\n'}) / "x.jsonl"])
    assert cells(sheets[0]) == [["1"], ["2"]]
    assert [one.row for batch in sheets[0].batches() for one in batch.rejected] == [2, 3]


@pytest.mark.parametrize("name", ["x.xlsx", "x.parquet", "x.json", "x.jsonl", "x.zip", "x.csv.gz", "x.pdf"])
def test_a_damaged_or_unknown_file_is_refused_in_one_sentence(shelf: Shelf, name: str) -> None:
    path = shelf.write({name: b"this is nothing \xff\xfe of the kind"}) / name
    with pytest.raises(UnreadableFile, match=r"x\.") as error:
        read_sheets([path])
    assert "\n" not in str(error.value)


def test_in_a_folder_what_cannot_be_read_is_said_and_the_rest_is_read(shelf: Shelf) -> None:
    folder = shelf.write(
        {"a/leads.csv": TEXT, "b/broken.xlsx": b"no", "readme.md": "hello", ".hidden.csv": "x"}
    )
    sheets, skipped = read_sheets([folder])
    assert [sheet.file for sheet in sheets] == ["a/leads.csv"]
    assert {one.file for one in skipped} == {"b/broken.xlsx", "readme.md"}


def test_an_archive_that_would_fill_the_disk_is_refused(shelf: Shelf) -> None:
    path: Path = shelf.write({"bomb.zip": zipped({"a.csv": b"0" * 150_000_000})}) / "bomb.zip"
    with pytest.raises(UnreadableFile, match="unpacks to"):
        read_sheets([path])
