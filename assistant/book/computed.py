"""Fields that no file holds: scores, silence, counts and sums over what belongs to a record."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    FromClause,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)

from assistant.book.moments import days_between
from ingest.tables import UtcDateTime, activities, contacts, leads, opportunities, scores

# Activities still to come: the same columns, another view of the book.
planned = activities.to_metadata(MetaData(), name="planned")

# What the records of a type have had to do with: views of the book over `ingest.tables.record_activities`.
happened = {
    record_type: Table(
        f"{record_type}_activities",
        MetaData(),
        Column("record_id", String),
        Column("activity_id", String),
        Column("at", UtcDateTime),
    )
    for record_type in ("lead", "opportunity", "contact", "account")
}
SILENT = ("last_activity_at", "days_silent", "activity_count", "next_activity_at")
_DEALS = ("won_amount", "won_count", "lost_count", "open_amount", "open_count")
_NAMES = {
    "lead": {*SILENT, "score", "age_days", "cycle_days"},
    "opportunity": {*SILENT, "score", "age_days", "cycle_days", "weighted_amount", "contact_count"},
    "contact": {*SILENT, *_DEALS},
    "account": {*SILENT, *_DEALS, "age_days", "contact_count", "lead_count"},
    "user": {*_DEALS, "activity_count", "last_activity_at", "lead_count"},
    "activity": set(),
}
# Which of a deal's links says whose it is.
DEAL_OF = {"account": "account_id", "contact": "contact_id", "user": "owner_id"}


def names(record_type: str) -> set[str]:
    """The computed fields of a record type."""
    return _NAMES[record_type]


def value(
    name: str, record_type: str, table: FromClause, *, at: datetime, scored: tuple[datetime, str] | None
) -> ColumnElement[Any] | None:
    """The field as an expression over a row of `table`, or None where the record type has none such."""
    if name not in _NAMES[record_type]:
        return None
    now = literal(at, UtcDateTime())
    makers: dict[str, Callable[[], ColumnElement[Any]]] = {
        "score": lambda: _score(record_type, table, scored),
        "weighted_amount": lambda: table.c.amount * _score(record_type, table, scored),
        "last_activity_at": lambda: _over_activities("last", record_type, table, at),
        "activity_count": lambda: _over_activities("count", record_type, table, at),
        "next_activity_at": lambda: _over_activities("next", record_type, table, at),
        "days_silent": lambda: days_between(_silent_since(record_type, table, at), now),
        "age_days": lambda: days_between(table.c.created_at, now),
        "cycle_days": lambda: case(
            (table.c.outcome != "open", days_between(table.c.created_at, table.c.closed_at))
        ),
        "contact_count": lambda: _contacts(record_type, table),
        "lead_count": lambda: _open_leads(record_type, table),
    }
    return makers.get(name, lambda: _over_deals(name, record_type, table))()


def pairs(record_type: str, chosen: Select[Any]) -> Select[Any]:
    """Which of the chosen activities is about which record of the type: `activity_id`, `record_id`."""
    mine = happened[record_type].alias()
    return select(mine.c.activity_id, mine.c.record_id).where(mine.c.activity_id.in_(chosen))


def about_join(record_type: str, activity: FromClause) -> tuple[FromClause, Any, ColumnElement[Any]]:
    """From activities to the records of a type they are about: the table, the condition, the id there."""
    mine = happened[record_type].alias()
    return mine, mine.c.activity_id == activity.c.id, mine.c.record_id


def past(mine: FromClause, at: datetime) -> ColumnElement[bool]:
    """Of `happened`, what took place by then."""
    return or_(mine.c.at.is_(None), mine.c.at <= literal(at, UtcDateTime()))


def _silent_since(record_type: str, table: FromClause, at: datetime) -> ColumnElement[Any]:
    """The last activity, or the creation where that is later or there was none."""
    return _latest(_over_activities("last", record_type, table, at), table.c.created_at)


def _latest(last: ColumnElement[Any], created: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((last.is_(None), created), (created > last, created), else_=last)


def records_of(record_type: str, activity: Select[Any]) -> Select[Any]:
    """The ids of the records of one type that the activities chosen by `activity` are about."""
    mine = happened[record_type].alias()
    return select(mine.c.record_id).where(mine.c.activity_id.in_(activity))


def _over_activities(what: str, record_type: str, table: FromClause, at: datetime) -> ColumnElement[Any]:
    """A figure over a record's activities up to now, or ("next") over its planned ones."""
    if record_type == "user":
        of = activities.alias()
        mine = select(func.max(of.c.at) if what == "last" else func.count(of.c.id))
        return mine.where(of.c.owner_id == table.c.id).correlate(table).scalar_subquery()
    of = happened[record_type].alias()
    figure = select(_FIGURES[what](of)).where(of.c.record_id == table.c.id, _when(what, of, at))
    return figure.correlate(table).scalar_subquery()


