"""The invented company as HubSpot exports it: one list of persons, engagements by kind, owners and teams."""

from collections.abc import Mapping, Sequence

from ingest.demo.exports import COLUMNS, Row
from ingest.demo.forms import Cells, Collected, Sheet, cells_of, ragged_cells, text

_PERSON = {
    "Email": "Email", "Phone": "Phone Number", "Title": "Job Title", "Company": "Company Name",
    "Industry": "Industry", "NumberOfEmployees": "Number of Employees", "AnnualRevenue": "Annual Revenue",
    "Country": "Country/Region", "City": "City", "LeadSource": "Original Source", "Campaign__c": "Campaign",
    "Product__c": "Product Interest", "Status": "Lead Status", "Rating": "Rating",
    "Disqualification_Reason__c": "Disqualification Reason", "Description": "Message",
    "Trial_Started__c": "Trial Started", "Existing_Tool__c": "Existing Tool", "Newsletter__c": "Newsletter",
    "Preferred_Contact__c": "Preferred Contact", "Lead_Number__c": "Lead Number",
    "HasOptedOutOfEmail": "Opted out of email",
}  # fmt: skip
_COMPANY = {
    "Name": "Company name", "Type": "Type", "Industry": "Industry",
    "NumberOfEmployees": "Number of Employees", "AnnualRevenue": "Annual Revenue",
    "BillingCountry": "Country/Region", "BillingCity": "City", "Website": "Website URL",
    "Usage_Trend__c": "Usage Trend", "Contract_End__c": "Contract End", "Support_Tier__c": "Support Tier",
}  # fmt: skip
_DEAL = {
    "Name": "Deal Name", "Product__c": "Product", "Type": "Deal Type", "StageName": "Deal Stage",
    "Amount": "Amount", "CurrencyIsoCode": "Currency", "Probability": "Deal probability",
    "IsClosed": "Is Deal Closed", "IsWon": "Is Closed Won", "NextStep": "Next step",
    "LeadSource": "Lead Source", "Campaign__c": "Campaign", "Competitor__c": "Competitor",
    "Discount__c": "Discount", "Usage_Trend__c": "Usage Trend", "Loss_Reason__c": "Closed Lost Reason",
}  # fmt: skip
_LINKS = ("Associated Contact IDs", "Associated Company IDs", "Associated Deal IDs")
# Per kind of engagement: its file, and the columns of its title, its text, its moment and its direction.
_ENGAGEMENTS = {
    "Email": ("emails", "Email subject", "Email body", "Email send date", "Email direction"),
    "Call": ("calls", "Call Title", "Call notes", "Activity date", "Call direction"),
    "Meeting": ("meetings", "Meeting name", "Meeting description", "Meeting start time", ""),
    "Note": ("notes", "Note title", "Note body", "Activity date", ""),
    "Task": ("tasks", "Task title", "Task notes", "Due date", ""),
    "": ("other-activities", "Activity title", "Body", "Activity date", "Direction"),
}
_EMAIL_DIRECTION = {"Inbound": "INCOMING_EMAIL", "Outbound": "EMAIL"}
_FIRST_ID = {
    "Account": 70_000_000_001,
    "Lead": 150_000_001,
    "Opportunity": 24_000_000_001,
    "Task": 810_000_001,
}


def hubspot_files(collected: Collected) -> tuple[Sequence[Sheet], Mapping[str, str]]:
    """The files of the export, and the HubSpot ids of Salesforce's records."""
    ids = _ids(collected)
    users = {text(row, "Id"): row for row in collected.rows["User"]}
    owners = {id_: text(row, "Name") for id_, row in users.items()}
    files = [
        *_team_files(users),
        _companies(collected, ids, owners),
        _persons(collected, ids, owners),
        _deals(collected, ids, owners),
        *_engagements(collected, ids, owners),
    ]
    return [
        Sheet(name=f"hubspot-crm-exports-{one.name}", columns=one.columns, rows=one.rows) for one in files
    ], ids


