"""Why a score is what it is: the base rate, what adds to it and what takes from it, with the evidence."""

from collections.abc import Sequence

from assistant.answers import AnswerKind, Arg, Finding, Line, Share, Term, Value
from assistant.book.demands import Condition, Demand
from assistant.book.found import Found, Scoring
from assistant.book.talk import scores_of
from assistant.tools.answered import Answered, refused
from assistant.tools.asking import Asking
from assistant.tools.listing import columns, listed
from assistant.tools.ranking import OPEN, strongest
from assistant.wording import phrase
from assistant.wording import reason as in_words
from ingest.entities import Reason, Ref

_SCORED = ("lead", "opportunity")
_REASONS_SHOWN, _MOVES_SHOWN = 6, 3


def explain(asking: Asking, record: str, record_type: str | None) -> Finding:
    """The parts of one score."""
    from assistant.scoring.reasons import worth_saying

    meant = asking.resolver.record(record, [record_type] if record_type else None)
    found = asking.book.get(meant.ref, _fetched(meant.ref))
    assert found is not None
    notes = meant.notes
    if meant.ref.type.value not in _SCORED:
        found = _scored_one_of(asking, found)
    scoring = scores_of(asking.book, [found.ref]).get(found.ref)
    if found["outcome"] != "open" or scoring is None:
        return _no_score(asking, found, notes)
    told = worth_saying(scoring.reasons)[: 2 * _REASONS_SHOWN]
    rest = scoring.probability - scoring.base - sum(reason.weight for reason in told)
    return Finding(
        lines=(
            *notes,
            Line(
                key=f"explain.heading_{found.ref.type}",
                args={
                    "name": found.name,
                    "score": Share(fraction=scoring.probability),
                    "base": Share(fraction=scoring.base),
                },
            ),
            *_side("explain.up", found.name, [reason for reason in told if reason.weight > 0]),
            *_side("explain.down", found.name, [reason for reason in told if reason.weight < 0]),
            *_rest(rest),
            *_groups(scoring),
            *_moves(scoring),
            Line(
                key="explain.range",
                args={"low": Share(fraction=scoring.low), "high": Share(fraction=scoring.high)},
            ),
            Line(key=f"score.level.{scoring.level.replace(' ', '_')}"),
        ),
        listed=(listed(asking.book, found, (), score=scoring.probability, reasons=tuple(strongest(told))),),
        values=_figures(scoring, told, rest),
        evidence=tuple(dict.fromkeys(reason.evidence for reason in told if reason.evidence is not None)),
        focus=found.ref,
    )


def _fetched(ref: Ref) -> tuple[str, ...]:
    return ("score",) if ref.type.value in _SCORED else ()


def _scored_one_of(asking: Asking, found: Found) -> Found:
    """The open lead or deal with the highest score that belongs to a company, a person or a rep."""
    kind, identity = found.ref.type.value, found.ref.id
    links = {
        "account": [("opportunity", "account"), ("lead", "account")],
        "contact": [("opportunity", "contact"), ("lead", "converted_contact")],
    }.get(kind, [])
    candidates: list[Found] = []
    for record_type, field in links:
        demands: tuple[Demand, ...] = (OPEN, Condition(field=field, op="in", value=[identity]))
        candidates += asking.book.find(record_type, demands, order_by="score", limit=10, fetch=("score",))
    if not candidates:
        raise Answered(refused("explain.nothing_scored", name=found.name, what=Term(key=f"type.{kind}")))
    return max(candidates, key=lambda one: one["score"] or 0.0)


def _no_score(asking: Asking, found: Found, notes: Sequence[Line]) -> Finding:
    """Closed records have an outcome, not a score; a record that was not scored says so."""
    args: dict[str, Arg] = {"name": found.name}
    if found["outcome"] == "open":
        key = "explain.not_scored"
    else:
        key = f"explain.closed_{found['outcome']}_{found.ref.type}"
        closed = found["closed_at"]
        args["day"] = asking.book.local(closed).date() if closed is not None else None
    shown = columns(asking.book, found.ref.type.value)
    return Finding(
        kind=AnswerKind.REFUSED,
        lines=(*notes, Line(key=key, args=args)),
        listed=(listed(asking.book, found, shown),),
        columns=shown,
        focus=found.ref,
    )


def _side(key: str, name: str, reasons: Sequence[Reason]) -> tuple[Line, ...]:
    if not reasons:
        return ()
    return (Line(key=key), *(part_line(name, part) for part in reasons))


def part_line(name: str, part: Reason) -> Line:
    """One item: a reason and how much it adds or takes; `name` says whose it is, for whoever checks it."""
    weight = Share(fraction=part.weight, signed=True)
    return Line(key="explain.part", args={"reason": part, "weight": weight, "name": name})


def _moves(scoring: Scoring) -> tuple[Line, ...]:
    """What a rep could do about it."""
    if not scoring.moves:
        return ()
    items = [Line(key="explain.move", args={"reason": move}) for move in scoring.moves[:_MOVES_SHOWN]]
    return (Line(key="explain.moves"), *items)


def _rest(rest: float) -> tuple[Line, ...]:
    return (
        (Line(key="explain.rest", args={"weight": Share(fraction=rest, signed=True)}),)
        if abs(rest) >= 0.0005
        else ()
    )


def _groups(scoring: Scoring) -> tuple[Line, ...]:
    """Fit and engagement apart: what the record is, what happened, and what was said."""
    shares = {name: Share(fraction=weight, signed=True) for name, weight in scoring.groups.items()}
    if not any(abs(weight) >= 0.0005 for weight in scoring.groups.values()):
        return ()
    return (Line(key="explain.groups", args=dict(shares)),)


def _figures(scoring: Scoring, told: Sequence[Reason], rest: float) -> tuple[Value, ...]:
    """The score, the base rate and the parts: together they add up."""
    said = {
        name: Line(key=f"value.{name}")
        for name in ("score", "base_rate", "contribution", "other_contributions")
    }

    def figure(name: str, fraction: float, group: dict[str, str | None] | None = None) -> Value:
        return Value(
            label=phrase(said[name], "en"),
            value=fraction,
            unit="fraction",
            group=group or {},
            said=said[name],
        )

    parts = [figure("contribution", reason.weight, {"reason": in_words(reason, "en")}) for reason in told]
    return (
        figure("score", scoring.probability),
        figure("base_rate", scoring.base),
        *parts,
        *([figure("other_contributions", rest)] if abs(rest) >= 0.0005 else []),
    )
