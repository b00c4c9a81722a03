"""Public data sets load with a mapping at most, and every row and cell is accounted for."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.entities import RecordType
from ingest.load import recognise
from ingest.undo import undo
from tests.ingest.conftest import NOW, Shelf

pytestmark = pytest.mark.data
MAPPINGS = Path(__file__).parent.parent / "mappings"


def mapping(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load((MAPPINGS / f"{name}.yaml").read_text(), Loader=yaml.BaseLoader)
    return document


def rows_of(path: Path, separator: str = ",") -> list[dict[str, str]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as text:
        return list(csv.DictReader(text, delimiter=separator))


def test_the_maven_pipeline_loads_without_a_mapping(shelf: Shelf, shared_data: Path) -> None:
    report = shelf.load(shared_data / "crm-maven")
    assert report.rejected == ()
    users, deals, accounts = shelf.rows("user"), shelf.rows("opportunity"), shelf.rows("account")
    assert (len(deals), len(accounts)) == (8800, 85)
    assert Counter(user["role"] for user in users.values()) == {"rep": 35, "manager": 6}
    assert {user["email"] for user in users.values()} == {None}
    assert all(id_ == user["name"] for id_, user in users.items())
    moses = users["Moses Frase"]
    assert (moses["manager_id"], moses["extra"]) == ("Dustin Brinkmann", {"regional_office": "Central"})
    source = rows_of(shared_data / "crm-maven" / "sales_pipeline.csv")
    assert Counter(deal["outcome"] for deal in deals.values()) == Counter(
        {"Won": "won", "Lost": "lost"}.get(row["deal_stage"], "open") for row in source
    )
    for row in source:
        deal = deals[row["opportunity_id"]]
        assert deal["owner_id"] == row["sales_agent"]
        assert deal["account_id"] == (row["account"] or None)
        assert deal["amount"] == (float(row["close_value"]) if row["close_value"] else None)
        assert (deal["created_at"] is None) == (row["engage_date"] == "")
    products = Counter(deal["product"] for deal in deals.values())
    assert products["GTX Pro"] == 1480
    assert "GTXPro" not in products
    assert {deal["extra"]["series"] for deal in deals.values()} == {"GTX", "MG", "GTK"}
    notes = {file.file: file.note for file in report.files if file.type is None}
    assert "no record file" in (notes["data_dictionary.csv"] or "")
    assert "joined" in (notes["products.csv"] or "")
    assert shelf.load(shared_data / "crm-maven").changed == frozenset()


@pytest.mark.parametrize(
    ("name", "file", "type_", "target", "won"),
    [
        ("bank-telemarketing", "bank_additional_dev.csv.gz", "lead", "y", "yes"),
        ("telco-churn", "telco_churn_dev.csv", "opportunity", "Churn", "No"),
        ("online-shoppers", "online_shoppers_dev.csv", "lead", "Revenue", "TRUE"),
        ("insurance-coil2000", "coil2000_train.csv", "lead", "CARAVAN", "1"),
    ],
)
def test_a_one_file_list_loads_with_a_mapping(
    shelf: Shelf, shared_data: Path, name: str, file: str, type_: str, target: str, won: str
) -> None:
    source = rows_of(shared_data / name / file)
    report = shelf.load(shared_data / name / file, mapping(name))
    assert report.rejected == ()
    assert report.types[RecordType(type_)].new == len(source)
    records = shelf.rows(type_)
    assert Counter(row["outcome"] for row in records.values()) == {
        "won": sum(row[target] == won for row in source),
        "lost": sum(row[target] != won for row in source),
    }
    kept = set(next(iter(records.values()))["extra"])
    assert target not in kept
    assert len(kept) > 10


def test_deals_without_ids_load_with_a_mapping(shelf: Shelf, shared_data: Path) -> None:
    report = shelf.load(shared_data / "b2b-deals-salvirt", mapping("b2b-deals-salvirt"))
    deals = shelf.rows("opportunity")
    assert (len(deals), report.rejected) == (448, ())
    assert Counter(deal["outcome"] for deal in deals.values()) == {"won": 227, "lost": 221}
    assert {deal["owner_id"] for deal in deals.values()} == set(shelf.rows("user"))


def test_an_offices_files_load_with_a_mapping(shelf: Shelf, shared_data: Path) -> None:
    report = shelf.load(shared_data / "workbench-crm", mapping("workbench-crm"))
    assert report.rejected == ()
    leads = shelf.rows("lead")
    assert len(leads) == 200
    assert leads["00000189"]["owner_id"] == "lena.schmidt@atlas.com"
    assert shelf.rows("user")["lena.schmidt@atlas.com"]["name"] == "Lena Schmidt"
    assert leads["00000189"]["email"] == "taylor.jackson@nanolabs", (
        "a whole file of such addresses means them"
    )
    activities = shelf.rows("activity")
    said = [id_ for id_ in activities if not id_.endswith("last contact")]
    assert len(said) == 1100, "mails, meetings and tasks each count from 1 and are all kept"
    assert len(activities) == 1300, "and each customer was contacted at a date that they do not hold"
    assert shelf.load(shared_data / "workbench-crm", mapping("workbench-crm")).changed == frozenset()


def test_dialogues_and_meetings_load_with_a_mapping_at_most(shelf: Shelf, shared_data: Path) -> None:
    report = shelf.load(shared_data / "support-dialogues-abcd", mapping("support-dialogues-abcd"))
    assert report.rejected == ()
    assert shelf.rows("contact")["cminh730"]["name"] == "crystal minh"
    talk = shelf.rows("activity")["3592"]
    assert (talk["kind"], talk["text"].splitlines()[0]) == ("chat", "agent: Hi!")
    assert shelf.about("3592") == {("contact", "cminh730")}
    shelf.load(shared_data / "meeting-transcripts")
    meetings = [row for row in shelf.rows("activity").values() if row["kind"] == "meeting"]
    assert len(meetings) == 3
    assert all("Project Manager: " in row["text"] for row in meetings)


@pytest.mark.parametrize(
    ("name", "type_", "rows"),
    [
        pytest.param("bank-telemarketing", "lead", 20_596, marks=pytest.mark.slow),
        ("telco-churn", "lead", 3_521),
        ("online-shoppers", "lead", 6_171),
        ("insurance-coil2000", "lead", 5_822),
        ("b2b-deals-salvirt", "lead", 448),
        ("meeting-transcripts", "activity", 3),
        ("online-retail-sample", "activity", 512),
    ],
)
def test_what_a_dry_run_prints_of_a_public_set_loads_all_of_it(
    shelf: Shelf, shared_data: Path, name: str, type_: str, rows: int
) -> None:
    printed = yaml.load(recognise([shared_data / name], None), Loader=yaml.BaseLoader)
    report = shelf.load(shared_data / name, printed)
    assert report.types[RecordType(type_)].new == rows
    assert report.rejected == ()


def test_the_patent_registers_companies_become_one_account_each_and_can_be_taken_back(
    shelf: Shelf, shared_data: Path
) -> None:
    path = shared_data / "entity-patstat" / "patstat_reference.csv"
    columns = {"id": "person_id", "name": "person_name"}
    entry = {"match": "*.csv", "type": "account", "columns": columns, "ignore": ["leuven_id"]}
    report = shelf.load(path, {"files": [entry]})
    truth = {row["person_id"]: row["leuven_id"] for row in rows_of(path)}
    groups = [[id_, *row["also"]] for id_, row in shelf.rows("account").items()]
    assert sorted(id_ for group in groups for id_ in group) == sorted(truth)
    found, real = _pairs(groups), _pairs(_by_value(truth).values())
    assert 2 * len(found & real) / (len(found) + len(real)) >= 0.95
    assert all(match.reason and match.confidence >= 0.9 for match in report.matches if match.merged)
    undo(shelf.records, None, NOW)
    assert not shelf.rows("account")


def _by_value(truth: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id_, value in truth.items():
        found.setdefault(value, []).append(id_)
    return found


def _pairs(groups: Iterable[list[str]]) -> set[tuple[str, ...]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}
