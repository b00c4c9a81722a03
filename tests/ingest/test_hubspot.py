"""HubSpot's exports, with the column names that it shows."""

from datetime import UTC, datetime
from pathlib import Path

import yaml

from ingest.load import recognise
from tests.ingest.conftest import Shelf, table

CONTACTS = table(
    [
        "Record ID",
        "First Name",
        "Last Name",
        "Email",
        "Contact owner",
        "Lifecycle Stage",
        "Lead Status",
        "Create Date",
        "Company Name",
        "Associated Company IDs",
        "Job Title",
        "Original Source",
        "Became a Customer Date",
    ],
    [
        "101",
        "Ann",
        "Lee",
        "ann@acme.example",
        "Rita Rep",
        "Lead",
        "New",
        "2026-11-02 09:10",
        "Acme",
        "",
        "CTO",
        "Organic Search",
        "",
    ],
    [
        "102",
        "Tom",
        "Ray",
        "tom@beta.example",
        "Rita Rep (rita@us.example)",
        "Sales Qualified Lead",
        "In Progress",
        "2026-10-02 09:10",
        "Beta",
        "201",
        "Buyer",
        "Paid Search",
        "",
    ],
    [
        "103",
        "Eve",
        "Fox",
        "eve@gamma.example",
        "Sam Sales",
        "Lead",
        "Unqualified",
        "2026-09-02 09:10",
        "Gamma",
        "",
        "CEO",
        "Direct Traffic",
        "",
    ],
    [
        "104",
        "Carl",
        "Client",
        "carl@beta.example",
        "Sam Sales",
        "Customer",
        "Connected",
        "2026-01-02 09:10",
        "Beta",
        "201",
        "CFO",
        "Referrals",
        "2026-03-05",
    ],
    ["105", "Nora", "None", "nora@beta.example", "", "", "", "2026-01-02 09:10", "Beta", "201", "", "", ""],
)
COMPANIES = table(
    [
        "Record ID",
        "Company name",
        "Company owner",
        "Create Date",
        "City",
        "Country/Region",
        "Industry",
        "Number of Employees",
        "Annual Revenue",
        "Company Domain Name",
    ],
    [
        "201",
        "Beta Inc",
        "Sam Sales",
        "2025-11-02 09:10",
        "Madrid",
        "Spain",
        "COMPUTER_SOFTWARE",
        "50",
        "1000000",
        "beta.example",
    ],
)
DEALS = table(
    [
        "Record ID",
        "Deal Name",
        "Deal Stage",
        "Close Date",
        "Deal owner",
        "Amount",
        "Currency",
        "Create Date",
        "Associated Company IDs",
        "Associated Contact IDs",
        "Deal Type",
    ],
    [
        "301",
        "Beta - first",
        "closedwon",
        "2026-03-05 10:00",
        "Sam Sales",
        "5000",
        "EUR",
        "2026-01-12 09:10",
        "201",
        "104",
        "New Business",
    ],
    [
        "302",
        "Beta - second",
        "Contract Sent",
        "2026-12-05 10:00",
        "Sam Sales",
        "7000",
        "EUR",
        "2026-10-12 09:10",
        "201",
        "104;105",
        "Existing Business",
    ],
    [
        "303",
        "Beta - third",
        "Closed Lost",
        "2026-06-05 10:00",
        "Sam Sales",
        "900",
        "EUR",
        "2026-04-12 09:10",
        "201",
        "",
        "New Business",
    ],
)
ACTIVITIES = table(
    [
        "Record ID",
        "Activity type",
        "Activity date",
        "Activity assigned to",
        "Call and meeting title",
        "Email subject",
        "Email body",
        "Call notes",
        "Associated Contact IDs",
        "Associated Company IDs",
        "Associated Deal IDs",
        "Email direction",
    ],
    ["901", "Call", "2026-11-03 10:00", "Rita Rep", "Intro call", "", "", "Wants a price", "101", "", "", ""],
    [
        "902",
        "Email",
        "2026-11-04 10:00",
        "Sam Sales",
        "",
        "Offer",
        "Please find",
        "",
        "104",
        "201",
        "302",
        "INCOMING_EMAIL",
    ],
)
USERS = table(
    ["User ID", "First Name", "Last Name", "Email", "Permission Sets", "Manager"],
    ["u1", "Rita", "Rep", "rita@us.example", "Sales", "max@us.example"],
    ["u2", "Sam", "Sales", "sam@us.example", "Super Admin", "max@us.example"],
    ["u3", "Max", "Boss", "max@us.example", "Sales", ""],
)
EXPORT = {
    "hubspot-crm-exports-all-contacts.csv": CONTACTS,
    "hubspot-crm-exports-all-companies.csv": COMPANIES,
    "hubspot-crm-exports-all-deals.csv": DEALS,
    "hubspot-crm-exports-all-activities.csv": ACTIVITIES,
    "hubspot-users.csv": USERS,
}


