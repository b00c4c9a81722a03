"""What a question demands of the records: values, ranges, presence, owners, outcomes."""

from assistant.understanding.fields import DOWN, OWN, is_date, is_number, path, path_of
from assistant.understanding.frame import Condition
from assistant.understanding.items import Item
from assistant.understanding.targets import noun_type
from assistant.understanding.vocabulary import FieldValue
from assistant.understanding.work import Work

# Where a value fits several fields of the same record, the first of these is meant.
_PREFERRED = (
    "stage", "status", "industry", "country", "city", "source", "campaign", "product", "type", "currency", "title",
)  # fmt: skip
# Cues that may hold an "I" of their own: "should I call", "have I not written to".
_OF_SELF = ("priority", "neglect", "next_steps", "contacted")
_OPS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def polarity(work: Work) -> dict[int, bool]:
    """For each item (by its start) whether a negation before it reaches it."""
    negated, found = False, {}
    for item in work.items:
        if item.has("logic", "not", "without"):
            negated = True
        elif (
            item.has("logic", "but")
            or item.has("logic", "with")
            or item.has("question")
            or item.has("record")
        ):
            negated = negated and item.has("record")
        found[item.start] = negated
        if item.has("outcome") or item.has("cue", "contacted", "bought"):
            negated = False
    return found


# --- values -----------------------------------------------------------------------------------------------


def value_conditions(work: Work, prefer: str | None = None) -> None:
    """Conditions from values of the vocabulary: in, not in, or. `prefer` is the type of record spoken of."""
    target = work.record_type or "lead"
    negated = polarity(work)
    chosen: dict[tuple[str, bool], list[str]] = {}
    linked: dict[tuple[str, bool], list[Condition]] = {}
    for item in work.items:
        if not item.values or not work.free(item) or not _is_value(work, item):
            continue
        value = _choose(work, item, target, prefer)
        if value is None:
            continue
        work.use(item, _field_beside(work, item, value))
        where = path_of(target, value.type, value.field)
        flag = negated[item.start]
        if where is not None:
            texts = chosen.setdefault((where, flag), [])
            texts.extend(t for t in _texts(item, value) if t not in texts)
        elif str(value.type) in DOWN[target]:
            inner = {"field": value.field, "op": "is", "value": value.value}
            linked.setdefault((str(value.type), flag), []).append(inner)
    for (where, flag), texts in chosen.items():
        if len(texts) == 1:
            work.add(where, "is not" if flag else "is", texts[0])
        else:
            work.add(where, "not in" if flag else "in", texts)
    for (kind, flag), inner_conditions in linked.items():
        work.conditions.append({"none" if flag else "some": kind, "where": inner_conditions})


def _texts(item: Item, value: FieldValue) -> list[str]:
    """The value, or all values of the field that the words cover ("negotiation" for "Negotiation/Review")."""
    return list(dict.fromkeys(v.value for v in item.values if (v.type, v.field) == (value.type, value.field)))


def _is_value(work: Work, item: Item) -> bool:
    """Whether an item that has other meanings too is meant as a value."""
    strong = [
        c
        for c in item.concepts
        if c.group not in ("stop", "time", "bound", "field", "number", "draft", "follow", "unit")
    ]
    if not item.concepts or (item.fuzzy and not strong):
        return True
    written = any(v.value == item.text for v in item.values) and (item.capital and item.start > 0)
    if strong and all(c.group == "cue" and c.name in ("due", "cross_sell") for c in strong):
        return True
    if any(_field_beside(work, item, v) for v in item.values) or _joins_value(work, item):
        return True
    if item.has("outcome", "open", "won", "lost") and not written:
        return False
    if strong:
        return written and not item.has("outcome") and not item.has("record")
    return written or (len(item.text) > 3 and not item.has("stop"))


def _joins_value(work: Work, item: Item) -> bool:
    """ "new or working": what stands beside a value of the same field is one too."""
    before = list(work.before(item, steps=2))
    if len(before) < 2 or not before[0].has("logic", "and", "or"):
        return False
    fields = {(v.type, v.field) for v in item.values}
    return any((v.type, v.field) in fields for v in before[1].values) and not work.free(before[1])


