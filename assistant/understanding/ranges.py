"""Comparisons as conditions: "over 50k", "at least 500 employees", "founded after 2000"."""

import re

from assistant.understanding.fields import OWN, is_number, path, path_of
from assistant.understanding.items import Item
from assistant.understanding.polarity import polarity
from assistant.understanding.targets import noun_type
from assistant.understanding.vocabulary import FieldName
from assistant.understanding.work import Work

_OPS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
_BOUNDS = {"since": ">=", "after": ">", "before": "<", "until": "<="}
_AGES = ("cycle_days", "age_days", "days_silent", "last_activity_at")
_COUNTS = {"contact": "contact_count", "activity": "activity_count", "lead": "lead_count"}


def range_conditions(work: Work) -> None:
    """Conditions that compare a field with a number, a duration or a date."""
    target = work.record_type or "opportunity"
    _column_dates(work, target)
    negated = polarity(work)
    for item in list(work.items):
        if item.number is None or not work.free(item) or item.period is not None:
            continue
        if not _one_activity(work, item):
            _compare(work, item, target, negated=negated[item.start])
    _durations(work, target)


def _compare(work: Work, item: Item, target: str, *, negated: bool) -> None:
    comparison = _comparison(work, item)
    if comparison is None:
        return
    op, mark = comparison
    second = _second(work, item) if op == "between" else None
    if op == "between" and second is None:
        return
    where = _field(work, item, second or item, mark, target)
    if where is None:
        return
    name, used = where
    work.last_range = name
    low = _worth(item, name)
    work.use(item, mark, second, *used)
    _in_currency(work, name, item, second)
    if second is not None:
        high = _worth(second, name)
        if (
            second.number
            and second.number.scale > 1
            and item.number
            and item.number.scale == 1
            and low < 1_000
        ):
            low = _whole(low * second.number.scale)  # "between 1 and 5 million"
        work.add(name, "between", sorted((low, high)))
        return
    before = next(work.before(mark, steps=1), None) if mark else None
    if before is not None and before.has("logic", "or") and _either(work, name, op, low):
        return
    if op in _OPPOSITE and before is not None and before.has("logic", "not") and negated:
        op = _OPPOSITE[op]
    work.add(name, op, low)


def _in_currency(work: Work, name: str, *items: Item | None) -> None:
    """ "over 20,000 euros" asks for amounts in euros, where the book has deals in more than one currency."""
    said = next((c for i in items if i is not None and i.number and (c := i.number.currency)), None)
    known = work.vocabulary.currencies()
    if name == "amount" and len(known) > 1 and said in known:
        work.add("currency", "is", said)


def _either(work: Work, name: str, op: str, value: object) -> bool:
    """ "over 20k or under 5k": one of two demands on the same field."""
    known = next((c for c in work.conditions if c.get("field") == name and c.get("op") in _OPPOSITE), None)
    if known is None:
        return False
    work.conditions.remove(known)
    work.conditions.append({"any": [known, {"field": name, "op": op, "value": value}]})
    return True


