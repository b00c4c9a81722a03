"""What comes next: planned activities, and deals that are to close."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.answers import AnswerKind, Finding, Line, Listed, Term, Window
from assistant.book import Book
from assistant.book.demands import Condition, Demand
from assistant.book.found import Found
from assistant.book.talk import about_of
from assistant.tools.asking import Asking, counted
from assistant.tools.describing import deal_line
from assistant.tools.listing import MOST, SHOWN, field_evidence, listed
from assistant.tools.ranking import OPEN
from ingest.entities import RecordType, Ref

_DEALS = 10


def planned_with(
    book: Book, window: Window, demands: Sequence[Demand] = ()
) -> list[tuple[Found, dict[Ref, str]]]:
    """Activities planned in a period, the nearest first, each with what it is about and its name."""
    found = book.find(
        "activity", demands, period=("at", window), order_by="at", descending=False, limit=MOST, ahead=True
    )
    about = about_of(book, [one.ref.id for one in found])
    names = book.names(ref for refs in about.values() for ref in refs)
    return [(one, {ref: names[ref] for ref in about.get(one.ref.id, ()) if ref in names}) for one in found]


def next_steps(
    asking: Asking, period: str, record: str | None, conditions: Sequence[Mapping[str, Any]]
) -> Finding:
    """Planned activities in a period, the nearest first, and the open deals whose close date lies in it.

    Conditions are on the activities; where they ask for more than an owner, no deals are asked for.
    """
    book = asking.book
    window = book.window(period, planned=True)
    meant = asking.resolver.record(record) if record else None
    mine: tuple[Demand, ...] = (_of(meant.ref),) if meant else ()
    demands = asking.demands("activity", conditions)
    wanted = (*mine, *demands)
    owned = tuple(d for d in demands if isinstance(d, Condition) and d.field == "owner")
    planned = planned_with(book, window, wanted)
    found = [one for one, _ in planned]
    deals: list[Found] = []
    if len(owned) == len(demands):
        deals = _deals(asking, (*mine, *owned), window, meant.ref if meant else None)
    notes = meant.notes if meant else ()
    if not found and not deals:
        lines = (*notes, Line(key="steps.none", args={"window": window}))
        return Finding(kind=AnswerKind.EMPTY, lines=lines, window=window, focus=meant.ref if meant else None)
    rows: list[Listed] = [
        listed(book, one, ("at", "kind"), more={"about": list(whom.values()) or None})
        for one, whom in planned
    ]
    told: list[Line] = [*notes]
    if found:
        what = Term(key="planned", count=len(found))
        told.append(Line(key="steps.heading", args={"count": len(found), "what": what, "window": window}))
        told.append(Line(key="table"))
        if len(found) > SHOWN:
            told.append(Line(key="list.more", args={"count": len(found) - SHOWN}))
    if deals:
        what = Term(key="opportunity.open", count=len(deals))
        told.append(Line(key="steps.heading", args={"count": len(deals), "what": what, "window": window}))
        told += [deal_line(asking, deal) for deal in deals[:_DEALS]]
        if len(deals) > _DEALS:
            told.append(Line(key="list.more", args={"count": len(deals) - _DEALS}))
    shown = min(SHOWN, len(found))
    values = [counted(Term(key="planned"), len(found))] if found else []
    values += [counted(Term(key="opportunity.open"), len(deals))] if deals else []
    return Finding(
        lines=tuple(told),
        listed=(*rows, *(listed(book, deal, ()) for deal in deals)),
        columns=("at", "kind", "about"),
        shown=shown,
        values=tuple(values),
        evidence=(
            *field_evidence(found[:shown], ("at", "subject")),
            *field_evidence(deals[:_DEALS], ("close_on",)),
        ),
        focus=meant.ref if meant else None,
        window=window,
    )


def _deals(asking: Asking, mine: tuple[Demand, ...], window: Window, ref: Ref | None) -> list[Found]:
    """The open deals to close in the period; of a person or a lead there are none to look for."""
    if ref is not None and ref.type not in (RecordType.ACCOUNT, RecordType.USER):
        return []
    return asking.book.find(
        "opportunity",
        (*mine, OPEN),
        period=("close_on", window),
        order_by="close_on",
        descending=False,
        limit=MOST,
    )


def _of(ref: Ref) -> Condition:
    field = "owner" if ref.type is RecordType.USER else ref.type.value
    return Condition(field=field, op="in", value=[ref.id])
