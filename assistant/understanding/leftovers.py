"""Words that were understood one by one and found no place in the request: it would answer another question.

"Customers with more than average orders" must not be answered as "customers".
"""

from assistant.understanding.fields import DOWN, OWN
from assistant.understanding.frame import Condition, Frame
from assistant.understanding.items import Item
from assistant.understanding.targets import noun_type
from assistant.understanding.values import is_value
from assistant.understanding.work import Work

_COMPARED = ("gt", "ge", "lt", "le", "between", "contains")
_ORDERED = ("most", "fewest", "highest", "lowest", "longest", "shortest", "best", "worst")
_NEGATIVE = ("is not", "not in", "is empty", "does not contain", "<=", "<")


def leftovers(work: Work, frame: Frame) -> list[Item]:
    """The items that would have changed the request and did not."""
    negated = any(_is_negative(c) for c in frame.conditions) or work.reading.any("cue", "neglect")
    return [i for i in work.items if work.free(i) and _matters(work, frame, i, negated=negated)]


def _is_negative(condition: Condition) -> bool:
    if "none" in condition:
        return True
    return condition.get("op") in _NEGATIVE or condition.get("value") in ("false", "open", "lost")


def _matters(work: Work, frame: Frame, item: Item, *, negated: bool) -> bool:
    if item.number is not None and item.period is None and not item.concepts:
        return True
    if item.has("compare", *_COMPARED) and not item.filler and not item.has("stop"):
        beside = [*work.after(item, steps=1), *work.before(item, steps=1)]
        return not any(i.period is not None for i in beside)
    if (
        item.has("logic", "not", "without")
        and not negated
        and not (item is _first(work) and item.has("talk", "no"))
    ):
        return True
    if item.name is not None or (item.values and not item.partial and is_value(work, item)):
        return True
    if item.has("order", *_ORDERED) and frame.tool != "rank_leads" and not item.has("stop"):
        return frame.order_by is None and not frame.group_by
    if item.has("size", "biggest", "smallest"):
        return True
    if item.has("cue", "about") and item.has("compare", "around"):
        return not any(i.name is not None for i in work.after(item, steps=1))
    if item.has("group", "trend") and not item.filler and not item.has("measure"):
        return True
    if item.has("group", "by") and not item.has("stop") and not item.has("bound"):
        return frame.tool == "summarise_records" and not frame.group_by
    return _other_records(work, item) or _other_field(work, frame, item)


def _first(work: Work) -> Item | None:
    return next(iter(work.reading.content()), None)


def _other_records(work: Work, item: Item) -> bool:
    """Records further down that nothing is demanded of: "customers who placed orders"."""
    if item.has("field") or item.has("stop") or item.has("draft") or not item.has("record"):
        return False
    kind = noun_type(work, item)
    return (
        kind is not None
        and work.record_type is not None
        and kind in DOWN[work.record_type]
        and kind != "activity"
    )


def _other_field(work: Work, frame: Frame, item: Item) -> bool:
    """A field after the records, or beside a figure, that is neither counted, split by nor demanded."""
    named = [c for c in item.columns if not item.partial]
    if not (named or (item.has("field") and len(item.concepts) == 1)):
        return False
    if any(not work.free(i) and set(named) & set(i.columns) for i in work.items if i is not item):
        return False  # said again in other words: "大区（regional office）"
    if item.has("field", "name", "company", "owner", "email", "phone", "title"):
        return False
    beside = [*work.before(item, steps=2), *work.after(item, steps=1)]
    if any(i.values and not work.free(i) for i in beside):
        return False  # "in Colorado state"
    after = work.noun is not None and item.start > work.noun.start
    name = item.get("field")
    if name and work.record_type and name not in OWN[work.record_type] and after:
        return True
    return frame.tool == "summarise_records" or (after and bool(named))
