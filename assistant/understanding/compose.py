"""From a reading to a frame: each part of the question finds its use, then the tool is chosen."""

from assistant.understanding import conditions, measures, times
from assistant.understanding.frame import Frame
from assistant.understanding.intents import choose_tool, pointed
from assistant.understanding.people import link_names, one_record
from assistant.understanding.items import Reading
from assistant.understanding.targets import choose_target
from assistant.understanding.topics import draft_parts, topic_of
from assistant.understanding.vocabulary import Vocabulary
from assistant.understanding.work import Work

_LISTED = (
    "rank_leads",
    "find_records",
    "summarise_records",
    "find_neglected",
    "find_overdue",
    "show_score_changes",
)


def compose(
    reading: Reading, vocabulary: Vocabulary, default: str | None = None
) -> tuple[Frame | None, Work]:
    """The frame of a question, or None where its words name no ability; and what was made of each word.

    `default` is the record type that the conversation is about.
    """
    work = Work(reading=reading, vocabulary=vocabulary)
    choose_target(work, default)
    measures.find_groups(work)
    conditions.boolean_conditions(work)
    conditions.presence_conditions(work)
    conditions.number_conditions(work)
    tool = choose_tool(_ahead(work))
    if tool in _LISTED or tool is None:
        conditions.value_conditions(work)
        measures.find_asked_group(work)
    measures.find_measures(work)
    measures.find_asked_group(work)
    measures.find_order(work)
    measures.find_limit(work)
    times.assign_periods(work)
    tool = choose_tool(work)
    if tool is None:
        return None, work
    return _frame(tool, work), work


def _ahead(work: Work) -> Work:
    """A look ahead at the tool, which says whether values are conditions or part of a topic."""
    from dataclasses import replace

    ahead = replace(
        work,
        conditions=list(work.conditions),
        measures=list(work.measures),
        group_by=list(work.group_by),
        used=set(work.used),
    )
    measures.find_measures(ahead)
    measures.find_order(ahead)
    return ahead


def _frame(tool: str, work: Work) -> Frame:
    maker = _MAKERS.get(tool, _plain)
    return maker(tool, work)


def _common(tool: str, work: Work) -> Frame:
    conditions.outcome_conditions(work)
    link_names(work)
    conditions.owner_conditions(work)
    _implied(tool, work)
    return Frame(
        tool=tool,
        record_type=work.record_type,
        conditions=tuple(work.conditions),
        period=work.period,
        period_on=work.period_on,
        limit=work.limit,
    )


def _implied(tool: str, work: Work) -> None:
    """What a word says besides the type: the pipeline is open, revenue is won, a customer has bought."""
    reading, target = work.reading, work.record_type
    demanded = work.has_condition("outcome") or any("any" in c for c in work.conditions)
    if target == "opportunity" and not demanded:
        if (
            reading.any("noun", "pipeline")
            or work.period_on == "close_on"
            or reading.any("measure", "weighted_sum")
        ):
            work.add("outcome", "is", "open")
        elif reading.any("noun", "revenue") or reading.any("cue", "bought"):
            work.add("outcome", "is", "won")
        elif reading.any("cue", "due", "stuck"):
            work.add("outcome", "is", "open")
    elif target == "account" and (reading.any("record", "customer") or reading.any("cue", "quote_best")):
        if work.noun is not None and (
            work.noun.has("record", "customer") or work.noun.has("cue", "quote_best")
        ):
            work.add("won_count", ">=", 1)
    active = work.active or (reading.any("cue", "active") and not reading.any("cue", "new"))
    if (
        target in ("lead", "opportunity", "account", "contact")
        and active
        and work.period
        and tool != "rank_leads"
    ):
        work.conditions.append(
            {"some": "activity", "where": [{"field": "at", "op": "in", "value": work.period}]}
        )
        work.period = None


def _plain(tool: str, work: Work) -> Frame:
    return _common(tool, work)


def _rank(tool: str, work: Work) -> Frame:
    work.record_type = work.record_type or "lead"
    if work.reading.any("cue", "priority") and (work.period or "").startswith(("to", "this ", "next ")):
        work.period = None  # when to call, not what happened then
    frame = _common(tool, work)
    kept = tuple(c for c in frame.conditions if c != {"field": "outcome", "op": "is", "value": "open"})
    lowest = work.reading.any("cue", "cold") or work.reading.any("order", "worst") or work.descending is False
    return frame.but(conditions=kept, period_on=None, lowest=lowest)


def _find(tool: str, work: Work) -> Frame:
    frame = _common(tool, work)
    order, down, on = work.order_by, work.descending, frame.period_on
    best = work.reading.any("cue", "quote_best") or work.reading.any("order", "best")
    if best and order is None and work.record_type in ("account", "contact"):
        order, down = "won_amount", True
    if work.record_type == "activity":
        frame = _activities(frame, work)
    if work.record_type == "account" and frame.period and on is None:
        on = None
    return frame.but(order_by=order, descending=down, period_on=on)


def _activities(frame: Frame, work: Work) -> Frame:
    more = []
    kinds = [k for i in work.items if (i is work.noun or work.free(i)) and (k := i.get("kind"))]
    if kinds and not any(c.get("field") == "kind" for c in frame.conditions):
        unique = list(dict.fromkeys(kinds))
        more.append(
            {"field": "kind", "op": "is", "value": unique[0]}
            if len(unique) == 1
            else {"field": "kind", "op": "in", "value": unique}
        )
    direction = next((d for i in work.items if (d := i.get("direction"))), None) or _direction(work)
    if direction:
        more.append({"field": "direction", "op": "is", "value": direction})
    return frame.but(conditions=(*more, *frame.conditions))


