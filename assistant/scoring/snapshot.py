"""Records and their activities as they stood at a moment, read through the as-of views, as arrays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import MetaData, extract, func, select

from assistant.scoring import titles
from assistant.scoring.table import Floats, Ints
from ingest import tables
from ingest.entities import ActivityKind, Direction, Outcome, RecordType
from ingest.records import Select

SCORED = (RecordType.LEAD, RecordType.OPPORTUNITY)
KINDS = tuple(ActivityKind)
_TABLE = {RecordType.LEAD: tables.leads, RecordType.OPPORTUNITY: tables.opportunities}
# Fields that say what a record is. Status and stage are not among them: they are overwritten as a record
# closes, and nobody can tell any more how they stood before.
_OWN = {
    RecordType.LEAD: (
        "industry", "employees", "revenue", "country", "city", "source", "campaign", "product",
    ),
    RecordType.OPPORTUNITY: ("product", "type", "amount", "currency", "close_on"),
}  # fmt: skip
_ACCOUNT = ("industry", "employees", "revenue", "country", "city")


def own_columns(type_: RecordType) -> frozenset[str]:
    """The columns of a cohort that are the product's own fields, whatever the files hold."""
    linked = {"owner", "title"} | (
        {"email", "phone", "description"}
        if type_ is RecordType.LEAD
        else {f"account.{name}" for name in _ACCOUNT}
    )
    return frozenset(linked | set(_OWN[type_]))


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What records link to: users, accounts and contacts; and what the loader says of columns."""

    users: Mapping[str, Any]
    accounts: Mapping[str, Any]
    contacts: Mapping[str, Any]
    custom: Mapping[str, Mapping[str, tuple[str, bool]]]

    @staticmethod
    def read(run: Select) -> "Surroundings":
        """All of them, as the reader sees them."""
        people, companies, fields = tables.users.c, tables.accounts.c, tables.custom_fields.c
        contacts = tables.contacts.c
        custom: dict[str, dict[str, tuple[str, bool]]] = {}
        for row in run(select(fields.type, fields.name, fields.kind, fields.after_outcome)):
            custom.setdefault(row.type, {})[row.name] = (row.kind, row.after_outcome)
        return Surroundings(
            users={row.id: row for row in run(select(people.id, people.name, people.extra))},
            accounts={
                row.id: row
                for row in run(
                    select(
                        companies.id, companies.industry, companies.employees, companies.revenue,
                        companies.country, companies.city, companies.extra,
                    )
                )
            },
            contacts={row.id: row for row in run(select(contacts.id, contacts.title, contacts.account_id))},
            custom=custom,
        )  # fmt: skip

    def hints(self, type_: RecordType) -> dict[str, tuple[str, bool]]:
        """What the loader says of the columns of a type's cohort: kind, and whether it tells the outcome."""
        prefixes = {str(type_): ""} | _PREFIXES[type_]
        return {
            prefix + name: hint
            for owner, prefix in prefixes.items()
            for name, hint in self.custom.get(owner, {}).items()
        }


_PREFIXES = {
    RecordType.LEAD: {"user": "owner."},
    RecordType.OPPORTUNITY: {"user": "owner.", "account": "account."},
}


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Records of one type, sorted by id. Moments are seconds since 1970, NaN where none is known.

    `outcome` is 1 for won, 0 for lost, NaN while open. `columns` hold each record's values under the names
    that conditions use too: `industry`, `account.industry`, `owner`, a custom column's own name.
    """

    type: RecordType
    ids: tuple[str, ...]
    created: Floats
    closed: Floats
    outcome: Floats
    accounts: tuple[str | None, ...]
    columns: Mapping[str, Sequence[object]]
    titles: tuple[str | None, ...]

    @property
    def is_open(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which records have no outcome yet."""
        return np.isnan(self.outcome)


def ids_of(run: Select, type_: RecordType, outcome: str | None = None) -> list[str]:
    """The ids of all records of a type (open or closed ones only), sorted."""
    table = _TABLE[type_]
    wanted = select(table.c.id).order_by(table.c.id)
    if outcome is not None:
        is_open = table.c.outcome == Outcome.OPEN
        wanted = wanted.where(is_open if outcome == "open" else ~is_open)
    return [row.id for row in run(wanted)]


