"""Which ability a question asks for, from the words that give it away."""

from assistant.understanding.items import Item
from assistant.understanding.people import colleagues, strange_name
from assistant.understanding.polarity import polarity
from assistant.understanding.themes import theme_of
from assistant.understanding.topics import only_values
from assistant.understanding.values import field_beside
from assistant.understanding.work import Work

_SELF = frozenset({"me", "mich", "mir", "mi", "我"})
_SCORED = ("lead", "opportunity")
_ANSWERED = ("activity", "lead", "contact", "account")


def choose_tool(work: Work) -> str | None:
    """The tool that the words point to, or None where they do not say."""
    for tool, asks in _RULES:
        if asks(work):
            return tool
    return None


def _subject(work: Work) -> bool:
    """Whether the question is about one record: named, or pointed at."""
    return has_name(work) or work.reading.any("pronoun") or bool(pointed(work))


def has_name(work: Work) -> bool:
    """Whether some record is named."""
    return any(i.name is not None and not i.held for i in work.items)


def pointed(work: Work) -> list[Item]:
    """ "the second one", "the other one"."""
    found = []
    for item in work.items:
        if not item.has("position") or _says_when(work, item):
            continue
        following = next(work.after(item, steps=1), None)
        if following is None or not (following.period or following.number or following.has("unit")):
            found.append(item)
    return found


def _says_when(work: Work, item: Item) -> bool:
    """ "whom should I call first": when to do it, and no record of a list."""
    before = next(work.before(item, steps=1), None)
    return item.has("position", "1") and before is not None and before.has("cue", "priority", "call_verb")


def _draft(work: Work) -> bool:
    reading = work.reading
    verb = reading.first("cue", "draft")
    if verb is not None and not reading.any("cue", "neglect", "unanswered"):
        imperative = all(
            i.filler
            or i.has("owner", "addressee")
            or i.has("talk")
            or i.has("follow")
            or i.has("language")
            or i.has("pronoun", "it", "him", "her", "them")
            or i.name
            or i.has("position")
            or i.sign
            for i in work.items
            if i.start < verb.start
        )
        if imperative and (reading.any("draft") or _subject(work)):
            return True
        if reading.any("draft") and imperative:
            return True
    if reading.any("cue", "prepare") and (_subject(work) or reading.any("kind", "meeting", "call")):
        return True
    if reading.any("cue", "summary"):
        whose = reading.any("noun", "book") or reading.any("owner", "me") or any(i.period for i in work.items)
        return _subject(work) or whose
    channel = reading.first("draft", "email", "message") or reading.first("kind", "email", "call")
    if channel is None or not _subject(work) or reading.any("question") or reading.any("direction"):
        return False
    if channel.text.lower().endswith("s") or any(i.period for i in work.items):
        return False  # several mails are looked up, not written
    rest = [i for i in work.items if i.start < channel.start and i.content]
    if channel.has("kind", "call") and any(i.name for i in rest):
        return False  # "Anna's calls", "Anna的电话"
    said = ("follow", "pronoun", "position", "talk", "tone")
    return all(any(i.has(g) for g in said) or i.has("owner", "addressee") or i.name for i in rest)


def _day(work: Work) -> bool:
    """ "start my day", with nothing else asked."""
    return work.reading.any("cue", "day") and work.noun is None and not _subject(work)


def _unanswered(work: Work) -> bool:
    reading = work.reading
    said = reading.any("cue", "unanswered", "unreplied") and not reading.any("cue", "neglect")
    return said and not reading.any("measure") and work.record_type in (None, *_ANSWERED)


def _explain(work: Work) -> bool:
    reading = work.reading
    if reading.any("cue", "priority") and not _subject(work):
        return False  # "whom should I call first, and why": each ranked record has its reasons
    if moved_one(work):
        return False
    if reading.any("question", "why"):
        return not reading.any("measure") and (
            _subject(work)
            or len([i for i in work.items if not i.filler]) <= 3
            or reading.any("cue", "explain", "risk", "heated", "cooled", "hot", "cold")
            or reading.any("field", "score")
        )
    if reading.any("cue", "risk") and _subject(work):
        return True
    marks = [i for i in reading.all("cue", "explain") if work.free(i) and not _rates(work, i)]
    return bool(marks) and (_subject(work) or work.record_type in _SCORED)


def _rates(work: Work, item: Item) -> bool:
    """ "leads rated hot": a column of that name, with its value."""
    fields = {(c.type, c.field) for c in item.columns}
    beside = [*work.before(item, steps=1), *work.after(item, steps=1)]
    return any((v.type, v.field) in fields for other in beside for v in other.values)


def moved_one(work: Work) -> bool:
    """ "why did she drop": what moved one record's score."""
    moved = work.reading.any("cue", "heated", "cooled", "score_moved")
    if work.reading.any("cue", "explain") and not work.reading.any("question", "why"):
        return False  # "what would improve her chance"
    return moved and work.noun is None and (has_name(work) or bool(pointed(work)) or _one_meant(work))


