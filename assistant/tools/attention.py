"""What needs attention: records that nobody has touched, deals whose date has passed."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.answers import AnswerKind, Finding, Line, Money, Value
from assistant.book import Book
from assistant.book.demands import AnyOf, Condition, Demand, Linked
from assistant.book.found import Found
from assistant.tools.asking import Asking, counted
from assistant.tools.filters import noun
from assistant.tools.listing import MOST, SHOWN, amounts, columns, fetched, field_evidence, listed
from assistant.tools.meant import known_type
from assistant.tools.ranking import OPEN
from ingest.errors import BadRequest

DAYS = 14
# Without a score, those come first with whom most was won.
_LONGEST = {"account": "won_amount"}


def neglected(
    asking: Asking, record_type: str, days: int, conditions: Sequence[Mapping[str, Any]], limit: int | None
) -> Finding:
    """Open records without an activity in the last days, and not created in them."""
    book, record_type = asking.book, known_type(record_type)
    if record_type not in ("lead", "opportunity", "account", "contact"):
        raise BadRequest("Leads, opportunities, accounts and contacts can be neglected, nothing else.")
    if days <= 0:
        raise BadRequest("The number of days must be at least 1.")
    demands = asking.demands(record_type, conditions)
    if record_type in ("lead", "opportunity"):
        demands = (*demands, OPEN)
    narrowed: tuple[Demand, ...] = (*demands, *silent_since(asking, days))
    shown = columns(book, record_type, demands, ("last_activity_at", "days_silent"))
    scored = ("score",) if record_type in ("lead", "opportunity") else ()
    found, total = book.page(
        record_type,
        narrowed,
        order_by="score" if scored else _LONGEST.get(record_type),
        limit=min(limit or MOST, MOST),
        fetch=(*scored, *fetched(book, record_type, shown)),
    )
    what = noun(record_type, demands, len(found))
    if not found:
        lines = (Line(key="neglected.none", args={"what": noun(record_type, demands, None), "count": days}),)
        return Finding(kind=AnswerKind.EMPTY, lines=(*lines, *asking.scope(record_type, demands)))
    visible = min(limit or SHOWN, len(found))
    never = sum(one["last_activity_at"] is None for one in found)
    return Finding(
        lines=(
            Line(key="neglected.heading", args={"number": total, "what": what, "count": days}),
            *asking.scope(record_type, demands),
            Line(key="table"),
            *((Line(key="list.more", args={"count": total - visible}),) if total > visible else ()),
            *((Line(key="neglected.never", args={"count": never}),) if never else ()),
        ),
        listed=tuple(listed(book, one, shown) for one in found),
        columns=shown,
        shown=visible,
        values=(counted(noun(record_type, demands, None), total),),
        evidence=field_evidence(found[:visible], ("created_at",)),
        focus=found[0].ref if len(found) == 1 else None,
    )


def silent_since(asking: Asking, days: int) -> tuple[Demand, ...]:
    """No activity in the last days, and not created in them."""
    recent = asking.book.window(f"last {days} days")
    return (
        Linked(record_type="activity", conditions=(Condition(field="at", op="in", value=recent),), none=True),
        AnyOf(
            options=(
                Condition(field="created_at", op="<", value=recent),
                Condition(field="created_at", op="is empty"),
            )
        ),
    )


def overdue_deals(book: Book, demands: Sequence[Demand], fetch: Sequence[str]) -> list[Found]:
    """Those of the deals whose close date is before today, the longest overdue first."""
    late = Condition(field="close_on", op="<", value=book.window("today"))
    return book.find("opportunity", (*demands, late), order_by="close_on", descending=False, fetch=fetch)


def overdue(asking: Asking, conditions: Sequence[Mapping[str, Any]], limit: int | None) -> Finding:
    """Open deals whose close date is before today."""
    book = asking.book
    demands = (*asking.demands("opportunity", conditions), OPEN)
    shown = columns(book, "opportunity", demands)
    found = overdue_deals(book, demands, ("score", *fetched(book, "opportunity", shown)))
    if not found:
        lines = (Line(key="overdue.none"), *asking.scope("opportunity", demands))
        return Finding(kind=AnswerKind.EMPTY, lines=lines)
    wanted = found[: min(limit or MOST, MOST)]
    visible = min(limit or SHOWN, len(wanted))
    sums = amounts("value.overdue_amount", found)
    return Finding(
        lines=(
            Line(
                key="overdue.heading", args={"count": len(found), "sums": [_money(value) for value in sums]}
            ),
            *asking.scope("opportunity", demands),
            Line(key="table"),
            *((Line(key="list.more", args={"count": len(found) - visible}),) if len(found) > visible else ()),
            *_without_amount(found),
        ),
        listed=tuple(listed(book, one, shown) for one in wanted),
        columns=shown,
        shown=visible,
        values=(counted(noun("opportunity", demands, None), len(found)), *sums),
        evidence=field_evidence(wanted[:visible], ("close_on", "amount")),
        focus=wanted[0].ref if len(wanted) == 1 else None,
    )


def _money(value: Value) -> Money:
    return Money(amount=value.value or 0.0, currency=value.unit)


def _without_amount(found: Sequence[Found]) -> tuple[Line, ...]:
    without = sum(one["amount"] is None for one in found)
    return (Line(key="amount.missing", args={"count": without}),) if without else ()
