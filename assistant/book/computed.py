"""Fields that no file holds: scores, silence, counts and sums over what belongs to a record."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    FromClause,
    Integer,
    MetaData,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union,
    union_all,
)

from assistant.book.moments import days_between
from ingest.tables import UtcDateTime, activities, activity_about, contacts, leads, opportunities, scores

# Activities still to come: the same columns, another view of the book.
planned = activities.to_metadata(MetaData(), name="planned")

# Whose activities count as an account's own.
_CHILDREN = {"contact": contacts, "lead": leads, "opportunity": opportunities}
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
        "last_activity_at": lambda: _over_activities("last", record_type, table, activities),
        "activity_count": lambda: _over_activities("count", record_type, table, activities),
        "next_activity_at": lambda: _over_activities("next", record_type, table, planned),
        "days_silent": lambda: days_between(_silent_since(record_type, table), now),
        "age_days": lambda: days_between(table.c.created_at, now),
        "cycle_days": lambda: case(
            (table.c.outcome != "open", days_between(table.c.created_at, table.c.closed_at))
        ),
        "contact_count": lambda: _contacts(record_type, table),
        "lead_count": lambda: _open_leads(record_type, table),
    }
    return makers.get(name, lambda: _over_deals(name, record_type, table))()


def pairs(record_type: str, chosen: Select[Any]) -> Any:
    """Which of the chosen activities is about which record of the type: `activity_id`, `record_id`."""
    link = activity_about.alias()
    own = select(link.c.activity_id, link.c.record_id).where(
        link.c.type == record_type, link.c.activity_id.in_(chosen)
    )
    if record_type != "account":
        return own
    arms = [own]
    for kind, table in _CHILDREN.items():
        link, child = activity_about.alias(), table.alias()
        arms.append(
            select(link.c.activity_id, child.c.account_id)
            .select_from(link.join(child, child.c.id == link.c.record_id))
            .where(link.c.type == kind, link.c.activity_id.in_(chosen), child.c.account_id.is_not(None))
        )
    return union(*arms)


def about_join(
    record_type: str, activity: FromClause
) -> tuple[list[tuple[FromClause, Any, bool]], ColumnElement[Any]]:
    """From activities to the records they are about: tables, conditions, whether outer; and the id there."""
    link = activity_about.alias()
    kinds = (record_type, *_CHILDREN) if record_type == "account" else (record_type,)
    joins: list[tuple[FromClause, Any, bool]] = [
        (link, and_(link.c.activity_id == activity.c.id, link.c.type.in_(kinds)), False)
    ]
    if record_type != "account":
        return joins, link.c.record_id
    accounts: list[Any] = [case((link.c.type == "account", link.c.record_id))]
    for kind, table in _CHILDREN.items():
        child = table.alias()
        joins.append((child, and_(link.c.type == kind, child.c.id == link.c.record_id), True))
        accounts.append(child.c.account_id)
    return joins, func.coalesce(*accounts, type_=String())


def _silent_since(record_type: str, table: FromClause) -> ColumnElement[Any]:
    """The last activity, or the creation where that is later or there was none."""
    return _latest(_over_activities("last", record_type, table, activities), table.c.created_at)


def _latest(last: ColumnElement[Any], created: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((last.is_(None), created), (created > last, created), else_=last)


def records_of(record_type: str, activity: Select[Any]) -> Any:
    """The ids of the records of one type that the activities chosen by `activity` are about."""
    if record_type != "account":
        return _about(record_type, activity)
    parts = [_about("account", activity)]
    for kind, table in _CHILDREN.items():
        child = table.alias()
        parts.append(
            select(child.c.account_id).where(
                child.c.account_id.is_not(None), child.c.id.in_(_about(kind, activity))
            )
        )
    return union_all(*parts)


def _about(record_type: str, activity: Select[Any]) -> Select[Any]:
    link = activity_about.alias()
    return select(link.c.record_id).where(link.c.type == record_type, link.c.activity_id.in_(activity))


def _over_activities(what: str, record_type: str, table: FromClause, of: FromClause) -> ColumnElement[Any]:
    """A figure over a record's activities (or over its planned ones)."""
    if record_type == "user":
        mine = select(_FIGURES[what](of)).where(of.c.owner_id == table.c.id)
        return mine.correlate(table).scalar_subquery()
    # By the ids of its activities: a user's view of activities is fast by id, and slow in a join.
    link = activity_about.alias()
    about = and_(link.c.type == record_type, link.c.record_id == table.c.id)
    ids = select(link.c.activity_id).where(about).correlate(table)
    return select(_FIGURES[what](of)).where(of.c.id.in_(ids)).correlate(table).scalar_subquery()


def account_activity(of: FromClause) -> FromClause:
    """Last, next and number of the activities of all accounts: `account_id`, `last`, `next`, `count`.

    Worked out for all at once: an account's activities are found through its people, leads and deals.
    """
    activity = of.alias()
    joins, account_id = about_join("account", activity)
    source: FromClause = activity
    for other, on, is_outer in joins:
        source = source.join(other, on, isouter=is_outer)
    return (
        select(
            account_id.label("account_id"), *(make(activity).label(name) for name, make in _FIGURES.items())
        )
        .select_from(source)
        .where(account_id.is_not(None))
        .group_by(account_id)
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
    "count": lambda mine: func.count(mine.c.id.distinct()),
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