def _field_beside(work: Work, item: Item, value: FieldValue) -> Item | None:
    """The noun of the value's own field right beside it: "stage proposal", "the proposal stage"."""
    for other in (*work.before(item, steps=2), *work.after(item, steps=1)):
        if other.has("field", value.field) or any(c.field == value.field for c in other.columns):
            return other
    return None


def _choose(work: Work, item: Item, target: str, prefer: str | None = None) -> FieldValue | None:
    """The field that is meant where a value stands in several."""

    def rank(value: FieldValue) -> tuple[int, int, int]:
        beside = 0 if _field_beside(work, item, value) else 1
        where = path_of(target, value.type, value.field)
        near = 0 if str(value.type) in (target, prefer) else 1 if where else 2 if str(value.type) in DOWN[target] else 9
        order = _PREFERRED.index(value.field) if value.field in _PREFERRED else len(_PREFERRED)
        return beside, near, order

    best = min(item.values, key=rank)
    return best if rank(best)[1] < 9 else None


# --- numbers ----------------------------------------------------------------------------------------------


def number_conditions(work: Work) -> None:
    """Conditions that compare: "over 50k", "at least 500 employees", "between 10 and 20"."""
    target = work.record_type or "opportunity"
    negated = polarity(work)
    for item in list(work.items):
        if item.number is None or not work.free(item) or item.period is not None:
            continue
        if _one_activity(work, item):
            continue
        comparison = _comparison(work, item)
        if comparison is None:
            continue
        op, mark = comparison
        second = _second(work, item) if op == "between" else None
        if op == "between" and second is None:
            continue
        where = _number_field(work, item, second or item, mark, target)
        if where is None:
            continue
        name, used = where
        low = _worth(item, name)
        work.use(item, mark, second, *used)
        if second is not None:
            low, high = sorted((low, _worth(second, name)))
            work.add(name, "between", [low, high])
            continue
        before_mark = next(work.before(mark, steps=1), None) if mark else None
        if (
            op in _OPPOSITE
            and before_mark is not None
            and before_mark.has("logic", "not")
            and negated[item.start]
        ):
            op = _OPPOSITE[op]
        work.add(name, op, low)
    _duration_conditions(work, target)


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
            if other.start > item.start and not (
                other.has("field") or other.has("record") or other.has("unit")
            ):
                break
            continue
        name = other.get("compare")
        if name == "between":
            return ("between", other) if _second(work, item) else None
        if name in _OPS and not (other.start > item.start and _is_before_number(work, other, item)):
            return _OPS[name], other
        if name == "equal":
            return "is", other
    before = next(work.before(item, steps=1), None)
    if before is not None and work.free(before) and (_numeric(before, work.record_type or "opportunity")):
        return "is", None
    return None


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


def _numeric(item: Item, target: str) -> tuple[str, str] | None:
    """The numeric field that an item names: its path and its short name."""
    for column in item.columns:
        if column.kind in ("number", "text", "category") and (
            where := path_of(target, column.type, column.field)
        ):
            return where, column.field
    name = item.get("field")
    if name and is_number(name):
        where = path(target, name)
        return (where, name) if where else None
    return None


def _number_field(
    work: Work, first: Item, last: Item, mark: Item | None, target: str
) -> tuple[str, list[Item]] | None:
    """What a number is compared with: the noun after it, the field before it, else what its shape says."""
    after = [i for i in work.after(last, steps=2) if not i.has("compare")]
    for other in after[:1]:
        if found := _numeric(other, target):
            return found[0], [other]
        if other.has("record") or other.has("kind") or other.has("outcome"):
            if counted := _counted(work, other, target):
                return counted
        if other.has("unit"):
            return None
    anchor = mark if mark is not None and mark.start < first.start else first
    for other in work.before(anchor, steps=3):
        if found := _numeric(other, target):
            return found[0], [other]
        if other.number is not None or other.has("compare") or other.values:
            break
    number = first.number
    assert number is not None
    if number.percent or (0 < number.value < 1 and number.exact):
        return ("score", []) if "score" in OWN[target] else None
    if mark is None:
        return None
    if number.currency or number.scaled or number.value >= 1_000 or (last.number and last.number.scaled):
        name = {"lead": "revenue", "account": "revenue", "opportunity": "amount"}.get(target)
        return (name, []) if name else None
    return None