def _ids(collected: Collected) -> dict[str, str]:
    """HubSpot's ids. A converted lead and the contact it became are one person."""
    rows = collected.rows
    numbered = {
        "Account": rows["Account"],
        "Opportunity": rows["Opportunity"],
        "Lead": [*rows["Lead"], *rows["Contact"]],
        "Task": [*rows["Task"], *rows["Event"]],
    }
    ids = {
        text(row, "Id"): str(_FIRST_ID[name] + 37 * number)
        for name, some in numbered.items()
        for number, row in enumerate(some)
    }
    for lead in rows["Lead"]:
        if contact := text(lead, "ConvertedContactId"):
            ids[contact] = ids[text(lead, "Id")]
    return ids | {text(row, "Id"): f"{number + 4711}" for number, row in enumerate(rows["User"])}


def _team_files(users: Mapping[str, Row]) -> list[Sheet]:
    """Owners with their team, and the teams with who leads them."""
    leaders = {text(row, "ManagerId") for row in users.values()} - {""}
    teams = {id_: f"Team {text(users[id_], 'Name')}" for id_ in leaders if text(users[id_], "ManagerId")}
    teams |= {id_: "Sales" for id_ in leaders if id_ not in teams}
    owner_columns = ("User ID", "First Name", "Last Name", "Email", "Team", "Super Admin", "Status")
    owner_rows = []
    for number, row in enumerate(users.values()):
        first, _, last = text(row, "Name").partition(" ")
        led = (
            text(row, "Id")
            if text(row, "Id") in teams and not text(row, "ManagerId")
            else text(row, "ManagerId")
        )
        is_admin = text(row, "Profile.Name") == "System Administrator"
        active = "Active" if text(row, "IsActive") == "true" else "Deactivated"
        owner_rows.append(
            [
                f"{number + 4711}",
                first,
                last,
                text(row, "Email"),
                teams.get(led, ""),
                str(is_admin).lower(),
                active,
            ]
        )
    team_rows = [
        [name, teams.get(text(users[id_], "ManagerId"), ""), text(users[id_], "Email")]
        for id_, name in sorted(teams.items())
    ]
    return [
        Sheet(name="users", columns=owner_columns, rows=owner_rows),
        Sheet(name="teams", columns=("Team", "Parent Team", "Team Manager"), rows=team_rows),
    ]


def _renamed(row: Row, names: Mapping[str, str]) -> dict[str, str]:
    return {name: text(row, column) for column, name in names.items()}


def _companies(collected: Collected, ids: Mapping[str, str], owners: Mapping[str, str]) -> Sheet:
    columns = ("Record ID", *_COMPANY.values(), "Company owner", "Create Date")
    rows = [
        _renamed(row, _COMPANY)
        | {
            "Record ID": ids[text(row, "Id")],
            "Company owner": _owner(row, owners),
            "Create Date": _moment(text(row, "CreatedDate")),
        }
        for row in collected.rows["Account"]
    ]
    return Sheet(name="companies", columns=columns, rows=cells_of(rows, columns))


def _persons(collected: Collected, ids: Mapping[str, str], owners: Mapping[str, str]) -> Sheet:
    columns = (
        "Record ID", "First Name", "Last Name", *_PERSON.values(), "Lifecycle Stage", "Contact owner",
        "Create Date", "Became a Customer Date", "Disqualified Date", "Associated Company IDs",
        "Associated Deal IDs",
    )  # fmt: skip
    companies = {text(row, "Id"): text(row, "Name") for row in collected.rows["Account"]}
    contacts = {text(row, "Id"): row for row in collected.rows["Contact"]}
    rows, converted = [], set()
    for row in collected.rows["Lead"]:
        won = text(row, "IsConverted") == "true"
        converted.add(text(row, "ConvertedContactId"))
        closed = text(row, "Closed_Date__c")
        became = contacts.get(text(row, "ConvertedContactId"), row)
        rows.append(
            _person(row, ids, owners)
            | {"Email": text(became, "Email"), "Phone Number": text(became, "Phone")}
            | {
                "Lifecycle Stage": "Customer" if won else "Lead",
                "Became a Customer Date": closed if won else "",
                "Disqualified Date": "" if won else closed,
                "Associated Company IDs": ids.get(text(row, "ConvertedAccountId"), ""),
                "Associated Deal IDs": ids.get(text(row, "ConvertedOpportunityId"), ""),
            }
        )
    for row in collected.rows["Contact"]:
        if text(row, "Id") not in converted:
            account = text(row, "AccountId")
            rows.append(
                _person(row, ids, owners)
                | {
                    "Lifecycle Stage": "Other",
                    "Company Name": companies[account],
                    "Associated Company IDs": ids[account],
                }
            )
    cells = cells_of(rows, columns) + ragged_cells(collected, len(COLUMNS["Lead"]), len(columns))
    return Sheet(name="contacts", columns=columns, rows=cells)


