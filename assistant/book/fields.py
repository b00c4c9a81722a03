"""The fields a question may name: a record's own, those of linked records, custom columns, computed ones."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    FromClause,
    String,
    func,
)

from assistant.book import computed, texts
from ingest.entities import Account, Activity, Contact, Lead, Opportunity, User
from ingest.tables import CALLED, RECORD_TABLES, UtcDateTime


class Kind(StrEnum):
    """What a field holds, and so how it is compared."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    OUTCOME = "outcome"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A column of a file that the product does not know; its values are text."""

    name: str
    kind: str  # number | date | boolean | category | identifier | text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Which scores are the newest: the moment and the model of the last scoring."""

    at: datetime
    model_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the meaning of a field depends on."""

    at: datetime
    timezone: ZoneInfo
    custom: Mapping[str, Mapping[str, CustomField]] = field(default_factory=dict)
    newest_score: Callable[[str], Scored | None] = lambda _record_type: None
    writes_day_first: Callable[[str, str], bool] = lambda _record_type, _column: True


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field found: `value` compares, `label` shows (a record's name where `value` is its id)."""

    path: str
    kind: Kind
    value: ColumnElement[Any]
    label: ColumnElement[Any]
    record_type: str | None = None  # of a link
    currency: ColumnElement[Any] | None = None  # of an amount
    custom: str | None = None  # the column's name as it stands in the file

    @property
    def key(self) -> str:
        """The field's short name: the last step of its path."""
        return self.custom or self.path.rsplit(".", 1)[-1]


_ENTITIES = {
    "user": User,
    "account": Account,
    "contact": Contact,
    "lead": Lead,
    "opportunity": Opportunity,
    "activity": Activity,
}
# What the views have: the fields of the nouns. Where a lead was converted to is its account there.
_READ = {
    record_type: {one.name for one in dataclasses.fields(entity)} - {"about", "converted_account_id"}
    for record_type, entity in _ENTITIES.items()
}
_LINKS = {
    "owner_id": ("owner", "user"),
    "manager_id": ("manager", "user"),
    "account_id": ("account", "account"),
    "contact_id": ("contact", "contact"),
    "converted_contact_id": ("converted_contact", "contact"),
    "converted_opportunity_id": ("converted_opportunity", "opportunity"),
}
_ALSO_CALLED = {
    "rep": "owner",
    "sales_rep": "owner",
    "value": "amount",
    "close_date": "close_on",
    "created": "created_at",
    "closed": "closed_at",
    "last_activity": "last_activity_at",
    "probability": "score",
    "territory": "region",
    "sector": "industry",
    "headcount": "employees",
    "mail": "email",
}
# Where a field is looked for when the record itself has none of that name.
_NEAR = {
    "opportunity": ("account", "owner", "contact"),
    "contact": ("account", "owner"),
    "lead": ("account", "owner"),
    "account": ("owner",),
    "activity": ("owner",),
    "user": (),
}


def own_columns(record_type: str) -> list[Column[Any]]:
    """The columns of a record type that a book may read."""
    return [column for column in RECORD_TABLES[record_type].c if column.key in _READ[record_type]]


def own_fields(record_type: str) -> dict[str, str]:
    """The record type's own field names, each with its column."""
    return {
        _LINKS.get(column.key, (column.key,))[0]: column.key
        for column in own_columns(record_type)
        if column.key not in ("extra", "also")
    }


def plain(name: str) -> str:
    """A field's name without the differences that mean nothing: case, spaces, dashes."""
    return re.sub(r"[\s_\-]+", "_", name.strip().lower())


