"""A question that leans on the one before: "and in fintech?", "那上个月呢？", "no, I meant accounts"."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.periods import previous, window
from assistant.understanding.among import only_listed
from assistant.understanding.dialogue import Dialogue
from assistant.understanding.fields import DOWN
from assistant.understanding.frame import Condition, Frame, Measure, field_of
from assistant.understanding.intents import has_name, pointed
from assistant.understanding.items import Reading
from assistant.understanding.people import colleagues, link_names, owner_conditions
from assistant.understanding.pointing import ABOUT_ONE, LISTS, MAY_BE_ABOUT_ONE, pointed_at
from assistant.understanding.portions import is_share
from assistant.understanding.targets import noun_type
from assistant.understanding.work import Work
from ingest.errors import BadRequest

_PLAIN = ("find_records", "describe_record", "summarise_records")
_SHORT = 5  # content items of a fragment


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What "now" is, and where."""

    at: datetime
    timezone: ZoneInfo


def subject_before(work: Work, dialogue: Dialogue) -> str | None:
    """The record type that is still spoken of: none is named, or "which of them have open deals"."""
    before = dialogue.frame
    if before is None or before.record_type is None:
        return None
    if work.noun is None:
        return before.record_type
    kind = noun_type(work, work.noun)
    among = work.reading.any("pronoun", "them") and dialogue.focus is None
    said = among or begins_with_having(work.reading)
    return before.record_type if said and before.tool in LISTS and kind in DOWN[before.record_type] else None


def begins_with_having(reading: Reading) -> bool:
    """ "with open deals", "without a next step": a demand on what was listed."""
    first = next((i for i in reading.items if not i.sign and not i.has("follow", "and", "only")), None)
    return first is not None and first.has("logic", "with", "without")


def is_leaning(work: Work, frame: Frame | None, dialogue: Dialogue) -> bool:
    """Whether a question is a part of one, to be completed by the one before."""
    before = dialogue.frame
    if before is None:
        return False
    reading = work.reading
    if frame is not None and frame.tool in ABOUT_ONE and not _is_plain(frame, reading):
        return False
    if before.tool == "search_activities":
        narrowed = _opens(reading) or reading.any("follow", "only") or len(reading.content()) <= 2
        return narrowed and not _is_own(work) and bool(_other_topic(work) or work.period)
    if reading.any("follow", "all_of_them") and before.tool in LISTS and work.noun is None:
        return True
    if reading.any("pronoun", "them") and before.tool in LISTS and dialogue.focus is None:
        return frame is None or frame.tool in LISTS or _is_plain(frame, reading)
    if not _contributes(work) or (
        frame is not None and frame.tool not in LISTS and not _is_plain(frame, reading)
    ):
        return False
    opens, own = _opens(reading) or begins_with_having(reading), _is_own(work)
    if pointed(work) and before.tool in LISTS and not _says_more(work):
        return False  # "the second one" after a list asks for its profile
    if _whose(work) and before.tool in LISTS:
        return True
    if has_name(work) and not opens and not work.conditions and before.tool in LISTS:
        return False  # a bare name asks for its profile
    if frame is not None and frame.tool not in _PLAIN:
        return opens and not own and before.tool in LISTS
    short = len(reading.content()) <= _SHORT
    return not own and (opens or (work.noun is None and short))


def _whose(work: Work) -> bool:
    """ "show me Tom's": what was listed, of a colleague."""
    last = next((i for i in reversed(work.items) if not i.sign or i.text in ("'s", "’s")), None)
    named = [i for i in colleagues(work) if i.end == len(work.reading.tokens) - 1]
    return last is not None and last.text.lower() in ("'s", "’s") and bool(named)


def _is_plain(frame: Frame, reading: Reading) -> bool:
    """Whether a frame came about by nothing but a name or a noun."""
    return frame.tool in _PLAIN and not reading.any("cue", "about")


def _says_more(work: Work) -> bool:
    """Whether there is more to a question than an ordinal."""
    return bool(work.conditions or work.period or work.group_by or work.measures or work.compare_to)


def _contributes(work: Work) -> bool:
    said = (
        work.conditions,
        work.period,
        work.group_by,
        work.measures,
        work.order_by,
        work.limit,
        work.compare_to,
    )
    named = has_name(work) or work.days or work.noun or pointed(work) or is_share(work)
    cues = work.reading.any("cue", "previous_period", "hot", "cold")
    return any(said) or bool(named) or cues


def _opens(reading: Reading) -> bool:
    """Whether it begins like a continuation: "and", "what about", "only", "no, I meant"."""
    first = next((i for i in reading.items if not i.sign and not i.has("talk", "no", "yes")), None)
    return bool(first and first.has("follow")) or reading.any("follow", "instead")


def _is_own(work: Work) -> bool:
    """Whether it is a whole question of its own: a record type, and what is asked of it."""
    if work.noun is None or not work.noun.has("record"):
        return False
    return bool(work.measures or work.group_by) or work.reading.any("question")


