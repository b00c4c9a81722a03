"""Orders and visits: one row for each article or page, matched to customers."""

from pathlib import Path

import pytest
import yaml

from ingest.load import recognise
from tests.ingest.conftest import Shelf, table

LINES = table(
    ["Order ID", "Order Date", "Customer", "Product", "Quantity", "Unit Price", "Country"],
    ["o1", "2026-11-02", "Acme", "Lamp", "2", "10.50", "Spain"],
    ["o1", "2026-11-02", "Acme", "Chair", "1", "99.00", "Spain"],
    ["o2", "2026-11-03", "Beta", "Lamp", "-1", "10.50", "Peru"],
    ["o2", "2026-11-03", "Beta", "Table", "one", "10.50", "Peru"],
)


def test_the_lines_of_an_order_are_one_order(shelf: Shelf) -> None:
    report = shelf.load({"shop.csv": LINES})
    orders = shelf.rows("activity")
    assert {id_: (row["kind"], row["amount"]) for id_, row in orders.items()} == {
        "o1": ("order", 120.0),
        "o2": ("order", -10.5),
    }
    assert orders["o1"]["text"] == "2 × Lamp\n1 × Chair"
    assert orders["o1"]["extra"] == {"Country": "Spain"}
    assert shelf.about("o1") == {("account", "Acme")}
    assert [(one.row, one.field, one.value) for one in report.rejected] == [(5, "amount", "one | 10.50")]


def test_orders_find_the_customers_that_there_are(shelf: Shelf) -> None:
    shelf.load(
        {"accounts.csv": table(["Account ID", "Account Name", "Industry"], ["a1", "ACME Ltd", "Retail"])}
    )
    report = shelf.load({"shop.csv": LINES})
    assert shelf.about("o1") == {("account", "a1")}
    assert ("o2", "Beta") in {("o2", one.value) for one in report.rejected}
    assert set(shelf.rows("account")) == {"a1"}


def test_the_dry_run_of_orders_loads_the_same(shelf: Shelf) -> None:
    folder: Path = shelf.write({"shop.csv": LINES})
    shelf.load(folder)
    again = shelf.load(folder, yaml.load(recognise([folder], None), Loader=yaml.BaseLoader))
    assert again.changed == frozenset()


def test_a_log_of_web_visits_is_matched_by_address(shelf: Shelf) -> None:
    report = shelf.load(
        {
            "leads.csv": table(
                ["Lead ID", "Name", "Email", "Status"], ["l1", "Ann Lee", "ann@acme.example", "New"]
            ),
            "web visits.csv": table(
                ["timestamp", "visitor email", "page", "duration"],
                ["2026-11-02T10:00:00Z", "ann@acme.example", "/pricing", "31"],
                ["2026-11-02T11:00:00Z", "", "/home", "3"],
            ),
        }
    )
    assert report.rejected == ()
    visits = shelf.rows("activity")
    assert {row["kind"] for row in visits.values()} == {"web visit"}
    assert [shelf.about(id_) for id_, row in visits.items() if row["subject"] == "/pricing"] == [
        {("lead", "l1")}
    ]


@pytest.mark.data
def test_real_invoices_load_without_a_mapping(shelf: Shelf, shared_data: Path) -> None:
    shelf.load(shared_data / "online-retail-sample" / "online_retail_first_10000.csv.gz")
    orders = shelf.rows("activity")
    assert (len(orders), len(shelf.rows("account"))) == (512, 323)
    assert orders["536365"]["amount"] == pytest.approx(139.12)
    assert len(shelf.about("536365")) == 1


def test_orders_visits_and_forms_are_the_customers_doing(shelf: Shelf) -> None:
    rows = [
        ["a1", "Order", "ann@x.example"],
        ["a2", "Web Visit", "ann@x.example"],
        ["a3", "Email", "ann@x.example"],
    ]
    shelf.load({"activities.csv": table(["Activity ID", "Type", "Contact Email"], *rows)})
    assert {id_: row["direction"] for id_, row in shelf.rows("activity").items()} == {
        "a1": "inbound",
        "a2": "inbound",
        "a3": None,
    }