class Source:
    """The FROM of one statement: a record type's table and, as fields need them, the linked records."""

    def __init__(self, record_type: str, facts: Facts, table: FromClause | None = None) -> None:
        self.record_type = record_type
        self.table: FromClause = RECORD_TABLES[record_type] if table is None else table
        self._facts = facts
        self._joined: dict[str, FromClause] = {}
        self._from: FromClause = self.table

    @property
    def from_clause(self) -> FromClause:
        """The tables joined so far; ask for it last."""
        return self._from

    def join(self, other: FromClause, on: ColumnElement[bool], *, outer: bool = False) -> None:
        """Join something that multiplies rows on purpose."""
        self._from = self._from.join(other, on, isouter=outer)

    def field(self, path: str) -> Field | None:
        """The field that `path` names, or None. Custom columns go by their name in any case."""
        return self._field(self.table, self.record_type, "", path)

    def _field(self, table: FromClause, record_type: str, prefix: str, path: str) -> Field | None:
        return (
            self._own(table, record_type, prefix, path)
            or self._custom(table, record_type, prefix, path)
            or self._linked(table, record_type, prefix, path)
            or self._near(table, record_type, prefix, path)
        )

    def _own(self, table: FromClause, record_type: str, prefix: str, path: str) -> Field | None:
        name = plain(path)
        fields = own_fields(record_type)
        if name not in fields and name not in computed.names(record_type):
            name = _ALSO_CALLED.get(name, name)
        if name not in fields:
            return self._computed(table, record_type, prefix, name)
        column: ColumnElement[Any] = table.c[fields[name]]
        if fields[name] in _LINKS:
            return self._link(table, record_type, prefix, name)
        kind = Kind.OUTCOME if name == "outcome" else _kind(column)
        return Field(
            path=prefix + name, kind=kind, value=column, label=column, currency=_currency(table, name)
        )

    def _computed(self, table: FromClause, record_type: str, prefix: str, name: str) -> Field | None:
        if record_type == "account" and name in computed.SILENT:
            return self._of_account(table, prefix, name)
        needs_score = name in ("score", "weighted_amount") and name in computed.names(record_type)
        scored = self._facts.newest_score(record_type) if needs_score else None
        value = computed.value(
            name,
            record_type,
            table,
            at=self._facts.at,
            scored=(scored.at, scored.model_id) if scored else None,
        )
        if value is None:
            return None
        currency = _currency(table, name)
        return Field(path=prefix + name, kind=_kind(value), value=value, label=value, currency=currency)

    def _of_account(self, table: FromClause, prefix: str, name: str) -> Field:
        ahead = name == "next_activity_at"
        key = f"{prefix}{'planned' if ahead else 'activities'}"
        if key not in self._joined:
            mine = self._joined[key] = computed.account_activity(self._facts.at, ahead=ahead)
            self._from = self._from.outerjoin(mine, mine.c.account_id == table.c.id)
        value = computed.over_accounts(name, table, self._facts.at, self._joined[key])
        return Field(path=prefix + name, kind=_kind(value), value=value, label=value)

    def _custom(self, table: FromClause, record_type: str, prefix: str, path: str) -> Field | None:
        found = self._facts.custom.get(record_type, {}).get(plain(path))
        if found is None:
            return None
        if found.kind.startswith(CALLED):
            return self._field(table, record_type, prefix, found.kind.removeprefix(CALLED))
        text = texts.of_file(table.c.extra, found.name)
        value: ColumnElement[Any] = text
        kind = Kind.TEXT
        match found.kind:
            case "number":
                kind, value = Kind.NUMBER, texts.number(text)
            case "boolean":
                kind = Kind.BOOLEAN
            case "date":
                day_first = self._facts.writes_day_first(record_type, found.name)
                kind, value = Kind.DATE, texts.day(text, day_first=day_first)
        return Field(path=prefix + found.name, kind=kind, value=value, label=value, custom=found.name)

    def _linked(self, table: FromClause, record_type: str, prefix: str, path: str) -> Field | None:
        head, _, rest = path.partition(".")
        name = plain(head)
        link = own_fields(record_type).get(_ALSO_CALLED.get(name, name))
        if not rest or link not in _LINKS:
            return None
        target = _LINKS[link][1]
        joined = self._join(table, link, prefix)
        return self._field(joined, target, f"{prefix}{_LINKS[link][0]}.", rest)

    def _near(self, table: FromClause, record_type: str, prefix: str, path: str) -> Field | None:
        if "." in path or prefix:
            return None
        for link in _NEAR[record_type]:
            if own_fields(record_type).get(link) is None:
                continue
            target = _LINKS[own_fields(record_type)[link]][1]
            if not self._known(target, path):
                continue
            return self._linked(table, record_type, prefix, f"{link}.{path}")
        return None

    def _known(self, record_type: str, name: str) -> bool:
        own = set(own_fields(record_type)) - {"id", "name", "created_at", "owner", "email", "role"}
        wanted = plain(name)
        return (
            wanted in own
            or _ALSO_CALLED.get(wanted) in own
            or wanted in self._facts.custom.get(record_type, {})
        )

    def _link(self, table: FromClause, record_type: str, prefix: str, name: str) -> Field:
        column = own_fields(record_type)[name]
        target = _LINKS[column][1]
        joined = self._join(table, column, prefix)
        return Field(
            path=prefix + name,
            kind=Kind.RECORD,
            value=table.c[column],
            label=shown_name(joined, target),
            record_type=target,
        )

    def _join(self, table: FromClause, column: str, prefix: str) -> FromClause:
        key = f"{prefix}{column}"
        if key not in self._joined:
            target = RECORD_TABLES[_LINKS[column][1]].alias()
            self._joined[key] = target
            self._from = self._from.outerjoin(target, target.c.id == table.c[column])
        return self._joined[key]


def shown_name(table: FromClause, record_type: str) -> ColumnElement[Any]:
    """What a record is called: its name, else the next best thing that it has."""
    others = {
        "lead": ("company", "email"),
        "contact": ("email",),
        "user": ("email",),
        "activity": ("subject",),
    }
    names = [table.c.name] if "name" in table.c else []
    names += [table.c[other] for other in others.get(record_type, ())]
    return func.coalesce(*(func.nullif(name, "") for name in names), table.c.id, type_=String())


def _currency(table: FromClause, name: str) -> ColumnElement[Any] | None:
    if name in ("amount", "weighted_amount") and "currency" in table.c:
        return table.c.currency
    return None


def _kind(column: ColumnElement[Any]) -> Kind:
    if isinstance(column.type, UtcDateTime):
        return Kind.MOMENT
    if isinstance(column.type, Date):
        return Kind.DATE
    return Kind.TEXT if isinstance(column.type, String) else Kind.NUMBER
