"""The invented company in the spreadsheets of a small German firm: its own names, numbers and dates."""

from collections.abc import Mapping, Sequence

from ingest.demo.exports import COLUMNS, Row
from ingest.demo.forms import Collected, Sheet, Written, cells_of, ragged_cells, text

PLAIN = Written(separator=";")
PLAIN_DIRTY = Written(
    separator=";", encoding="utf-16", above=(("Northlight GmbH, Vertrieb",), (), ("Stand", "vertraulich"), ())
)
_USER = {"Name": "Name", "Email": "E-Mail", "Profile.Name": "Rolle", "Title": "Position", "IsActive": "Aktiv"}
_ACCOUNT = {
    "Id": "Kundennummer", "Name": "Firma", "Type": "Kundenart", "Industry": "Branche",
    "NumberOfEmployees": "Anzahl Mitarbeiter", "AnnualRevenue": "Jahresumsatz", "BillingCountry": "Land",
    "BillingCity": "Ort", "Website": "Webseite", "OwnerId": "Betreuer", "CreatedDate": "Angelegt am",
    "Usage_Trend__c": "Usage Trend", "Contract_End__c": "Contract End", "Support_Tier__c": "Support Tier",
}  # fmt: skip
_CONTACT = {
    "Id": "Kontaktnummer", "FirstName": "Vorname", "LastName": "Nachname", "AccountId": "Kunde",
    "Title": "Funktion", "Email": "E-Mail", "Phone": "Telefon", "OwnerId": "Betreuer",
    "CreatedDate": "Angelegt am", "HasOptedOutOfEmail": "Keine Werbung",
}  # fmt: skip
_LEAD = {
    "Id": "Interessentennummer", "Name": "Ansprechpartner", "Company": "Firma", "Title": "Funktion",
    "Email": "E-Mail", "Phone": "Telefon", "Industry": "Branche", "NumberOfEmployees": "Anzahl Mitarbeiter",
    "AnnualRevenue": "Umsatz", "Country": "Land", "City": "Ort", "LeadSource": "Quelle",
    "Campaign__c": "Kampagne", "Product__c": "Produkt", "Status": "Status", "Rating": "Rating",
    "Closed_Date__c": "Abgeschlossen am", "ConvertedAccountId": "Konvertierter Account",
    "ConvertedContactId": "Konvertierter Kontakt", "ConvertedOpportunityId": "Konvertierte Opportunity",
    "Disqualification_Reason__c": "Absagegrund", "Description": "Notizen", "OwnerId": "Betreuer",
    "CreatedDate": "Angelegt am", "Trial_Started__c": "Trial Started", "Existing_Tool__c": "Existing Tool",
    "Newsletter__c": "Newsletter", "Preferred_Contact__c": "Preferred Contact",
}  # fmt: skip
_DEAL = {
    "Id": "Vorgangsnummer", "Name": "Bezeichnung", "AccountId": "Kunde", "ContactId": "Kontaktperson",
    "Product__c": "Produkt", "Type": "Art", "StageName": "Phase", "Amount": "Betrag",
    "CloseDate": "Abschlussdatum", "NextStep": "Next Step", "LeadSource": "Lead Source",
    "Campaign__c": "Campaign", "OwnerId": "Betreuer", "CreatedDate": "Angelegt am",
    "Competitor__c": "Competitor", "Discount__c": "Discount", "Usage_Trend__c": "Usage Trend",
    "Loss_Reason__c": "Absagegrund",
}  # fmt: skip
_ACTIVITY_COLUMNS = (
    "Aktivitäts-ID", "Datum", "Uhrzeit", "Art", "Betreff", "Notiz", "Richtung", "Kontakt", "Bezug",
    "Mitarbeiter", "Erstellt am",
)  # fmt: skip
_KINDS = {
    "Email": "E-Mail", "Call": "Anruf", "Meeting": "Termin", "Note": "Notiz", "Form": "Formular",
    "Web Visit": "Webbesuch",
}  # fmt: skip
_DIRECTIONS = {"Inbound": "eingehend", "Outbound": "ausgehend"}
_SIGNS = {"EUR": "€{}", "USD": "${}", "GBP": "£{}"}
_DATES = {"CreatedDate", "Closed_Date__c", "CloseDate", "Contract_End__c"}
_YES_NO = {"true": "ja", "false": "nein"}
_NUMBERED = {"Account": "K", "Contact": "P", "Lead": "I", "Opportunity": "V"}


