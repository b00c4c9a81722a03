"""Messages that nobody answered: customers who wait for us, or who do not answer; the newest first."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.answers import AnswerKind, Arg, Finding, Line, Listed, Term
from assistant.book.demands import AnyOf, Demand, Linked
from assistant.book.talk import activities_by_id
from assistant.book.waiting import Waiting, waiting
from assistant.tools.asking import Asking, counted
from assistant.tools.listing import MOST, SHOWN, listed
from assistant.tools.meant import known_type
from assistant.tools.voices import activity_evidence, quote
from ingest.entities import Direction, RecordType, Ref
from ingest.errors import BadRequest

PERIOD = "last 30 days"
_WRITTEN = {"us": Direction.INBOUND, "them": Direction.OUTBOUND}
_COLUMNS = ("at", "kind", "text")


def unanswered(
    asking: Asking,
    record_type: str | None,
    period: str | None,
    conditions: Sequence[Mapping[str, Any]],
    limit: int | None,
    by: str,
) -> Finding:
    """People whose last message, or to whom the last, has no answer; or these messages themselves."""
    if by not in _WRITTEN:
        raise BadRequest("An answer is owed by us or by them.")
    kind = RecordType(known_type(record_type)) if record_type else None
    if kind not in (None, RecordType.LEAD, RecordType.CONTACT, RecordType.ACTIVITY):
        raise BadRequest("Leads and contacts wait for an answer, and messages do; nothing else.")
    window = asking.book.window(period or PERIOD)
    if window.start is None:
        raise BadRequest("Say since when, for example: last 14 days.")
    demands = _demands(asking, conditions)
    found = [
        one
        for one in waiting(asking.book, demands, window.start, written=_WRITTEN[by])
        if kind in (None, RecordType.ACTIVITY, one.person.type)
        and (window.end is None or one.at < window.end)
    ]
    scope = asking.scope("activity", [one for one in demands if not isinstance(one, AnyOf)])
    if not found:
        lines = (Line(key=f"unanswered.none_{by}", args={"window": window}), *scope)
        return Finding(kind=AnswerKind.EMPTY, lines=lines, window=window)
    wanted = found[: min(limit or MOST, MOST)]
    visible = min(limit or SHOWN, len(wanted))
    more = len(found) - visible
    args: dict[str, Arg] = {"count": len(found), "window": window}
    return Finding(
        lines=(
            Line(key=f"unanswered.{by}", args=args),
            *scope,
            Line(key="table"),
            *((Line(key="list.more", args={"count": more}),) if more and not limit else ()),
        ),
        listed=_rows(asking, wanted, messages=kind is RecordType.ACTIVITY),
        columns=(*_COLUMNS, "about") if kind is RecordType.ACTIVITY else _COLUMNS,
        shown=visible,
        values=(counted(Term(key=f"unanswered.{by}"), len(found)),),
        evidence=tuple(
            activity_evidence(one)
            for one in activities_by_id(asking.book, [one.activity_id for one in wanted[:visible]]).values()
        ),
        focus=wanted[0].person if len(found) == 1 else None,
        window=window,
    )


def _demands(asking: Asking, conditions: Sequence[Mapping[str, Any]]) -> tuple[Demand, ...]:
    """Conditions on the messages; whose they are is asked of the people who wrote them."""
    owned = [one for one in conditions if one.get("field") == "owner"]
    own = [one for one in conditions if one.get("field") != "owner"]
    if not owned:
        return asking.demands("activity", own)
    people = AnyOf(
        options=tuple(
            Linked(record_type=kind, conditions=asking.demands(kind, owned)) for kind in ("lead", "contact")
        )
    )
    return (*asking.demands("activity", own), people)


def _rows(asking: Asking, found: Sequence[Waiting], *, messages: bool = False) -> tuple[Listed, ...]:
    """A row for each person, or for each message, with what was written and when."""
    book = asking.book
    said = activities_by_id(book, [one.activity_id for one in found])
    people = book.many([one.person for one in found], ("score",))
    texts = (
        book.many([Ref(type=RecordType.ACTIVITY, id=one.activity_id) for one in found]) if messages else {}
    )
    table = []
    for one in found:
        person, spoken = people.get(one.person), said.get(one.activity_id)
        if person is None or spoken is None:
            continue
        cells: dict[str, Arg] = {
            "at": book.local(one.at),
            "kind": Term(key=f"kind.{spoken.kind.replace(' ', '_')}"),
            "text": quote(spoken.words) or None,
        }
        record = texts[spoken.ref] if messages else person
        if messages:
            cells["about"] = person.name
        table.append(listed(book, record, (), more=cells))
    return tuple(table)
