"""From a reading to a frame: each part of the question finds its use, then the tool is chosen."""

import re
from dataclasses import replace

from assistant.understanding import (
    groups,
    measures,
    orders,
    people,
    presence,
    ranges,
    times,
    values,
)
from assistant.understanding.calendar import UNIT_DAYS
from assistant.understanding.frame import Condition, Frame
from assistant.understanding.frames import frame_of
from assistant.understanding.intents import choose_tool
from assistant.understanding.items import Item, Reading
from assistant.understanding.polarity import polarity
from assistant.understanding.targets import choose_target
from assistant.understanding.vocabulary import Vocabulary
from assistant.understanding.work import Work
from ingest.entities import RecordType

_HOT = 0.5
_LISTED = (
    "rank_leads",
    "find_records",
    "summarise_records",
    "find_neglected",
    "find_overdue",
    "show_score_changes",
)


def compose(
    reading: Reading, vocabulary: Vocabulary, default: str | None = None, *, force: bool = False
) -> tuple[Frame | None, Work]:
    """The frame of a question, or None where its words name no ability; and what was made of each word.

    `default` is the record type that the conversation is about; `force` says that it is meant, whatever
    other type is named ("which of them have open deals").
    """
    work = Work(reading=reading, vocabulary=vocabulary)
    if force and default is not None:
        work.record_type = default
    else:
        choose_target(work, default)
    if people.are_compared(work):
        named = work.noun is not None and work.record_type != "user"
        work.record_type = work.record_type if named else "opportunity"
        work.group_by.append("owner")
        work.best_sellers = not work.reading.any("measure")
        work.use(*work.unused("cue", "converse"))
    _settle_columns(work)
    _regardless(work)
    groups.find_groups(work)
    presence.presence_conditions(work)
    ranges.range_conditions(work)
    tool = choose_tool(_ahead(work))
    if tool in _LISTED or tool is None or _is_owned_list(work):
        values.value_conditions(work)
        groups.find_asked_group(work)
    measures.find_measures(work)
    groups.find_asked_group(work)
    orders.find_order(work)
    orders.find_limit(work)
    _side_by_side(work)
    times.assign_periods(work)
    _neglect_in(work)
    _met(work)
    _hot_ones(work)
    tool = choose_tool(work)
    if tool is None:
        return None, work
    return frame_of(tool, work), work


def _settle_columns(work: Work) -> None:
    """Of columns that bear one name, leave those of the records spoken of."""
    reading, target = work.reading, work.record_type or "opportunity"
    items = [replace(item, columns=item.columns_for(target)) for item in reading.items]
    work.reading = replace(reading, items=items)
    if work.noun is not None:
        work.noun = items[reading.items.index(work.noun)]


def _is_owned_list(work: Work) -> bool:
    """ "sofia santos, services, qualified": a colleague's records, by nothing but values."""
    valued = [i for i in work.items if i.values and not (i.partial or i.fuzzy or i.concepts or i.name)]
    return bool(valued) and bool(people.colleagues(work)) and not work.reading.any("cue", "about")


def _regardless(work: Work) -> None:
    """ "whatever their status": a field that is not to matter."""
    for mark in work.unused("logic", "regardless"):
        named = [i for i in work.after(mark, steps=2) if i.has("field") or i.columns or i.has("pronoun")]
        work.use(mark, *named)


def _hot_ones(work: Work) -> None:
    """ "how many hot leads": those that are likelier to be won than not."""
    counted = work.measures or work.group_by
    if not counted or work.record_type not in ("lead", "opportunity") or work.order_by == "score":
        return
    if work.reading.any("cue", "hot") and not any(
        i.values for i in work.reading.all("cue", "hot") if not work.free(i)
    ):
        work.add("score", ">=", _HOT)
        work.add("outcome", "is", "open")


