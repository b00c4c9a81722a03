"""The small faults that real exports have: bad values, second rows, rows that do not fit."""

from random import Random

from ingest.demo.clock import stamp
from ingest.demo.exports import COLUMNS, Exports, Tables, salesforce_id
from ingest.demo.leads import DemoLead, Twin

_COUNTRY = {"Lead": "Country", "Account": "BillingCountry"}


class Dirt:
    """Spoils values as hurried people do, and keeps a list of what it did.

    A clean company is the same one: what is spoiled in the dirty one (and so is known to nobody) is empty
    in it, what is only misspelt is spelt right, and there are no rows too many.
    """

    def __init__(self, rng: Random, truth: Tables, *, active: bool) -> None:
        self._rng = rng
        self._truth = truth
        self.active = active

    def _spoil(self, file: str, row: dict[str, object], field: str, value: str, kind: str) -> None:
        row[field] = value if self.active else ""
        if not self.active:
            return
        self._truth.write(
            "dirt", {"file": file, "id": row["Id"], "field": field, "value": value, "kind": kind}
        )

    def _country(self, file: str, row: dict[str, object]) -> None:
        if self._rng.random() < 0.06:
            country = str(row[_COUNTRY[file]])
            misspelt = self._rng.choice((country.lower(), country.upper(), f" {country}", f"{country} "))
            row[_COUNTRY[file]] = misspelt if self.active else country

    def company(self, row: dict[str, object]) -> dict[str, object]:
        """Faults of an account's row."""
        self._country("Account", row)
        if self._rng.random() < 0.02:
            self._spoil("Account", row, "Contract_End__c", self._rng.choice(("n/a", "2026-02-30")), "date")
        return row

    def person(self, file: str, row: dict[str, object]) -> dict[str, object]:
        """Faults of a lead's or a contact's row."""
        rng = self._rng
        email = str(row["Email"])
        draw = rng.random()
        if draw < 0.008:
            self._spoil(
                file, row, "Email", rng.choice((email.replace("@", " at "), f"{email}@", "unknown")), "email"
            )
        elif draw < 0.05 and file == "Lead":
            row["Email"] = ""
        if rng.random() < 0.01:
            self._spoil(file, row, "Phone", rng.choice(("n/a", "12", "call office", "??")), "phone")
        if rng.random() < 0.03 and self.active:
            row["Name"] = f" {row['Name']} "
        if file == "Lead":
            self._lead(row)
        return row

    def _lead(self, row: dict[str, object]) -> None:
        rng = self._rng
        self._country("Lead", row)
        if rng.random() < 0.004:
            self._spoil(
                "Lead", row, "CreatedDate", rng.choice(("0000-00-00", "31/31/2025", "yesterday")), "date"
            )
        if rng.random() < 0.004:
            self._spoil("Lead", row, "OwnerId", "00G5g000000QUEUE01", "link")

    def deal(self, row: dict[str, object]) -> dict[str, object]:
        """Faults of an opportunity's row."""
        rng = self._rng
        if rng.random() < 0.006:
            self._spoil("Opportunity", row, "AccountId", "0015g00009ZZZZZAAA", "link")
        if rng.random() < 0.006:
            self._spoil("Opportunity", row, "Amount", rng.choice(("tbd", "ask finance")), "amount")
        return row

    def twin_row(self, lead: DemoLead, twin: Twin, row: dict[str, object], number: int) -> dict[str, object]:
        """The second row of the same person, a little different from the first."""
        rng = self._rng
        email = str(lead.email)
        second = {
            **row,
            "Id": twin.id,
            "Email": rng.choice((email, email.upper(), email.title(), f" {email}")),
            "Company": rng.choice(
                (lead.company.name, lead.company.name.upper(), lead.company.name.rsplit(" ", 1)[0])
            ),
            "OwnerId": twin.owner.id,
            "CreatedDate": stamp(twin.created),
            "Status": "New",
            "IsConverted": "false",
            "Closed_Date__c": "",
            "ConvertedAccountId": "",
            "ConvertedContactId": "",
            "ConvertedOpportunityId": "",
            "Disqualification_Reason__c": "",
            "Country": lead.country.name,
            "Lead_Number__c": f"L-{number:06d}",
        }
        for field in ("Phone", "NumberOfEmployees", "City"):
            if rng.random() < 0.4:
                second[field] = ""
        if not self.active:
            second |= {"Email": email, "Company": lead.company.name}
        if twin.id == lead.id:
            return second
        self._truth.write(
            "duplicates",
            {
                "type": "lead",
                "id": twin.id,
                "duplicate_of": lead.id,
                "same_owner": str(twin.owner is lead.owner).lower(),
            },
        )
        return second

    def ragged(self, exports: Exports, *, leads: int) -> None:
        """Rows that are too short or too long for their file."""
        if not self.active:
            return
        for number, cells in enumerate((2, len(COLUMNS["Lead"]) + 3, 5)):
            identity = salesforce_id("Lead", leads + 1 + number)
            exports.write_cells("Lead", [identity, *(["Ragged"] * cells)])
            self._truth.write("dirt", {"file": "Lead", "id": identity, "kind": "ragged"})
