"""Counts, sums, averages and rates over records, split by fields and calendar units."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Executable, Float, Row, String, case, func, literal, select

from assistant.book.computed import about_join, pairs
from assistant.book.fields import Facts, Field, Kind, Source, shown_name
from assistant.book.found import Group
from assistant.book.moments import UNITS, bucket
from ingest.errors import BadRequest
from ingest.tables import RECORD_TABLES

MEASURES = (
    "count", "sum", "average", "median", "min", "max", "win_rate", "conversion_rate", "weighted_sum",
)  # fmt: skip
RATES = ("win_rate", "conversion_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One way to split a summary: `value` tells groups apart, `label` names them."""

    key: str
    value: ColumnElement[Any]
    label: ColumnElement[Any]
    unit: str | None = None
    record_type: str | None = None
    many: bool = False  # a record may stand in several groups, or several times in one


def split(path: str, source: Source, facts: Facts) -> Split | None:
    """The split that `path` names: a field, or a date with its unit ("closed_at:month"); None if none."""
    name, _, unit = path.rpartition(":") if ":" in path else (path, "", "")
    if unit and unit not in UNITS:
        raise BadRequest(f"A date is split by {', '.join(UNITS)}, not by {unit!r}.")
    found = source.field(name) or _activity_split(name, source)
    if found is None or isinstance(found, Split):
        return found
    if found.kind in (Kind.DATE, Kind.MOMENT):
        unit = unit or "month"
        value = bucket(found.value, unit, facts.timezone, facts.at)
        return Split(key=unit, value=value, label=value, unit=unit)
    if found.kind is Kind.RECORD:
        return Split(key=found.key, value=found.value, label=found.label, record_type=found.record_type)
    value = (
        func.nullif(func.trim(found.value), "", type_=String()) if found.kind is Kind.TEXT else found.value
    )
    return Split(key=found.key, value=value, label=value)


def _activity_split(name: str, source: Source) -> Split | None:
    """An activity may be about several records of a type; it counts for each."""
    if source.record_type != "activity" or name not in ("account", "contact", "lead", "opportunity"):
        return None
    mine, on, record_id = about_join(name, source.table)
    source.join(mine, on)
    target = RECORD_TABLES[name].alias()
    source.join(target, target.c.id == record_id)
    return Split(key=name, value=target.c.id, label=shown_name(target, name), record_type=name, many=True)


def statement(
    source: Source, measure: str, of: Field | None, splits: Sequence[Split], where: ColumnElement[bool]
) -> Executable:
    """The one SELECT behind a summary. Medians are taken from its rows, everything else by the database."""
    columns = [one.value.label(f"k{n}") for n, one in enumerate(splits)]
    columns += [
        (one.value if one.label is one.value else func.max(one.label)).label(f"l{n}")
        for n, one in enumerate(splits)
    ]
    currency = of.currency if of is not None and of.currency is not None else literal(None, String())
    groups = [one.value for one in splits] + (
        [of.currency] if of is not None and of.currency is not None else []
    )
    if measure == "median":
        assert of is not None
        plain = [one.value.label(f"k{n}") for n, one in enumerate(splits)]
        plain += [one.label.label(f"l{n}") for n, one in enumerate(splits)]
        rows = select(*plain, currency.label("currency"), of.value.label("value"))
        return rows.select_from(source.from_clause).where(where)
    if measure == "count" and len(splits) == 1 and splits[0].many:
        return _activities_by(source, splits[0], where)
    count, known, value = _measured(measure, of, source)
    if measure == "count" and any(one.many for one in splits):
        count = known = value = func.count(source.table.c.id.distinct())
    return (
        select(
            *columns,
            currency.label("currency"),
            count.label("records"),
            known.label("known"),
            value.label("value"),
        )
        .select_from(source.from_clause)
        .where(where)
        .group_by(*groups)
    )


def _activities_by(source: Source, split: Split, where: ColumnElement[bool]) -> Executable:
    """Activities by the records they are about: first which activities, then what they are about."""
    assert split.record_type is not None
    chosen = select(source.table.c.id).select_from(source.table).where(where)
    mine = pairs(split.record_type, chosen).subquery()
    target = RECORD_TABLES[split.record_type].alias()
    count = func.count(mine.c.activity_id.distinct())
    return (
        select(
            target.c.id.label("k0"),
            func.max(shown_name(target, split.record_type)).label("l0"),
            literal(None, String()).label("currency"),
            count.label("records"),
            count.label("known"),
            count.label("value"),
        )
        .select_from(mine.join(target, target.c.id == mine.c.record_id))
        .group_by(target.c.id)
    )


def _measured(
    measure: str, of: Field | None, source: Source
) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any]]:
    """How many records, how many of them take part, and the figure."""
    count: ColumnElement[Any] = func.count(source.table.c.id)
    if measure in RATES:
        won = func.coalesce(func.sum(case((source.table.c.outcome == "won", 1), else_=0)), 0)
        closed = func.coalesce(func.sum(case((source.table.c.outcome != "open", 1), else_=0)), 0)
        return count, closed, won
    if measure == "count" or of is None:
        return count, count, count
    known = func.count(of.value)
    match measure:
        case "average":
            return count, known, func.avg(of.value, type_=Float())
        case "min":
            return count, known, func.min(of.value)
        case "max":
            return count, known, func.max(of.value)
        case _:
            return count, known, func.sum(of.value, type_=of.value.type)


def groups(rows: Sequence[Row[Any]], measure: str, splits: Sequence[Split]) -> list[Group]:
    """The rows of the statement as groups."""
    if measure == "median":
        return _medians(rows, splits)
    return [
        Group(
            keys=_labels(row, splits),
            ids=tuple(_text(getattr(row, f"k{n}")) for n in range(len(splits))),
            currency=row.currency,
            count=row.records,
            known=row.known,
            value=_figure(measure, row.value, row.known),
        )
        for row in rows
    ]


def _figure(measure: str, value: Any, known: int) -> float | int | None:
    if measure in RATES:
        return value / known if known else None
    if isinstance(value, date):
        raise BadRequest(
            "A date has no sum, average, lowest or highest value here; list the records by it instead."
        )
    if isinstance(value, Decimal):  # PostgreSQL sums whole numbers as one
        value = int(value) if value == int(value) else float(value)
    return value if known else None


def _medians(rows: Sequence[Row[Any]], splits: Sequence[Split]) -> list[Group]:
    members: dict[tuple[Any, ...], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        members[(*(getattr(row, f"k{n}") for n in range(len(splits))), row.currency)].append(row)
    found = []
    for (*ids, currency), same in members.items():
        values = [row.value for row in same if row.value is not None]
        found.append(
            Group(
                keys=_labels(same[0], splits),
                ids=tuple(_text(one) for one in ids),
                currency=currency,
                count=len(same),
                known=len(values),
                value=statistics.median(values) if values else None,
            )
        )
    return found


def _labels(row: Any, splits: Sequence[Split]) -> tuple[str | None, ...]:
    return tuple(_label(getattr(row, f"l{n}"), one) for n, one in enumerate(splits))


def _label(value: Any, of: Split) -> str | None:
    if value is None:
        return None
    if of.unit == "week":
        year, week, _ = date.fromisoformat(value).isocalendar()
        return f"{year}-W{week:02}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
