"""The mapping file: what it may say, and what it does."""

from pathlib import Path

import pytest
import yaml

from ingest.errors import BadMapping
from ingest.load import recognise
from ingest.mapping import parse_mapping, read_mapping
from tests.ingest.conftest import Shelf, table
from tests.ingest.test_load import SALESFORCE


def one(**entry: object) -> dict[str, object]:
    return {"files": [{"match": "*.csv", "type": "lead", **entry}]}


def test_a_mapping_says_what_columns_and_values_mean(shelf: Shelf) -> None:
    shelf.load(
        {
            "Prospects 1.csv": table(
                ["Prospect ID", "Lead Number", "Lead Source", "Converted", "Since", "Tags"],
                ["p1", "17", "Chat", "1", "03/04/2026", "x"],
                ["p2", "18", "Web", "0", "04/04/2026", "y"],
                ["p3", "19", "Web", "", "05/04/2026", ""],
            )
        },
        {
            "files": [
                {
                    "match": "Prospects*.csv",
                    "type": "lead",
                    "columns": {
                        "id": "Prospect ID",
                        "source": "lead source",
                        "outcome": "Converted",
                        "created_at": "Since",
                    },
                    "values": {"outcome": {"won": ["1"], "lost": ["0"], "open": [""]}},
                    "dates": "DD/MM/YYYY",
                    "ignore": ["Lead Number"],
                    "after_outcome": ["Tags"],
                }
            ]
        },
    )
    leads = shelf.rows("lead")
    assert {id_: row["outcome"] for id_, row in leads.items()} == {"p1": "won", "p2": "lost", "p3": "open"}
    assert leads["p1"]["created_at"].month == 4
    assert leads["p1"]["extra"] == {"Tags": "x"}
    with shelf.records.engine.connect() as connection:
        custom = connection.exec_driver_sql("select name, kind, after_outcome from custom_fields").all()
    assert sorted(tuple(row) for row in custom) == [("Since", "is created_at", 0), ("Tags", "boolean", 1)]


def test_an_outcome_that_the_mapping_does_not_name_sets_the_row_aside(shelf: Shelf) -> None:
    mapping = one(columns={"id": "k", "outcome": "o"}, values={"outcome": {"won": ["1"], "lost": ["0"]}})
    report = shelf.load({"a.csv": table(["k", "o"], ["a", "1"], ["b", "2"], ["c", ""])}, mapping)
    assert {id_: row["outcome"] for id_, row in shelf.rows("lead").items()} == {"a": "won", "c": "open"}
    assert [(one.row, one.field) for one in report.rejected] == [(3, None)]


def test_several_columns_may_name_what_an_activity_is_about(shelf: Shelf) -> None:
    shelf.load(
        {
            "people.csv": table(
                ["Contact ID", "Full Name", "Email", "Job Title"],
                ["c1", "Al Fa", "al@x.example", "CEO"],
                ["c2", "Be Ta", "be@x.example", "CTO"],
            ),
            "log.csv": table(
                ["key", "who", "where", "what"],
                ["1", "al@x.example; Be Ta", "c2", "Talked"],
                ["2", "nobody", "", "Hm"],
            ),
        },
        {
            "files": [
                {
                    "match": "log.csv",
                    "type": "activity",
                    "columns": {"id": "key", "about": ["who", "where"], "text": "what"},
                }
            ]
        },
    )
    assert shelf.about("1") == {("contact", "c1"), ("contact", "c2")}
    assert ("log.csv", 3, "about", "nobody") in shelf.set_aside()