def _one_meant(work: Work) -> bool:
    """ "her", "it", "this deal": one record that was spoken of."""
    return work.reading.any("pronoun", "him", "her", "it", "this_lead", "this_opportunity")


def _moved(work: Work) -> bool:
    if moved_one(work):
        return not work.reading.any("measure")
    if not work.reading.any("cue", "heated", "cooled", "score_moved"):
        return False
    return work.record_type in (*_SCORED, None) and not work.reading.any("measure")


def _overdue(work: Work) -> bool:
    passed = work.reading.any("cue", "passed") and work.reading.any("field", "close_on")
    late = passed or work.reading.any("cue", "overdue")
    return late and work.record_type in ("opportunity", None) and not work.group_by


def _reports(work: Work) -> bool:
    """ "who reports to Tom", "who is on my team": users, by whom they report to."""
    reading = work.reading
    if reading.any("measure") or reading.any("order") or work.group_by:
        return False
    if reading.any("cue", "reports_to") and reading.any("question", "who", "which", "list"):
        return bool(colleagues(work)) or any(t.form in _SELF for t in reading.tokens)
    listed = reading.any("question", "list", "who") and reading.any("owner", "team")
    said = [i for i in work.items if i.content and not i.has("owner") and not i.has("question")]
    return listed and not said


def _neglected(work: Work) -> bool:
    if work.quiet or work.longest_silent:
        return False  # "no activity this month" is a condition, "the longest silent" an order
    untouched = any(polarity(work)[i.start] for i in work.reading.all("cue", "contacted"))
    return (
        (work.reading.any("cue", "neglect") or untouched)
        and work.record_type in ("lead", "opportunity", "account", "contact", None)
        and not work.group_by
    )


def _similar(work: Work) -> bool:
    for mark in work.reading.all("cue", "similar"):
        if mark.has("pronoun"):
            return True  # "like her"
        if work.noun is not None and work.noun.start > mark.start and not has_name(work):
            return True  # "similar won deals": like the one that is spoken of
        beside = [*work.after(mark, steps=2), *work.before(mark, steps=2)]
        if any(i.name is not None or i.has("pronoun") or i.has("position") for i in beside):
            return True
    return False


def _cross_sell(work: Work) -> bool:
    marks = work.reading.all("cue", "cross_sell")
    values = [i for i in marks if i.values and _narrows(work, i)]
    return marks != values


def _narrows(work: Work, item: Item) -> bool:
    """ "upgrade deals", "without the upgrades": a value that narrows a list."""
    before = next(work.before(item, steps=1), None)
    told = before is not None and (before.has("logic") or before.has("follow"))
    return told or not work.free(item) or any(n is work.noun for n in work.after(item, steps=1))


def _topics(work: Work) -> bool:
    reading = work.reading
    if reading.any("order", "highest"):
        return False
    often = reading.any("order", "most") and work.noun is None and not has_name(work)
    return reading.any("cue", "topics") or (often and theme_of(reading) is not None)


def _next_steps(work: Work) -> bool:
    reading = work.reading
    if work.record_type == "activity" and not reading.any("measure") and _is_ahead(work):
        return True
    has = reading.any("question", "what") and reading.any("logic", "with") and colleagues(work)
    if has and work.noun is None and _is_ahead(work, of=True):
        return True
    if _is_column_of_deal(work):
        return False
    coming = reading.any("field", "next_activity_at") or reading.any("cue", "next_steps")
    asked = has_name(work) or (bool(reading.mine) and reading.any("question", "when", "what", "who"))
    if coming and asked and work.noun is None:
        return True
    if not reading.any("cue", "next_steps") or any("next_activity_at" in str(c) for c in work.conditions):
        return False
    return (work.record_type in (None, "activity") and not reading.any("measure")) or not work.record_type


def _is_column_of_deal(work: Work) -> bool:
    """ "the next step of the Acme renewal", where the deals have a column for it: their profile says it."""
    named = {str(c.ref.type) for i in work.items if i.name for c in i.name.candidates}
    held = {str(c.type) for i in work.reading.all("cue", "next_steps") for c in i.columns}
    return bool(named) and named <= held


def _is_ahead(work: Work, *, of: bool = False) -> bool:
    """Activities of a period to come, or of today where the speaker asks what they have."""
    texts = [i.period.text or "" for i in work.items if i.period is not None]
    if any(t.startswith(("next ", "tomorrow")) for t in texts):
        return True
    return "today" in texts and (of or bool(work.reading.mine))


def _changes(work: Work) -> bool:
    return work.reading.any("cue", "changes") and not work.reading.any("measure")


def _search(work: Work) -> bool:
    reading = work.reading
    marks = [
        i
        for i in reading.all("cue", "mention", "voice")
        if not (_own_wish(work, i) or _means_value(work, i) or _leads_to_date(work, i))
    ]
    if reading.any("question", "how_long") and reading.any("measure", "average", "median"):
        return False
    if reading.any("cue", "interest") and (work.group_by or (has_name(work) and reading.any("field"))):
        return False  # what they are interested in is a column
    if not (marks or _topic_of_activities(work)) or only_values(work):
        return False
    if reading.any("cue", "mood") and has_name(work) and work.noun is None:
        return False  # "is Acme happy with us" is answered by all that they said
    pointing = has_name(work) or reading.any("pronoun", "him", "her", "it", "them")
    return bool(not pointing or _told(work))