def _whole(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _one_activity(work: Work, item: Item) -> bool:
    """ "with at least one activity in the last 10 days" is what "active" says."""
    number, noun = item.number, next(work.after(item, steps=1), None)
    mark = next(work.before(item, steps=1), None)
    if number is None or number.value != 1 or noun is None or not noun.has("record", "activity"):
        return False
    if mark is None or not mark.has("compare", "ge") or not any(i.period for i in work.items):
        return False
    work.active = True
    work.use(item, noun, mark)
    return True


def _worth(item: Item, name: str) -> int | float:
    assert item.number is not None
    if name.endswith("score") and item.number.value > 1:
        return item.number.value / 100
    return item.number.plain


def _comparison(work: Work, item: Item) -> tuple[str, Item | None] | None:
    for other in (*work.before(item, steps=1), *work.after(item, steps=2)):
        if other.has("compare", "between") and other.start > item.start:
            continue
        if not other.has("compare") or not work.free(other):
            named = other.has("field") or other.has("record") or other.has("unit") or other.columns
            if other.start > item.start and not named:
                break
            continue
        name = other.get("compare")
        if name == "between":
            return ("between", other) if _second(work, item) else None
        if name in _OPS and not (other.start > item.start and _is_before_number(work, other, item)):
            return _OPS[name], other
        if name == "equal":
            return "is", other
    if bound := _year_bound(work, item):
        return bound, None
    if _second(work, item) is not None and _is_spread(work, item):
        return "between", None
    before = next(work.before(item, steps=1), None)
    if before is not None and work.free(before) and numeric(before, work.record_type or "opportunity"):
        return "is", None
    return None


def _year_bound(work: Work, item: Item) -> str | None:
    """ "founded before 1985": a year that a column of numbers is compared with."""
    place = work.items.index(item)
    mark = work.items[place - 1] if place else None
    if mark is None or item.number is None or not mark.has("bound", *_BOUNDS):
        return None
    beside = next(work.before(item, steps=1), None)
    numbers = beside is not None and any(c.kind == "number" for c in beside.columns)
    return _BOUNDS[mark.get("bound") or ""] if numbers and 1000 <= item.number.value < 2100 else None


def _is_spread(work: Work, item: Item) -> bool:
    """ "200 to 500 employees", "worth 10 to 20 thousand": two numbers with the field that they are of."""
    second = _second(work, item)
    target = work.record_type or "opportunity"
    beside = [*work.before(item, steps=1), *(work.after(second, steps=1) if second is not None else ())]
    between = [i for i in work.items if second is not None and item.start < i.start < second.start]
    to = any(i.has("bound", "to") for i in between)
    money = any(i is not None and i.number and i.number.currency for i in (item, second))
    return to and (money or any(numeric(i, target) for i in beside))


def _is_before_number(work: Work, mark: Item, item: Item) -> bool:
    """ "5 deals over 50k": the comparison belongs to the number after it."""
    after = next(work.after(mark, steps=1), None)
    return after is not None and after.number is not None and after is not item


def _second(work: Work, item: Item) -> Item | None:
    """The upper end of a range: "between 10 and 20", "from 10 to 20"."""
    for other in work.after(item, steps=2):
        if other.number is not None and other is not item:
            return other
        if not (other.has("logic", "and") or other.has("bound", "and", "to")):
            return None
    return None


def numeric(item: Item, target: str) -> tuple[str, str] | None:
    """The numeric field that an item names: its path and its short name."""
    for column in item.columns:
        if column.kind in ("number", "text", "category") and (
            where := path_of(target, column.type, column.field)
        ):
            return where, column.field
    name = item.get("field")
    if name == "amount" and target in ("account", "lead"):
        name = "employees"  # a company's size
    if name and is_number(name):
        where = path(target, name)
        return (where, name) if where else None
    return None


def _field(
    work: Work, first: Item, last: Item, mark: Item | None, target: str
) -> tuple[str, list[Item]] | None:
    """What a number is compared with: the noun after it, the field before it, else what its shape says."""
    after = next((i for i in work.after(last, steps=2) if not i.has("compare")), None)
    if after is not None and work.free(after):
        if found := numeric(after, target):
            return _earned(work, target, found[0]), [after]
        if counted := _counted(work, after, target):
            return counted
        if after.has("unit"):
            return None
    anchor = mark if mark is not None and mark.start < first.start else first
    for other in work.before(anchor, steps=3):
        if found := numeric(other, target):
            return found[0], [other]
        if work.reading.language == "zh" and (counted := _counted(work, other, target)):
            return counted
        if other.number is not None or other.has("compare") or other.values:
            break
    if work.last_range is not None and mark is not None:
        return work.last_range, []  # ">= 10000 and <= 20000"
    rated = work.reading.any("measure", "win_rate", "conversion_rate")
    return _by_shape(first, last, mark, target, rated=rated)


def _earned(work: Work, target: str, name: str) -> str:
    """ "accounts that generated more than 100k in revenue": what they brought in, not their turnover."""
    brought = work.reading.any("cue", "brought", "bought", "sold")
    return "won_amount" if target == "account" and name == "revenue" and brought else name


def _by_shape(
    first: Item, last: Item, mark: Item | None, target: str, *, rated: bool
) -> tuple[str, list[Item]] | None:
    number, other = first.number, last.number
    if rated:
        return None  # "a win rate above 70 %" is asked of groups, not of records
    assert number is not None
    if number.percent or (0 < number.value < 1 and number.exact):
        return ("score", []) if "score" in OWN[target] else None
    large = number.currency or number.scaled or number.value >= 1_000 or (other and other.scaled)
    if mark is None or not large:
        return None
    name = {"lead": "revenue", "account": "revenue", "opportunity": "amount"}.get(target)
    return (name, []) if name else None


def _counted(work: Work, noun: Item, target: str) -> tuple[str, list[Item]] | None:
    """ "more than 3 contacts", "at least two won deals" as a field that counts."""
    side = noun if noun.has("outcome") else None
    if side is not None:
        noun = next(work.after(noun, steps=1), noun)
    if noun.has("record", "person") and target in ("account", "lead"):
        return "employees", [noun]
    kind = noun_type(work, noun)
    if side is None:
        side = next(
            (i for i in (*work.before(noun, steps=1), *work.after(noun, steps=1)) if i.has("outcome")), None
        )
    name = _COUNTS.get(kind or "")
    if kind == "opportunity" and side is not None:
        name = {"won": "won_count", "open": "open_count", "lost": "lost_count"}.get(side.get("outcome") or "")
    if name is None or name not in OWN[target]:
        return None
    return name, [i for i in (noun, side) if i is not None]


def _durations(work: Work, target: str) -> None:
    """ "older than 30 days", "a cycle longer than 90 days", "open for more than two weeks"."""
    for item in work.items:
        if item.period is None or item.period.text is not None or not work.free(item):
            continue
        mark = next(
            (
                i
                for i in (*work.before(item, steps=1), *work.after(item, steps=1))
                if i.has("compare", "gt", "ge", "lt", "le")
            ),
            None,
        )
        if mark is None or item.period.days is None or work.reading.any("cue", "neglect"):
            continue
        named = next((i for i in work.before(mark, steps=3) if i.has("field", *_AGES)), None)
        closed = work.reading.any("outcome", "won", "lost", "closed", "converted")
        name = (named.get("field") if named else None) or ("cycle_days" if closed else "age_days")
        name = "days_silent" if name == "last_activity_at" else name
        if name in OWN[target]:
            work.use(item, mark, named)
            work.add(name, _OPS[mark.get("compare") or "gt"], item.period.days)


def _column_dates(work: Work, target: str) -> None:
    """A period right after a column: "follow up before December 1", "established after 2000"."""
    for item in work.items:
        column = next((c for c in item.columns if c.kind in ("date", "number")), None)
        where = path_of(target, column.type, column.field) if column else None
        if column is None or where is None or not work.free(item):
            continue
        beside = next((i for i in work.after(item, steps=2) if i.period is not None), None)
        passed = next((i for i in work.after(item, steps=1) if i.has("cue", "passed")), None)
        if passed is not None and column.kind == "date":
            work.use(item, passed)
            work.add(where, "<", "today")
            continue
        if beside is None or not work.free(beside):
            continue
        condition = _dated(where, column, beside)
        if condition is not None:
            work.use(item, beside)
            work.add(*condition)


def _dated(where: str, column: FieldName, item: Item) -> tuple[str, str, object] | None:
    period = item.period
    assert period is not None
    if column.kind == "date":
        return (where, "in", period.planned) if period.planned else None
    said = period.base or period.text or ""
    if not re.fullmatch(r"(19|20)\d\d", said):
        return None
    word = (period.text or "").partition(" ")[0]
    op = _BOUNDS.get(period.bound or word, "is") if period.base else "is"
    return where, op, int(said)
