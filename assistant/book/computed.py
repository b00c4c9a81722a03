"""Fields that no file holds: scores, silence, counts and sums over what belongs to a record."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    FromClause,
    MetaData,
    Select,
    case,
    func,
    literal,
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
_SILENT = ("last_activity_at", "days_silent", "activity_count", "next_activity_at")
_DEALS = ("won_amount", "won_count", "lost_count", "open_amount", "open_count")
_NAMES = {
    "lead": {*_SILENT, "score", "age_days", "cycle_days"},
    "opportunity": {*_SILENT, "score", "age_days", "cycle_days", "weighted_amount", "contact_count"},
    "contact": {*_SILENT, *_DEALS},
    "account": {*_SILENT, *_DEALS, "age_days", "contact_count", "lead_count"},
    "user": {*_DEALS, "activity_count", "last_activity_at", "lead_count"},
    "activity": set(),
}
_DEAL_OF = {"account": "account_id", "contact": "contact_id", "user": "owner_id"}


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
        "last_activity_at": lambda: _over_activities(func.max(activities.c.at), record_type, table),
        "activity_count": lambda: _over_activities(func.count(), record_type, table),
        "next_activity_at": lambda: _next_activity(record_type, table),
        "days_silent": lambda: days_between(
            func.coalesce(
                _over_activities(func.max(activities.c.at), record_type, table), table.c.created_at
            ),
            now,
        ),
        "age_days": lambda: days_between(table.c.created_at, now),
        "cycle_days": lambda: case(
            (table.c.outcome != "open", days_between(table.c.created_at, table.c.closed_at))
        ),
        "contact_count": lambda: _contacts(record_type, table),
        "lead_count": lambda: _open_leads(record_type, table),
    }
    return makers.get(name, lambda: _over_deals(name, record_type, table))()


def activity_ids(record_type: str, record_id: ColumnElement[Any]) -> Any:
    """The ids of a record's activities. An account's are its own and those of its people, leads and deals.

    `record_id` is a value, or the id of a row of the statement around this one.
    """
    outer = [record_id.table] if isinstance(record_id, Column) else []
    link = activity_about.alias()
    own = select(link.c.activity_id).where(link.c.type == record_type, link.c.record_id == record_id)
    if record_type != "account":
        return own.correlate(*outer)
    parts = [own.correlate(*outer)]
    for kind, table in _CHILDREN.items():
        link, child = activity_about.alias(), table.alias()
        of_account = select(child.c.id).where(child.c.account_id == record_id).correlate(*outer)
        parts.append(
            select(link.c.activity_id)
            .where(link.c.type == kind, link.c.record_id.in_(of_account))
            .correlate(*outer)
        )
    return union_all(*parts)


def activity_links(record_type: str) -> Any:
    """Which activity is about which record of the type: `activity_id`, `record_id`, each pair once."""
    link = activity_about.alias()
    own = select(link.c.activity_id, link.c.record_id).where(link.c.type == record_type)
    if record_type != "account":
        return own
    parts = [own]
    for kind, table in _CHILDREN.items():
        link, child = activity_about.alias(), table.alias()
        parts.append(
            select(link.c.activity_id, child.c.account_id)
            .join(child, child.c.id == link.c.record_id)
            .where(link.c.type == kind, child.c.account_id.is_not(None))
        )
    return union(*parts)


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


def _over_activities(what: ColumnElement[Any], record_type: str, table: FromClause) -> ColumnElement[Any]:
    of = (
        activities.c.owner_id == table.c.id
        if record_type == "user"
        else activities.c.id.in_(activity_ids(record_type, table.c.id))
    )
    return select(what).select_from(activities).where(of).correlate(table).scalar_subquery()


def _next_activity(record_type: str, table: FromClause) -> ColumnElement[Any]:
    mine = planned.c.id.in_(activity_ids(record_type, table.c.id))
    return select(func.min(planned.c.at)).where(mine).correlate(table).scalar_subquery()


def _score(record_type: str, table: FromClause, scored: tuple[datetime, str] | None) -> ColumnElement[Any]:
    if scored is None:
        return literal(None, Float())
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
        .where(deal.c[_DEAL_OF[record_type]] == table.c.id, deal.c.outcome == outcome)
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