def continued(frame: Frame, work: Work, dialogue: Dialogue) -> Frame:
    """A whole question that begins with "and": what it leaves open stays as it was."""
    before = dialogue.frame
    if before is None or before.tool not in LISTS or frame.tool not in LISTS:
        return frame
    first = next((i for i in work.items if not i.sign), None)
    if first is None or not first.has("follow", "and"):
        return frame
    owner = [c for c in before.conditions if c.get("field") == "owner"]
    kept = () if work.has_condition("owner") else tuple(owner)
    return frame.but(period=frame.period or before.period, conditions=(*frame.conditions, *kept))


def merge(frame: Frame | None, work: Work, dialogue: Dialogue, moment: Moment) -> Frame | None:
    """The frame before, with what the new question changes."""
    before = dialogue.frame
    assert before is not None
    if before.tool in ABOUT_ONE or before.tool in MAY_BE_ABOUT_ONE:
        return _about_another(before, work, dialogue)
    if frame is not None and frame.tool == "describe_record":
        _narrow_by_name(work, before)
    if before.tool == "rank_leads" and work.order_by not in (None, "score") and dialogue.listed:
        return _listed_again(before, work, dialogue)
    tool = _tool(frame, before, work)
    summarised = tool == "summarise_records"
    listed = tool == "find_records" and before.tool == "summarise_records"
    ranked = frame is not None and frame.tool == "rank_leads"
    return before.but(
        tool=tool,
        record_type=work.record_type or before.record_type,
        conditions=merged_conditions(before.conditions, tuple(work.conditions)),
        period=_period(work, before, moment),
        period_on=(frame.period_on if frame else None) or before.period_on,
        measures=_measures(work, before) if summarised else (),
        group_by=(tuple(work.group_by) or before.group_by) if summarised else (),
        compare_to=work.compare_to or (None if work.period else before.compare_to),
        order_by=work.order_by or (None if listed else before.order_by),
        descending=work.descending if work.order_by else None if listed else before.descending,
        limit=work.limit or _one(work) or (None if listed else before.limit),
        days=work.days or before.days,
        lowest=frame.lowest if ranked and frame else before.lowest,
        offset=0,
        more=(),
    )


def _listed_again(before: Frame, work: Work, dialogue: Dialogue) -> Frame:
    """ "sort them by last activity" after a ranking: the same records in another order."""
    again = Frame(
        tool="find_records",
        record_type=before.record_type,
        order_by=work.order_by,
        descending=work.descending,
        limit=work.limit,
    )
    return only_listed(again, dialogue)


def _measures(work: Work, before: Frame) -> tuple[Measure, ...]:
    """The new figures, or those before; "as a percentage" asks for the shares of these."""
    if is_share(work) and before.group_by and not work.group_by:
        work.unmeasured = False
        return tuple(Measure(name="share", field=m.field) for m in before.measures[:1])
    return tuple(work.measures) or before.measures


def _narrow_by_name(work: Work, before: Frame) -> None:
    """ "only for Maria", "and Konex?" after a list: the name narrows it."""
    work.record_type = before.record_type
    work.used -= {i.start for i in work.items if i.name is not None and not i.values}
    link_names(work)
    owner_conditions(work)


def _about_another(before: Frame, work: Work, dialogue: Dialogue) -> Frame | None:
    """The same about another record, or over another period."""
    if before.tool == "search_activities" and (topic := _other_topic(work)):
        return before.but(topic=topic, period=work.period or before.period)
    name = next((i.name for i in work.items if i.name is not None), None)
    if name is not None:
        return before.but(record=name.text, record_type=None)
    if pointed(work) and (mention := pointed_at(work, dialogue)):
        return before.but(record=mention.ref, record_type=None)
    if before.tool in ("search_activities", "show_changes", "list_next_steps") and work.period:
        return before.but(period=work.period)
    return None


def _other_topic(work: Work) -> str | None:
    """ "and about pricing?" after a search: what is new in it."""
    told = [
        i for i in work.items if i.content and i.period is None and not i.has("follow") and not i.has("owner")
    ]
    told = [i for i in told if not i.has("cue", "about", "mention") and not i.has("question")]
    if not any(i.unknown or i.values or i.has("field") for i in told):
        return None
    return work.reading.span(told[0], told[-1])


def _tool(frame: Frame | None, before: Frame, work: Work) -> str:
    if work.reading.any("follow", "all_of_them") and before.tool == "summarise_records" and not work.measures:
        return "find_records"
    if frame is not None and frame.tool not in _PLAIN:
        return frame.tool
    which = work.reading.any("question", "which", "who") and work.reading.any("pronoun", "them")
    counted = before.tool == "summarise_records" and not (work.measures or work.group_by)
    if counted and (which or (_whose(work) and before.group_by)):
        return "find_records"  # "which of them are from webinars", "show me Tom's" after a count
    if work.measures or work.group_by:
        return "summarise_records"
    ordered = work.order_by is not None or work.limit is not None
    if before.tool == "summarise_records" and ordered and not before.group_by:
        return "find_records"
    return before.tool


def _one(work: Work) -> int | None:
    """ "which is the biggest?" asks for one."""
    asked = work.reading.any("question", "which", "what", "who") and not work.reading.any("order", "sorted")
    return 1 if work.order_by and asked and not work.reading.any("pronoun", "them") else None


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
