"""Salesforce object exports: one CSV file per object, written row by row."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

COLUMNS: dict[str, tuple[str, ...]] = {
    "User": ("Id", "Name", "Email", "Username", "Profile.Name", "Title", "ManagerId", "IsActive", "Division"),
    "Account": (
        "Id", "Name", "Type", "Industry", "NumberOfEmployees", "AnnualRevenue", "BillingCountry",
        "BillingCity",
        "Website", "OwnerId", "CreatedDate", "Usage_Trend__c", "Contract_End__c", "Support_Tier__c",
    ),
    "Contact": (
        "Id", "AccountId", "FirstName", "LastName", "Name", "Title", "Email", "Phone", "OwnerId",
        "CreatedDate",
        "HasOptedOutOfEmail",
    ),
    "Lead": (
        "Id", "FirstName", "LastName", "Name", "Company", "Title", "Email", "Phone", "Industry",
        "NumberOfEmployees", "AnnualRevenue", "Country", "City", "LeadSource", "Campaign__c", "Product__c",
        "Status", "Rating", "IsConverted", "Closed_Date__c", "ConvertedAccountId", "ConvertedContactId",
        "ConvertedOpportunityId", "Disqualification_Reason__c", "Description", "OwnerId",
        "CreatedDate", "Trial_Started__c", "Existing_Tool__c", "Newsletter__c", "Preferred_Contact__c",
        "Lead_Number__c",
    ),
    "Opportunity": (
        "Id", "Name", "AccountId", "ContactId", "Product__c", "Type", "StageName", "Amount",
        "CurrencyIsoCode",
        "Probability", "IsClosed", "IsWon", "CloseDate", "NextStep", "LeadSource", "Campaign__c", "OwnerId",
        "CreatedDate", "Competitor__c", "Discount__c", "Usage_Trend__c", "Loss_Reason__c",
    ),
    "Task": (
        "Id", "Subject", "Type", "Status", "ActivityDate", "CompletedDateTime", "CreatedDate",
        "Direction__c", "Description", "WhoId", "WhatId", "OwnerId",
    ),
    "Event": (
        "Id", "Subject", "Type", "StartDateTime", "EndDateTime", "DurationInMinutes", "CreatedDate",
        "Location",
        "Description", "WhoId", "WhatId", "OwnerId",
    ),
}  # fmt: skip
TRUTH_COLUMNS: dict[str, tuple[str, ...]] = {
    "latent": ("type", "id", "probability", "structured", "text", "engagement", "hidden", "outcome"),
    "themes": ("type", "id", "language", "speaker", "themes", "negated", "raised_by_rep"),
    "duplicates": ("type", "id", "duplicate_of", "same_owner"),
    "dirt": ("file", "id", "field", "value", "kind"),
    "ids": ("salesforce", "id"),
}
Row = Mapping[str, object]

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "Lead": "00Q",
    "Opportunity": "006",
    "Task": "00T",
    "Event": "00U",
}
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def salesforce_id(kind: str, number: int) -> str:
    """An 18-character id: prefix, running number to base 62, and Salesforce's letters for upper case."""
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    short = f"{_PREFIXES[kind]}5g0000{digits}"
    return short + "".join(
        _CHECK[sum(1 << bit for bit, sign in enumerate(short[part : part + 5]) if "A" <= sign <= "Z")]
        for part in (0, 5, 10)
    )


class Exports(Protocol):
    """What takes the rows of Salesforce's objects, and writes them in its own form."""

    def write(self, name: str, row: Row) -> None:
        """One row; columns that it does not name stay empty."""

    def write_cells(self, name: str, cells: Iterable[object]) -> None:
        """A row as it is, also one that does not fit the header."""


class Tables:
    """Open CSV files, one per name; without a folder they swallow what they are given."""

    def __init__(self, folder: Path | None, columns: Mapping[str, Sequence[str]]) -> None:
        self._folder = folder
        self._columns = columns
        self._files = ExitStack()
        self._writers: dict[str, object] = {}

    def __enter__(self) -> Self:
        if self._folder is None:
            return self
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, columns in self._columns.items():
            path = self._folder / f"{name}.csv"
            file = self._files.enter_context(path.open("w", newline="", encoding="utf-8"))
            self._writers[name] = writer = csv.writer(file)
            writer.writerow(columns)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def write(self, name: str, row: Row) -> None:
        """One row; columns that it does not name stay empty."""
        if self._folder is not None:
            self._writers[name].writerow([row.get(column, "") for column in self._columns[name]])  # type: ignore[attr-defined]

    def write_cells(self, name: str, cells: Iterable[object]) -> None:
        """A row as it is, also one that does not fit the header."""
        if self._folder is not None:
            self._writers[name].writerow(cells)  # type: ignore[attr-defined]
