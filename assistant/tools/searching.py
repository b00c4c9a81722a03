"""What was said about a topic: activities by meaning, read through the book, grouped by record, quoted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.answers import AnswerKind, Finding, Line, Window
from assistant.book.demands import Condition, Demand, Linked
from assistant.book.found import Spoken
from assistant.book.talk import activities_by_id, signals_like, signals_of
from assistant.tools.answered import Answered, refused
from assistant.tools.asking import Asking, counted
from assistant.tools.filters import noun
from assistant.tools.listing import MOST, SHOWN, columns, listed
from assistant.tools.meant import known_type
from assistant.tools.topics import Topic, read_topic, says
from assistant.tools.voices import activity_evidence, day_of, is_customer, speaker
from ingest.entities import Evidence, RecordType, Ref

# The index knows nothing of owners and periods: more is fetched than shown, and what is not seen falls away.
_FETCHED = 400
# From here on the index takes a passage to be on the topic.
_RELEVANT = 0.5
_CLOSEST = (RecordType.LEAD, RecordType.OPPORTUNITY, RecordType.CONTACT, RecordType.ACCOUNT)
_QUOTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """An activity that speaks of the topic: how surely, and in which words."""

    spoken: Spoken
    sureness: float
    words: str


def search(
    asking: Asking,
    topic: str,
    conditions: Sequence[Mapping[str, Any]],
    period: str | None,
    record: str | None,
    record_type: str | None,
    limit: int | None,
) -> Finding:
    """Records in whose activities the topic comes up, with quotes; the text shows the first ones."""
    wanted = RecordType(known_type(record_type)) if record_type else None
    meant = asking.resolver.record(record) if record and not _is_topic(asking, record, topic) else None
    window = asking.book.window(period) if period else None
    demands = _demands(asking, conditions, wanted, window, meant.ref if meant else None)
    subject = read_topic(topic, asking.meaning.matters if asking.meaning else None)
    heard = _heard(asking, subject, demands)
    if not heard and subject.signals and subject.rest and asking.meaning is not None:
        # Something more particular than what is known: "asked about pricing for marmosets".
        heard = _heard(asking, replace(subject, signals=frozenset()), demands)
    grouped = _grouped(asking, heard, wanted)
    scope = (
        *(meant.notes if meant else ()),
        *asking.scope("activity", _said(demands, window), _period(window)),
    )
    if not grouped:
        lines = (Line(key="search.none", args={"topic": topic}), *scope)
        return Finding(kind=AnswerKind.EMPTY, lines=lines, window=window)
    kept = list(grouped.items())[: min(limit or MOST, MOST)]
    return _finding(asking, topic, kept, len(kept) if limit else len(grouped), scope, window)


def _is_topic(asking: Asking, record: str, topic: str) -> bool:
    """A word of the topic that names no record is no record."""
    return record.lower() in topic.lower() and not asking.resolver.is_known(record)


def _demands(
    asking: Asking,
    conditions: Sequence[Mapping[str, Any]],
    wanted: RecordType | None,
    window: Window | None,
    ref: Ref | None,
) -> tuple[Demand, ...]:
    """Conditions on the activities; those that an activity cannot fulfil are on the records it is about."""
    source = asking.book.source("activity")
    own: list[Mapping[str, Any]] = []
    others: list[Mapping[str, Any]] = []
    for raw in conditions:
        name = str(raw.get("field", ""))
        head = name.partition(".")[0].strip().lower()
        is_own = head in set(RecordType) or (name != "owner" and source.field(name) is not None)
        (own if is_own else others).append(raw)
    demands = list(asking.demands("activity", own))
    if others:
        target = wanted.value if wanted else "lead"
        demands.append(Linked(record_type=target, conditions=asking.demands(target, others)))
    if window is not None:
        demands.append(Condition(field="at", op="in", value=window))
    if ref is not None and ref.type is RecordType.USER:
        demands.append(Condition(field="owner", op="in", value=[ref.id]))
    elif ref is not None:
        demands.append(Condition(field=ref.type.value, op="in", value=[ref.id]))
    return tuple(demands)


def _said(demands: Sequence[Demand], window: Window | None) -> tuple[Demand, ...]:
    """The conditions worth repeating: the period is told on its own."""
    return tuple(
        one for one in demands if not (isinstance(one, Condition) and one.value is window and window)
    )


def _period(window: Window | None) -> tuple[str, Window] | None:
    return ("at", window) if window else None


def _heard(asking: Asking, subject: Topic, demands: Sequence[Demand]) -> list[_Heard]:
    """The activities that speak of the topic, the nearest first, the customer's words before the rep's."""
    near = _near(asking, subject)
    if subject.signals:
        # What is known by signals is found by them; the index only tells which speaks of it most.
        found = signals_like(asking.book, demands, sorted({kind for kind, _ in subject.signals}))
        ids = list(dict.fromkeys(one.activity_id for one in found if subject.is_shown_by(one)))
    else:
        ids = sorted(near, key=lambda one: -near[one])
        allowed = _allowed(asking, ids, demands) if demands else set(ids)
        ids = [one for one in ids if one in allowed]
    seen = activities_by_id(asking.book, ids)
    signals = signals_of(asking.book, list(seen))
    heard = []
    for identity, spoken in seen.items():
        told = says(subject, spoken, signals.get(identity, ()))
        if told is not None:
            sureness = told.strength + near.get(identity, 0.0)
            heard.append(_Heard(spoken=spoken, sureness=sureness, words=told.words))
    # A signal is the customer's, whoever wrote it down; without one, the customer's own texts come first.
    return sorted(heard, key=lambda one: (not subject.signals and not is_customer(one.spoken), -one.sureness))


def _near(asking: Asking, subject: Topic) -> dict[str, float]:
    """The activities that the index takes to be on the topic, with how surely."""
    if asking.meaning is None:
        if subject.signals:
            return {}
        raise Answered(refused("search.unavailable"))
    hits = asking.meaning.search(subject.text, k=_FETCHED, types=(RecordType.ACTIVITY,))
    return {hit.ref.id: hit.relevance for hit in hits if hit.relevance >= _RELEVANT}


def _allowed(asking: Asking, ids: Sequence[str], demands: Sequence[Demand]) -> set[str]:
    portion, found = 500, set()
    for start in range(0, len(ids), portion):
        chosen = Condition(field="id", op="in", value=list(ids[start : start + portion]))
        found |= {one.ref.id for one in asking.book.find("activity", (*demands, chosen))}
    return found


def _grouped(asking: Asking, heard: Sequence[_Heard], wanted: RecordType | None) -> dict[Ref, list[_Heard]]:
    """The activities by the record they are about; the order is that of the first of each."""
    belongs = _belongs(asking, heard, wanted) if wanted else {}
    grouped: dict[Ref, list[_Heard]] = {}
    for one in heard:
        ref = _record(one.spoken, wanted, belongs)
        if ref is not None:
            grouped.setdefault(ref, []).append(one)
    return grouped


def _record(spoken: Spoken, wanted: RecordType | None, belongs: Mapping[Ref, Ref]) -> Ref | None:
    if wanted is RecordType.ACTIVITY:
        return spoken.ref
    for kind in (wanted,) if wanted else _CLOSEST:
        if refs := [ref for ref in spoken.about if ref.type is kind]:
            return refs[0]
    if wanted is None:
        return None if spoken.about else spoken.ref
    return next((belongs[ref] for ref in spoken.about if ref in belongs), None)


def _belongs(asking: Asking, heard: Sequence[_Heard], wanted: RecordType) -> dict[Ref, Ref]:
    """To which record of the wanted type others belong: a person's company, a contact's lead."""
    around = sorted({ref for one in heard for ref in one.spoken.about if ref.type is not wanted})
    if wanted is RecordType.LEAD:
        contacts = [ref.id for ref in around if ref.type is RecordType.CONTACT]
        made = Condition(field="converted_contact", op="in", value=contacts)
        leads = asking.book.find("lead", (made,)) if contacts else []
        return {Ref(type=RecordType.CONTACT, id=lead["converted_contact_id"]): lead.ref for lead in leads}
    return {
        ref: Ref(type=wanted, id=found[f"{wanted}_id"])
        for ref, found in asking.book.many(around).items()
        if found[f"{wanted}_id"]
    }


def _finding(
    asking: Asking,
    topic: str,
    kept: Sequence[tuple[Ref, list[_Heard]]],
    total: int,
    scope: tuple[Line, ...],
    window: Window | None,
) -> Finding:
    """All records are handed out; the text quotes the first ones."""
    book = asking.book
    known = book.many([ref for ref, _ in kept])
    quoted = [(ref, heard) for ref, heard in kept if ref in known][:SHOWN]
    names = book.names(ref for _, heard in quoted for one in heard[:_QUOTES] for ref in one.spoken.about)
    lines: list[Line] = []
    for ref, heard in quoted:
        lines.append(Line(key="search.record", args={"name": known[ref].name}))
        lines += [_quote_line(asking, one, names) for one in heard[:_QUOTES]]
    kinds = {ref.type for ref in known}
    what = noun(next(iter(kinds)).value if len(kinds) == 1 else "record", (), total)
    shape = {kind: columns(book, kind.value) for kind in kinds}
    return Finding(
        lines=(
            Line(key="search.heading", args={"number": total, "what": what, "topic": topic}),
            *scope,
            *lines,
            *((Line(key="list.more", args={"count": total - len(quoted)}),) if total > len(quoted) else ()),
        ),
        listed=tuple(listed(book, found, shape[ref.type]) for ref, found in known.items()),
        shown=len(quoted),
        values=(counted(what, total),),
        evidence=tuple(_stands(one, ref) for ref, heard in kept if ref in known for one in heard[:_QUOTES]),
        focus=next(iter(known)) if len(known) == 1 else None,
        window=window,
    )


def _quote_line(asking: Asking, one: _Heard, names: dict[Ref, str]) -> Line:
    who, day = speaker(asking.book, one.spoken, names), day_of(asking.book, one.spoken)
    return Line(key="search.quote", args={"quote": one.words, "day": day, "who": who})


def _stands(one: _Heard, about: Ref) -> Evidence:
    stands = activity_evidence(one.spoken)
    return Evidence(ref=stands.ref, field=stands.field, quote=one.words, about=about)
