"""The request for each tool, out of what the question's words came to."""

from assistant.understanding import measures, outcomes, people, values
from assistant.understanding.frame import Frame
from assistant.understanding.intents import has_name, moved_one, pointed
from assistant.understanding.latest import last_one, of_kinds
from assistant.understanding.people import link_names, one_record
from assistant.understanding.portions import as_share, is_share
from assistant.understanding.themes import theme_of
from assistant.understanding.topics import draft_parts, is_passive, topic_of
from assistant.understanding.work import Work
from ingest.entities import RecordType


def _common(tool: str, work: Work) -> Frame:
    outcomes.outcome_conditions(work)
    link_names(work)
    people.owner_conditions(work)
    outcomes.implied_outcome(work)
    _active(tool, work)
    _in_either(tool, work)
    return Frame(
        tool=tool,
        record_type=work.record_type,
        conditions=tuple(work.conditions),
        period=work.period,
        period_on=work.period_on,
        limit=work.limit,
    )


def _in_either(tool: str, work: Work) -> None:
    """Several periods as one condition, on the date that a period is about."""
    if not (work.either and work.period) or tool == "rank_leads":
        return
    closed = any(c.get("field") == "outcome" and c.get("value") != "open" for c in work.conditions)
    rated = any(m.name == "win_rate" for m in work.measures)
    usual = "at" if work.record_type == "activity" else "closed_at" if closed or rated else "created_at"
    on = work.period_on or usual
    work.conditions.append(
        {"any": [{"field": on, "op": "in", "value": p} for p in (work.period, *work.either)]}
    )
    work.period = work.period_on = None


def _active(tool: str, work: Work) -> None:
    """ "active leads this week": those with an activity in the period."""
    active = work.active or (work.reading.any("cue", "active") and not work.reading.any("cue", "new"))
    if active and work.period and tool != "rank_leads" and work.record_type != "activity":
        work.link("activity", [{"field": "at", "op": "in", "value": work.period}])
        work.period = None


def _plain(tool: str, work: Work) -> Frame:
    return _common(tool, work)


def _in_danger(tool: str, work: Work) -> Frame:
    """Which deals may be lost, the least likely first; of customers, what they are to renew."""
    leaving = work.reading.any("cue", "leave") or work.record_type == "account"
    period = next((i.period.planned for i in work.items if i.period and i.period.planned), None)
    work.record_type, work.period, work.period_on = "opportunity", None, None
    work.conditions = [c for c in work.conditions if "some" not in c and "none" not in c]
    people.owner_conditions(work)
    if period:
        work.add("close_on", "in", period)
    if leaving and (renewal := work.vocabulary.value_like(RecordType.OPPORTUNITY, "type", "renewal")):
        work.add("type", "is", renewal)
    return Frame(
        tool=tool,
        record_type="opportunity",
        conditions=tuple(work.conditions),
        limit=work.limit,
        lowest=True,
    )


def _rank(tool: str, work: Work) -> Frame:
    if work.reading.any("cue", "leave", "risk") and work.record_type != "lead":
        return _in_danger(tool, work)
    work.record_type = work.record_type or "lead"
    asked = work.reading.any("cue", "priority") or (
        work.reading.any("cue", "call_verb") and work.noun is None
    )
    if asked and (work.period or "").startswith(("to", "this ", "next ")):
        work.period = None  # when to call, not what happened then
    frame = _common(tool, work)
    kept = tuple(c for c in frame.conditions if c != {"field": "outcome", "op": "is", "value": "open"})
    lowest = (
        work.reading.any("cue", "cold", "risk")
        or work.reading.any("order", "worst")
        or work.descending is False
    )
    return frame.but(conditions=kept, period_on=None, lowest=lowest)


def _find(tool: str, work: Work) -> Frame:
    frame = _common(tool, work)
    order, down, on = work.order_by, work.descending, frame.period_on
    if work.longest_silent and work.record_type in ("lead", "opportunity"):
        open_ = {"field": "outcome", "op": "is", "value": "open"}
        frame = frame.but(conditions=(*(c for c in frame.conditions if c != open_), open_))
    best = work.reading.any("cue", "quote_best") or work.reading.any("order", "best")
    if best and order is None and work.record_type in ("account", "contact"):
        order, down = "won_amount", True
    if work.record_type == "activity":
        frame = of_kinds(frame, work)
    if order is None and (latest := last_one(work)):
        closed = work.reading.any("outcome", "won", "lost", "closed", "converted")
        order = "at" if work.record_type == "activity" else "closed_at" if closed else "created_at"
        down = True
        frame = frame.but(limit=frame.limit or latest)
    return frame.but(order_by=order, descending=down, period_on=on)


def _split_in_two(work: Work) -> None:
    """ "split our deals into renewals and new business": a split by the field of these values."""
    if not work.reading.any("group", "split") or work.group_by:
        return
    work.use(*work.unused("compare", "between"))
    for condition in work.conditions:
        if condition.get("op") == "in" and condition.get("field") not in ("owner", "outcome", None):
            work.conditions.remove(condition)
            work.group_by.append(str(condition["field"]))
            return


