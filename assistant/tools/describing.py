"""Profiles: what is known of a person, a company or a deal, and what to do next, with evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.answers import Arg, Finding, Line, Listed, Money, Share, Term, Value
from assistant.book.demands import Condition, Demand
from assistant.book.doings import doings_of
from assistant.book.fields import own_fields
from assistant.book.found import Found, Scoring, Spoken
from assistant.book.talk import activities_of, planned_of, scores_of
from assistant.formats import column_name
from assistant.tools.asking import Asking, counted
from assistant.tools.explaining import part_line
from assistant.tools.listing import amounts, as_text, cell, listed
from assistant.tools.meant import Meant
from assistant.tools.ranking import OPEN, strongest
from assistant.tools.reps import describe_user
from assistant.tools.voices import (
    activity_evidence,
    activity_line,
    newest_of_each,
    voice_evidence,
    voice_line,
    voices,
)
from ingest.entities import Evidence, RecordType, Ref

_FACTS = {
    "lead": (
        "company", "title", "email", "phone", "industry", "employees", "revenue", "city", "country", "source",
        "campaign", "product", "status", "outcome", "owner", "created_at", "closed_at", "description",
    ),
    "contact": ("account", "title", "email", "phone", "owner", "created_at"),
    "account": ("industry", "employees", "revenue", "city", "country", "website", "owner", "created_at"),
    "opportunity": (
        "account", "contact", "product", "type", "stage", "amount", "outcome", "close_on", "closed_at",
        "owner", "created_at",
    ),
    "activity": ("kind", "at", "direction", "subject", "owner"),
}  # fmt: skip
_WANTED = {
    "lead": ("email", "phone", "next_activity_at"),
    "contact": ("email", "phone"),
    "account": ("industry",),
    "opportunity": ("amount", "close_on", "next_activity_at"),
    "activity": (),
}
_COMPUTED = ("last_activity_at", "next_activity_at")
_RECENT, _CUSTOM, _DEALS, _PEOPLE, _VOICES, _TALKS = 40, 8, 5, 5, 6, 3


@dataclass(slots=True, kw_only=True)
class _Profile:
    """What a profile collects on its way."""

    lines: list[Line] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


def describe(asking: Asking, record: str, record_type: str | None) -> Finding:
    """The profile of one record or user."""
    meant = asking.resolver.record(record, [record_type] if record_type else None)
    if meant.ref.type is RecordType.USER:
        return describe_user(asking, meant)
    kind = meant.ref.type.value
    scored = ("score",) if kind in ("lead", "opportunity") else ()
    computed = _COMPUTED if kind != "activity" else ()
    found = asking.book.get(meant.ref, (*scored, *computed))
    assert found is not None
    profile = _Profile(lines=[*meant.notes])
    scoring = scores_of(asking.book, [found.ref]).get(found.ref) if found["outcome"] == "open" else None
    reasons = strongest(scoring.reasons) if scoring else ()
    profile.listed.append(listed(asking.book, found, (), score=found["score"], reasons=reasons))
    _facts(asking, found, profile)
    _twin(asking, meant, profile)
    if scoring:
        _score(found, scoring, profile)
    if kind in ("account", "contact"):
        _deals(asking, found, profile)
    if kind in ("account", "opportunity"):
        _people(asking, found, profile)
    if kind != "activity":
        _doings(asking, found, profile)
    if kind == "activity":
        _text(asking, found, profile)
    else:
        _talk(asking, found, meant.twin, profile)
        _missing(found, profile)
    return Finding(
        lines=tuple(profile.lines),
        listed=tuple(profile.listed),
        values=tuple(profile.values),
        evidence=tuple(dict.fromkeys(profile.evidence)),
        focus=found.ref,
    )


def _facts(asking: Asking, found: Found, profile: _Profile) -> None:
    kind = found.ref.type.value
    profile.lines.append(
        Line(key="describe.heading", args={"name": found.name, "what": Term(key=f"type.{kind}")})
    )
    for path in _FACTS[kind]:
        value = cell(asking.book, found, path)
        if value is None or value == found.name or (path == "outcome" and found["outcome"] == "open"):
            continue
        profile.lines.append(Line(key="fact", args={"field": Term(key=f"field.{path}"), "value": value}))
        if path in own_fields(kind):
            raw = found[path]
            profile.evidence.append(Evidence(ref=found.ref, field=path, quote=as_text(raw)))
    for name, text in list(found.extra.items())[:_CUSTOM]:
        if text:
            profile.lines.append(
                Line(key="fact", args={"field": column_name(name), "value": cell(asking.book, found, name)})
            )
            profile.evidence.append(Evidence(ref=found.ref, field=name, quote=str(text)))


def _twin(asking: Asking, meant: Meant, profile: _Profile) -> None:
    """The lead that a contact was, or what a lead was converted into."""
    found = asking.book.get(meant.ref)
    others = [meant.twin] if meant.twin else []
    for kind in ("contact", "opportunity"):
        if found is not None and found[f"converted_{kind}_id"]:
            others.append(Ref(type=RecordType(kind), id=found[f"converted_{kind}_id"]))
    for ref, other in asking.book.many([one for one in others if one]).items():
        key = "describe.was_lead" if ref.type is RecordType.LEAD else "describe.became"
        profile.lines.append(Line(key=key, args={"name": other.name, "what": Term(key=f"type.{ref.type}")}))
        profile.listed.append(listed(asking.book, other, ()))


def _score(found: Found, scoring: Scoring, profile: _Profile) -> None:
    said = Line(key="value.score")
    profile.values.append(Value(label="score", value=scoring.probability, unit="fraction", said=said))
    profile.lines.append(
        Line(
            key=f"describe.score_{found.ref.type}",
            args={"score": Share(fraction=scoring.probability), "base": Share(fraction=scoring.base)},
        )
    )
    for part in strongest(scoring.reasons):
        profile.lines.append(part_line(found.name, part))
        if part.evidence is not None:
            profile.evidence.append(part.evidence)


def _deals(asking: Asking, found: Found, profile: _Profile) -> None:
    """Open deals with amounts, and what was won so far."""
    mine: Demand = Condition(field=found.ref.type.value, op="in", value=[found.ref.id])
    book = asking.book
    deals = book.find("opportunity", (OPEN, mine), order_by="amount", limit=200, fetch=("score",))
    won = book.find("opportunity", (Condition(field="outcome", op="is", value="won"), mine), limit=200)
    for state, key, some in (("open", "open_pipeline", deals), ("won", "won_amount", won)):
        if not some:
            continue
        values = amounts(f"value.{key}", some)
        what = Term(key=f"opportunity.{state}", count=len(some))
        sums: list[Arg] = [Money(amount=value.value or 0.0, currency=value.unit) for value in values]
        heading = "describe.deals" if sums else "describe.deals_without_amount"
        profile.values += [counted(Term(key=f"opportunity.{state}"), len(some)), *values]
        profile.lines.append(Line(key=heading, args={"number": len(some), "what": what, "sums": sums}))
    for deal in deals[:_DEALS]:
        profile.lines.append(deal_line(asking, deal))
        profile.listed.append(listed(book, deal, ()))


def deal_line(asking: Asking, deal: Found) -> Line:
    """One item: a deal with its stage, amount and close date, as far as they are known."""
    facts: list[Arg] = [one for one in (deal["stage"], cell(asking.book, deal, "amount")) if one is not None]
    if deal["close_on"] is not None:
        facts.append(Line(key="deal.close_on", args={"day": deal["close_on"]}))
    return Line(
        key="describe.deal" if facts else "describe.person_only", args={"name": deal.name, "facts": facts}
    )


def _people(asking: Asking, found: Found, profile: _Profile) -> None:
    account = found.ref.id if found.ref.type is RecordType.ACCOUNT else found["account_id"]
    if account is None:
        return
    people = asking.book.find(
        "contact",
        (Condition(field="account", op="in", value=[account]),),
        order_by="last_activity_at",
        limit=_PEOPLE,
        fetch=("last_activity_at",),
    )
    if people:
        profile.lines.append(Line(key="describe.people"))
    for person in people:
        facts: list[Arg] = [person[name] for name in ("title", "email", "phone") if person[name]]
        key = "describe.person" if facts else "describe.person_only"
        profile.lines.append(Line(key=key, args={"name": person.name, "facts": facts}))
        profile.listed.append(listed(asking.book, person, ()))


def _doings(asking: Asking, found: Found, profile: _Profile) -> None:
    """Orders, visits and forms: how often, worth how much, when last."""
    doings = doings_of(asking.book, found.ref)
    if doings:
        profile.lines.append(Line(key="describe.doings"))
    for doing in doings:
        kind = Term(key=f"kind.{doing.kind.value.replace(' ', '_')}")
        facts: list[Arg] = [doing.count]
        label, group = f"{doing.kind.value}s", {"kind": doing.kind.value}
        profile.values.append(Value(label=label, group=group, value=doing.count, unit="count"))
        if doing.amount is not None:
            facts.append(Money(amount=doing.amount, currency=None))
            profile.values.append(Value(label=label, group=group, value=doing.amount, unit=None))
        if doing.last is not None:
            facts.append(Line(key="describe.last", args={"day": asking.book.local(doing.last).date()}))
        profile.lines.append(Line(key="describe.doing", args={"kind": kind, "facts": facts}))


def _talk(asking: Asking, found: Found, twin: Ref | None, profile: _Profile) -> None:
    """Last contact, what the customer said, what is planned."""
    book = asking.book
    talks = _together(asking, found, twin)
    names = book.names(ref for talk in talks[:_TALKS] for ref in talk.about)
    if not talks:
        profile.lines.append(Line(key="describe.silent"))
    else:
        profile.lines.append(Line(key="describe.talks"))
    for spoken in talks[:_TALKS]:
        profile.lines.append(activity_line(book, spoken, names))
        profile.evidence.append(activity_evidence(spoken))
    heard = newest_of_each(voices(book, talks), _VOICES)
    if heard:
        profile.lines.append(Line(key="describe.voices"))
    for voice in heard:
        profile.lines.append(voice_line(book, voice))
        profile.evidence.append(voice_evidence(voice))
    coming = planned_of(book, found.ref, limit=_TALKS)
    profile.lines.append(Line(key="describe.planned" if coming else "describe.nothing_planned"))
    for spoken in coming:
        profile.lines.append(planned_line(asking, spoken))
        profile.evidence.append(activity_evidence(spoken))


def _together(asking: Asking, found: Found, twin: Ref | None) -> list[Spoken]:
    talks = activities_of(asking.book, found.ref, limit=_RECENT)
    if twin is not None:
        earlier = activities_of(asking.book, twin, limit=_RECENT)
        talks = sorted(
            {one.ref: one for one in (*talks, *earlier)}.values(),
            key=lambda one: one.at or asking.book.at,
            reverse=True,
        )
    return talks


def planned_line(asking: Asking, spoken: Spoken) -> Line:
    """One planned activity: kind, moment, subject."""
    return Line(
        key="planned.item" if spoken.subject else "planned.item_bare",
        args={
            "kind": Term(key=f"kind.{spoken.kind.replace(' ', '_')}"),
            "at": asking.book.local(spoken.at) if spoken.at else None,
            "subject": spoken.subject,
        },
    )


def _text(asking: Asking, found: Found, profile: _Profile) -> None:
    if found["text"]:
        profile.lines.append(Line(key="quote", args={"quote": found["text"]}))
        profile.evidence.append(Evidence(ref=found.ref, field="text", quote=found["text"]))


def _missing(found: Found, profile: _Profile) -> None:
    missing: Sequence[str] = [
        name for name in _WANTED[found.ref.type.value] if not found[name] and name != "next_activity_at"
    ]
    if missing:
        profile.lines.append(
            Line(key="describe.missing", args={"fields": [Term(key=f"field.{name}") for name in missing]})
        )
