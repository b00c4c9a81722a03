"""What changed: scores that rose or fell, and what is new on the records of a user."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from assistant.answers import AnswerKind, Arg, Finding, Line, Listed, Share, Term, Value, Window
from assistant.book.demands import Condition
from assistant.book.found import Found, Scoring, Spoken
from assistant.book.talk import (
    LOGGED,
    Moved,
    activities_by_id,
    activities_of,
    moves,
    scored_by,
    scores_of,
    scores_then,
)
from assistant.tools.answered import Answered, refused
from assistant.tools.asking import Asking, counted
from assistant.tools.filters import noun
from assistant.tools.listing import MOST, columns, fetched, listed
from assistant.tools.ranking import OPEN, reason_evidence, strongest
from assistant.tools.voices import activity_evidence, activity_line
from assistant.wording import phrase
from ingest.entities import Evidence, Reason, RecordType, Ref
from ingest.errors import BadRequest

# "Since last week" is since this week began: the score as it stood when that period was over.
_ENDED = ("yesterday", "last week", "last month", "last quarter", "last year")
# A change below half a point is none.
_WORTH_SAYING = 0.005
_ITEMS, _QUOTES = 10, 5
# What counts as news: the record type, its outcome, and the date that says when.
_NEWS = (
    ("lead", None, "created_at"),
    ("opportunity", None, "created_at"),
    ("lead", "won", "closed_at"),
    ("lead", "lost", "closed_at"),
    ("opportunity", "won", "closed_at"),
    ("opportunity", "lost", "closed_at"),
    ("activity", None, "at"),
)


def score_changes(
    asking: Asking,
    record_type: str,
    since: str,
    direction: str,
    conditions: Sequence[Mapping[str, Any]],
    limit: int,
) -> Finding:
    """Open records whose score rose or fell most since a moment."""
    if record_type not in ("lead", "opportunity"):
        raise BadRequest("Only leads and opportunities have a score.")
    if direction not in ("up", "down", "both"):
        raise BadRequest("The direction is up, down or both.")
    book = asking.book
    demands = (*asking.demands(record_type, conditions), OPEN)
    stood = scored_since(asking, record_type, moment(asking, since))
    sign = {"up": 1, "down": -1, "both": 0}[direction]
    moved = [
        one
        for one in moves(book, record_type, demands, stood)
        if abs(one.now - one.before) >= _WORTH_SAYING and sign * (one.now - one.before) >= 0
    ]
    moved.sort(key=lambda one: (-abs(one.now - one.before), one.record_id))
    shown = moved[: max(1, min(limit or 5, MOST))]
    day = book.local(stood).date()
    if not shown:
        lines = (
            Line(key="scores.none", args={"what": noun(record_type, demands, None), "day": day}),
            *asking.scope(record_type, demands),
        )
        return Finding(kind=AnswerKind.EMPTY, lines=lines)
    what = noun(record_type, demands, len(moved))
    args: dict[str, Arg] = {"count": len(shown), "total": len(moved), "what": what, "day": day}
    return Finding(
        lines=(
            Line(key=f"scores.{direction}", args=args),
            *asking.scope(record_type, demands),
            Line(key="table"),
        ),
        **_moved(asking, record_type, shown, stood),
    )


def moment(asking: Asking, since: str) -> datetime:
    """The moment that a score is compared with.

    Raises:
        BadRequest: the period has no beginning.
    """
    window = asking.book.window(since)
    found = window.end if window.label in _ENDED else window.start
    if found is None:
        raise BadRequest(f"{since!r} does not say since when.")
    return found


def scored_since(asking: Asking, record_type: str, moment: datetime) -> datetime:
    """The scoring to compare with; it is made if it can be, and must be there."""
    if asking.score_as_of is not None:
        asking.score_as_of(moment)
    stood = scored_by(asking.book, record_type, moment)
    if stood is None:
        raise Answered(refused("scores.no_past", day=asking.book.local(moment).date()))
    return stood


def _moved(asking: Asking, record_type: str, shown: Sequence[Moved], stood: datetime) -> dict[str, Any]:
    """Records, figures and evidence of the records whose score moved."""
    book = asking.book
    refs = [Ref(type=RecordType(record_type), id=one.record_id) for one in shown]
    shape = ("score_before", "change", *columns(book, record_type)[:3])
    known = book.many(refs, ("score", *fetched(book, record_type, shape[2:])))
    now, then = scores_of(book, refs), scores_then(book, record_type, [one.id for one in refs], stood)
    records, values, changed = [], [], []
    for ref, one in zip(refs, shown, strict=True):
        scoring = now[ref]
        reasons = differences(scoring, then.get(ref.id), rising=one.now > one.before)
        changed.append(replace(scoring, reasons=reasons))
        cells = {
            "score_before": Share(fraction=one.before),
            "change": Share(fraction=one.now - one.before, signed=True),
        }
        records.append(
            listed(book, known[ref], shape[2:], score=one.now, reasons=strongest(reasons), more=dict(cells))
        )
        values.append(change(one, {record_type: known[ref].name}))
    return {
        "listed": tuple(records),
        "columns": shape,
        "shown": len(records),
        "values": tuple(values),
        "evidence": reason_evidence(changed),
        "focus": refs[0] if len(refs) == 1 else None,
    }


def change(one: Moved, group: Mapping[str, str | None]) -> Value:
    """By how much a score moved, as a figure of the answer."""
    said = Line(key="value.change")
    return Value(
        label=phrase(said, "en"), value=one.now - one.before, unit="fraction", group=group, said=said
    )


def differences(now: Scoring, then: Scoring | None, *, rising: bool) -> tuple[Reason, ...]:
    """The reasons that moved the score, each with how much more it adds now than then."""
    from assistant.scoring.reasons import subject

    before = {subject(one): one.weight for one in then.reasons} if then else {}
    moved = [replace(one, weight=one.weight - before.get(subject(one), 0.0)) for one in now.reasons]
    return tuple(one for one in moved if abs(one.weight) >= _WORTH_SAYING and (one.weight > 0) is rising)


# -- what is new --------------------------------------------------------------------------------------------


def news(asking: Asking, period: str, record: str | None) -> Finding:
    """What was created, closed and said in a period."""
    window = asking.book.window(period)
    return _news_of(asking, window, record) if record else _news(asking, window)


def _news(asking: Asking, window: Window) -> Finding:
    """Over all that the user sees."""
    book = asking.book
    lines: list[Line] = []
    records: list[Found] = []
    values: list[Value] = []
    for record_type, state, on in _NEWS:
        what = Term(key=f"{record_type}.{state}" if state else record_type)
        demands = (Condition(field="outcome", op="is", value=state),) if state else ()
        count = book.count(record_type, demands, period=(on, window))
        if not count:
            continue
        values.append(counted(what, count))
        lines.append(Line(key="news.count", args={"what": what, "number": count}))
        if record_type != "activity":
            records += book.find(
                record_type, demands, period=(on, window), order_by=on, limit=_ITEMS, fetch=("score",)
            )
    if not values:
        return Finding(
            kind=AnswerKind.EMPTY, lines=(Line(key="news.none", args={"window": window}),), window=window
        )
    said = _said_lately(asking, window)
    unique = list({one.ref: one for one in records}.values())
    return Finding(
        lines=(
            Line(key="news.heading", args={"window": window}),
            *lines,
            *map(_item, unique),
            *_quotes(asking, said),
        ),
        listed=tuple(listed(book, one, ()) for one in unique),
        values=tuple(values),
        evidence=tuple(map(activity_evidence, said)),
        window=window,
    )


def _item(found: Found) -> Line:
    return Line(key="news.record", args={"what": Term(key=f"type.{found.ref.type}"), "name": found.name})


def _said_lately(asking: Asking, window: Window) -> list[Spoken]:
    """The newest words of customers."""
    inbound = Condition(field="direction", op="is", value="inbound")
    told = Condition(field="kind", op="not in", value=LOGGED)
    found = asking.book.find("activity", (inbound, told), period=("at", window), order_by="at", limit=_QUOTES)
    return [one for one in activities_by_id(asking.book, [one.ref.id for one in found]).values() if one.words]


def _quotes(asking: Asking, said: Sequence[Spoken]) -> tuple[Line, ...]:
    if not said:
        return ()
    names = asking.book.names(ref for one in said for ref in one.about)
    return (Line(key="news.said"), *(activity_line(asking.book, one, names) for one in said))


def _news_of(asking: Asking, window: Window, record: str) -> Finding:
    """On one record."""
    book = asking.book
    meant = asking.resolver.record(record)
    found = book.get(meant.ref)
    assert found is not None
    talks = activities_of(book, meant.ref, since=window.start, until=window.end)
    events = [
        Line(key="fact", args={"field": Term(key=f"field.{name}"), "value": book.local(found[name]).date()})
        for name in ("created_at", "closed_at")
        if found[name] is not None and _within(found[name], window)
    ]
    one: tuple[Listed, ...] = (listed(book, found, ()),)
    if not talks and not events:
        return Finding(
            kind=AnswerKind.EMPTY,
            lines=(*meant.notes, Line(key="news.none", args={"window": window})),
            listed=one,
            focus=meant.ref,
            window=window,
        )
    names = book.names(ref for talk in talks for ref in talk.about)
    evidence: list[Evidence] = [activity_evidence(talk) for talk in talks[:_ITEMS]]
    return Finding(
        lines=(
            *meant.notes,
            Line(key="news.heading_record", args={"name": found.name, "window": window}),
            *events,
            *(activity_line(book, talk, names) for talk in talks[:_ITEMS]),
            *((Line(key="list.more", args={"count": len(talks) - _ITEMS}),) if len(talks) > _ITEMS else ()),
        ),
        listed=one,
        values=(counted(Term(key="activity"), len(talks)),),
        evidence=tuple(evidence),
        focus=meant.ref,
        window=window,
    )


def _within(moment: datetime, window: Window) -> bool:
    return (window.start is None or moment >= window.start) and (window.end is None or moment < window.end)
