"""Files in, records out: the path of a row from a CRM's export into the workspace."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingest.entities import RecordType, Ref
from ingest.errors import UnreadableFile
from tests.ingest.conftest import Shelf, table

USERS = table(
    ["Id", "Name", "Email", "ManagerId", "Profile.Name"],
    ["005000000000001AAA", "Ana Admin", "ana@us.example", "", "System Administrator"],
    ["005000000000002AAA", "Max Boss", "max@us.example", "", "Standard User"],
    ["005000000000003AAA", "Rita Rep", "rita@us.example", "005000000000002AAA", "Standard User"],
)
ACCOUNTS = table(
    ["Id", "Name", "Industry", "NumberOfEmployees", "BillingCountry", "OwnerId", "CreatedDate", "Tier__c"],
    ["001000000000001AAA", "Acme", "Software", "120", "Germany", "005000000000003AAA", "2026-01-02", "Gold"],
)
CONTACTS = table(
    ["Id", "AccountId", "FirstName", "LastName", "Title", "Email", "Phone", "OwnerId", "CreatedDate"],
    [
        "003000000000001AAA",
        "001000000000001AAA",
        "Carl",
        "Client",
        "CTO",
        "carl@acme.example",
        "+49 30 123456",
        "005000000000003AAA",
        "2026-01-03T10:00:00.000Z",
    ],
)
LEADS = table(
    [
        "Id",
        "FirstName",
        "LastName",
        "Company",
        "Email",
        "Status",
        "LeadSource",
        "IsConverted",
        "ConvertedDate",
        "ConvertedAccountId",
        "ConvertedContactId",
        "ConvertedOpportunityId",
        "OwnerId",
        "CreatedDate",
    ],
    [
        "00Q000000000001AAA",
        "Lea",
        "Lead",
        "Beta",
        "lea@beta.example",
        "Working",
        "Web",
        "false",
        "",
        "",
        "",
        "",
        "005000000000003AAA",
        "2026-02-01",
    ],
    [
        "00Q000000000002AAA",
        "Carl",
        "Client",
        "Acme",
        "carl@acme.example",
        "Closed - Converted",
        "Web",
        "true",
        "2026-01-03",
        "001000000000001AAA",
        "003000000000001AAA",
        "006000000000001AAA",
        "005000000000003AAA",
        "2026-01-01",
    ],
    [
        "00Q000000000003AAA",
        "Lou",
        "Lost",
        "Gamma",
        "lou@gamma.example",
        "Disqualified",
        "Web",
        "false",
        "",
        "",
        "",
        "",
        "",
        "2026-02-03",
    ],
)
OPPORTUNITIES = table(
    [
        "Id",
        "Name",
        "AccountId",
        "StageName",
        "Amount",
        "CurrencyIsoCode",
        "IsClosed",
        "IsWon",
        "CloseDate",
        "OwnerId",
        "CreatedDate",
    ],
    [
        "006000000000001AAA",
        "Acme - big",
        "001000000000001AAA",
        "Closed Won",
        "1000.50",
        "EUR",
        "true",
        "true",
        "2026-03-01",
        "005000000000003AAA",
        "2026-01-03",
    ],
    [
        "006000000000002AAA",
        "Acme - next",
        "001000000000001AAA",
        "Proposal",
        "",
        "EUR",
        "false",
        "false",
        "2026-12-01",
        "005000000000003AAA",
        "2026-04-03",
    ],
    [
        "006000000000003AAA",
        "Acme - gone",
        "001000000000001AAA",
        "Parked for ever",
        "5",
        "EUR",
        "true",
        "false",
        "2026-05-01",
        "005000000000003AAA",
        "2026-04-03",
    ],
)
TASKS = table(
    [
        "Id",
        "Subject",
        "Type",
        "TaskSubtype",
        "ActivityDate",
        "CreatedDate",
        "Description",
        "WhoId",
        "WhatId",
        "OwnerId",
    ],
    [
        "00T000000000001AAA",
        "Call: pricing",
        "Call",
        "Call",
        "2026-03-02",
        "2026-03-01T08:00:00Z",
        "They asked for a price.",
        "003000000000001AAA",
        "006000000000001AAA",
        "005000000000003AAA",
    ],
    [
        "00T000000000002AAA",
        "Sent the offer",
        "Other",
        "Email",
        "",
        "2026-03-05T08:00:00Z",
        "",
        "00Q000000000001",
        "",
        "005000000000003AAA",
    ],
)
EVENTS = table(
    ["Id", "Subject", "StartDateTime", "EndDateTime", "CreatedDate", "Description", "WhoId", "OwnerId"],
    [
        "00U000000000001AAA",
        "Demo",
        "2026-12-24T10:00:00Z",
        "2026-12-24T11:00:00Z",
        "2026-11-01T08:00:00Z",
        "",
        "00Q000000000001AAA",
        "005000000000003AAA",
    ],
)
SALESFORCE = {
    "User.csv": USERS,
    "Account.csv": ACCOUNTS,
    "Contact.csv": CONTACTS,
    "Lead.csv": LEADS,
    "Opportunity.csv": OPPORTUNITIES,
    "Task.csv": TASKS,
    "Event.csv": EVENTS,
}


def test_a_salesforce_export_loads_without_a_mapping(shelf: Shelf) -> None:
    report = shelf.load(SALESFORCE)
    assert report.rejected == ()
    assert {str(type_): one.new for type_, one in report.types.items()} == {
        "user": 3,
        "account": 1,
        "contact": 1,
        "lead": 3,
        "opportunity": 3,
        "activity": 3,
    }
    roles = {row["name"]: row["role"] for row in shelf.rows("user").values()}
    assert roles == {"Ana Admin": "admin", "Max Boss": "manager", "Rita Rep": "rep"}
    leads = shelf.rows("lead")
    assert {id_[14]: lead["outcome"] for id_, lead in leads.items()} == {"1": "open", "2": "won", "3": "lost"}
    converted = leads["00Q000000000002AAA"]
    assert converted["name"] == "Carl Client"
    assert converted["converted_opportunity_id"] == "006000000000001AAA"
    assert converted["closed_at"] == datetime(2026, 1, 3, tzinfo=UTC)
    deals = shelf.rows("opportunity")
    assert {deal["name"]: deal["outcome"] for deal in deals.values()} == {
        "Acme - big": "won",
        "Acme - next": "open",
        "Acme - gone": "lost",
    }
    won, waiting = deals["006000000000001AAA"], deals["006000000000002AAA"]
    assert (won["amount"], won["currency"], won["close_on"]) == (1000.5, "EUR", date(2026, 3, 1))
    assert won["closed_at"] == datetime(2026, 3, 1, tzinfo=UTC)
    assert (waiting["amount"], waiting["closed_at"]) == (None, None)
    account = shelf.rows("account")["001000000000001AAA"]
    assert account["extra"] == {"Tier__c": "Gold"}


def test_activities_have_kind_moment_and_what_they_are_about(shelf: Shelf) -> None:
    shelf.load(SALESFORCE)
    call, mail, demo = (shelf.rows("activity")[id_] for id_ in sorted(shelf.rows("activity")))
    assert [one["kind"] for one in (call, mail, demo)] == ["call", "email", "meeting"]
    assert call["at"] == datetime(2026, 3, 2, tzinfo=UTC)
    assert mail["at"] == datetime(2026, 3, 5, 8, tzinfo=UTC), "no date of its own: when it was created"
    assert shelf.about("00T000000000001AAA") == {
        ("contact", "003000000000001AAA"),
        ("opportunity", "006000000000001AAA"),
    }
    assert shelf.about("00T000000000002AAA") == {("lead", "00Q000000000001AAA")}, (
        "an id of 15 letters will do"
    )


def test_the_same_files_again_change_nothing(shelf: Shelf) -> None:
    shelf.load(SALESFORCE)
    generation = shelf.records.generation
    again = shelf.load(SALESFORCE)
    assert again.changed == frozenset()
    assert all(one.new == one.changed == 0 for one in again.types.values())
    assert shelf.records.generation == generation


def test_rows_and_columns_in_another_order_change_nothing(shelf: Shelf) -> None:
    shelf.load(
        {
            "leads.csv": table(
                ["Lead ID", "Name", "Status", "Size"], ["1", "A B", "New", "5"], ["2", "C", "New", ""]
            )
        }
    )
    again = shelf.load(
        {
            "x.csv": table(
                ["Size", "Lead ID", "Status", "Name"], ["", "2", "New", "C"], ["5", "1", "New", "A B"]
            )
        }
    )
    assert again.changed == frozenset()


def test_a_changed_row_changes_only_itself(shelf: Shelf) -> None:
    shelf.load(SALESFORCE)
    report = shelf.load({"Lead.csv": LEADS.replace("Working", "Nurturing")})
    assert report.changed == {Ref(type=RecordType.LEAD, id="00Q000000000001AAA")}
    assert not report.outcomes_changed
    assert shelf.rows("lead")["00Q000000000001AAA"]["status"] == "Nurturing"
    report = shelf.load({"Task.csv": TASKS.replace("a price", "a discount")})
    assert report.changed == {Ref(type=RecordType.ACTIVITY, id="00T000000000001AAA")}


def test_a_new_outcome_is_said(shelf: Shelf) -> None:
    shelf.load(SALESFORCE)
    assert shelf.load({"Lead.csv": LEADS.replace("Working", "Disqualified")}).outcomes_changed


def test_a_row_that_is_missing_from_a_later_file_stays(shelf: Shelf) -> None:
    shelf.load(SALESFORCE)
    shelf.load({"Lead.csv": "\n".join(LEADS.splitlines()[:2])})
    assert len(shelf.rows("lead")) == 3


def test_columns_that_a_later_file_does_not_have_keep_their_values(shelf: Shelf) -> None:
    shelf.load(SALESFORCE)
    shelf.load({"Account.csv": table(["Id", "Name", "Industry"], ["001000000000001AAA", "Acme", "Retail"])})
    account = shelf.rows("account")["001000000000001AAA"]
    assert (account["industry"], account["employees"], account["extra"]) == (
        "Retail",
        120.0,
        {"Tier__c": "Gold"},
    )
    shelf.load({"Task.csv": table(["Id", "Subject", "Type"], ["00T000000000001AAA", "Call: prices", "Call"])})
    assert shelf.rows("activity")["00T000000000001AAA"]["text"] == "They asked for a price."
    assert len(shelf.about("00T000000000001AAA")) == 2


def test_a_path_that_does_not_exist_is_said(shelf: Shelf) -> None:
    with pytest.raises(UnreadableFile, match="nowhere"):
        shelf.load([Path("nowhere.csv")])


def test_a_reader_who_only_knows_one_list_can_load_it(shelf: Shelf) -> None:
    report = shelf.load(
        {
            "list.csv": table(
                ["age", "job", "bought"],
                [31, "clerk", "yes"],
                [42, "cook", "no"],
                [42, "cook", "no"],
                [28, "nurse", ""],
            )
        },
        {"files": [{"match": "list.csv", "type": "lead", "columns": {"outcome": "bought"}}]},
    )
    assert report.rejected == ()
    leads = shelf.rows("lead")
    assert sorted(row["outcome"] for row in leads.values()) == ["lost", "lost", "open", "won"]
    assert all(set(row["extra"]) == {"age", "job"} for row in leads.values())
    later = shelf.load(
        {
            "list.csv": table(
                ["age", "job", "bought"],
                [28, "nurse", "yes"],
                [31, "clerk", "yes"],
                [42, "cook", "no"],
                [42, "cook", "no"],
            )
        },
        {"files": [{"match": "list.csv", "type": "lead", "columns": {"outcome": "bought"}}]},
    )
    assert len(later.changed) == 1, "the row whose outcome became known is the same row"
    assert shelf.rows("lead").keys() == leads.keys()


def test_a_last_contact_that_no_activity_tells_of_is_an_activity(shelf: Shelf) -> None:
    leads = table(
        ["Lead ID", "Name", "Status", "Last contacted"],
        ["1", "Ann", "New", "2026-11-05"],
        ["2", "Bob", "New", "2026-11-05"],
        ["3", "Eve", "New", ""],
    )
    log = table(["Activity ID", "Type", "Date", "Lead ID"], ["t1", "Call", "2026-11-05", "2"])
    shelf.load({"leads.csv": leads, "log.csv": log})
    activities = shelf.rows("activity")
    implied = next(row for id_, row in activities.items() if id_ != "t1")
    assert len(activities) == 2
    assert implied["at"] == datetime(2026, 11, 5, tzinfo=UTC)
    assert shelf.about(implied["id"]) == {("lead", "1")}
    assert shelf.rows("lead")["1"]["extra"] == {"Last contacted": "2026-11-05"}
    assert shelf.load({"leads.csv": leads}).changed == frozenset()
    shelf.load({"leads.csv": leads.replace("1,Ann,New,2026-11-05", "1,Ann,New,2026-11-20")})
    assert shelf.rows("activity")[implied["id"]]["at"].day == 20


def test_salesforce_tables_beside_the_records_are_joined(shelf: Shelf) -> None:
    users = table(
        ["Id", "Name", "Email", "ManagerId", "ProfileId"],
        ["005000000000001AAA", "Ana Admin", "ana@us.example", "", "00e000000000001AAA"],
        ["005000000000003AAA", "Rita Rep", "rita@us.example", "005000000000001AAA", "00e000000000002AAA"],
    )
    files = SALESFORCE | {
        "User.csv": users,
        "Profile.csv": table(
            ["Id", "Name"], ["00e000000000001AAA", "System Administrator"], ["00e000000000002AAA", "Sales"]
        ),
        "Campaign.csv": table(
            ["Id", "Name", "Status", "Type"],
            ["701000000000001AAA", "Spring fair", "Completed", "Event"],
            ["701000000000002AAA", "Autumn fair", "Planned", "Event"],
        ),
        "CampaignMember.csv": table(
            ["Id", "CampaignId", "LeadId", "ContactId"],
            ["00v000000000001AAA", "701000000000001AAA", "00Q000000000001AAA", ""],
            ["00v000000000002AAA", "701000000000002AAA", "", "003000000000001AAA"],
        ),
        "OpportunityContactRole.csv": table(
            ["Id", "OpportunityId", "ContactId", "Role", "IsPrimary"],
            ["00K000000000001AAA", "006000000000001AAA", "003000000000009AAA", "Other", "false"],
            ["00K000000000002AAA", "006000000000001AAA", "003000000000001AAA", "Decider", "true"],
        ),
    }
    report = shelf.load(files)
    assert report.rejected == ()
    assert {row["name"]: row["role"] for row in shelf.rows("user").values()} == {
        "Ana Admin": "admin",
        "Rita Rep": "rep",
    }
    assert shelf.rows("lead")["00Q000000000001AAA"]["campaign"] == "Spring fair"
    deal = shelf.rows("opportunity")["006000000000001AAA"]
    assert (deal["contact_id"], deal["extra"]["Role"]) == ("003000000000001AAA", "Decider")
    assert [len(shelf.rows(type_)) for type_ in ("lead", "opportunity", "contact", "account")] == [3, 3, 1, 1]


def test_the_labels_of_a_salesforce_report_do_as_well(shelf: Shelf) -> None:
    shelf.load(
        {
            "report.csv": table(
                [
                    "Lead ID",
                    "First Name",
                    "Last Name",
                    "Company",
                    "Lead Source",
                    "Lead Status",
                    "Converted",
                    "Created Date",
                ],
                ["00Q000000000001AAA", "Ann", "Lee", "Acme", "Web", "Open", "0", "1/31/2026"],
                ["00Q000000000002AAA", "Bob", "Ray", "Beta", "Web", "Qualified", "1", "2/1/2026"],
                ["00Q000000000003AAA", "Eve", "Fox", "Ceta", "Web", "Unqualified", "0", "2/1/2026"],
            )
        }
    )
    leads = shelf.rows("lead")
    assert [row["outcome"] for _, row in sorted(leads.items())] == ["open", "won", "lost"]
    assert leads["00Q000000000001AAA"]["created_at"] == datetime(2026, 1, 31, tzinfo=UTC)


def test_the_best_informed_moment_of_an_activity_wins_and_the_others_stay_beside_it(shelf: Shelf) -> None:
    tasks = table(
        ["Id", "Subject", "Status", "ActivityDate", "CompletedDateTime", "CreatedDate"],
        ["00T000000000001AAA", "Call", "Completed", "2026-03-02", "2026-03-04T15:20:00Z", "2026-03-01"],
        ["00T000000000002AAA", "Call", "Not Started", "2026-12-02", "", "2026-03-01"],
    )
    diary = table(["Date", "Time", "Subject"], ["2026-03-05", "2:30 pm", "Visit"], ["2026-03-06", "", "Call"])
    report = shelf.load({"Task.csv": tasks, "meetings.csv": diary})
    rows = shelf.rows("activity")
    assert report.rejected == ()
    assert rows["00T000000000001AAA"]["at"] == datetime(2026, 3, 4, 15, 20, tzinfo=UTC)
    assert rows["00T000000000001AAA"]["extra"]["ActivityDate"] == "2026-03-02"
    assert rows["00T000000000002AAA"]["at"] == datetime(2026, 12, 2, tzinfo=UTC)
    met = {row["subject"]: row["at"] for row in rows.values() if row["subject"] in {"Visit"}}
    assert met["Visit"] == datetime(2026, 3, 5, 14, 30, tzinfo=UTC)


def test_conversion_and_disqualification_both_tell_when_a_lead_closed(shelf: Shelf) -> None:
    leads = table(
        ["Id", "Name", "Company", "Status", "IsConverted", "ConvertedDate", "Disqualified_Date__c"],
        ["00Q000000000001AAA", "Ann", "Acme", "Qualified", "true", "2026-03-02", ""],
        ["00Q000000000002AAA", "Bob", "Bolt", "Disqualified", "false", "", "2026-03-09"],
        ["00Q000000000003AAA", "Cyd", "Core", "Working", "false", "", ""],
    )
    shelf.load({"Lead.csv": leads})
    closed = {row["name"]: row["closed_at"] for row in shelf.rows("lead").values()}
    assert closed == {
        "Ann": datetime(2026, 3, 2, tzinfo=UTC),
        "Bob": datetime(2026, 3, 9, tzinfo=UTC),
        "Cyd": None,
    }


def test_keys_in_a_first_column_that_is_not_called_so_are_the_ids(shelf: Shelf) -> None:
    deals = table(
        ["Ref", "Deal Name", "Stage", "Amount"], ["V-01", "One", "Proposal", "5"], ["V-02", "Two", "Won", "7"]
    )
    calls = table(["Row", "Subject", "Date", "Regarding"], ["1", "Call", "2026-03-01", "V-02"])
    shelf.load({"deals.csv": deals, "calls.csv": calls})
    assert set(shelf.rows("opportunity")) == {"V-01", "V-02"}
    (call,) = shelf.rows("activity")
    assert call != "1", "a mere number may be the row's"
    assert shelf.about(call) == {("opportunity", "V-02")}


def test_a_report_of_leads_with_the_names_that_salesforce_shows(shelf: Shelf) -> None:
    report = table(
        [
            "Lead ID",
            "First Name",
            "Last Name",
            "Company / Account",
            "Lead Status",
            "Converted",
            "Create Date",
        ],
        ["00Q5g0000000001EAA", "Ann", "Lee", "Acme", "Working", "0", "3/25/2026"],
        ["00Q5g0000000002EAA", "Bob", "Ray", "Bolt", "Closed - Converted", "1", "3/26/2026"],
    )
    shelf.load({"report.csv": report})
    leads = shelf.rows("lead").values()
    assert {(row["name"], row["company"], row["outcome"]) for row in leads} == {
        ("Ann Lee", "Acme", "open"),
        ("Bob Ray", "Bolt", "won"),
    }


def test_what_an_order_lists_is_its_text(shelf: Shelf) -> None:
    header = ["Order ID", "Customer Email", "Order Date", "Total", "Items"]
    shelf.load({"orders.csv": table(header, ["O1", "a@x.example", "2026-11-20", "120.50", "2 desks"])})
    order = shelf.rows("activity")["O1"]
    assert (order["kind"], order["text"], order["amount"]) == ("order", "2 desks", 120.5)
    shelf.load({"more.csv": table(header, ["O2", "a@x.example", "2026-11-20", "120.50", "3"])})
    assert (shelf.rows("activity")["O2"]["text"], shelf.rows("activity")["O2"]["extra"]) == (
        None,
        {"Items": "3"},
    )
