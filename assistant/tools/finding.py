"""Lists of records: all that match, in the order asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.answers import Finding, Line
from assistant.book.demands import Demand, UnknownField, outcomes_asked
from assistant.tools.answered import Answered
from assistant.tools.asking import Asking, counted, unknown_field
from assistant.tools.filters import field_term, noun
from assistant.tools.listing import (
    MOST,
    SHOWN,
    columns,
    fetched,
    field_evidence,
    filled,
    listed,
    with_stand_ins,
)
from assistant.tools.meant import known_type


def find(
    asking: Asking,
    record_type: str,
    conditions: Sequence[Mapping[str, Any]],
    period: str | None,
    period_on: str | None,
    order_by: str | None,
    descending: bool,
    limit: int | None,
    offset: int,
) -> Finding:
    """Records of one type that fulfil the conditions."""
    book, record_type = asking.book, known_type(record_type)
    demands = asking.demands(record_type, conditions)
    within = asking.period(record_type, period, period_on, demands)
    order, down = (order_by, descending) if order_by else _usual_order(record_type, demands)
    if not order_by and asking.lies_ahead(record_type, within):
        down = False  # the next one first
    try:
        asked = (order_by, within[0] if within else None)
        shown = columns(book, record_type, demands, asked)
        scored = ("score",) if record_type in ("lead", "opportunity") else ()
        found, total = book.page(
            record_type,
            demands,
            period=within,
            order_by=order,
            descending=down,
            limit=min(limit or MOST, MOST),
            offset=offset,
            ahead=asking.lies_ahead(record_type, within),
            fetch=(*scored, *fetched(book, record_type, with_stand_ins(book, record_type, shown))),
        )
    except UnknownField as unknown:
        raise Answered(unknown_field(unknown)) from unknown
    if not found:
        return asking.nothing(record_type, demands, within)
    shown = filled(book, record_type, found, shown, asked)
    what = noun(record_type, demands, total)
    visible = len(found) if limit else min(SHOWN, len(found))
    ranked = bool(limit and order_by and total > len(found))
    heading = (
        Line(
            key="find.first",
            args={"count": len(found), "total": total, "what": what, "by": field_term(order_by or "")},
        )
        if ranked
        else Line(key="find.heading", args={"count": total, "what": what})
    )
    return Finding(
        lines=(
            heading,
            *asking.scope(record_type, demands, within),
            Line(key="table"),
            *_left_out(total - offset, visible),
            *_missing(found, order_by),
        ),
        listed=tuple(listed(book, one, shown) for one in found),
        columns=shown,
        shown=visible,
        values=(counted(noun(record_type, demands, None), total),),
        evidence=field_evidence(found[:visible], shown),
        focus=found[0].ref if len(found) == 1 else None,
        window=within[1] if within else None,
    )


def _usual_order(record_type: str, demands: Sequence[Demand]) -> tuple[str | None, bool]:
    match record_type:
        case "lead":
            return ("score", True) if outcomes_asked(demands) == {"open"} else ("created_at", True)
        case "opportunity":
            return "amount", True
        case "activity":
            return "at", True
        case _:
            return "name", False


def _left_out(total: int, visible: int) -> tuple[Line, ...]:
    return (Line(key="list.more", args={"count": total - visible}),) if total > visible else ()


def _missing(found: Sequence[Any], order_by: str | None) -> tuple[Line, ...]:
    """Says so where records stand last only because the value they are ordered by is not known."""
    if not order_by:
        return ()
    without = sum(one[order_by] is None for one in found if order_by in one.values)
    return (
        (Line(key="list.without", args={"count": without, "field": field_term(order_by)}),) if without else ()
    )