def blocks_of(ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The first and last of every few thousand ids: statements ask for ranges, not for lists of ids."""
    for start in range(0, len(ids), _BLOCK):
        yield ids[start], ids[min(start + _BLOCK, len(ids)) - 1]


_BLOCK = 4000


def read_cohort(run: Select, type_: RecordType, ids: Sequence[str], around: Surroundings) -> Cohort:
    """The records of a type with these ids (sorted), as far as the reader sees them."""
    wanted = frozenset(ids)
    table = _TABLE[type_]
    own = [table.c[name] for name in _OWN[type_]]
    more = (
        [table.c.title, table.c.email, table.c.phone, table.c.description]
        if type_ is RecordType.LEAD
        else [table.c.contact_id]
    )
    statement = select(
        table.c.id, table.c.owner_id, table.c.account_id, table.c.outcome, table.c.extra,
        extract("epoch", table.c.created_at).label("created"),
        extract("epoch", table.c.closed_at).label("closed"), *own, *more,
    ).order_by(table.c.id)  # fmt: skip
    rows = [
        row
        for block in blocks_of(ids)
        for row in run(statement.where(table.c.id.between(*block)))
        if row.id in wanted
    ]
    columns: dict[str, Sequence[object]] = {
        name: [getattr(row, name) for row in rows] for name in _OWN[type_]
    }
    columns["owner"] = [row.owner_id for row in rows]
    owners = [around.users.get(row.owner_id) for row in rows]
    _spread(columns, "owner.", [None if owner is None else owner.extra for owner in owners])
    _spread(columns, "", [row.extra for row in rows])
    if type_ is RecordType.LEAD:
        names = tuple(row.title for row in rows)
        columns["email"] = [titles.mailbox(row.email) for row in rows]
        columns["phone"] = [None if row.phone is None else "given" for row in rows]
        columns["description"] = [row.description for row in rows]
    else:
        companies = [around.accounts.get(row.account_id) for row in rows]
        for name in _ACCOUNT:
            columns[f"account.{name}"] = [
                None if company is None else getattr(company, name) for company in companies
            ]
        _spread(columns, "account.", [None if company is None else company.extra for company in companies])
        people = [around.contacts.get(row.contact_id) for row in rows]
        names = tuple(None if person is None else person.title for person in people)
    columns["title"] = [titles.seniority(name) for name in names]
    return Cohort(
        type=type_,
        ids=tuple(row.id for row in rows),
        created=_moments([row.created for row in rows]),
        closed=_moments([row.closed for row in rows]),
        outcome=np.array([_OUTCOMES.get(row.outcome, np.nan) for row in rows], dtype=np.float64),
        # A lead's account is mostly the one that its conversion made, so it would tell the outcome.
        accounts=tuple(None if type_ is RecordType.LEAD else row.account_id for row in rows),
        columns=columns,
        titles=names,
    )


_OUTCOMES = {"won": 1.0, "lost": 0.0}


def _moments(values: Sequence[object]) -> Floats:
    return np.array(values, dtype=np.float64)  # None becomes NaN


def _spread(
    columns: dict[str, Sequence[object]], prefix: str, extras: Sequence[Mapping[str, str] | None]
) -> None:
    """Add a column for each key of the records' other columns; the product's own fields go first."""
    names = dict.fromkeys(name for extra in extras if extra for name in extra)
    for name in names:
        if prefix + name not in columns:
            columns[prefix + name] = [extra.get(name) if extra else None for extra in extras]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The activities of a cohort's records: entry `e` belongs to `record[e]`; sorted by record and time.

    `known` is when an activity came to be known (never before it took place), `planned_at` since when it
    stood in the diary (infinite where the file does not say); `inbound` is 1 where the customer acted, -1
    where the rep did, 0 where nobody said.
    """

    starts: Ints
    record: Ints
    activities: tuple[str, ...]
    at: Floats
    known: Floats
    planned_at: Floats
    kind: Ints
    inbound: Ints
    planned: np.ndarray[Any, np.dtype[np.bool_]]


def read_timeline(run: Select, cohort: Cohort) -> Timeline:
    """What is known of the cohort's activities, those still to come (`planned`) included."""
    if not cohort.ids:
        return _timeline(cohort, [])
    place = {record_id: i for i, record_id in enumerate(cohort.ids)}
    about = tables.activity_about.c
    rows: list[tuple[Any, ...]] = []
    for planned, table in ((False, tables.activities), (True, _PLANNED)):
        moment = func.coalesce(extract("epoch", table.c.at), extract("epoch", table.c.created_at))
        statement = select(
            about.record_id, table.c.id, table.c.kind, table.c.direction, moment.label("moment"),
            extract("epoch", table.c.created_at).label("created"),
        ).where(about.type == cohort.type, about.activity_id == table.c.id)  # fmt: skip
        rows += [
            (row.record_id, row.id, row.kind, row.direction, row.moment, row.created, planned)
            for block in blocks_of(cohort.ids)
            for row in run(statement.where(about.record_id.between(*block)))
            if row.moment is not None and row.record_id in place
        ]
    return _timeline(cohort, rows)


# On a scoped reader `planned` holds what is still to come, in the columns of `activities`.
_PLANNED = tables.activities.to_metadata(MetaData(), name="planned")
_KIND_CODES = {str(kind): code for code, kind in enumerate(KINDS)}
_SIDES = {str(Direction.INBOUND): 1, str(Direction.OUTBOUND): -1}


def _timeline(cohort: Cohort, rows: Sequence[tuple[Any, ...]]) -> Timeline:
    place = {record_id: i for i, record_id in enumerate(cohort.ids)}
    record = np.array([place[row[0]] for row in rows], dtype=np.int64)
    at = np.array([row[4] for row in rows], dtype=np.float64)
    created = np.array([row[5] for row in rows], dtype=np.float64)
    names = [row[1] for row in rows]
    order = np.lexsort((np.argsort(np.argsort(names)) if names else np.zeros(0), at, record))
    counts = np.bincount(record, minlength=len(cohort.ids))
    return Timeline(
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        record=record[order],
        activities=tuple(names[i] for i in order.tolist()),
        at=at[order],
        known=np.fmax(at, created)[order],
        planned_at=np.where(np.isnan(created), np.inf, created)[order],
        kind=np.array([_KIND_CODES.get(row[2], 0) for row in rows], dtype=np.int64)[order],
        inbound=np.array([_SIDES.get(row[3], 0) for row in rows], dtype=np.int64)[order],
        planned=np.array([row[6] for row in rows], dtype=bool)[order],
    )


@dataclass(frozen=True, kw_only=True)
class Past:
    """When the records of each account were won and lost: sorted keys of account and moment."""

    numbers: Mapping[str, int]
    won: Ints
    lost: Ints

    @staticmethod
    def read(run: Select, type_: RecordType) -> "Past":
        """The closed records of a type whose account and closing are known."""
        table = _TABLE[type_].c
        rows = run(
            select(table.account_id, table.outcome, extract("epoch", table.closed_at).label("moment")).where(
                table.account_id.is_not(None), table.closed_at.is_not(None), table.outcome != Outcome.OPEN
            )
        )
        numbers = {name: i for i, name in enumerate(dict.fromkeys(row[0] for row in rows))}
        keys: dict[str, list[int]] = {outcome: [] for outcome in _OUTCOMES}
        for row in rows:
            keys[row.outcome].append(numbers[row.account_id] * _SECONDS + int(row.moment))
        return Past(
            numbers=numbers,
            won=np.array(sorted(keys["won"]), dtype=np.int64),
            lost=np.array(sorted(keys["lost"]), dtype=np.int64),
        )

    def before(self, accounts: Sequence[str | None], moments: Floats) -> tuple[Floats, Floats]:
        """How many records of each account had been won and lost by the moment (5 at most)."""
        account = np.array([self.numbers.get(name, -1) if name else -1 for name in accounts], dtype=np.int64)
        known = (account >= 0) & np.isfinite(moments)
        first = account * _SECONDS
        until = first + np.clip(np.nan_to_num(moments), 0, _SECONDS - 1).astype(np.int64)
        won, lost = (
            np.where(known, np.searchsorted(keys, until, "right") - np.searchsorted(keys, first), 0)
            for keys in (self.won, self.lost)
        )
        return np.minimum(won, 5).astype(np.float64), np.minimum(lost, 5).astype(np.float64)


_SECONDS = 2**36  # more seconds than any moment has
