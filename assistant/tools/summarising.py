"""Figures: counts, sums, averages and rates, split and compared."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.answers import AnswerKind, Arg, Finding, Line, Listed, Value
from assistant.book.demands import Condition, UnknownField, field_names, outcomes_asked
from assistant.book.fields import plain
from assistant.book.found import Group
from assistant.book.summary import MEASURES, Split
from assistant.tools.answered import Answered
from assistant.tools.asking import Asking, default_date, unknown_field
from assistant.tools.comparing import compared
from assistant.tools.figures import (
    Question,
    first_value,
    groups_of,
    label_of,
    left_out,
    shown_value,
    values_of,
)
from assistant.tools.filters import field_term, noun
from assistant.tools.listing import MOST
from assistant.tools.meant import known_type
from assistant.tools.shares import shares_of
from ingest.entities import RecordType, Ref, Role
from ingest.errors import BadRequest

_SHOWN = 20
_CLOSED = Condition(field="outcome", op="is", value="closed")
_OPEN = Condition(field="outcome", op="is", value="open")
_DAYS = ("days_silent", "age_days", "cycle_days")


def summarise(
    asking: Asking,
    record_type: str,
    measure: str,
    field: str | None,
    group_by: Sequence[str],
    conditions: Sequence[Mapping[str, Any]],
    period: str | None,
    period_on: str | None,
    compare_to: str | None,
    order: str,
    descending: bool,
    limit: int | None,
    part: Sequence[Mapping[str, Any]] = (),
) -> Finding:
    """A figure over records, or one for each group."""
    question = _question(asking, record_type, measure, field, group_by, conditions, period, period_on)
    try:
        if question.measure == "share":
            question = replace(question, part=asking.demands(question.record_type, part))
            groups, splits = shares_of(asking, question, question.part)
            compare_to = None
        else:
            groups, splits = groups_of(asking, question)
        if compare_to is not None:
            return compared(asking, question, groups, compare_to)
    except UnknownField as unknown:
        raise Answered(unknown_field(unknown)) from unknown
    if not any(group.count or (question.part and group.known) for group in groups):
        if question.measure == "count" and not question.group_by:
            return _zero(asking, question)
        return asking.nothing(question.record_type, question.demands, question.within)
    if not question.group_by:
        return _one(asking, question, groups)
    return _split(asking, question, groups, splits, order, descending, limit)


def _question(
    asking: Asking,
    record_type: str,
    measure: str,
    field: str | None,
    group_by: Sequence[str],
    conditions: Sequence[Mapping[str, Any]],
    period: str | None,
    period_on: str | None,
) -> Question:
    record_type = known_type(record_type)
    if measure not in (*MEASURES, "share"):
        raise BadRequest(f"There is no measure {measure!r}; there are {', '.join(MEASURES)}, share.")
    demands = asking.demands(record_type, conditions)
    if measure in ("win_rate", "conversion_rate"):
        if record_type not in ("lead", "opportunity"):
            raise BadRequest("Only leads convert and only opportunities are won.")
        demands = tuple(d for d in demands if not (isinstance(d, Condition) and d.field == "outcome"))
        measure = "win_rate" if record_type == "opportunity" else "conversion_rate"
    if measure == "win_rate":
        demands, period_on = (*demands, _CLOSED), period_on or "closed_at"
    if measure == "weighted_sum":
        field = "weighted_amount"
        demands = demands if outcomes_asked(demands) else (*demands, _OPEN)
    if measure in ("sum", "average", "median", "min", "max") and field is None:
        if record_type != "opportunity":
            raise BadRequest(f"Say which field of the {record_type}s the {measure} is of.")
        field = "amount"
    within = asking.period(record_type, period, period_on or default_date(record_type, demands), demands)
    return Question(
        record_type=record_type,
        measure=measure,
        field=field if measure not in ("count", "win_rate", "conversion_rate") else None,
        group_by=tuple(group_by),
        demands=demands,
        within=within,
    )


def _one(asking: Asking, question: Question, groups: Sequence[Group]) -> Finding:
    groups = sorted(groups, key=lambda group: -group.count)
    if all(group.value is None for group in groups):
        return _unknown(asking, question, groups)
    values = [value for group in groups for value in values_of(question, group, {})]
    lines = [
        _stated(question, first_value(question, group, {}), group)
        for group in groups
        if group.value is not None
    ]
    return Finding(
        lines=(
            *lines,
            *asking.scope(question.record_type, (*question.demands, *question.part), question.within),
            *left_out(groups, question),
        ),
        values=tuple(value for value in values if value.value is not None),
        window=question.within[1] if question.within else None,
    )


def _zero(asking: Asking, question: Question) -> Finding:
    """None at all is a count too; but where a condition rests on a field nobody filled, it is no answer."""
    nothing = asking.nothing(question.record_type, question.demands, question.within)
    if nothing.kind != "empty":
        return nothing
    none = Group(count=0, known=0, value=0)
    value = values_of(question, none, {})[0]
    return Finding(
        kind=nothing.kind,
        lines=(_stated(question, value, none), *nothing.lines[1:]),
        values=(value,),
        window=nothing.window,
    )


def _unknown(asking: Asking, question: Question, groups: Sequence[Group]) -> Finding:
    """There are records, but none of them has what the figure is made of."""
    count = sum(group.count for group in groups)
    lines = (
        Line(
            key="value.unknown",
            args={
                "label": label_of(question),
                "count": count,
                "what": noun(question.record_type, question.demands, count),
            },
        ),
        *asking.scope(question.record_type, question.demands, question.within),
    )
    return Finding(kind=AnswerKind.REFUSED, lines=lines)


def _stated(question: Question, value: Value, group: Group) -> Line:
    """One figure, and of how many records it is."""
    args: dict[str, Arg] = {"label": label_of(question), "value": shown_value(value)}
    if question.measure == "count":
        return Line(key="value.stated", args=args)
    what = noun(question.record_type, question.demands, group.count)
    if question.part:
        whole = noun(question.record_type, question.demands, group.known)
        args = {**args, "number": group.count, "whole": group.known, "what": whole}
        return Line(key="value.stated_share", args=args)
    return Line(key="value.stated_of", args={**args, "number": group.count, "what": what})


def _split(
    asking: Asking,
    question: Question,
    groups: list[Group],
    splits: Sequence[Split],
    order: str,
    descending: bool,
    limit: int | None,
) -> Finding:
    by_time = any(split.unit for split in splits)
    ordered = _ordered(
        groups, "group" if by_time and order == "value" and limit is None else order, descending
    )
    wanted = _first_groups(ordered, min(limit or MOST, MOST))
    keys = _keys(splits)
    values = [value for group in wanted for value in values_of(question, group, _group(keys, group))]
    visible = len(wanted) if limit else min(_SHOWN, len(wanted))
    is_free = not any(plain(name) == "owner" for name in field_names(question.demands))
    rep_split = (
        is_free
        and asking.book.user.role is not Role.ADMIN
        and any(one.record_type == "user" for one in splits)
    )
    heading = "split.first" if limit and len(ordered) > len(wanted) else "split.heading"
    return Finding(
        lines=(
            Line(
                key=heading,
                args={
                    "label": label_of(question),
                    "by": [_split_name(one) for one in splits],
                    "count": len(wanted),
                },
            ),
            *asking.scope(question.record_type, question.demands, question.within),
            *((Line(key="scope.seen"),) if rep_split and not asking.notes() else ()),
            Line(key="values"),
            *(
                (Line(key="groups.more", args={"count": len(ordered) - visible}),)
                if len(ordered) > visible
                else ()
            ),
            *left_out(groups, question),
        ),
        listed=_members(asking, wanted, splits),
        shown=visible,
        values=tuple(values),
        window=question.within[1] if question.within else None,
        chart="series" if by_time and len(splits) == 1 else "split",
    )


def _ordered(groups: list[Group], order: str, descending: bool) -> list[Group]:
    """By value or by name; groups without a value come last."""
    if order == "group":
        return sorted(groups, key=lambda g: tuple((key is None, key or "") for key in g.keys))
    known = [group for group in groups if group.value is not None]
    rest = [group for group in groups if group.value is None]
    sign = -1 if descending else 1
    # Amounts of two currencies cannot be compared: the currency of most records comes first.
    records: Counter[str | None] = Counter()
    for group in known:
        records[group.currency] += group.count
    known.sort(
        key=lambda g: (
            -records[g.currency],
            g.currency or "",
            sign * (g.value or 0),
            tuple(key or "" for key in g.keys),
        )
    )
    return known + rest


def _first_groups(ordered: Sequence[Group], limit: int) -> list[Group]:
    """The first groups of each currency: which of two currencies' amounts is more, nobody can say."""
    taken: Counter[str | None] = Counter()
    first = []
    for group in ordered:
        taken[group.currency] += 1
        if taken[group.currency] <= limit:
            first.append(group)
    return first


def _keys(splits: Sequence[Split]) -> list[str]:
    names = [split.key for split in splits]
    return [name if names.count(name) == 1 else f"{name} {n + 1}" for n, name in enumerate(names)]


def _group(keys: Sequence[str], group: Group) -> dict[str, str | None]:
    return dict(zip(keys, group.keys, strict=True))


def _split_name(split: Split) -> Arg:
    return Line(key=f"unit.{split.unit}") if split.unit else field_term(split.key)


def _members(asking: Asking, groups: Sequence[Group], splits: Sequence[Split]) -> tuple[Listed, ...]:
    """Groups that are records (reps, accounts) are listed, so that one can go on asking about them."""
    if len(splits) != 1 or splits[0].record_type is None:
        return ()
    kind = RecordType(splits[0].record_type)
    refs = dict.fromkeys(Ref(type=kind, id=group.ids[0]) for group in groups if group.ids[0] is not None)
    known = asking.book.many(list(refs))
    return tuple(Listed(ref=ref, name=known[ref].name, also=known[ref].also) for ref in refs if ref in known)
