"""A question that leans on the one before: ellipsis, pronouns, ordinals, corrections, paging, tone."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.periods import previous, window
from assistant.understanding.dialogue import Dialogue, Mention
from assistant.understanding.fields import UP
from assistant.understanding.frame import Condition, Frame, field_of
from assistant.understanding.intents import has_name, pointed
from assistant.understanding.items import Reading
from assistant.understanding.work import Work
from ingest.errors import BadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What "now" is, and where."""

    at: datetime
    timezone: ZoneInfo


ABOUT_ONE = frozenset({"describe_record", "explain_score", "write_draft", "find_similar"})
MAY_BE_ABOUT_ONE = ABOUT_ONE | {"show_changes", "list_next_steps", "find_cross_sell", "search_activities"}
_LISTS = frozenset(
    {
        "rank_leads",
        "find_records",
        "summarise_records",
        "find_neglected",
        "find_overdue",
        "show_score_changes",
    }
)
_PAGED = frozenset({"rank_leads", "find_records"})
_PAGE = 5


def settled(reading: Reading, dialogue: Dialogue) -> Mention | None:
    """The candidate that the reply to "which one?" means, or None."""
    if not dialogue.candidates:
        return None
    text = reading.text.strip().casefold()
    for mention in dialogue.candidates:
        if text in (mention.ref.casefold(), mention.id.casefold(), mention.name.casefold()):
            return mention
    number = next((i.get("position") for i in reading.items if i.has("position")), None)
    if number is None:
        plain = [i.number for i in reading.items if i.number is not None]
        number = str(plain[0].plain) if len(plain) == 1 and len(reading.items) <= 3 else None
    if number and number.lstrip("-").isdigit():
        place = int(number)
        if 1 <= place <= len(dialogue.candidates):
            return dialogue.candidates[place - 1]
        return dialogue.candidates[-1] if place == -1 else None
    words = {t.form for t in reading.tokens}
    from assistant.tokens import forms

    scored = [(len(words & set(forms(m.name + " " + m.type))), m) for m in dialogue.candidates]
    best = max(scored, key=lambda pair: pair[0])
    alone = [m for score, m in scored if score == best[0]]
    return best[1] if best[0] > 0 and len(alone) == 1 and len(reading.items) <= 6 else None


def next_page(reading: Reading, work: Work, dialogue: Dialogue) -> Frame | None:
    """ "next five", "show more"."""
    frame = dialogue.frame
    if frame is None or frame.tool not in _PAGED or not reading.any("follow", "next_page", "previous_page"):
        return None
    if (
        work.noun is not None
        or work.conditions
        or reading.any("cue")
        or reading.any("compare")
        or has_name(work)
    ):
        return None
    if any(i.unknown and not i.sign for i in reading.items):
        return None
    size = (
        next((int(i.number.value) for i in reading.items if i.number), None)
        or frame.limit
        or (_PAGE if frame.tool == "rank_leads" else 10)
    )
    shown = frame.limit or (_PAGE if frame.tool == "rank_leads" else 10)
    step = -size if reading.any("follow", "previous_page") else shown
    return frame.but(offset=max(0, frame.offset + step), limit=size)


def new_tone(reading: Reading, dialogue: Dialogue) -> Frame | None:
    """ "shorter", "in German", "friendlier please": the last draft once more."""
    draft = dialogue.draft
    if draft is None or dialogue.frame is None or dialogue.frame.tool != "write_draft":
        return None
    tone = next((t for i in reading.items if (t := i.get("tone"))), None)
    language = next((c for i in reading.items if (c := i.get("language"))), None)
    channel = next((c for i in reading.items if (c := i.get("draft"))), None)
    if not (tone or language) and not (channel and reading.any("follow")):
        return None
    if reading.any("record") or any(i.name for i in reading.items):
        return None
    return draft.but(
        tone=tone or draft.tone,
        draft_language=language or draft.draft_language,
        channel=channel if channel and channel != "email" else draft.channel,
    )


def resolve(frame: Frame, work: Work, dialogue: Dialogue) -> Frame:
    """Fill in the record that a pronoun, an ordinal or silence points at."""
    if frame.record is not None or frame.tool not in MAY_BE_ABOUT_ONE:
        return frame
    if mention := pointed_at(work, dialogue):
        return frame.but(
            record=mention.ref, record_type=None if frame.tool != "search_activities" else frame.record_type
        )
    return frame