def _summarise(tool: str, work: Work) -> Frame:
    if work.reading.any("cue", "overdue") and work.record_type == "opportunity":
        work.add("outcome", "is", "open")
        work.add("close_on", "<", "today")
    _split_in_two(work)
    frame = _common(tool, work)
    if work.record_type == "activity":
        frame = of_kinds(frame, work)
    found = work.measures or measures.default_measures(work)
    first = found[0].name
    kept = frame.conditions
    if first in ("win_rate", "conversion_rate"):
        kept = tuple(c for c in kept if c.get("field") != "outcome")
    by_group = any(":" in g for g in work.group_by)
    made = frame.but(
        conditions=kept,
        measures=tuple(found),
        group_by=tuple(work.group_by),
        compare_to=work.compare_to,
        order_by="group" if by_group and work.limit is None else None,
        descending=work.descending if not by_group else None,
        limit=work.limit,
    )
    return as_share(made, work) if is_share(work) else made


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
    if moved_one(work):
        record, _ = one_record(work)
        return Frame(tool=tool, record=record, period=work.period)
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


def _day(tool: str, work: Work) -> Frame:
    return Frame(tool=tool, period=work.period)


def _unanswered(tool: str, work: Work) -> Frame:
    """The messages where they are asked for, else the people who wrote them."""
    noun = work.noun
    kind = work.record_type if noun is not None and not noun.has("record", "person", "customer") else None
    frame = _of_activities(tool, work)
    return frame.but(
        record_type=kind if kind in ("activity", "lead", "contact") else None,
        by="them" if work.reading.any("cue", "unreplied") else None,
    )


def _next_talk(work: Work) -> str | None:
    """ "my next call", "tomorrow's meeting": a planned talk instead of a record."""
    talk = work.reading.first("kind", "call", "meeting")
    if talk is None or pointed(work) or work.reading.any("pronoun"):
        return None
    return f"next {talk.get('kind')}"


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
    if record is None and parts["channel"] == "call":
        record = _next_talk(work)
    period = work.period if parts["channel"] == "summary" or (record or "").startswith("next ") else None
    return Frame(tool=tool, record=record, record_type=record_type, period=period, **parts)


def _search(tool: str, work: Work) -> Frame:
    record, _ = one_record(work, only_named=True)
    cue = work.reading.first("cue", "voice", "mention")
    passive = cue is not None and is_passive(work, cue)
    if cue is not None and work.noun is not None and work.noun.start > cue.start and not passive:
        work.noun = work.record_type = None  # "asked for a demo": what was talked about
    topic = topic_of(work)
    kind = work.record_type if work.noun is not None else None
    if work.noun is not None and work.noun.has("record", "person"):
        kind = None  # "has anyone mentioned …"
    listed = kind if kind in ("lead", "opportunity", "account", "contact") and record is None else None
    return _of_activities(tool, work).but(topic=topic, record=record, record_type=listed)


def _of_activities(tool: str, work: Work) -> Frame:
    """What is demanded of activities, and of the records that they are about."""
    target = work.record_type
    work.record_type = "activity"
    values.value_conditions(work, prefer=target)
    people.owner_conditions(work)
    work.record_type = target
    frame = Frame(
        tool=tool,
        record_type="activity",
        conditions=tuple(work.conditions),
        period=work.period,
        limit=work.limit,
    )
    return of_kinds(frame, work) if target == "activity" else frame


def _over_time(tool: str, work: Work) -> Frame:
    record, _ = one_record(work)
    return Frame(tool=tool, period=work.period, record=record)


def _next_steps(tool: str, work: Work) -> Frame:
    """What is planned: of a colleague or of a record, and which kinds of it."""
    work.record_type = "activity"
    record: str | None = None
    if people.colleagues(work) or not has_name(work):
        people.owner_conditions(work)
    else:
        record, _ = one_record(work)
    frame = Frame(tool=tool, period=work.period, record=record, conditions=tuple(work.conditions))
    return of_kinds(frame, work)


def _topics(tool: str, work: Work) -> Frame:
    frame = _of_activities(tool, work)
    theme = theme_of(work.reading)
    # The word for the theme may be a column's, too ("competitors"): it demands nothing of that column.
    kept = tuple(c for c in frame.conditions if not (theme and c.get("op") == "is not empty"))
    return frame.but(record_type=None, topic=theme, conditions=kept)


def _cross_sell(tool: str, work: Work) -> Frame:
    record, _ = one_record(work)
    product = next((v.value for i in work.items for v in i.values if v.field == "product"), None)
    return Frame(tool=tool, product=product, record=record, limit=work.limit)


def _users(tool: str, work: Work) -> Frame:
    """Who reports to the speaker or to a colleague; all of a team, through any number of levels."""
    named = people.colleagues(work)
    whose = named[0].name.text if named and named[0].name else "me"
    work.use(*named)
    direct = work.reading.any("cue", "reports_to")
    manager = whose if direct else "my team"
    return Frame(
        tool="find_records",
        record_type="user",
        conditions=({"field": "manager", "op": "is", "value": manager},),
    )


_MAKERS = {
    "find_users": _users,
    "rank_leads": _rank,
    "find_records": _find,
    "summarise_records": _summarise,
    "find_neglected": _neglected,
    "find_overdue": _overdue,
    "show_score_changes": _moved,
    "describe_record": _one,
    "explain_score": _one,
    "find_similar": _similar,
    "find_unanswered": _unanswered,
    "plan_day": _day,
    "write_draft": _draft,
    "search_activities": _search,
    "show_changes": _over_time,
    "list_next_steps": _next_steps,
    "find_topics": _topics,
    "find_cross_sell": _cross_sell,
}


def frame_of(tool: str, work: Work) -> Frame:
    """The request for one tool, out of all that was understood."""
    maker = _MAKERS.get(tool, _plain)
    return maker(tool, work)
