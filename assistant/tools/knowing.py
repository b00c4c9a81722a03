"""What a draft may rest on: one record with its talks, signals, deals and plans."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.book.demands import Condition
from assistant.book.found import Found, Scoring, Spoken
from assistant.book.talk import activities_of, planned_of, scores_of
from assistant.tools.asking import Asking
from assistant.tools.ranking import OPEN
from assistant.tools.voices import Voice, is_said, newest_of_each, voices
from ingest.entities import Evidence, RecordType, Ref

_RECENT = 30
_VOICES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A record and what is known around it; `used` are the quotes that a text takes up."""

    record: Found
    talks: Sequence[Spoken]
    heard: Sequence[Voice]
    planned: Sequence[Spoken]
    deals: Sequence[Found]
    scoring: Scoring | None
    used: list[Evidence] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def inbound(self) -> list[Spoken]:
        """The customer's own texts, the newest first."""
        return [one for one in self.talks if is_said(one) and one.words]

    @property
    def last(self) -> Spoken | None:
        """The newest activity."""
        return self.talks[0] if self.talks else None


def known_of(asking: Asking, ref: Ref, twin: Ref | None = None) -> Known:
    """Everything a draft about the record may use."""
    book = asking.book
    scored = ("score",) if ref.type.value in ("lead", "opportunity") else ()
    record = book.get(ref, scored)
    assert record is not None
    talks = list(activities_of(book, ref, limit=_RECENT))
    for other in (twin, *_around(record)):
        if other is not None:
            talks += activities_of(book, other, limit=_RECENT)
    talks = sorted(
        {one.ref: one for one in talks}.values(), key=lambda one: (one.at or book.at, one.ref), reverse=True
    )[:_RECENT]
    return Known(
        record=record,
        talks=talks,
        heard=newest_of_each(voices(book, talks), _VOICES),
        planned=planned_of(book, ref, limit=3),
        deals=_deals(asking, record),
        scoring=scores_of(book, [ref]).get(ref),
    )


def _around(record: Found) -> list[Ref]:
    """Whose talks belong to the record's story: a deal's contact."""
    contact = record["contact_id"]
    return [Ref(type=RecordType.CONTACT, id=contact)] if contact else []


def _deals(asking: Asking, record: Found) -> list[Found]:
    kind = record.ref.type.value
    if kind == "opportunity":
        return [record]
    if kind not in ("account", "contact"):
        return []
    mine = Condition(field=kind, op="in", value=[record.ref.id])
    return asking.book.find("opportunity", (OPEN, mine), order_by="amount", limit=5, fetch=("score",))
