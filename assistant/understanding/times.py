"""Which period is meant for what: created, closed, due, active, compared with."""

from itertools import pairwise

from assistant.understanding.items import Item
from assistant.understanding.outcomes import is_due
from assistant.understanding.periods import Period
from assistant.understanding.work import Work

_AHEAD = ("next ", "tomorrow")


def assign_periods(work: Work) -> None:
    """Give the periods of the question their part; durations become days."""
    spans = [i for i in work.items if i.period is not None and work.free(i)]
    for item in spans:
        assert item.period is not None
        if item.period.days is not None and work.days is None:
            work.days = item.period.days
    spans = [i for i in spans if i.period is not None and i.period.text is not None]
    if not spans:
        _compare_previous(work, None)
        return
    _compare_previous(work, spans)
    if not spans:
        return
    first = spans[0]
    work.use(*spans)
    _either(work, spans)
    assert first.period is not None
    due = _is_due(work, first.period)
    work.period = first.period.planned if due else first.period.text
    work.period_on = _role(work, first, due)


def _either(work: Work, spans: list[Item]) -> None:
    """ "yesterday or today", "in Q1 and Q3": each period is asked for."""
    for one, other in pairwise(spans):
        between = [i for i in work.items if one.start < i.start < other.start and not i.filler]
        if not between or not all(i.has("logic", "or", "and") or i.has("follow", "and") for i in between):
            return
        assert other.period is not None
        work.use(*between)
        work.either.append(other.period.text or "")


def _is_due(work: Work, period: Period) -> bool:
    """Whether a planned date is asked for."""
    if work.record_type not in ("opportunity", None):
        return False
    reading = work.reading
    ahead = (period.text or "").startswith(_AHEAD)
    if ahead or reading.any("field", "close_on") or any(is_due(work, i) for i in work.items):
        return True
    due = [i for i in reading.all("cue", "due") if not i.has("outcome")]
    if any(not (i.values and reading.any("outcome", "won", "lost")) for i in due):
        return True
    open_business = reading.any("noun", "pipeline") or reading.any("measure", "weighted_sum")
    return open_business and not (reading.any("cue", "new") or reading.any("field", "created_at"))


def _role(work: Work, item: Item, due: bool) -> str | None:
    """The date that the period is about, where it is not the usual one of the record type."""
    reading = work.reading
    if due and work.record_type == "opportunity":
        return "close_on"
    if work.record_type == "activity":
        return None
    closed = any(not i.has("outcome", "open") for i in reading.all("outcome"))
    created = reading.any("cue", "new") or reading.any("field", "created_at")
    if created and closed and not _nearer(work, item, created=True):
        return None
    if created:
        return "created_at" if closed else None
    if reading.any("field", "last_activity_at") and work.record_type != "user":
        return "last_activity_at"
    if reading.any("field", "closed_at"):
        return "closed_at"
    return None


def _nearer(work: Work, item: Item, *, created: bool) -> bool:
    """Whether the word for creating stands nearer to the period than the one for closing."""

    def distance(test: str) -> int:
        marks = [
            i
            for i in work.items
            if (i.has("cue", "new") or i.has("field", "created_at")) == (test == "created")
        ]
        if test == "closed":
            marks = [i for i in work.items if i.has("outcome")]
        return min((abs(i.start - item.start) for i in marks), default=999)

    return distance("created") <= distance("closed") if created else distance("closed") <= distance("created")


def _compare_previous(work: Work, spans: list[Item] | None) -> None:
    """ "compared with last quarter", "against the month before"."""
    marks = work.unused("cue", "converse")
    previous = work.unused("cue", "previous_period")
    if previous and (marks or work.reading.any("group", "trend") or work.measures):
        work.use(*marks, *previous)
        work.compare_to = "previous"
        if spans is not None:
            said = next((i.period.text for i in previous if i.period and i.period.text), None)
            spans[:] = [i for i in spans if i not in previous]
            if not spans and said and said.startswith("last "):
                work.period = "this " + said.removeprefix("last ")
        return
    if not marks or not spans:
        return
    mark = marks[0]
    if len(spans) == 1 and spans[0].start > mark.start and work.group_by:
        work.use(mark)
        return  # "compare won deals per rep this quarter" compares the reps
    after = [i for i in spans if i.start > mark.start]
    before = [i for i in spans if i.start < mark.start]
    if after and before:
        other, kept = after[0], before
    elif len(after) >= 2:
        listed = any(i.has("logic", "and") for i in work.items if after[0].start < i.start < after[1].start)
        kept, other = (
            ([after[1]], after[0]) if listed and not _is_later(after[0], after[1]) else (after[:1], after[1])
        )
    elif after:
        other, kept = after[0], []
    elif len(before) >= 2:
        other, kept = before[1], before[:1]  # "这个月和上个月相比"
    else:
        return
    work.use(mark, other)
    assert other.period is not None
    text = other.period.text or ""
    work.compare_to = text
    spans[:] = kept or spans
    if not kept:
        unit = text.removeprefix("last ")
        if text.startswith("last ") and unit in ("week", "month", "quarter", "year"):
            work.period, work.compare_to = f"this {unit}", "previous"
        spans[:] = [i for i in spans if i is not other]
    elif kept[0].period and _is_previous(kept[0].period.text or "", text):
        work.compare_to = "previous"


def _is_later(one: Item, other: Item) -> bool:
    """Whether the first of two periods is the later one."""
    a, b = ((i.period.text if i.period else None) or "" for i in (one, other))
    return a.startswith("this ") or (a[:4].isdigit() and b[:4].isdigit() and a > b)


def _is_previous(period: str, other: str) -> bool:
    return period.startswith("this ") and other == "last " + period.removeprefix("this ")
