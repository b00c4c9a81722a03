"""Who comes first: open records by score, with the reasons."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.answers import Finding, Line, Listed, Window
from assistant.book.demands import AnyOf, Condition, Demand, Linked
from assistant.book.found import Found, Scoring
from assistant.book.talk import scores_of
from assistant.tools.asking import Asking
from assistant.tools.filters import noun
from assistant.tools.listing import MOST, columns, fetched, listed
from ingest.entities import Evidence, Reason, Ref
from ingest.errors import BadRequest

_SCORED = ("lead", "opportunity")
OPEN = Condition(field="outcome", op="is", value="open")
_REASONS_SHOWN = 3


def active_in(window: Window) -> AnyOf:
    """Created in the window, or with at least one activity in it."""
    return AnyOf(
        options=(
            Condition(field="created_at", op="in", value=window),
            Linked(record_type="activity", conditions=(Condition(field="at", op="in", value=window),)),
        )
    )


def rank(
    asking: Asking,
    record_type: str,
    conditions: Sequence[Mapping[str, Any]],
    period: str | None,
    limit: int,
    lowest: bool,
    offset: int,
) -> Finding:
    """Open leads or deals by score."""
    if record_type not in _SCORED:
        raise BadRequest("Only leads and opportunities have a score.")
    book = asking.book
    demands = (*asking.demands(record_type, conditions), OPEN)
    window = book.window(period) if period else None
    narrowed: tuple[Demand, ...] = (*demands, active_in(window)) if window else demands
    shown = columns(book, record_type, demands, ("last_activity_at",))
    wanted = max(1, min(limit or 5, MOST))
    found, total = book.page(
        record_type,
        narrowed,
        order_by="score",
        descending=not lowest,
        limit=wanted,
        offset=offset,
        fetch=("score", *fetched(book, record_type, shown)),
    )
    scope = _scope(asking, record_type, demands, window)
    if not found:
        empty = asking.nothing(record_type, demands)
        lines = (*empty.lines[:1], *scope, *_other(asking, record_type, narrowed))
        return Finding(kind=empty.kind, lines=lines, window=window)
    scores = scores_of(book, [one.ref for one in found])
    first = -1 if lowest else 0  # the coldest are told by what speaks against them
    return Finding(
        lines=(
            Line(
                key="rank.lowest" if lowest else "rank.heading",
                args={"count": len(found), "total": total, "what": noun(record_type, demands, len(found))},
            ),
            *scope,
            Line(key="table"),
            *_caveats(found, scores),
        ),
        listed=tuple(_ranked(asking, one, scores.get(one.ref), shown, first) for one in found),
        columns=shown,
        shown=wanted,
        evidence=reason_evidence((scores[one.ref] for one in found if one.ref in scores), first=first),
        focus=found[0].ref if len(found) == 1 else None,
        window=window,
    )


def _other(asking: Asking, record_type: str, demands: Sequence[Demand]) -> tuple[Line, ...]:
    """The nearest useful thing: what there is without the conditions, else open records of the other type."""
    book = asking.book
    for kind in (record_type, *(one for one in _SCORED if one != record_type)):
        count = book.count(kind, (OPEN,)) if kind != record_type or len(demands) > 1 else 0
        if count:
            what = noun(kind, (OPEN,), count)
            return (Line(key="rank.other", args={"count": count, "what": what}),)
    return ()


def _scope(
    asking: Asking, record_type: str, demands: Sequence[Demand], window: Window | None
) -> tuple[Line, ...]:
    active = (Line(key="rank.active", args={"window": window}),) if window else ()
    return (*asking.scope(record_type, demands), *active)


def _ranked(
    asking: Asking, found: Found, scoring: Scoring | None, shown: Sequence[str], first: int
) -> Listed:
    reasons = strongest(scoring.reasons, first=first) if scoring else ()
    return listed(asking.book, found, shown, reasons=reasons)


def strongest(reasons: Sequence[Reason], *, first: int = 0) -> tuple[Reason, ...]:
    """The reasons that weigh most; those for (1) or against it (-1) `first`, as they explain a rank."""
    from assistant.scoring.reasons import worth_saying

    told = worth_saying(reasons)
    return tuple(sorted(told, key=lambda each: each.weight * first < 0)[:_REASONS_SHOWN])


def _caveats(found: Sequence[Found], scores: Mapping[Ref, Scoring]) -> tuple[Line, ...]:
    lines = []
    without = sum(one.ref not in scores for one in found)
    if without:
        lines.append(Line(key="score.missing", args={"count": without}))
    levels = {scoring.level for scoring in scores.values()}
    lines += [
        Line(key=f"score.level.{level.replace(' ', '_')}") for level in sorted(levels) if level != "own model"
    ]
    return tuple(lines)


def reason_evidence(scores: Iterable[Scoring], *, first: int = 0) -> tuple[Evidence, ...]:
    """What the shown reasons rest on."""
    found = [
        reason.evidence
        for scoring in scores
        for reason in strongest(scoring.reasons, first=first)
        if reason.evidence is not None
    ]
    return tuple(dict.fromkeys(found))