def _when(what: str, mine: FromClause, at: datetime) -> ColumnElement[bool]:
    return mine.c.at > literal(at, UtcDateTime()) if what == "next" else past(mine, at)


def account_activity(at: datetime, *, ahead: bool) -> FromClause:
    """Last activity and number of them for all accounts, or what is next: `account_id`, `last`, …

    Worked out for all at once: a rep's share of an account is found through people, leads and deals.
    """
    mine = happened["account"].alias()
    wanted = ("next",) if ahead else ("last", "count")
    return (
        select(mine.c.record_id.label("account_id"), *(_FIGURES[name](mine).label(name) for name in wanted))
        .where(_when(wanted[0], mine, at))
        .group_by(mine.c.record_id)
        .subquery()
    )


def over_accounts(name: str, table: FromClause, at: datetime, mine: FromClause) -> ColumnElement[Any]:
    """The field of an account as an expression over `account_activity`, joined as `mine`."""
    match name:
        case "activity_count":
            return func.coalesce(mine.c.count, 0, type_=Integer())
        case "next_activity_at":
            return mine.c.next
        case "days_silent":
            return days_between(_latest(mine.c.last, table.c.created_at), literal(at, UtcDateTime()))
        case _:
            return mine.c.last


_FIGURES: dict[str, Callable[[FromClause], ColumnElement[Any]]] = {
    "last": lambda mine: func.max(mine.c.at),
    "next": lambda mine: func.min(mine.c.at),
    "count": lambda mine: func.count(mine.c.activity_id),
}


def _score(record_type: str, table: FromClause, scored: tuple[datetime, str] | None) -> ColumnElement[Any]:
    if scored is None:
        return cast(null(), Float())
    newest = (
        select(scores.c.probability)
        .where(
            scores.c.type == record_type,
            scores.c.record_id == table.c.id,
            scores.c.at == scored[0],
            scores.c.model_id == scored[1],
        )
        .correlate(table)
        .scalar_subquery()
    )
    return case((table.c.outcome == "open", newest))


def _over_deals(name: str, record_type: str, table: FromClause) -> ColumnElement[Any]:
    outcome, _, what = name.partition("_")
    deal = opportunities.alias()
    measure = func.sum(deal.c.amount) if what == "amount" else func.count()
    return (
        select(measure)
        .select_from(deal)
        .where(deal.c[DEAL_OF[record_type]] == table.c.id, deal.c.outcome == outcome)
        .correlate(table)
        .scalar_subquery()
    )


def _contacts(record_type: str, table: FromClause) -> ColumnElement[Any]:
    person = contacts.alias()
    account = table.c.id if record_type == "account" else table.c.account_id
    count = select(func.count()).select_from(person).where(person.c.account_id == account)
    return count.correlate(table).scalar_subquery()


def _open_leads(record_type: str, table: FromClause) -> ColumnElement[Any]:
    lead = leads.alias()
    link = lead.c.owner_id if record_type == "user" else lead.c.account_id
    count = select(func.count()).select_from(lead).where(link == table.c.id, lead.c.outcome == "open")
    return count.correlate(table).scalar_subquery()
