"""Delimited text: encodings, separators, headers and broken rows."""

from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO

import pytest

from ingest.delimited import read_delimited
from ingest.errors import UnreadableFile
from ingest.load_report import Rejected


def opener(text: str | bytes, encoding: str = "utf-8") -> Callable[[], BinaryIO]:
    return lambda: BytesIO(text if isinstance(text, bytes) else text.encode(encoding))


def read(
    text: str | bytes, encoding: str = "utf-8"
) -> tuple[tuple[str, ...], list[list[str]], list[Rejected]]:
    sheet = read_delimited("file.csv", opener(text, encoding))
    rows: list[list[str]] = []
    rejected: list[Rejected] = []
    for batch in sheet.batches():
        rows += [list(row) for row in zip(*batch.columns, strict=True)]
        rejected += batch.rejected
    return sheet.header, rows, rejected


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator: str) -> None:
    lines = ["name;city;amount", "Anna Schmidt;Köln;1.250,50", "Bob Brown;Bonn;99,00"]
    text = "\n".join(separator.join(line.split(";")) if separator != "," else line for line in lines)
    assert read(text)[0] == ("name", "city", "amount")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(encoding: str) -> None:
    text = "Name,Stadt\nJürgen Größe,Köln\nÄnne Müßig,Düsseldorf\n" * 5
    assert read(text, encoding)[1][0] == ["Jürgen Größe", "Köln"]


def test_chinese_text_of_an_older_encoding_is_read() -> None:
    text = "公司名称,联系人,城市\n" + "上海贸易有限公司,王小明,上海\n北京科技有限公司,李丽,北京\n" * 20
    assert read(text, "gb18030")[1][0] == ["上海贸易有限公司", "王小明", "上海"]


def test_lines_above_the_header_are_skipped() -> None:
    header, rows, _ = read("Export of leads\n\nname,city,phone\nAnna,Köln,1\nBob,Bonn,2\n")
    assert header == ("name", "city", "phone")
    assert rows == [["Anna", "Köln", "1"], ["Bob", "Bonn", "2"]]


def test_a_file_without_a_header_gets_numbered_columns() -> None:
    header, rows, _ = read("anna@acme.com\nbob@acme.com\n")
    assert header == ("column 1",)
    assert rows == [["anna@acme.com"], ["bob@acme.com"]]


def test_repeated_and_missing_column_names_are_told_apart() -> None:
    assert read("name,,name\na,b,c\n")[0] == ("name", "column 2", "name (2)")


def test_ragged_rows_are_set_aside_with_their_row() -> None:
    _, rows, rejected = read("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,\n")
    assert rows == [["1", "2", "3"], ["10", "11", "12"]]
    assert [(one.row, one.value) for one in rejected] == [(3, "4,5"), (4, "6,7,8,9")]


def test_a_quotation_mark_that_is_not_closed_costs_its_own_row_only() -> None:
    _, rows, rejected = read('a,b\n1,"two\n3,four\n5,"six, seven"\n8,nine\n')
    assert rows == [["3", "four"], ["5", "six, seven"], ["8", "nine"]]
    assert [(one.row, one.value) for one in rejected] == [(2, '1,"two')]


def test_line_breaks_inside_quotes_are_kept() -> None:
    assert read('a,b\n1,"two\nlines"\n3,four\n')[1] == [["1", "two\nlines"], ["3", "four"]]


def test_rows_with_bytes_that_are_no_text_are_set_aside() -> None:
    text = "name,city\nJürgen,Köln\n".encode() + b"Bro\xff\xfeken,Bonn\n" + "Änne,Düren\n".encode()
    _, rows, rejected = read(text)
    assert rows == [["Jürgen", "Köln"], ["Änne", "Düren"]]
    assert [one.row for one in rejected] == [3]


def test_text_keeps_its_form() -> None:
    cells = ["00123", "NA", "None", "True", "01234", "1e5", "null", "123456789012345678"]
    assert read("a,b,c,d,e,f,g,h\n" + ",".join(cells) + "\n")[1] == [cells]


@pytest.mark.parametrize("content", [b"", b"  \n \n", b"\x00\x01\x02\x00\x00" * 50])
def test_a_file_without_text_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"file\.csv"):
        read(content)