def _topic_of_activities(work: Work) -> bool:
    """ "emails about the security review", "calls where pricing came up"."""
    if work.record_type != "activity" or work.noun is None or work.reading.any("measure"):
        return False
    marks = [i for i in work.items if i.start > work.noun.start and _introduces(i)]
    if not marks:
        return False
    after = [
        i
        for i in work.items
        if i.start > marks[0].start and i.content and i.name is None and i.period is None
    ]
    return any(i.unknown or i.has("field") or i.partial or i.has("cue", "voice") for i in after)


def _introduces(item: Item) -> bool:
    return (
        item.has("cue", "about", "concerning")
        or item.has("compare", "around")
        or item.has("question", "where")
    )


def _means_value(work: Work, item: Item) -> bool:
    """ "status Cancelled": a value where its field stands beside it, or that is written as one."""
    written = item.capital and item.start > 0 and any(v.value == item.text for v in item.values)
    return written or any(field_beside(work, item, v) is not None for v in item.values)


def _leads_to_date(work: Work, item: Item) -> bool:
    """ "proposals that need a follow-up next week": a column of dates, and no talk."""
    following = next(work.after(item, steps=1), None)
    return following is not None and bool(following.columns) and not work.free(following)


def _own_wish(work: Work, item: Item) -> bool:
    """ "I need to …": what the speaker wants, and nothing that a customer said."""
    before = next(work.before(item, steps=1), None)
    own = before is not None and before.has("owner", "me") and before.end in (item.start, item.start - 1)
    return own and not has_name(work)


def _told(work: Work) -> list[Item]:
    """What was talked about, besides the verb: without it a record's profile is asked for."""
    apart = ("question", "pronoun", "owner", "record", "logic", "follow")
    told = [i for i in work.items if i.content and i.name is None and i.period is None]
    return [
        i for i in told if not i.has("cue", "mention", "about", "wants") and not any(i.has(g) for g in apart)
    ]


def _ranked(work: Work) -> bool:
    reading = work.reading
    leaving = work.record_type == "account" and reading.any("cue", "leave", "risk")
    if work.record_type not in (*_SCORED, None) and not leaving:
        return False
    if reading.any("measure") or work.group_by or work.order_by not in (None, "score"):
        return False
    if reading.any("cue", "leave") and work.record_type in ("account", "opportunity"):
        return True
    if reading.any("cue", "risk"):
        return True
    if any(not (i.values and not work.free(i)) for i in reading.all("cue", "hot", "cold", "priority")):
        return (
            work.record_type is not None
            or reading.any("question", "who", "which", "what")
            or reading.any("cue", "priority")
            or reading.any("owner")
        )
    calling = reading.any("question", "who") and reading.any("cue", "call_verb") and bool(reading.mine)
    if calling and not any(reading.any("logic", g) for g in ("not", "without")) and not work.noun:
        return not any(
            i.period and not (i.period.text or "").startswith(("to", "this", "next")) for i in work.items
        )
    best = reading.any("order", "best", "worst") and work.order_by is None
    return (best and work.record_type in _SCORED) or (work.order_by == "score" and not reading.any("outcome"))


def _summarised(work: Work) -> bool:
    if not (work.measures or work.group_by or work.compare_to or work.reading.any("group", "split")):
        return False
    return work.record_type is not None


def _found(work: Work) -> bool:
    if work.record_type is None or _asks_about(work):
        return False
    sold = work.reading.any("cue", "bought", "sold")
    owned = any(c.get("field") not in ("owner", None) for c in work.conditions) and bool(colleagues(work))
    return not (has_name(work) and work.noun is None) or sold or owned


def _asks_about(work: Work) -> bool:
    """ "tell me about Acme": the name stands right beside the words for it."""
    for mark in work.reading.all("cue", "about"):
        beside = [*work.after(mark, steps=1), *work.before(mark, steps=1)]
        if any(i.name is not None or i.has("position") or i.has("pronoun") for i in beside):
            return True
    return False


def _described(work: Work) -> bool:
    return _subject(work) or (work.reading.any("cue", "about") and strange_name(work) is not None)


_RULES = (
    ("plan_day", _day),
    ("find_unanswered", _unanswered),
    ("write_draft", _draft),
    ("find_users", _reports),
    ("explain_score", _explain),
    ("show_score_changes", _moved),
    ("find_similar", _similar),
    ("find_cross_sell", _cross_sell),
    ("find_overdue", _overdue),
    ("find_neglected", _neglected),
    ("show_changes", _changes),
    ("find_topics", _topics),
    ("search_activities", _search),
    ("list_next_steps", _next_steps),
    ("rank_leads", _ranked),
    ("summarise_records", _summarised),
    ("find_records", _found),
    ("describe_record", _described),
)