def test_a_file_can_be_left_out(shelf: Shelf) -> None:
    report = shelf.load(
        {
            "leads.csv": table(["Lead ID", "Name", "Status"], [1, "A", "New"]),
            "old leads.csv": table(["Lead ID", "Name", "Status"], [2, "B", "New"]),
        },
        {"files": [{"match": "old*", "type": "none"}]},
    )
    assert set(shelf.rows("lead")) == {"1"}
    assert any(file.type is None and file.file == "old leads.csv" for file in report.files)


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ({}, "files"),
        ({"files": [{"type": "lead"}]}, "match"),
        (one(type="laed"), "laed"),
        (one(colums={}), "colums"),
        (one(columns={"nmae": "x"}), "nmae"),
        (one(values={"outcome": {"maybe": ["1"]}}), "maybe"),
        (one(values={"name": {"x": ["1"]}}), "name"),
        (one(dates="sometimes"), "sometimes"),
        (one(ignore={"a": 1}), "ignore"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(document: object, word: str) -> None:
    with pytest.raises(BadMapping, match=word):
        parse_mapping(document)


def test_a_column_that_the_file_does_not_have_is_named(shelf: Shelf) -> None:
    with pytest.raises(BadMapping, match="Prospect"):
        shelf.load({"a.csv": table(["k", "o"], ["a", "1"])}, one(columns={"id": "Prospect"}))


def test_a_mapping_that_fits_no_file_is_refused(shelf: Shelf) -> None:
    with pytest.raises(BadMapping, match="none of the files"):
        shelf.load(
            {"a.csv": table(["Lead ID", "Name", "Status"], ["a", "b", "New"])},
            {"files": [{"match": "b.csv", "type": "lead"}]},
        )


def test_values_of_a_mapping_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "files:\n  - match: a.csv\n    type: lead\n    columns: {outcome: y}\n"
        "    values: {outcome: {won: [yes, 1], lost: [no, 0]}}\n"
    )
    assert read_mapping(path).files[0].values["outcome"] == {"won": ("yes", "1"), "lost": ("no", "0")}


def test_the_dry_run_is_a_mapping_that_loads_the_same(shelf: Shelf, tmp_path: Path) -> None:
    folder = shelf.write(SALESFORCE)
    text = recognise([folder], None)
    assert {entry["match"] for entry in yaml.safe_load(text)["files"]} == set(SALESFORCE)
    shelf.load(folder)
    path = tmp_path / "mapping.yaml"
    path.write_text(text)
    again = shelf.load(folder, yaml.load(path.read_text(), Loader=yaml.BaseLoader))
    assert again.changed == frozenset()
    assert again.rejected == ()
    assert recognise([folder], read_mapping(path)) == text


def test_the_records_name_before_each_column_says_nothing(shelf: Shelf) -> None:
    shelf.load(
        {
            "deals.csv": table(
                [
                    "Deal - ID", "Deal - Title", "Deal - Value", "Deal - Currency", "Deal - Stage",
                    "Deal - Owner", "Deal - Organization", "Deal - Status", "Deal - Expected close date",
                    "Deal - Won time",
                ],
                ["1", "Roof", "12000", "EUR", "Qualified", "Ana Ray", "Meyer AG", "Open", "2026-12-10", ""],
                ["2", "Box", "2300", "EUR", "Talks", "Ana Ray", "Roth KG", "Won", "2026-10-20", "2026-10-18"],
            )
        }
    )  # fmt: skip
    deals = shelf.rows("opportunity")
    assert [deals[one]["name"] for one in ("1", "2")] == ["Roof", "Box"]
    assert [deals[one]["amount"] for one in ("1", "2")] == [12000, 2300]
    assert [deals[one]["outcome"] for one in ("1", "2")] == ["open", "won"]
    assert deals["1"]["close_on"].isoformat() == "2026-12-10"
    assert {row["name"] for row in shelf.rows("account").values()} == {"Meyer AG", "Roth KG"}


def test_a_list_that_fits_no_type_gets_a_guess_that_loads_it(shelf: Shelf) -> None:
    rows = [[f"{n:04d}-AB", str(n % 7), "blue", "Yes" if n % 3 else "No"] for n in range(60)]
    folder = shelf.write({"list.csv": table(["k", "size", "colour", "Churn"], *rows)})
    text = recognise([folder], None)
    assert "# A guess" in text
    assert not shelf.load(folder).types, "nothing is loaded by a guess"
    shelf.load(folder, yaml.load(text, Loader=yaml.BaseLoader))
    leads = shelf.rows("lead")
    assert (len(leads), leads["0000-AB"]["outcome"], leads["0001-AB"]["outcome"]) == (60, "won", "lost")


def test_beside_files_that_are_recognised_a_guess_is_a_comment(shelf: Shelf) -> None:
    rows = [[str(n % 7), "blue", "Yes" if n % 3 else "No"] for n in range(60)]
    folder = shelf.write(
        {
            "list.csv": table(["size", "colour", "sold"], *rows),
            "leads.csv": table(["Lead ID", "Name", "Status"], ["L1", "Ann", "New"]),
        }
    )
    text = recognise([folder], None)
    assert '#   - match: "list.csv"' in text
    assert [one["match"] for one in yaml.safe_load(text)["files"]] == ["leads.csv"]
