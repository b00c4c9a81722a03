"""What customers talk about: the themes of their words in a period, how often, and in which records."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.answers import AnswerKind, Arg, Finding, Line, Listed, Term, Value, Window
from assistant.book.demands import Condition, Demand, Linked
from assistant.book.found import Found
from assistant.book.talk import about_of, signals_like
from assistant.periods import previous
from assistant.tools.asking import Asking
from assistant.tools.listing import MOST, listed
from assistant.tools.voices import quote
from assistant.wording import phrase
from ingest.entities import Evidence, RecordType, Ref
from ingest.errors import BadRequest

_KINDS = ("need", "intent", "objection", "competitor", "budget", "timing", "complaint", "praise", "risk")
_PERIOD = "last 30 days"
_CLOSEST = (RecordType.LEAD, RecordType.OPPORTUNITY, RecordType.CONTACT, RecordType.ACCOUNT)
_RECORDS_SHOWN = 3


@dataclass(slots=True, kw_only=True)
class _Theme:
    kind: str
    name: str
    activities: set[str] = field(default_factory=set)
    quotes: list[tuple[str, str]] = field(default_factory=list)  # activity, words
    before: int = 0


def themes(
    asking: Asking,
    period: str | None,
    conditions: Sequence[Mapping[str, Any]],
    limit: int,
    kind: str | None,
) -> Finding:
    """The most frequent themes, of all kinds or of one, with the records they came up in."""
    if kind is not None and kind not in _KINDS:
        raise BadRequest(f"A topic is of one of these kinds: {', '.join(_KINDS)}.")
    book, kinds = asking.book, (kind,) if kind else _KINDS
    window = book.window(period or _PERIOD)
    demands = _demands(asking, conditions)
    found = _found(asking, window, demands, kinds)
    if not found:
        lines = (Line(key="themes.none", args={"window": window}), *asking.scope("activity", demands))
        return Finding(kind=AnswerKind.EMPTY, lines=lines, window=window)
    if window.start is not None:
        earlier = _found(asking, previous(window, book.at, book.timezone), demands, kinds)
        for key, theme in earlier.items():
            if key in found:
                found[key].before = len(theme.activities)
    best = sorted(found.values(), key=lambda one: (-len(one.activities), one.kind, one.name))[: max(1, limit)]
    return _finding(asking, best, window, demands, has_past=window.start is not None)


def _demands(asking: Asking, conditions: Sequence[Mapping[str, Any]]) -> tuple[Demand, ...]:
    """Conditions are on the activities where they can be, else on the leads that they are about."""
    source = asking.book.source("activity")
    own = [
        one for one in conditions if source.field(str(one.get("field", ""))) and one.get("field") != "owner"
    ]
    rest = [one for one in conditions if one not in own]
    demands = list(asking.demands("activity", own))
    if rest:
        demands.append(Linked(record_type="lead", conditions=asking.demands("lead", rest)))
    return tuple(demands)


def _found(
    asking: Asking, window: Window, demands: Sequence[Demand], kinds: Sequence[str]
) -> dict[tuple[str, str], _Theme]:
    inside = Condition(field="at", op="in", value=window)
    found: dict[tuple[str, str], _Theme] = {}
    for said in signals_like(asking.book, (*demands, inside), kinds):
        theme = found.setdefault((said.kind, said.name), _Theme(kind=said.kind, name=said.name))
        theme.activities.add(said.activity_id)
        theme.quotes.append((said.activity_id, said.quote))
    return found


def _finding(
    asking: Asking, best: Sequence[_Theme], window: Window, demands: Sequence[Demand], *, has_past: bool
) -> Finding:
    book = asking.book
    about = about_of(book, sorted({one for theme in best for one in theme.activities}))
    records = {one: _record(refs) for one, refs in about.items()}
    known = book.many(sorted({ref for ref in records.values() if ref is not None}))
    lines: list[Line] = [
        Line(key="themes.heading", args={"window": window}),
        *asking.scope("activity", demands),
    ]
    values: list[Value] = []
    evidence: list[Evidence] = []
    rows: dict[Ref, Found] = {}
    said = Line(key="value.count", args={"what": Term(key="activity")})
    for theme in best:
        mine: dict[Ref, list[str]] = defaultdict(list)
        for activity, words in theme.quotes:
            ref = records.get(activity)
            if ref in known and ref is not None:
                mine[ref].append(words)
                evidence.append(_evidence(activity, words, ref))
        rows |= {ref: known[ref] for ref in mine}
        lines.append(_heading(theme, len(mine), has_past=has_past))
        for ref, heard in list(mine.items())[:_RECORDS_SHOWN]:
            args: dict[str, Arg] = {"name": known[ref].name, "facts": quote(heard[0])}
            lines.append(Line(key="describe.person", args=args))
        group = {"topic": f"{theme.kind}: {theme.name}"}
        values.append(
            Value(label=phrase(said, "en"), value=len(theme.activities), unit="count", group=group, said=said)
        )
    listed_rows: list[Listed] = [listed(book, found, ()) for found in list(rows.values())[:MOST]]
    return Finding(
        lines=tuple(lines),
        listed=tuple(listed_rows),
        values=tuple(values),
        evidence=tuple(dict.fromkeys(evidence))[:MOST],
        window=window,
    )


def _heading(theme: _Theme, records: int, *, has_past: bool) -> Line:
    trend: Arg = Line(key="themes.trend", args={"before": theme.before}) if has_past else ""
    return Line(
        key="themes.item",
        args={
            "kind": Term(key=f"signal.{theme.kind}"),
            "name": Term(key=f"signal.{theme.kind}.{theme.name}"),
            "number": len(theme.activities),
            "count": records,
            "trend": trend,
        },
    )


def _record(refs: Sequence[Ref]) -> Ref | None:
    return next((ref for kind in _CLOSEST for ref in refs if ref.type is kind), None)


def _evidence(activity: str, words: str, about: Ref) -> Evidence:
    return Evidence(
        ref=Ref(type=RecordType.ACTIVITY, id=activity), field="text", quote=quote(words), about=about
    )