def _person(row: Row, ids: Mapping[str, str], owners: Mapping[str, str]) -> dict[str, str]:
    return _renamed(row, _PERSON) | {
        "Record ID": ids[text(row, "Id")],
        "First Name": text(row, "FirstName"),
        "Last Name": text(row, "LastName"),
        "Contact owner": _owner(row, owners),
        "Create Date": _moment(text(row, "CreatedDate")),
    }


def _deals(collected: Collected, ids: Mapping[str, str], owners: Mapping[str, str]) -> Sheet:
    columns = ("Record ID", *_DEAL.values(), *_LINKS[:2], "Close Date", "Deal owner", "Create Date")
    rows = [
        _renamed(row, _DEAL)
        | {
            "Record ID": ids[text(row, "Id")],
            "Close Date": _moment(text(row, "CloseDate")),
            "Deal owner": _owner(row, owners),
            "Create Date": _moment(text(row, "CreatedDate")),
            "Associated Company IDs": _linked(text(row, "AccountId"), ids),
            "Associated Contact IDs": _linked(text(row, "ContactId"), ids),
        }
        for row in collected.rows["Opportunity"]
    ]
    return Sheet(name="deals", columns=columns, rows=cells_of(rows, columns))


def _engagements(collected: Collected, ids: Mapping[str, str], owners: Mapping[str, str]) -> list[Sheet]:
    found: dict[str, list[dict[str, str]]] = {kind: [] for kind in _ENGAGEMENTS}
    for row in (*collected.rows["Task"], *collected.rows["Event"]):
        planned = text(row, "Status") == "Not Started"
        own = "Task" if planned else text(row, "Type") if text(row, "Type") in _ENGAGEMENTS else ""
        _, title, body, at, direction = _ENGAGEMENTS[own]
        about = [_links(text(row, column), ids) for column in ("WhoId", "WhatId")]
        written = {
            "Record ID": ids[text(row, "Id")],
            title: text(row, "Subject"),
            body: text(row, "Description"),
            at: _moment(
                text(row, "CompletedDateTime") or text(row, "StartDateTime") or text(row, "ActivityDate")
            ),
            "Create date": _moment(text(row, "CreatedDate")),
            "Activity assigned to": _owner(row, owners),
            **about[0],
            **about[1],
        }
        said = text(row, "Direction__c")
        if direction:
            written[direction] = _EMAIL_DIRECTION.get(said, said) if own == "Email" else said.upper()
        if own in {"Task", ""}:
            written["Activity type" if not own else "Task Type"] = text(row, "Type")
        if own == "Task":
            written["Task Status"] = "NOT_STARTED"
        if own == "Meeting":
            written["Meeting end time"] = _moment(text(row, "EndDateTime"))
            written["Location"] = text(row, "Location")
        found[own].append(written)
    return [_engagement_sheet(kind, rows) for kind, rows in found.items() if rows]


def _engagement_sheet(kind: str, rows: Sequence[Mapping[str, str]]) -> Sheet:
    columns: Cells = tuple(dict.fromkeys([column for row in rows for column in row] + list(_LINKS)))
    return Sheet(name=_ENGAGEMENTS[kind][0], columns=columns, rows=cells_of(rows, columns))


def _links(salesforce: str, ids: Mapping[str, str]) -> dict[str, str]:
    """The column of associations that a linked record stands in."""
    if not salesforce:
        return {}
    where = {"001": _LINKS[1], "006": _LINKS[2]}.get(salesforce[:3], _LINKS[0])
    return {where: _linked(salesforce, ids)}


def _linked(salesforce: str, ids: Mapping[str, str]) -> str:
    return ids.get(salesforce, "99999999999") if salesforce else ""


def _owner(row: Row, owners: Mapping[str, str]) -> str:
    owner = text(row, "OwnerId")
    return owners.get(owner, "Inbound queue") if owner else ""


def _moment(written: str) -> str:
    """Salesforce's moments and dates as HubSpot writes them; what is none stays as it is."""
    if len(written) == 10 and written[4:5] == "-":
        return f"{written} 00:00"
    return written[:16].replace("T", " ") if "T" in written else written
