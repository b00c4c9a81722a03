"""What is true of the exported records, by pandas: the answers that the product's answers are held against.

A truth is written as data:

    from: leads                 # which records, as the asking user sees them
    where: {outcome: open, industry: Retail, employees: {">": 500}, created: {in: this month}}
    order: [-score]             # records: in which order, and how many of them
    limit: 5
    figure: sum                 # or a figure: count, sum, mean, median, min, max, rate, share
    part: {source: Webinar}     # a share: of those that also fulfil this
    of: amount
    by: [stage]                 # split by these; amounts are always split by currency too
    top: 1                      # only the groups with the highest figures (in each currency)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from assistant.evaluation.spans import span

# A pandas frame or column: their published types cannot follow columns that are made on the way.
Frame = Any
Column = Any
Frames = Mapping[str, Frame]
Spec = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure that an answer must state; `group` holds the names of its group, without their fields."""

    group: tuple[str, ...]
    value: float
    unit: str | None


def chosen(spec: Spec, frames: Frames, now: pd.Timestamp) -> Frame:
    """The records that fulfil the conditions, all of them, in the order asked for."""
    frame = frames[spec["from"]]
    for field, condition in spec.get("where", {}).items():
        frame = frame[_holds(frame, field, condition, now)]
    order = list(spec.get("order", []))
    if order:
        fields = [key.removeprefix("-") for key in order]
        frame = frame.dropna(subset=fields[:1])
        frame = frame.sort_values([*fields, "id"], ascending=[*(key[0] != "-" for key in order), True])
    return frame


def figures(spec: Spec, frames: Frames, now: pd.Timestamp) -> list[Figure]:
    """The figures that the truth asks for."""
    frame = chosen(spec, frames, now)
    field = spec.get("of", "amount")
    figure, by = spec["figure"], list(spec.get("by", []))
    if figure == "share":
        part = chosen({"from": spec["from"], "where": {**spec.get("where", {}), **spec["part"]}}, frames, now)
        return [Figure(group=(), value=len(part) / len(frame), unit=None)] if len(frame) else []
    money = figure not in ("count", "rate") and field in ("amount", "weighted")
    keys = [*by, "currency"] if money else by
    if not keys:
        return [Figure(group=(), value=_figure(frame, figure, field), unit=None)]
    found = []
    for names, part in frame.groupby(keys, dropna=False):
        *group, last = names if isinstance(names, tuple) else (names,)
        unit = (None if pd.isna(last) else str(last)) if money else None
        value = _figure(part, figure, field)
        if not pd.isna(value):
            members = group if money else [*group, last]
            found.append(Figure(group=tuple(_name(one) for one in members), value=value, unit=unit))
    if "top" in spec:
        sign = 1 if spec["top"] < 0 else -1
        found.sort(key=lambda one: sign * one.value)
        units = dict.fromkeys(one.unit for one in found)
        found = [one for unit in units for one in _of(found, unit)[: abs(spec["top"])]]
    return found


def _of(found: Sequence[Figure], unit: str | None) -> list[Figure]:
    return [one for one in found if one.unit == unit]


def _name(member: object) -> str:
    return "" if member is None or member != member else str(member)


def _figure(frame: Frame, figure: str, field: str) -> float:
    if figure == "count":
        return float(len(frame))
    if figure == "rate":
        won, lost = (int((frame["outcome"] == outcome).sum()) for outcome in ("won", "lost"))
        return won / (won + lost) if won + lost else float("nan")
    column = pd.to_numeric(frame[field]).dropna()
    return float(getattr(column, figure)()) if len(column) else float("nan")


def _holds(frame: Frame, field: str, condition: object, now: pd.Timestamp) -> Column:
    if field == "touched":  # created in the period, or with an activity in it
        start, end = span(str(condition), now)
        created = frame["created"].between(start, end, inclusive="left")
        active = frame["moments"].map(lambda moments: any(start <= at < end for at in moments))
        return created | active
    column = frame[field]
    if isinstance(condition, Mapping):
        holds = pd.Series(True, index=frame.index)
        for sign, value in condition.items():
            holds &= _compared(column, sign, value, now)
        return holds
    return _is(column, condition)


def _compared(column: Column, sign: str, value: Any, now: pd.Timestamp) -> Column:
    match sign:
        case "in":
            start, end = span(value, now)
            return column.between(start, end, inclusive="left")
        case "not":
            return ~_is(column, value)
        case "empty":
            blank = column.isna() | (column.astype(str).str.strip() == "")
            return blank if value else ~blank
        case "has":
            return column.fillna("").astype(str).str.casefold().str.contains(value.casefold(), regex=False)
        case "holds":
            return column.map(lambda members: value in members)
        case "lacks":
            return column.map(lambda members: value not in members)
        case ">":
            return column > value
        case ">=":
            return column >= value
        case "<":
            return column < value
        case "<=":
            return column <= value
    raise ValueError(f"{sign!r} is no comparison")


def _is(column: Column, value: object) -> Column:
    wanted: Sequence[object] = value if isinstance(value, list) else [value]
    if any(isinstance(one, str) for one in wanted):
        return column.fillna("").astype(str).str.casefold().isin([str(one).casefold() for one in wanted])
    return column.isin(list(wanted))