def _counted(work: Work, noun: Item, target: str) -> tuple[str, list[Item]] | None:
    """ "more than 3 contacts", "at least two won deals" as a field that counts."""
    outcome = noun if noun.has("outcome") else None
    if outcome is not None:
        follower = next(work.after(noun, steps=1), None)
        if follower is None:
            return None
        noun = follower
    kind = noun_type(work, noun)
    side = next(
        (
            i
            for i in (outcome, *work.before(noun, steps=1), *work.after(noun, steps=1))
            if i and i.has("outcome")
        ),
        None,
    )
    name = {"contact": "contact_count", "activity": "activity_count", "lead": "lead_count"}.get(kind or "")
    if kind == "opportunity" and side is not None:
        name = {"won": "won_count", "open": "open_count", "lost": "lost_count"}.get(side.get("outcome") or "")
    if name is None or name not in OWN[target]:
        return None
    return name, [i for i in (noun, side) if i is not None]


def _duration_conditions(work: Work, target: str) -> None:
    """ "older than 30 days", "a cycle longer than 90 days", "open for more than two weeks"."""
    for item in work.items:
        if item.period is None or item.period.text is not None or not work.free(item):
            continue
        mark = next((i for i in work.before(item, steps=1) if i.has("compare", "gt", "ge", "lt", "le")), None)
        days = item.period.days
        if mark is None or days is None or work.reading.any("cue", "neglect"):
            continue
        field_item = next(
            (
                i
                for i in work.before(mark, steps=3)
                if i.has("field", "cycle_days", "age_days", "days_silent", "last_activity_at")
            ),
            None,
        )
        name = field_item.get("field") if field_item else "age_days"
        name = "days_silent" if name == "last_activity_at" else name or "age_days"
        if name in OWN[target]:
            work.use(item, mark, field_item)
            work.add(name, _OPS[mark.get("compare") or "gt"], days)


# --- presence ---------------------------------------------------------------------------------------------


def boolean_conditions(work: Work) -> None:
    """ "leads who started a trial", "not subscribed": columns that say yes or no."""
    target = work.record_type
    negated = polarity(work)
    for item in work.items:
        column = next((c for c in item.columns if c.kind == "boolean"), None)
        if column is None or target is None or not work.free(item):
            continue
        where = path_of(target, column.type, column.field)
        split = any(i.has("group", "by") for i in work.before(item, steps=1))
        if where is not None and not split:
            work.use(item)
            work.add(where, "is", "false" if negated[item.start] else "true")


def presence_conditions(work: Work) -> None:
    """ "without a next step", "with a phone number", "who have no open deals"."""
    target = work.record_type
    if target is None:
        return
    if single := work.reading.first("cue", "single"):
        if "contact_count" in OWN[target]:
            work.use(single)
            work.add("contact_count", "is", 1)
    for mark in work.items:
        absent = mark.has("logic", "without") or mark.has("logic", "not")
        if not (absent or mark.has("logic", "with")) or not work.free(mark):
            continue
        following = list(work.after(mark, steps=4))
        if following and following[0].has("logic", "with"):
            following = following[1:]
        if _present(work, mark, following, target, absent=absent):
            work.use(mark)


def _present(work: Work, mark: Item, following: list[Item], target: str, *, absent: bool) -> bool:
    if not following:
        return False
    item = following[0]
    op = "is empty" if absent else "is not empty"
    valued = any(i.values or i.number or i.name or i.period or i.has("compare") for i in following[1:2])
    where = _any_path(item, target)
    if where is not None and work.free(item) and not valued:
        work.use(item)
        work.add(where, op)
        return True
    if (
        mark.has("logic", "not")
        and not mark.has("logic", "without")
        and not item.has("record")
        and not item.has("outcome")
    ):
        return False
    inner: list[Condition] = []
    used = []
    for other in following:
        kind = noun_type(work, other)
        if other.has("outcome") and not kind and work.free(other):
            inner.append({"field": "outcome", "op": "is", "value": other.get("outcome")})
            used.append(other)
        elif kind and kind in DOWN[target] and other is not work.noun:
            if other.has("kind"):
                inner.append({"field": "kind", "op": "is", "value": other.get("kind")})
            work.conditions.append({"none" if absent else "some": kind, "where": inner})
            work.use(other, *used)
            return True
        else:
            return False
    return False


