"""Which record a question points at: a reply to "which one?", an ordinal, a pronoun, or silence."""

from assistant.tokens import forms
from assistant.understanding.dialogue import Dialogue, Mention
from assistant.understanding.fields import UP
from assistant.understanding.frame import Frame, field_of
from assistant.understanding.intents import pointed
from assistant.understanding.items import Reading
from assistant.understanding.work import Work

# About one record, named or not; the others are about one only where it is pointed at.
ABOUT_ONE = frozenset({"describe_record", "explain_score", "write_draft", "find_similar"})
MAY_BE_ABOUT_ONE = ABOUT_ONE | {
    "show_changes", "list_next_steps", "find_cross_sell", "search_activities", "show_score_changes",
}  # fmt: skip
LISTS = frozenset(
    {
        "rank_leads", "find_records", "summarise_records", "find_neglected", "find_overdue",
        "show_score_changes",
    }
)  # fmt: skip
_THIS = ("this_lead", "this_opportunity", "this_account", "this_contact", "this_rep")
_OF_A_REPLY = ("follow", "talk", "pronoun", "position", "record", "ordinal")


def settled(reading: Reading, dialogue: Dialogue) -> Mention | None:
    """The candidate that the reply to "which one?" means, or None where it is no such reply."""
    candidates = dialogue.candidates
    if not candidates:
        return None
    text = reading.text.strip().casefold()
    for mention in candidates:
        if text in (mention.ref.casefold(), mention.id.casefold(), mention.name.casefold()):
            return mention
    if not _is_reply(reading):
        return None
    if place := _place(reading):
        return (
            candidates[place - 1]
            if 1 <= place <= len(candidates)
            else candidates[-1]
            if place == -1
            else None
        )
    kinds = {i.get("record") for i in reading.items if i.has("record")}
    kinds |= {
        (i.get("pronoun") or "").removeprefix("this_") for i in reading.items if i.has("pronoun", *_THIS)
    }
    of_kind = [m for m in candidates if m.type in kinds]
    if len(of_kind) == 1:
        return of_kind[0]
    words = {t.form for t in reading.tokens}
    likeness = {m: len(words & set(forms(f"{m.name} {m.detail or ''}"))) for m in (of_kind or candidates)}
    best = max(likeness.values())
    alone = [m for m, shared in likeness.items() if shared == best]
    return alone[0] if best > 0 and len(alone) == 1 else None


def _is_reply(reading: Reading) -> bool:
    """Whether nothing is said but who is meant."""
    return len(reading.content()) <= 6 and all(
        i.name or i.unknown or i.number or i.values or any(i.has(g) for g in _OF_A_REPLY)
        for i in reading.content()
    )


def _place(reading: Reading) -> int | None:
    named = next((i.get("position") for i in reading.items if i.has("position")), None)
    if named and named.lstrip("-").isdigit():
        return int(named)
    numbers = [i.number for i in reading.items if i.number is not None]
    alone = len(numbers) == 1 and len(reading.content()) == 1
    return int(numbers[0].value) if alone else None


def resolve(frame: Frame, work: Work, dialogue: Dialogue) -> Frame:
    """Fill in the record that a pronoun, an ordinal or silence points at."""
    if frame.record is not None or frame.tool not in MAY_BE_ABOUT_ONE:
        return frame
    if frame.tool == "show_score_changes" and frame.record_type is not None:
        return frame  # a list: "which of them cooled down"
    said = bool(pointed(work)) or work.reading.any("pronoun")
    if frame.tool not in ABOUT_ONE and not said:
        return frame
    mention = pointed_at(work, dialogue)
    if mention is None:
        return frame
    return frame.but(record=mention.ref, record_type=None)


def is_pointing(frame: Frame | None, work: Work, dialogue: Dialogue) -> bool:
    """Whether a question is about a record that the conversation has shown."""
    shown = dialogue.focus is not None or bool(dialogue.listed)
    said = bool(pointed(work)) or work.reading.any("pronoun", "him", "her", "it", "there", *_THIS)
    about = frame is not None and frame.record is None and frame.tool in MAY_BE_ABOUT_ONE
    return about and shown and said and not any(i.unknown and not i.sign for i in work.items)


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
    placed = bool(pointed(work)) and work.noun is not None  # "contacts at the second one"
    mention, before = pointed_at(work, dialogue) if placed else dialogue.focus, dialogue.frame
    short = (
        len(work.reading.content()) <= 4
        and not any(i.name for i in work.items)
        and not work.has_condition("owner")
    )
    after_profile = short and before is not None and before.tool == "describe_record"
    pointing = (
        placed
        or after_profile
        or work.reading.any(
            "pronoun", "there", "this_account", "this_contact", "him", "her", "them", "this_rep"
        )
    )
    if mention is None or not pointing or frame.tool not in LISTS or work.noun is None:
        return frame
    where = "owner" if mention.type == "user" else UP.get(frame.record_type or "", {}).get(mention.type)
    if where is None or any(field_of(c) == where for c in frame.conditions):
        return frame
    return frame.but(conditions=(*frame.conditions, {"field": where, "op": "is", "value": mention.ref}))
