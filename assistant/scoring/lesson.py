"""What closed records teach: which columns take part, and the rows as they stood before their outcomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.scoring import features
from assistant.scoring.columns import Column, LeftOut, Why, recognise_all
from assistant.scoring.engagement import Seen
from assistant.scoring.features import Material, Plan
from assistant.scoring.folds import groups_of
from assistant.scoring.leakage import leaks
from assistant.scoring.moments import ends, is_dated, training_rows
from assistant.scoring.snapshot import own_columns
from assistant.scoring.table import Floats, Ints
from assistant.scoring.texts import HALF_LIFE, Content
from ingest.entities import RecordType

ROWS = 60_000
_AGES = 7
_ENOUGH_HEARD = 60  # records of which something was heard, below which texts teach nothing
_OVERWRITTEN = {RecordType.LEAD: "status", RecordType.OPPORTUNITY: "stage"}

Hints = Mapping[str, tuple[str, bool]]  # what the loader says of each column: its kind, and if it tells


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What was said of each closed record by its end: sums of `Content` over its activities."""

    records: Ints
    said: Floats
    like: Floats


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Rows to learn from: values of `plan.features`, outcomes, what belongs together, what came when."""

    plan: Plan
    values: Floats
    won: Floats
    records: Ints
    moments: Floats
    groups: Ints
    order: Floats
    dated: bool
    content: Content | None
    sums: Sums | None


def columns_of(material: Material, hints: Hints) -> tuple[list[Column], list[LeftOut]]:
    """The columns that take part, and those that do not with the reason; a field in no file has none."""
    cohort = material.cohort
    closed = np.flatnonzero(~cohort.is_open)
    cells = {name: [values[i] for i in closed.tolist()] for name, values in cohort.columns.items()}
    kinds = {name: kind for name, (kind, _) in hints.items()}
    flagged = frozenset(name for name, (_, after) in hints.items() if after)
    order = cohort.created[closed]
    if np.isnan(order).all():
        order = np.arange(len(closed), dtype=np.float64)
    kept, out = recognise_all(cells, kinds, order)
    own = own_columns(cohort.type)
    out = [each for each in out if each.why is not Why.EMPTY or each.column not in own]
    out.append(
        LeftOut(
            column=_OVERWRITTEN[cohort.type],
            why=Why.OVERWRITTEN,
            detail="it is overwritten as a record closes, so how it stood before is not known",
        )
    )
    kept, twins = _without_twins(kept, cells)
    out += twins
    leaking = leaks(kept, cohort.columns, cohort.outcome, cohort.closed, flagged, cohort.accounts)
    gone = {each.column for each in leaking}
    return [column for column in kept if column.name not in gone], [*leaking, *out]


def _without_twins(
    kept: Sequence[Column], cells: Mapping[str, Sequence[object]]
) -> tuple[list[Column], list[LeftOut]]:
    """Of the columns about an owner (`owner.Username`), those that only say who it is are dropped."""
    single, twins = [], []
    for column in kept:
        link = column.name.partition(".")[0] if "." in column.name else None
        if link == "owner" and _is_one_to_one(cells["owner"], cells[column.name]):
            detail = "it says no more than who the owner is"
            twins.append(LeftOut(column=column.name, why=Why.IDENTIFIER, detail=detail))
        else:
            single.append(column)
    return single, twins


def _is_one_to_one(owners: Sequence[object], values: Sequence[object]) -> bool:
    pairs = {(owner, value) for owner, value in zip(owners, values, strict=True) if value is not None}
    return len(pairs) > 1 and len({value for _, value in pairs}) == len(pairs)


def lesson_of(material: Material, at: float, columns: Sequence[Column], content: Content | None) -> Lesson:
    """The rows, measured; features that are the same everywhere are dropped."""
    cohort, timeline = material.cohort, material.timeline
    closed = int((~cohort.is_open).sum())
    ages = max(1, min(_AGES, ROWS // max(closed, 1)))
    records, moments = training_rows(cohort, timeline, at, ages=ages)
    plan = features.plan_of(columns)
    values = features.measure(plan, material, records, moments)
    # Where nothing ever happened, silence is but another word for age.
    useless = {"silent_days"} if not len(timeline.at) else set()
    varied = [i for i, name in enumerate(plan.kept) if name not in useless and _varies(values[:, i])]
    values = values[:, varied]
    dated = is_dated(cohort, timeline)
    order = cohort.closed[records] if dated else np.full(len(records), np.nan)
    order = np.where(np.isnan(order), cohort.created[records], order)
    sums = None if content is None else _sums(material, at, content)
    return Lesson(
        plan=replace(plan, kept=tuple(plan.kept[i] for i in varied)),
        values=values,
        won=cohort.outcome[records],
        records=records,
        moments=moments,
        groups=groups_of(records.tolist(), None if dated else values),
        order=order,
        dated=dated and bool(np.isfinite(order).all()),
        content=content if sums is not None else None,
        sums=sums,
    )


def _varies(column: Floats) -> bool:
    known = column[~np.isnan(column)]
    if not len(known):
        return False
    return len(known) < len(column) or bool(known.max() > known.min())


def _sums(material: Material, at: float, content: Content) -> Sums | None:
    cohort, timeline = material.cohort, material.timeline
    closed = np.flatnonzero(~cohort.is_open)
    seen = Seen.at(timeline, closed, ends(cohort, timeline, at)[closed] - 1.0)
    number = np.array([material.places[name] for name in timeline.activities], dtype=np.int64)
    weight = 0.5 ** (seen.days / HALF_LIFE)
    said = _added(seen.row, weight[:, None] * content.says[number[seen.entry]], len(closed))
    like = _added(seen.row, weight[:, None] * content.likeness[number[seen.entry]], len(closed))
    if (like[:, -1] > 0).sum() < _ENOUGH_HEARD:
        return None
    return Sums(records=closed, said=said, like=like)


def _added(row: Ints, amounts: Floats, rows: int) -> Floats:
    """Sums of the rows of `amounts` that share a number in `row` (ascending)."""
    total = np.zeros((rows, amounts.shape[1]))
    if len(row):
        numbers, first = np.unique(row, return_index=True)
        total[numbers] = np.add.reduceat(amounts, first, axis=0)
    return total
