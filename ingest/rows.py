"""Rows of the record tables: put together from what a file says and what is stored, told apart by a hash."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Table

from ingest.clean import Staged
from ingest.entities import ActivityKind, Direction, Outcome, RecordType
from ingest.tables import RECORD_TABLES, UtcDateTime
from ingest.values import name_in_address

Row = dict[str, Any]

# Columns that are no part of what a record says.
BOOKKEEPING = frozenset({"row_hash", "load_id", "password_hash", "role_set_by_hand", "seen_from", "is_new"})
_LINK_COLUMNS = {
    "owner": "owner_id",
    "manager": "manager_id",
    "account": "account_id",
    "contact": "contact_id",
    "converted_account": "converted_account_id",
    "converted_contact": "converted_contact_id",
    "converted_opportunity": "converted_opportunity_id",
}
LINKS = {
    "owner_id": RecordType.USER,
    "manager_id": RecordType.USER,
    "account_id": RecordType.ACCOUNT,
    "contact_id": RecordType.CONTACT,
    "converted_account_id": RecordType.ACCOUNT,
    "converted_contact_id": RecordType.CONTACT,
}
_DEFAULTS = {"outcome": Outcome.OPEN, "role": "rep", "kind": "note"}
_CUSTOMERS_OWN = frozenset({ActivityKind.ORDER, ActivityKind.WEB_VISIT, ActivityKind.FORM})  # their doing
_CONVERSION = ("closed_at", "converted_account_id", "converted_contact_id", "converted_opportunity_id")


@cache
def said_columns(type_: RecordType) -> tuple[str, ...]:
    """The columns of a record table that hold what a record says."""
    return tuple(column.name for column in RECORD_TABLES[type_].columns if column.name not in BOOKKEEPING)


def compose(type_: RecordType, staged: Staged, stored: Mapping[str, Any] | None) -> Row:
    """A whole row: what the file says, and of the fields that the file does not have what is stored."""
    row = {name: stored[name] for name in said_columns(type_)} if stored else dict(_blank(type_))
    for name, value in staged.values.items():
        row[name] = _DEFAULTS.get(name) if value is None else value
    for name, value in staged.links.items():
        row[_LINK_COLUMNS[name]] = value
    kept = (
        {name: text for name, text in stored["extra"].items() if name not in staged.columns} if stored else {}
    )
    row["id"], row["extra"] = staged.id, kept | staged.extra
    row["also"] = []
    return row


@cache
def _blank(type_: RecordType) -> Mapping[str, Any]:
    """A row of which nothing is known."""
    return {name: _DEFAULTS.get(name) for name in said_columns(type_)}


def settle(type_: RecordType, row: Row, zone: ZoneInfo) -> Row:
    """The row with its fields in agreement: when it closed, when it took place, what a user is called."""
    if type_ is RecordType.USER and row["name"] is None:
        row["name"] = name_in_address(row["email"]) if row["email"] else row["id"]
    if type_ is RecordType.ACTIVITY:
        row["at"] = row["at"] or row["created_at"]
        if row["direction"] is None and row["kind"] in _CUSTOMERS_OWN:
            row["direction"] = Direction.INBOUND
    if type_ is RecordType.OPPORTUNITY:
        if row["outcome"] == Outcome.OPEN:
            row["closed_at"] = None
        elif row["closed_at"] is None and row["close_on"] is not None:
            row["closed_at"] = datetime.combine(row["close_on"], time(), zone).astimezone(UTC)
    if type_ is RecordType.LEAD and row["outcome"] == Outcome.OPEN:
        row.update(dict.fromkeys(_CONVERSION))
    return row


def digest(row: Mapping[str, Any], about: Iterable[str] = ()) -> str:
    """The hash that tells a change: of all that a row says, whatever the order of the file's columns."""
    said = [
        name + "\x1d" + _said(value)
        for name, value in row.items()
        if value is not None and name not in BOOKKEEPING
    ]
    said.sort()
    said += about
    return hashlib.blake2b("\x1f".join(said).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\x1e".join(sorted([f"{name}\x1d{text}" for name, text in value.items()]))
    return "\x1e".join(value) if isinstance(value, list) else repr(value)


def as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON can hold it."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def from_json(table: Table, row: Mapping[str, Any]) -> Row:
    """A row as it stood before `as_json`."""
    return {name: _moment(table, name, value) for name, value in row.items()}


def _moment(table: Table, name: str, value: Any) -> Any:
    if value is None or name not in table.columns:
        return value
    kind = table.columns[name].type
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
