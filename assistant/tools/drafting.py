"""Drafts: texts that a rep checks and sends, made only of what the records hold."""

from collections.abc import Sequence

from assistant.answers import Draft, Finding, Line, Listed, Term
from assistant.book.demands import Condition
from assistant.book.found import Found
from assistant.languages import language_of
from assistant.tools import letters, preparing, upcoming
from assistant.tools.answered import Answered, refused
from assistant.tools.asking import Asking
from assistant.tools.knowing import Known, known_of
from assistant.tools.listing import listed
from assistant.wording import LANGUAGES
from ingest.entities import RecordType, Ref
from ingest.errors import BadRequest

CHANNELS = ("email", "message", "call", "summary")
_MY_BOOK = {"my book", "me", "mine", "my records", "my week", "my outreach"}
_TEXTS_READ = 10


def draft(
    asking: Asking,
    record: str,
    channel: str,
    record_type: str | None,
    language: str | None,
    tone: str | None,
    topic: str | None,
    period: str | None,
) -> Finding:
    """A draft for one channel."""
    if channel not in CHANNELS:
        raise BadRequest(f"A draft is one of {', '.join(CHANNELS)}, not {channel!r}.")
    if language is not None and language not in LANGUAGES:
        raise Answered(
            refused("draft.language", languages=[Term(key=f"language.{one}") for one in LANGUAGES])
        )
    if record.strip().lower() in _MY_BOOK:
        return preparing.outreach(asking, language or asking.language, period)
    meant = upcoming.next_talk(asking, record, period) or asking.resolver.record(
        record, [record_type] if record_type else None
    )
    if meant.ref.type is RecordType.USER:
        raise Answered(refused("draft.not_for_users"))
    known = known_of(asking, meant.ref, meant.twin)
    person = (
        known.record if known.record.ref.type.value in ("lead", "contact") else _person(asking, known.record)
    )
    chosen = language or _customers(known) or asking.language
    if channel in ("call", "summary"):
        made = preparing.call(asking, known, person, asking.language if language is None else language)
        if channel == "summary":
            made = preparing.summary(asking, known, language or asking.language)
    else:
        made = letters.letter(asking, known, person, channel, chosen, tone, topic)
    if channel == "summary":
        person = None
    return _finding(asking, made, known, person, meant.notes)


def _customers(known: Known) -> str | None:
    """The language that the customer writes in."""
    return language_of(one.words for one in known.inbound[:_TEXTS_READ])


def _person(asking: Asking, record: Found) -> Found | None:
    """Whom to address at a company or about a deal: the deal's contact, else who was spoken to last."""
    contact = record["contact_id"]
    if contact and (found := asking.book.get(Ref(type=RecordType.CONTACT, id=contact))):
        return found
    account = record.ref.id if record.ref.type is RecordType.ACCOUNT else record["account_id"]
    if account is None:
        return None
    people = asking.book.find(
        "contact",
        (Condition(field="account", op="in", value=[account]),),
        order_by="last_activity_at",
        limit=1,
        fetch=("last_activity_at",),
    )
    return people[0] if people else None


def _finding(
    asking: Asking, made: Draft, known: Known, person: Found | None, notes: Sequence[Line]
) -> Finding:
    to = person.ref if person is not None else known.record.ref
    name = person.name if person is not None else known.record.name
    records: list[Listed] = [listed(asking.book, known.record, ())]
    if person is not None and person.ref != known.record.ref:
        records.insert(0, listed(asking.book, person, ()))
    quotes = [one for one in known.used if one.field in ("text", "subject", "product")]
    sources = [Line(key="draft.source", args={"quote": one.quote}) for one in quotes]
    return Finding(
        lines=(
            *notes,
            Line(key=f"draft.heading_{made.channel}", args={"name": name}),
            Line(key="draft"),
            *(
                (Line(key="draft.sources"), *sources)
                if sources and made.channel in ("email", "message")
                else ()
            ),
            Line(key="draft.not_sent"),
        ),
        listed=tuple(records),
        evidence=tuple(dict.fromkeys((*known.used, *known.evidence))),
        draft=Draft(
            channel=made.channel, subject=made.subject, body=made.body, to=to, language=made.language
        ),
        focus=to,
    )
