"""Call preparation and summaries: what to know before a talk, and what was done in a period."""

from collections import Counter

from assistant.answers import Arg, Draft, Finding, Line, Listed, Share, Term, Value
from assistant.book.demands import Condition, Demand
from assistant.book.found import Found, Spoken
from assistant.book.talk import activities_by_id
from assistant.tools.asking import Asking, counted
from assistant.tools.describing import deal_line
from assistant.tools.knowing import Known
from assistant.tools.listing import cell, listed
from assistant.tools.ranking import strongest
from assistant.tools.voices import (
    activity_evidence,
    activity_line,
    day_of,
    quote,
    voice_evidence,
    voice_line,
)
from assistant.wording import phrase
from ingest.entities import Ref

_TALKS = 3
_RECORDS = 15
_FACTS = (
    "company",
    "account",
    "title",
    "industry",
    "employees",
    "city",
    "country",
    "product",
    "stage",
    "amount",
    "close_on",
    "source",
    "status",
    "email",
    "phone",
)
_ASKABLE = {
    "lead": ("product", "employees"),
    "opportunity": ("amount", "close_on"),
    "account": ("industry",),
    "contact": ("title",),
}


def _text(lines: list[Line], language: str) -> str:
    """Lines as a draft's body: headings and items."""
    return "\n".join(phrase(line, language) for line in lines)


def call(asking: Asking, known: Known, person: Found | None, language: str) -> Draft:
    """What to know, what is open and what to ask."""
    record = known.record
    lines = [Line(key="prepare.who", args={"name": (person or record).name})]
    lines += _facts(asking, known)
    if known.scoring is not None:
        lines.append(Line(key="prepare.score", args={"score": Share(fraction=known.scoring.probability)}))
        lines += [
            Line(key="prepare.reason", args={"reason": one}) for one in strongest(known.scoring.reasons)
        ]
    lines += _history(asking, known)
    lines += _open_points(asking, known)
    lines += _questions(known)
    opener = known.inbound[0] if known.inbound else None
    if opener is not None:
        args: dict[str, Arg] = {"day": day_of(asking.book, opener), "quote": quote(opener.words)}
        lines.append(Line(key="prepare.opening", args=args))
    return Draft(
        channel="call",
        subject=phrase(Line(key="prepare.subject", args={"name": record.name}), language),
        body=_text(lines, language),
        to=None,
        language=language,
    )


def summary(asking: Asking, known: Known, language: str) -> Draft:
    """What is known of one record, to hand on."""
    lines = [
        Line(
            key="summary.record",
            args={"name": known.record.name, "what": Term(key=f"type.{known.record.ref.type}")},
        )
    ]
    lines += _facts(asking, known)
    for deal in known.deals:
        if deal.ref != known.record.ref:
            lines.append(deal_line(asking, deal))
    lines += _history(asking, known)
    lines += _open_points(asking, known)
    return Draft(
        channel="summary",
        subject=phrase(Line(key="summary.subject", args={"name": known.record.name}), language),
        body=_text(lines, language),
        to=None,
        language=language,
    )


def _facts(asking: Asking, known: Known) -> list[Line]:
    found = []
    for path in _FACTS:
        value = cell(asking.book, known.record, path)
        if value is not None and value != known.record.name:
            found.append(Line(key="fact", args={"field": Term(key=f"field.{path}"), "value": value}))
    return found


def _history(asking: Asking, known: Known) -> list[Line]:
    if not known.talks:
        return [Line(key="prepare.no_history")]
    names = asking.book.names(ref for one in known.talks[:_TALKS] for ref in one.about)
    known.evidence.extend(activity_evidence(one) for one in known.talks[:_TALKS])
    return [Line(key="prepare.history")] + [
        activity_line(asking.book, one, names) for one in known.talks[:_TALKS]
    ]


def _open_points(asking: Asking, known: Known) -> list[Line]:
    lines = []
    if known.heard:
        lines.append(Line(key="prepare.open_points"))
        lines += [voice_line(asking.book, voice) for voice in known.heard]
        known.evidence.extend(voice_evidence(voice) for voice in known.heard)
    for coming in known.planned:
        at = asking.book.local(coming.at) if coming.at else None
        kind = Term(key=f"kind.{coming.kind.replace(' ', '_')}")
        lines.append(Line(key="prepare.planned", args={"kind": kind, "at": at}))
        known.evidence.append(activity_evidence(coming))
    return lines


def _questions(known: Known) -> list[Line]:
    """What to ask: what the customer raised, and what the record lacks."""
    questions = [
        Line(
            key="prepare.ask_about",
            args={"topic": Term(key=f"signal.{voice.signal.kind}.{voice.signal.name}")},
        )
        for voice in known.heard
        if voice.signal.kind in ("need", "objection", "competitor", "timing", "budget")
    ][:_TALKS]
    lacking = [name for name in _ASKABLE.get(known.record.ref.type.value, ()) if known.record[name] is None]
    questions += [
        Line(key="prepare.ask_field", args={"field": Term(key=f"field.{name}")}) for name in lacking
    ]
    questions.append(Line(key="prepare.ask_next"))
    return [Line(key="prepare.questions"), *questions]


def outreach(asking: Asking, language: str, period: str | None) -> Finding:
    """What the asking user, or the team that they lead, did in a period, record by record."""
    book = asking.book
    window = book.window(period or "this week")
    mine: Demand = Condition(field="owner", op="in", value=sorted(book.team(book.user.id)))
    done = book.find("activity", (mine,), period=("at", window), order_by="at", limit=500)
    talks = activities_by_id(book, [one.ref.id for one in done])
    grouped: dict[Ref, list[Spoken]] = {}
    for one in talks.values():
        if one.about:
            grouped.setdefault(_closest(one.about), []).append(one)
    known = book.many(list(grouped))
    values = _outreach_values(asking, len(done), len(known))
    lines: list[Line] = [
        Line(key="outreach.total", args={"number": len(done), "count": len(known), "window": window})
    ]
    records: list[Listed] = []
    evidence = []
    for ref, found in list(known.items())[:_RECORDS]:
        kinds = Counter(one.kind for one in grouped[ref])
        counts: list[Arg] = [
            Line(
                key="outreach.kind",
                args={"number": n, "kind": Term(key=f"activity.{kind.replace(' ', '_')}", count=n)},
            )
            for kind, n in kinds.most_common()
        ]
        last = grouped[ref][0]
        args: dict[str, Arg] = {"name": found.name, "counts": counts, "quote": quote(last.words)}
        lines.append(Line(key="outreach.record" if last.words else "outreach.record_silent", args=args))
        records.append(listed(book, found, ()))
        evidence.append(activity_evidence(last))
    if len(known) > _RECORDS:
        lines.append(Line(key="outreach.more", args={"count": len(known) - _RECORDS}))
    body = _text(lines, language)
    subject = phrase(Line(key="outreach.subject", args={"name": book.user.name, "window": window}), language)
    return Finding(
        lines=(
            Line(key="draft.heading_summary", args={"name": book.user.name}),
            Line(key="draft"),
            Line(key="draft.not_sent"),
        ),
        listed=tuple(records),
        values=values,
        evidence=tuple(evidence),
        draft=Draft(channel="summary", subject=subject, body=body, to=None, language=language),
        window=window,
    )


def _closest(about: tuple[Ref, ...]) -> Ref:
    order = ("lead", "opportunity", "contact", "account")
    return min(about, key=lambda ref: order.index(ref.type.value))


def _outreach_values(asking: Asking, activities: int, records: int) -> tuple[Value, ...]:
    return (counted(Term(key="activity"), activities), counted(Term(key="record"), records))
