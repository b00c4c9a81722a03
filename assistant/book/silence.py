"""Conditions on when a record was last active, asked the fast way: by the few activities of a period.

The last activity of every record is a look at all of them; which records had one since a moment is not.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, not_, or_, select

from assistant.book.computed import happened, names, past
from assistant.book.fields import Facts, Source, plain

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
            ever = _with(source, lambda mine: past(mine, facts.at))
            return ever if op == "is not empty" else not_(ever)
        case "next_activity_at" if op in ("is empty", "is not empty"):
            ahead = _with(source, lambda mine: mine.c.at > facts.at)
            return ahead if op == "is not empty" else not_(ahead)
        case _:
            return None


def _with(source: Source, when: Callable[[FromClause], ColumnElement[bool]]) -> ColumnElement[bool]:
    """It has had an activity of such a time."""
    mine = happened[source.record_type].alias()
    return source.table.c.id.in_(select(mine.c.record_id).where(when(mine)))


def _silent(source: Source, op: str, value: Any, facts: Facts) -> ColumnElement[bool] | None:
    """Silent for more than so many days: neither an activity nor the creation since."""
    if op in _OPPOSITE:
        longer = _silent(source, _OPPOSITE[op], value, facts)
        return None if longer is None else and_(not_(longer), _began(source, facts))
    if op not in (">", ">=") or not isinstance(value, int | float):
        return None
    since = facts.at - timedelta(days=value)
    created = source.table.c.created_at
    before = created < since if op == ">" else created <= since

    def recent(mine: FromClause) -> ColumnElement[bool]:
        return and_(mine.c.at >= since if op == ">" else mine.c.at > since, mine.c.at <= facts.at)

    return and_(
        not_(_with(source, recent)),
        or_(before, and_(created.is_(None), _with(source, lambda mine: past(mine, facts.at)))),
    )


def _began(source: Source, facts: Facts) -> ColumnElement[bool]:
    """Something is known of when it began: its creation, or an activity."""
    return or_(source.table.c.created_at.is_not(None), _with(source, lambda mine: past(mine, facts.at)))