def pointed_at(work: Work, dialogue: Dialogue) -> Mention | None:
    """The record that "the second one", "the other one", "her" or nothing at all means."""
    listed, focus = dialogue.listed, dialogue.focus
    for item in pointed(work):
        place = item.get("position") or ""
        if place == "other":
            return next((m for m in listed if m != focus), None)
        if place.lstrip("-").isdigit() and listed:
            number = int(place)
            return listed[number - 1] if 1 <= number <= len(listed) else listed[-1] if number == -1 else None
    return focus or (listed[0] if listed else None)


def there(frame: Frame, work: Work, dialogue: Dialogue) -> Frame:
    """ "open deals there", "their contacts": the record in focus narrows the list."""
    mention = dialogue.focus
    pointing = work.reading.any("pronoun", "there", "this_account", "this_contact", "him", "her", "them")
    if mention is None or not pointing or frame.tool not in _LISTS or work.noun is None:
        return frame
    where = UP.get(frame.record_type or "", {}).get(mention.type)
    if mention.type == "user":
        where = "owner"
    if where is None or any(field_of(c) == where for c in frame.conditions):
        return frame
    return frame.but(conditions=(*frame.conditions, {"field": where, "op": "is", "value": mention.ref}))


def is_leaning(work: Work, frame: Frame | None, dialogue: Dialogue) -> bool:
    """Whether a question is a part of one, to be completed by the one before."""
    if dialogue.frame is None:
        return False
    reading = work.reading
    if reading.any("pronoun", "them") and dialogue.frame.tool in _LISTS and dialogue.focus is None:
        return True
    contributes = bool(
        work.conditions or work.period or work.group_by or work.measures or work.order_by or work.limit
        or work.compare_to or has_name(work) or work.days or work.noun or pointed(work)
        or reading.any("cue", "previous_period")
    )  # fmt: skip
    if frame is not None and frame.tool not in ("find_records", "describe_record", "summarise_records"):
        return False
    if frame is not None and frame.tool == "describe_record" and reading.any("cue", "about"):
        return False
    starts = next((i for i in reading.items if not i.sign), None)
    opens = bool(starts and starts.has("follow"))
    short = len([i for i in reading.items if not i.filler and not i.sign]) <= 5
    own = work.noun is not None and (work.measures or work.group_by or reading.any("question"))
    return contributes and not own and (opens or (work.noun is None and short))


def merge(frame: Frame | None, work: Work, dialogue: Dialogue, moment: Moment) -> Frame | None:
    """The frame before, with what the new question changes."""
    before = dialogue.frame
    assert before is not None
    if before.tool in ABOUT_ONE or (before.tool in MAY_BE_ABOUT_ONE and not frame):
        name = next((i.name for i in work.items if i.name is not None), None)
        if name is not None:
            return before.but(record=name.text, record_type=None)
        if mention := (pointed_at(work, dialogue) if pointed(work) else None):
            return before.but(record=mention.ref, record_type=None)
        if before.tool not in ("search_activities", "show_changes", "list_next_steps") or not work.period:
            return None
    new = frame or Frame(tool=before.tool)
    tool = before.tool
    if work.measures or work.group_by:
        tool = "summarise_records"
    record_type = work.record_type or before.record_type
    conditions = merged_conditions(before.conditions, tuple(work.conditions))
    list_them = work.reading.any("follow", "all_of_them")
    if list_them and before.tool == "summarise_records":
        tool = "find_records"
    return before.but(
        tool=tool,
        record_type=record_type,
        conditions=conditions,
        period=_period(work, before, moment),
        period_on=new.period_on or before.period_on,
        measures=tuple(work.measures) or (before.measures if tool == "summarise_records" else ()),
        group_by=tuple(work.group_by) or before.group_by,
        compare_to=work.compare_to or (None if work.period else before.compare_to),
        order_by=work.order_by or before.order_by,
        descending=work.descending if work.order_by else before.descending,
        limit=work.limit or before.limit,
        days=work.days or before.days,
        offset=0,
        more=(),
    )


def _period(work: Work, before: Frame, moment: Moment) -> str | None:
    """The new period; "the month before" counts from the one that was asked about."""
    if before.period and work.reading.any("cue", "previous_period") and not work.compare_to:
        try:
            asked = window(before.period, moment.at, moment.timezone)
            return previous(asked, moment.at, moment.timezone).label.upper()
        except BadRequest:
            return work.period or before.period
    return work.period or before.period


def merged_conditions(before: tuple[Condition, ...], new: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Conditions on the same field are replaced, others added."""
    replaced = {field_of(c) for c in new}
    return (*(c for c in before if field_of(c) not in replaced), *new)
