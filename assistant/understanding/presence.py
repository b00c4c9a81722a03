"""What records have or lack: "without a next step", "with a phone number", "no open deals"."""

from assistant.understanding.fields import DOWN, OWN, path, path_of
from assistant.understanding.frame import Condition
from assistant.understanding.items import Item
from assistant.understanding.polarity import polarity
from assistant.understanding.targets import noun_type
from assistant.understanding.values import field_beside
from assistant.understanding.work import Work

_BEHIND = frozenset({"以外", "之外", "外"})  # Chinese closes an exception: "除了零售以外"


def presence_conditions(work: Work) -> None:
    """Conditions on what is there at all."""
    target = work.record_type
    if target is None:
        return
    _flags(work, target)
    single = work.reading.first("cue", "single")
    if single is not None and "contact_count" in OWN[target]:
        work.use(single)
        work.add("contact_count", "is", 1)
    for mark in work.items:
        absent = mark.has("logic", "without", "not") and mark.text not in _BEHIND
        if not (absent or mark.has("logic", "with")) or not work.free(mark):
            continue
        following = list(work.after(mark, steps=4))
        if following and following[0].has("logic", "with"):
            following = following[1:]
        if _field(work, following, target, absent=absent) or _linked(
            work, mark, following, target, absent=absent
        ):
            work.use(mark)


def _flags(work: Work, target: str) -> None:
    """ "leads who started a trial", "not subscribed": columns that say yes or no."""
    negated = polarity(work)
    for item in work.items:
        column = next((c for c in item.columns if c.kind == "boolean"), None)
        if column is None or not work.free(item):
            continue
        where = path_of(target, column.type, column.field)
        split = any(i.has("group", "by") for i in work.before(item, steps=1))
        told = any(i.has("cue", "voice", "mention") for i in work.items if i.start < item.start)
        told = told or any(field_beside(work, item, v) for v in item.values)  # "the Newsletter campaign"
        if where is not None and not split and not told:
            work.use(item)
            work.add(where, "is", "false" if negated[item.start] else "true")


def _field(work: Work, following: list[Item], target: str, *, absent: bool) -> bool:
    """A field that is filled or not."""
    if not following:
        return False
    item, rest = following[0], following[1:3]
    told = [i for i in rest[:1] if i.number or i.name or i.period or i.has("compare") or _fills(i, item)]
    where = _any_path(item, target)
    chained = any(i.has("logic", "with") for i in rest)
    if where is None or not work.free(item) or chained:
        return False
    if told and not rest[0].has("logic", "and", "or", "but", "not"):
        return False
    if item.name is None and item.values and not item.has("field"):
        return False
    work.use(item)
    work.add(where, "is empty" if absent else "is not empty")
    return True


def _fills(value: Item, field: Item) -> bool:
    """Whether an item is a value of the field that another names."""
    named = {field.get("field")} | {c.field for c in field.columns}
    return any(v.field in named for v in value.values)


def _linked(work: Work, mark: Item, following: list[Item], target: str, *, absent: bool) -> bool:
    """Linked records that are there or not: open deals, contacts, planned meetings."""
    if not following:
        return False
    first = following[0]
    if (
        mark.has("logic", "not")
        and not mark.has("logic", "without")
        and not (first.has("record") or first.has("outcome"))
    ):
        return False
    inner: list[Condition] = []
    used: list[Item] = []
    for other in following:
        kind = None if other.has("noun") else noun_type(work, other)
        if other.has("outcome") and not kind and work.free(other):
            inner.append({"field": "outcome", "op": "is", "value": other.get("outcome")})
            used.append(other)
        elif kind and kind in DOWN[target] and other is not work.noun:
            if other.has("kind"):
                inner.append({"field": "kind", "op": "is", "value": other.get("kind")})
            planned = work.reading.first("cue", "next_steps") if kind == "activity" else None
            work.link("planned" if planned else kind, inner, absent=absent)
            work.use(other, planned, *used)
            return True
        else:
            return False
    return False


def _any_path(item: Item, target: str) -> str | None:
    for column in item.columns:
        if not item.partial and (where := path_of(target, column.type, column.field)):
            return where
    if item.has("cue", "next_steps"):
        return "next_activity_at" if "next_activity_at" in OWN[target] else None
    name = item.get("field")
    linked = (
        "contact" if item.has("record", "contact") else "account" if item.has("record", "account") else None
    )
    if linked is not None and linked in OWN[target]:
        return linked
    if name is None and item.has("kind", "email") and "email" in OWN[target]:
        name = "email"
    return path(target, name) if name and name in OWN[target] else None
