"""Demands on records as SQL."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select

from assistant.answers import Window
from assistant.book import silence
from assistant.book.computed import happened, past, planned, records_of
from assistant.book.demands import AnyOf, Condition, Demand, Linked, UnknownField, outcomes
from assistant.book.fields import Facts, Field, Kind, Source, plain
from assistant.periods import days, window
from ingest.errors import BadRequest
from ingest.tables import RECORD_TABLES, activity_about, leads

_NEGATED = {"is not": "is", "not in": "in", "does not contain": "contains", "is not empty": "is empty"}
_YES = ("true", "yes", "y", "1", "x", "ja", "wahr", "sí", "si", "verdadero", "是", "对")
_NO = ("false", "no", "n", "0", "nein", "falsch", "falso", "否", "不")


def clause(demands: Sequence[Demand], source: Source, facts: Facts) -> ColumnElement[bool]:
    """All of the demands, as SQL over `source`.

    Raises:
        UnknownField: the record type has no such field.
        BadRequest: a value that does not fit its field.
    """
    return and_(True, *(_one(demand, source, facts) for demand in demands))


def _one(demand: Demand, source: Source, facts: Facts) -> ColumnElement[bool]:
    if isinstance(demand, AnyOf):
        return or_(False, *(_one(option, source, facts) for option in demand.options))
    if isinstance(demand, Linked):
        return _linked(demand, source, facts)
    if (known := silence.clause(source, demand.field, demand.op, demand.value, facts)) is not None:
        return known
    found = source.field(demand.field)
    if found is not None:
        return compare(found, demand.op, demand.value, facts)
    head, _, rest = demand.field.partition(".")
    if rest and _reaches(source.record_type, plain(head)):
        inner = Condition(field=rest, op=demand.op, value=demand.value)
        return _linked(Linked(record_type=plain(head), conditions=(inner,)), source, facts)
    if _reaches(source.record_type, plain(head)):
        negated = demand.op in _NEGATED
        inner = Condition(field="id", op=_NEGATED.get(demand.op, demand.op), value=demand.value)
        return _linked(Linked(record_type=plain(head), conditions=(inner,), none=negated), source, facts)
    raise UnknownField(demand.field, source.record_type)


def _reaches(record_type: str, target: str) -> bool:
    return target in _DOWN.get(record_type, ())


_DOWN = {
    "account": ("contact", "lead", "opportunity", "activity", "planned"),
    "contact": ("lead", "opportunity", "activity", "planned"),
    "lead": ("activity", "planned", "opportunity"),
    "opportunity": ("lead", "activity", "planned"),
    "user": ("account", "contact", "lead", "opportunity", "activity"),
    "activity": ("account", "contact", "lead", "opportunity"),
}


def _linked(demand: Linked, source: Source, facts: Facts) -> ColumnElement[bool]:
    target = demand.record_type
    if not _reaches(source.record_type, target):
        raise UnknownField(target, source.record_type)
    kind = "activity" if target == "planned" else target
    base = planned if target == "planned" else RECORD_TABLES[target]
    if target == "activity" and source.record_type in happened and _only_when(demand.conditions):
        # Their time stands with what they are about: there is no need to look each of them up.
        mine = Source(kind, facts, happened[source.record_type].alias())
        where = and_(clause(demand.conditions, mine, facts), past(mine.table, facts.at))
        held = source.table.c.id.in_(select(mine.table.c.record_id).where(where))
        return not_(held) if demand.none else held
    inner = Source(kind, facts, base.alias())
    where = clause(demand.conditions, inner, facts)
    ids = _ids_through(source.record_type, kind, inner, where)
    held = source.table.c.id.in_(ids)
    return not_(held) if demand.none else held


def _only_when(demands: Sequence[Demand]) -> bool:
    """Whether nothing but a time is asked for."""
    return all(isinstance(one, Condition) and one.field == "at" for one in demands)


def _ids_through(record_type: str, target: str, inner: Source, where: ColumnElement[bool]) -> Any:
    """The ids of the records of `record_type` that are linked to a chosen record of the type `target`."""
    table = inner.table

    def chosen(column: ColumnElement[Any]) -> Any:
        return select(column).select_from(inner.from_clause).where(where, column.is_not(None))

    if record_type == "user":
        return chosen(table.c.owner_id)
    if target == "activity":
        return records_of(record_type, chosen(table.c.id))
    match record_type, target:
        case "activity", _:
            return _activities_about(target, chosen(table.c.id))
        case "account", _:
            return chosen(table.c.account_id)
        case "contact", "lead":
            return chosen(table.c.converted_contact_id)
        case "contact", _:
            return chosen(table.c.contact_id)
        case "opportunity", _:
            return chosen(table.c.converted_opportunity_id)
        case _:
            converted = leads.alias()
            return select(converted.c.id).where(converted.c.converted_opportunity_id.in_(chosen(table.c.id)))


def _activities_about(target: str, ids: Any) -> Any:
    link = activity_about.alias()
    own = select(link.c.activity_id).where(link.c.type == target, link.c.record_id.in_(ids))
    if target != "account":
        return own
    parts = [own]
    for kind in ("contact", "lead", "opportunity"):
        child, link = RECORD_TABLES[kind].alias(), activity_about.alias()
        of_account = select(child.c.id).where(child.c.account_id.in_(ids))
        parts.append(select(link.c.activity_id).where(link.c.type == kind, link.c.record_id.in_(of_account)))
    return own.union_all(*parts[1:])


def compare(found: Field, op: str, value: Any, facts: Facts) -> ColumnElement[bool]:
    """One field against one value. What is unknown is not equal to anything, so it passes "is not"."""
    if op in _NEGATED:
        held = compare(found, _NEGATED[op], value, facts)
        return not_(func.coalesce(held, false()))
    if op == "is empty":
        return _empty(found)
    if op in ("in", "is") and isinstance(value, list | tuple | set | frozenset):
        return _any_of(found, list(value), facts)
    match found.kind:
        case Kind.NUMBER:
            return _numbers(found, op, value)
        case Kind.DATE | Kind.MOMENT:
            return _dates(found, op, value, facts)
        case Kind.OUTCOME:
            return found.value.in_(outcomes(value))
        case Kind.BOOLEAN:
            return _boolean(found, value)
        case Kind.RECORD:
            return found.value == str(value)
        case _:
            return _text(found, op, value)


def _any_of(found: Field, values: list[Any], facts: Facts) -> ColumnElement[bool]:
    if found.kind is Kind.RECORD or (found.kind is Kind.TEXT and found.key == "id"):
        return found.value.in_([str(value) for value in values])
    return or_(False, *(compare(found, "is", value, facts) for value in values))


def _empty(found: Field) -> ColumnElement[bool]:
    if found.kind is Kind.TEXT:
        return func.coalesce(func.trim(found.value), "") == ""
    return found.value.is_(None)


def _numbers(found: Field, op: str, value: Any) -> ColumnElement[bool]:
    if op == "between":
        low, high = _pair(found, value)
        return found.value.between(_number(found, low), _number(found, high))
    number = _number(found, value)
    match op:
        case ">":
            return found.value > number
        case ">=":
            return found.value >= number
        case "<":
            return found.value < number
        case "<=":
            return found.value <= number
        case "is" | "in":
            return found.value == number
    raise BadRequest(f"{found.key} is a number; compare it with >, <, is or between.")


def _number(found: Field, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise BadRequest(f"{found.key} is a number, and {value!r} is none.") from error


def _pair(found: Field, value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise BadRequest(f"'between' needs a lowest and a highest value for {found.key}.")
    return value[0], value[1]


def _dates(found: Field, op: str, value: Any, facts: Facts) -> ColumnElement[bool]:
    if op == "between":
        low, high = (_window(found, one, facts) for one in _pair(found, value))
        return inside(found, Window(start=low.start, end=high.end, label=""), facts)
    period = _window(found, value, facts)
    match op:
        case "is" | "in" | "contains":
            return inside(found, period, facts)
        case ">":
            return inside(found, Window(start=period.end, end=None, label=""), facts)
        case ">=":
            return inside(found, Window(start=period.start, end=None, label=""), facts)
        case "<":
            return inside(found, Window(start=None, end=period.start, label=""), facts)
        case _:
            return inside(found, Window(start=None, end=period.end, label=""), facts)


def _window(found: Field, value: Any, facts: Facts) -> Window:
    if isinstance(value, Window):
        return value
    text = value.isoformat() if isinstance(value, date) else str(value)
    day = re.match(r"\d{4}-\d{2}-\d{2}(?=[T ]\d)", text)
    return window(day[0] if day else text, facts.at, facts.timezone, planned=ahead(found))


def ahead(found: Field) -> bool:
    """Whether the field is a date that people plan with, so that "this month" is the whole month."""
    return found.kind is Kind.DATE or found.key == "next_activity_at"


def inside(found: Field, period: Window, facts: Facts) -> ColumnElement[bool]:
    """The date or moment lies in the period."""
    bounds: list[Any] = [period.start, period.end]
    if found.kind is Kind.DATE:
        bounds = list(days(period, facts.at, facts.timezone))
    start, end = bounds
    limits = [found.value >= start] if start is not None else []
    if end is not None:
        limits.append(found.value < end)
    return and_(found.value.is_not(None), *limits)


def _boolean(found: Field, value: Any) -> ColumnElement[bool]:
    word = str(value).strip().lower()
    for words in (_YES, _NO):
        if word in words:
            return func.lower(found.value).in_(words)
    return _text(found, "is", value)


def _text(found: Field, op: str, value: Any) -> ColumnElement[bool]:
    text = str(value).strip()
    match op:
        case "is" | "in":
            return func.lower(func.trim(found.value)).in_(sorted({_ascii_lower(way) for way in _cases(text)}))
        case "contains":
            return or_(*(found.value.icontains(way, autoescape=True) for way in _cases(text)))
        case "between":
            low, high = _pair(found, value)
            return func.lower(found.value).between(str(low).lower(), str(high).lower())
    compared = func.lower(found.value)
    return {
        ">": compared > text.lower(),
        ">=": compared >= text.lower(),
        "<": compared < text.lower(),
        "<=": compared <= text.lower(),
    }[op]


def _cases(text: str) -> list[str]:
    # SQLite folds the case of ASCII letters only, so "münchen" is looked for as "MÜNCHEN" and "München" too.
    return sorted({text, text.lower(), text.upper(), text.title()})


def _ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)