def _neglect_in(work: Work) -> None:
    """ "no activity this month" demands it of the month; "neglected leads from May" were created in May."""
    untouched = any(polarity(work)[i.start] for i in work.reading.all("cue", "contacted"))
    silent = untouched or work.reading.any("cue", "neglect")
    item = next((i for i in work.items if i.period is not None and i.period.text), None)
    new = work.reading.any("cue", "new")
    if silent and new and item is not None and item.period is not None and _came_and_silent(work, item):
        return
    if _never(work) or work.period is None or work.days is not None or not silent:
        return
    if not new and (counted := re.fullmatch(r"last (\d+) (day|week|month)s?", work.period)):
        work.days = round(int(counted[1]) * UNIT_DAYS[counted[2]])
        work.period = None
        return
    first = work.reading.tokens[item.start].form if item else ""
    created = new or first in ("from", "aus", "vom", "von", "de", "del")
    if created:
        work.add("created_at", "in", work.period)
        if new and work.record_type in (None, "lead", "opportunity"):
            work.record_type = work.record_type or "lead"
            work.link("activity", [], absent=True)  # what is new cannot have been left alone for long
            work.quiet = True
    elif work.record_type in ("lead", "opportunity", "account", "contact"):
        work.link("activity", [{"field": "at", "op": "in", "value": work.period}], absent=True)
        if work.record_type in ("lead", "opportunity"):
            work.add("outcome", "is", "open")
        work.quiet = True
    else:
        return
    work.period = None


def _came_and_silent(work: Work, came: Item) -> bool:
    """ "created this month, silent for 10 days": when it came, and for how long it was left alone."""
    assert came.period is not None
    durations = [i.period.days for i in work.items if i is not came and i.period and i.period.days]
    if not durations:
        work.period, work.days = came.period.text, None
        return False
    work.add("created_at", "in", came.period.text)
    work.period, work.days = None, durations[0]
    return True


def _side_by_side(work: Work) -> None:
    """ "win rate of GTX versus MG": a figure for each of the values that are compared."""
    figure = bool(work.measures) or work.reading.any("noun", "revenue", "pipeline")
    if work.group_by or not figure or not work.reading.any("cue", "converse"):
        return
    for condition in work.conditions:
        if condition.get("op") == "in" and condition.get("field") not in ("owner", "outcome", None):
            work.use(*work.unused("cue", "converse"))
            work.group_by.append(str(condition["field"]))
            return


def _met(work: Work) -> None:
    """ "who did I speak with last week": people with an activity in the period."""
    met = [i for i in work.reading.all("cue", "contacted") if not polarity(work)[i.start]]
    past = (work.period or "").startswith(("last ", "this ", "yesterday", "today", "since "))
    plain = work.noun is None and not work.reading.any("cue", "priority", "neglect", "voice", "mention")
    if not (met and past and plain and work.reading.any("question", "who")):
        return
    if any(i.name for i in work.items) or work.measures or work.conditions:
        return
    work.record_type = "contact" if work.vocabulary.has(RecordType.CONTACT) else "lead"
    when: Condition = {"field": "at", "op": "in", "value": work.period}
    own: list[Condition] = [{"field": "owner", "op": "is", "value": "me"}] if work.reading.mine else []
    work.use(*work.unused("owner", "me"))
    work.link("activity", [when, *own])
    work.period = None


def _never(work: Work) -> bool:
    """ "never contacted": those without any activity at all."""
    untouched = work.reading.any("cue", "neglect", "contacted")
    if not (work.reading.any("logic", "never") and untouched and work.days is None and work.period is None):
        return False
    work.record_type = work.record_type or "lead"
    if work.record_type not in ("lead", "opportunity", "account", "contact"):
        return False
    work.use(*work.unused("logic", "never"))
    work.link("activity", [], absent=True)
    if work.record_type in ("lead", "opportunity"):
        work.add("outcome", "is", "open")
    work.quiet = True
    return True


def _ahead(work: Work) -> Work:
    """A look ahead at the tool, which says whether values are conditions or part of a topic."""
    ahead = replace(
        work,
        conditions=list(work.conditions),
        measures=list(work.measures),
        group_by=list(work.group_by),
        used=set(work.used),
    )
    measures.find_measures(ahead)
    orders.find_order(ahead)
    return ahead
