"""Conditions on when a record was last active, asked the fast way: by the few activities of a period.

The last activity of every record is a look at all of them; which records had one since a moment is not.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select

from assistant.book.computed import names, planned, records_of
from assistant.book.fields import Facts, Source, plain
from ingest.tables import activities

_OPPOSITE = {"<": ">=", "<=": ">"}


def clause(source: Source, field: str, op: str, value: Any, facts: Facts) -> ColumnElement[bool] | None:
    """The condition as SQL, or None where it is not one that can be asked this way."""
    name = plain(field)
    if name not in names(source.record_type) or source.record_type == "user":
        return None
    match name:
        case "days_silent":
            return _silent(source, op, value, facts)
        case "last_activity_at" if op in ("is empty", "is not empty"):
            ever = _with(source, select(activities.c.id))
            return ever if op == "is not empty" else not_(ever)
        case "next_activity_at" if op in ("is empty", "is not empty"):
            ahead = _with(source, select(planned.c.id))
            return ahead if op == "is not empty" else not_(ahead)
        case _:
            return None


def _with(source: Source, chosen: Any) -> ColumnElement[bool]:
    return source.table.c.id.in_(records_of(source.record_type, chosen))


def _silent(source: Source, op: str, value: Any, facts: Facts) -> ColumnElement[bool] | None:
    """Silent for more than so many days: neither an activity nor the creation since."""
    if op in _OPPOSITE:
        longer = _silent(source, _OPPOSITE[op], value, facts)
        return None if longer is None else and_(not_(longer), _began(source))
    if op not in (">", ">=") or not isinstance(value, int | float):
        return None
    since = facts.at - timedelta(days=value)
    created = source.table.c.created_at
    recent = activities.c.at >= since if op == ">" else activities.c.at > since
    before = created < since if op == ">" else created <= since
    return and_(
        not_(_with(source, select(activities.c.id).where(recent))),
        or_(before, and_(created.is_(None), _with(source, select(activities.c.id)))),
    )


def _began(source: Source) -> ColumnElement[bool]:
    """Something is known of when it began: its creation, or an activity."""
    return or_(source.table.c.created_at.is_not(None), _with(source, select(activities.c.id)))