def _any_path(item: Item, target: str) -> str | None:
    for column in item.columns:
        if where := path_of(target, column.type, column.field):
            return where
    if item.has("cue", "next_steps"):
        return "next_activity_at" if "next_activity_at" in OWN[target] else None
    name = item.get("field")
    if name is None and item.has("kind", "email") and "email" in OWN[target]:
        name = "email"
    return path(target, name) if name and name in OWN[target] else None


# --- outcome and owner ------------------------------------------------------------------------------------


def outcome_conditions(work: Work) -> None:
    """ "open", "won", "lost", "converted", each with its negation."""
    negated = polarity(work)
    found = list(work.unused("outcome"))
    if work.record_type not in ("lead", "opportunity"):
        if work.record_type == "account" and found and not work.reading.any("measure"):
            inner = [{"field": "outcome", "op": "is", "value": found[0].get("outcome")}]
            work.conditions.append(
                {"none" if negated[found[0].start] else "some": "opportunity", "where": inner}
            )
            work.use(*found)
        return
    if any(m in ("win_rate", "conversion_rate") for m in (i.get("measure") for i in work.items)):
        work.use(*found)
        return
    values: list[str] = []
    for item in found:
        work.use(item)
        value = {"converted": "won", "disqualified": "lost"}.get(
            item.get("outcome") or "", item.get("outcome") or ""
        )
        if negated[item.start]:
            work.add("outcome", "is not", value)
        elif value not in values:
            values.append(value)
    unwanted = (
        {"field": "outcome", "op": "is not", "value": "won"},
        {"field": "outcome", "op": "is not", "value": "lost"},
    )
    if all(c in work.conditions for c in unwanted):
        work.conditions = [c for c in work.conditions if c not in unwanted]
        work.add("outcome", "is", "open")
    if len(values) == 1:
        work.add("outcome", "is", values[0])
    elif set(values) == {"won", "lost"}:
        work.add("outcome", "is", "closed")
    elif values:
        work.conditions.append({"any": [{"field": "outcome", "op": "is", "value": v} for v in values]})


def owner_conditions(work: Work) -> None:
    """ "my", "my team's", a colleague by name."""
    if work.record_type == "user":
        return
    negated = polarity(work)
    for item in work.unused("owner"):
        name = item.get("owner")
        work.use(item)
        if name == "addressee" or work.has_condition("owner"):
            continue
        value = {"team": "my team", "everyone": "everyone"}.get(name or "", "me")
        work.add(
            "owner",
            "is not" if negated[item.start] and name == "me" and item.text.lower() != "i" else "is",
            value,
        )
    if not work.has_condition("owner") and _asks_for_self(work):
        work.add("owner", "is", "me")
    owners = [i for i in work.items if i.name is not None and work.free(i) and _is_owner(i)]
    if owners and not work.has_condition("owner"):
        work.use(*owners)
        texts = [i.name.text for i in owners if i.name]
        flag = negated[owners[0].start]
        if len(texts) == 1:
            work.add("owner", "is not" if flag else "is", texts[0])
        else:
            work.add("owner", "not in" if flag else "in", texts)


def _asks_for_self(work: Work) -> bool:
    """ "should I call", "do I have": the speaker inside another phrase."""
    said = [i for i in work.items if work.reading.mine & set(range(i.start, i.end))]
    return any(i.has("cue", *_OF_SELF) or i.has("question", "yesno") or i.has("outcome") for i in said)


def _is_owner(item: Item) -> bool:
    return item.name is not None and any(c.ref.type == "user" for c in item.name.candidates)


def date_field(item: Item) -> str | None:
    """The date field that an item names."""
    name = item.get("field")
    return name if name and is_date(name) else None