def test_a_hubspot_export_loads_without_a_mapping(shelf: Shelf) -> None:
    report = shelf.load(EXPORT)
    assert report.rejected == ()
    assert {row["name"]: row["role"] for row in shelf.rows("user").values()} == {
        "Rita Rep": "rep",
        "Sam Sales": "admin",
        "Max Boss": "manager",
    }
    deals = shelf.rows("opportunity")
    assert {id_: (row["outcome"], row["account_id"], row["contact_id"]) for id_, row in deals.items()} == {
        "301": ("won", "201", "104"),
        "302": ("open", "201", "104"),
        "303": ("lost", "201", None),
    }
    assert deals["301"]["closed_at"] == datetime(2026, 3, 5, tzinfo=UTC)
    assert shelf.rows("account")["201"]["owner_id"] == "u2"


def test_contacts_are_leads_until_they_have_come_far_enough(shelf: Shelf) -> None:
    shelf.load(EXPORT)
    leads = shelf.rows("lead")
    assert {id_: row["outcome"] for id_, row in leads.items()} == {
        "101": "open",
        "102": "open",
        "103": "lost",
        "104": "won",
    }
    assert (leads["102"]["owner_id"], leads["102"]["account_id"], leads["102"]["source"]) == (
        "u1",
        "201",
        "Paid Search",
    )
    assert (leads["104"]["converted_contact_id"], leads["104"]["closed_at"]) == (
        "104",
        datetime(2026, 3, 5, tzinfo=UTC),
    )
    assert set(shelf.rows("contact")) == {"104", "105"}


def test_activities_are_about_all_that_they_are_associated_with(shelf: Shelf) -> None:
    shelf.load(EXPORT)
    mail = shelf.rows("activity")["902"]
    assert (mail["kind"], mail["direction"], mail["subject"], mail["text"]) == (
        "email",
        "inbound",
        "Offer",
        "Please find",
    )
    assert shelf.rows("activity")["901"]["subject"] == "Intro call"
    assert shelf.about("901") == {("lead", "101")}
    assert shelf.about("902") == {
        ("contact", "104"),
        ("lead", "104"),
        ("account", "201"),
        ("opportunity", "302"),
    }


def test_the_dry_run_says_how_the_contacts_are_shared_out(shelf: Shelf, tmp_path: Path) -> None:
    folder = shelf.write(EXPORT)
    text = recognise([folder], None)
    entries = [entry for entry in yaml.safe_load(text)["files"] if "contacts" in entry["match"]]
    assert [entry["type"] for entry in entries] == ["lead", "contact"]
    shelf.load(folder)
    again = shelf.load(folder, yaml.load(text, Loader=yaml.BaseLoader))
    assert (again.changed, again.rejected) == (frozenset(), ())


def test_a_stage_that_no_entry_takes_is_set_aside(shelf: Shelf) -> None:
    mapping = {"files": [{"match": "*.csv", "type": "lead", "where": {"Lifecycle Stage": ["Lead"]}}]}
    report = shelf.load({"contacts.csv": CONTACTS}, mapping)
    assert set(shelf.rows("lead")) == {"101", "103"}
    assert {one.row for one in report.rejected if one.field is None} == {3, 5, 6}
    assert (report.files[0].read, report.files[0].set_aside) == (5, 3)