def _direction(work: Work) -> str | None:
    """ "emails from Anna" came in, "emails to Anna" went out."""
    if not work.reading.any("kind", "email", "call", "chat"):
        return None
    for item in work.items:
        if item.name is None or item.start == 0 or all(c.ref.type == "user" for c in item.name.candidates):
            continue
        before = work.items[work.items.index(item) - 1]
        if before.has("bound", "from", "to"):
            return "inbound" if before.has("bound", "from") else "outbound"
    return None


def _summarise(tool: str, work: Work) -> Frame:
    frame = _common(tool, work)
    if work.record_type == "activity":
        frame = _activities(frame, work)
    found = work.measures or measures.default_measures(work)
    first = found[0].name
    kept = frame.conditions
    if first in ("win_rate", "conversion_rate"):
        kept = tuple(c for c in kept if c.get("field") != "outcome")
    by_group = any(":" in g for g in work.group_by)
    limit = work.limit
    if limit is None and work.group_by and not by_group and _one_asked(work):
        limit = 1
    return frame.but(
        conditions=kept,
        measures=tuple(found),
        group_by=tuple(work.group_by),
        compare_to=work.compare_to,
        order_by="group" if by_group and work.limit is None else None,
        descending=work.descending if not by_group else None,
        limit=limit,
    )


def _one_asked(work: Work) -> bool:
    """ "which campaign brought the most leads" asks for the split; its first is the answer."""
    return False


def _neglected(tool: str, work: Work) -> Frame:
    if work.record_type not in ("lead", "opportunity", "account"):
        work.record_type = "account" if work.record_type == "contact" else "lead"
    days = work.days
    frame = _common(tool, work)
    kept = tuple(c for c in frame.conditions if c != {"field": "outcome", "op": "is", "value": "open"})
    return frame.but(days=days, period=None, period_on=None, conditions=kept)


def _overdue(tool: str, work: Work) -> Frame:
    work.record_type = "opportunity"
    frame = _common(tool, work)
    kept = tuple(c for c in frame.conditions if c != {"field": "outcome", "op": "is", "value": "open"})
    return frame.but(conditions=kept, period=None, period_on=None)


def _moved(tool: str, work: Work) -> Frame:
    up, down = work.reading.any("cue", "heated"), work.reading.any("cue", "cooled")
    frame = _common(tool, work)
    since = {"last week": "this week", "last month": "this month", "last quarter": "this quarter"}
    base = next((i.period.base for i in work.items if i.period and i.period.base), frame.period)
    period = since.get(base or "", base)
    return frame.but(
        record_type=work.record_type or "lead",
        direction="both" if up == down else "down" if down else None,
        period=period,
        period_on=None,
    )


def _one(tool: str, work: Work) -> Frame:
    record, record_type = one_record(work)
    return Frame(tool=tool, record=record, record_type=record_type, limit=work.limit)


def _similar(tool: str, work: Work) -> Frame:
    outcome = next((o for i in work.items if (o := i.get("outcome"))), None)
    return _one(tool, work).but(outcome={"converted": "won"}.get(outcome or "", outcome), record_type=None)


def _draft(tool: str, work: Work) -> Frame:
    record, record_type = one_record(work)
    parts = draft_parts(work)
    if (
        record is None
        and parts["channel"] == "summary"
        and not pointed(work)
        and not work.reading.any("pronoun")
    ):
        record = "my book"
    return Frame(tool=tool, record=record, record_type=record_type, period=work.period, **parts)


def _search(tool: str, work: Work) -> Frame:
    record, _ = one_record(work, only_named=True)
    cue = work.reading.first("cue", "voice", "mention")
    if cue is not None and work.noun is not None and work.noun.start > cue.start:
        work.noun = work.record_type = None  # "asked for a demo": what was talked about
    topic = topic_of(work)
    kind = work.record_type if work.noun is not None else None
    listed = kind if kind in ("lead", "opportunity", "account", "contact") and record is None else None
    return _of_activities(tool, work).but(topic=topic, record=record, record_type=listed)


def _of_activities(tool: str, work: Work) -> Frame:
    """What is demanded of activities, and of the records that they are about."""
    target = work.record_type
    work.record_type = "activity"
    conditions.value_conditions(work, prefer=target)
    conditions.owner_conditions(work)
    work.record_type = target
    frame = Frame(
        tool=tool,
        record_type="activity",
        conditions=tuple(work.conditions),
        period=work.period,
        limit=work.limit,
    )
    return _activities(frame, work) if target == "activity" else frame


def _over_time(tool: str, work: Work) -> Frame:
    record, _ = one_record(work)
    return Frame(tool=tool, period=work.period, record=record)


def _topics(tool: str, work: Work) -> Frame:
    frame = _of_activities(tool, work)
    return frame.but(record_type=None)


def _cross_sell(tool: str, work: Work) -> Frame:
    record, _ = one_record(work)
    product = next((v.value for i in work.items for v in i.values if v.field == "product"), None)
    return Frame(tool=tool, product=product, record=record, limit=work.limit)


_MAKERS = {
    "rank_leads": _rank,
    "find_records": _find,
    "summarise_records": _summarise,
    "find_neglected": _neglected,
    "find_overdue": _overdue,
    "show_score_changes": _moved,
    "describe_record": _one,
    "explain_score": _one,
    "find_similar": _similar,
    "write_draft": _draft,
    "search_activities": _search,
    "show_changes": _over_time,
    "list_next_steps": _over_time,
    "find_topics": _topics,
    "find_cross_sell": _cross_sell,
}