def plain_files(collected: Collected) -> tuple[Sequence[Sheet], Mapping[str, str]]:
    """The firm's files, and its own numbers for Salesforce's records."""
    rows = collected.rows
    ids = {
        text(row, "Id"): f"{letter}-{number:05d}"
        for name, letter in _NUMBERED.items()
        for number, row in enumerate(rows[name], start=1)
    }
    ids |= {text(row, "Id"): f"{n}" for n, row in enumerate((*rows["Task"], *rows["Event"]), start=1)}
    names = {text(row, "Id"): text(row, "Name") for row in rows["User"]}
    known = ids | names
    companies = {text(row, "Id"): text(row, "Name") for row in rows["Account"]}
    leads = _sheet("Interessenten", rows["Lead"], _LEAD, known)
    files = [
        _team(rows["User"], names),
        _sheet("Kunden", rows["Account"], _ACCOUNT, known),
        _sheet("Kontakte", rows["Contact"], _CONTACT, known | companies),
        Sheet(
            name=leads.name,
            columns=leads.columns,
            rows=[*leads.rows, *ragged_cells(collected, len(COLUMNS["Lead"]), len(leads.columns))],
        ),
        _sheet("Angebote", rows["Opportunity"], _DEAL, known | companies),
        _activities((*rows["Task"], *rows["Event"]), known),
    ]
    return files, {**ids, **names}


def _team(users: Sequence[Row], names: Mapping[str, str]) -> Sheet:
    columns = (*_USER.values(), "Vorgesetzter")
    rows = [
        {name: _YES_NO.get(text(row, column), text(row, column)) for column, name in _USER.items()}
        | {"Vorgesetzter": names.get(text(row, "ManagerId"), "")}
        for row in users
    ]
    return Sheet(name="Vertriebsteam", columns=columns, rows=cells_of(rows, columns))


def _sheet(name: str, rows: Sequence[Row], names: Mapping[str, str], known: Mapping[str, str]) -> Sheet:
    """One file; ids are the firm's own numbers, owners and companies stand with their names."""
    columns = tuple(names.values())
    written = [{german: _cell(row, column, known) for column, german in names.items()} for row in rows]
    return Sheet(name=name, columns=columns, rows=cells_of(written, columns))


def _cell(row: Row, column: str, known: Mapping[str, str]) -> str:
    value = text(row, column)
    if column == "Id" or column.endswith("Id"):
        return known.get(value, "unbekannt") if value else ""
    if column in _DATES:
        return _date(value)
    if column in {"Amount", "AnnualRevenue"}:
        return _amount(value, text(row, "CurrencyIsoCode") or "EUR")
    return _YES_NO.get(value, value)


def _date(written: str) -> str:
    """Salesforce's moments and dates with the day first; what is none stays as it is."""
    parts = written[:10].split("-")
    if [len(part) for part in parts] != [4, 2, 2]:
        return written
    day = ".".join(reversed(parts))
    return f"{day} {written[11:16]}" if "T" in written else day


def _amount(written: str, currency: str) -> str:
    if not written.replace(".", "").isdigit():
        return written
    german = f"{float(written):,.2f}".translate(str.maketrans(",.", ".,"))
    return _SIGNS.get(currency, f"{{}} {currency}").format(german)


def _activities(rows: Sequence[Row], known: Mapping[str, str]) -> Sheet:
    written = []
    for row in rows:
        at = text(row, "CompletedDateTime") or text(row, "StartDateTime") or text(row, "ActivityDate")
        kind = text(row, "Type")
        written.append(
            {
                "Aktivitäts-ID": known[text(row, "Id")],
                "Datum": _date(at[:10]),
                "Uhrzeit": at[11:16],
                "Art": _KINDS.get(kind, kind),
                "Betreff": text(row, "Subject"),
                "Notiz": text(row, "Description"),
                "Richtung": _DIRECTIONS.get(text(row, "Direction__c"), ""),
                "Kontakt": known.get(text(row, "WhoId"), ""),
                "Bezug": known.get(text(row, "WhatId"), ""),
                "Mitarbeiter": known.get(text(row, "OwnerId"), ""),
                "Erstellt am": _date(text(row, "CreatedDate")),
            }
        )
    return Sheet(name="Aktivitaeten", columns=_ACTIVITY_COLUMNS, rows=cells_of(written, _ACTIVITY_COLUMNS))
