"""The start of a day: what is planned, who waits for an answer, what is late, and what comes first."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.answers import AnswerKind, Arg, Finding, Line, Listed, Share, Term, Value
from assistant.book.demands import Condition
from assistant.book.found import Found, Scoring, Spoken
from assistant.book.talk import activities_by_id, scores_of
from assistant.book.waiting import waiting
from assistant.tools.asking import Asking, counted
from assistant.tools.attention import overdue_deals, silent_since
from assistant.tools.coming import planned_with
from assistant.tools.describing import deal_line
from assistant.tools.listing import cell, field_evidence, listed
from assistant.tools.ranking import OPEN, reason_evidence, strongest
from assistant.tools.unanswered import PERIOD
from assistant.tools.voices import activity_evidence, day_of, quote
from ingest.entities import Evidence

_ITEMS = 5
# A hot lead that nobody has touched for a working week is the first thing to be lost.
_UNTOUCHED_DAYS = 7
_HOT = 0.5


@dataclass(slots=True, kw_only=True)
class _Day:
    """What a day's brief collects, and the first thing to do with how much speaks for it."""

    lines: list[Line] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    first: tuple[float, Listed, Line] | None = None

    def add(self, key: str, count: int, term: str) -> None:
        """A section's heading and its figure."""
        self.lines.append(Line(key=key, args={"count": count}))
        self.values.append(counted(Term(key=term), count))

    def put_first(self, one: Listed, why: Line) -> None:
        """Take this as the first thing to do where its chance is the best so far."""
        chance = one.score or 0.0
        if self.first is None or chance > self.first[0]:
            self.first = (chance, one, why)


def plan(asking: Asking, period: str) -> Finding:
    """A day's brief, the most pressing first."""
    window = asking.book.window(period, planned=True)
    day = _Day()
    _planned(asking, day, period)
    _waiting(asking, day)
    _late(asking, day)
    _untouched(asking, day)
    heading = Line(key="day.heading", args={"window": window})
    if not day.lines:
        lines = (heading, Line(key="day.nothing"))
        return Finding(kind=AnswerKind.EMPTY, lines=lines, window=window)
    first = () if day.first is None else (_first(day.first[1], day.first[2]),)
    records = {one.ref: one for one in ([day.first[1]] if day.first else []) + day.listed}
    return Finding(
        lines=(heading, *first, *day.lines),
        listed=tuple(records.values()),
        values=tuple(day.values),
        evidence=tuple(dict.fromkeys(day.evidence)),
        focus=day.first[1].ref if day.first else None,
        window=window,
    )


def _first(one: Listed, why: Line) -> Line:
    if one.score is None:
        return Line(key="day.first_unscored", args={"name": one.name, "why": why})
    return Line(key="day.first", args={"name": one.name, "score": Share(fraction=one.score), "why": why})


def _planned(asking: Asking, day: _Day, period: str) -> None:
    book = asking.book
    found = planned_with(book, book.window(period, planned=True))
    if not found:
        return
    day.add("day.planned", len(found), "planned")
    for one, whom in found[:_ITEMS]:
        people: list[Arg] = [*whom.values()]
        args: dict[str, Arg] = {
            "at": cell(book, one, "at"),
            "kind": cell(book, one, "kind"),
            "subject": one.name,
            "people": people,
        }
        day.lines.append(Line(key="day.step" if people else "day.step_alone", args=args))
        day.listed.append(listed(book, one, ()))
    _more(day, len(found))
    day.evidence += field_evidence([one for one, _ in found[:_ITEMS]], ("at", "subject"))


def _waiting(asking: Asking, day: _Day) -> None:
    """Who wrote last, the likeliest buyers first."""
    book = asking.book
    start = book.window(PERIOD).start
    found = waiting(book, (), start) if start is not None else []
    if not found:
        return
    day.add("day.unanswered", len(found), "unanswered.us")
    people = book.many([one.person for one in found], ("score",))
    said = activities_by_id(book, [one.activity_id for one in found])
    ranked = sorted(
        (one for one in found if one.person in people and one.activity_id in said),
        key=lambda one: -(people[one.person]["score"] or 0.0),
    )
    for one in ranked[:_ITEMS]:
        person, spoken = people[one.person], said[one.activity_id]
        row = listed(book, person, ())
        day.lines.append(Line(key="day.item", args={"name": person.name, "why": _wrote(asking, spoken)}))
        day.listed.append(row)
        day.evidence.append(activity_evidence(spoken))
        day.put_first(row, _wrote(asking, spoken))
    _more(day, len(found))


def _wrote(asking: Asking, spoken: Spoken) -> Line:
    args: dict[str, Arg] = {"day": day_of(asking.book, spoken), "quote": quote(spoken.words)}
    return Line(key="day.wrote" if args["quote"] else "day.wrote_silent", args=args)


def _late(asking: Asking, day: _Day) -> None:
    found = overdue_deals(asking.book, (OPEN,), ("score",))
    if not found:
        return
    day.add("day.late", len(found), "overdue")
    for deal in found[:_ITEMS]:
        day.lines.append(deal_line(asking, deal))
        day.listed.append(listed(asking.book, deal, ()))
    _more(day, len(found))
    day.evidence += field_evidence(found[:_ITEMS], ("close_on", "amount"))


def _untouched(asking: Asking, day: _Day) -> None:
    """Hot leads that nobody has been in touch with for days."""
    book = asking.book
    hot = Condition(field="score", op=">=", value=_HOT)
    demands = (OPEN, hot, *silent_since(asking, _UNTOUCHED_DAYS))
    fetch = ("score", "days_silent")
    found, total = book.page("lead", demands, order_by="score", limit=_ITEMS, fetch=fetch)
    if not found:
        return
    day.add("day.untouched", total, "untouched")
    scores = scores_of(book, [one.ref for one in found])
    for one in found:
        row, why = _scored(asking, one, scores.get(one.ref))
        day.lines.append(Line(key="day.item", args={"name": one.name, "why": why}))
        day.listed.append(row)
        day.put_first(row, Line(key="day.silent", args={"count": int(one["days_silent"])}))
    _more(day, total)
    day.evidence += reason_evidence(scores.values())


def _scored(asking: Asking, found: Found, scoring: Scoring | None) -> tuple[Listed, Line]:
    reasons = strongest(scoring.reasons) if scoring else ()
    row = listed(asking.book, found, (), reasons=reasons)
    shown: Sequence[Arg] = reasons[:2]
    return row, Line(key="day.score", args={"score": cell(asking.book, found, "score"), "reasons": shown})


def _more(day: _Day, total: int) -> None:
    if total > _ITEMS:
        day.lines.append(Line(key="list.more", args={"count": total - _ITEMS}))
