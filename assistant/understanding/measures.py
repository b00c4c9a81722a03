"""What is computed, how it is split and ordered, and how many are wanted."""

from assistant.understanding.fields import OWN, is_number, path, path_of
from assistant.understanding.frame import Measure
from assistant.understanding.items import Item
from assistant.understanding.targets import noun_type
from assistant.understanding.work import Work

_RATES = ("win_rate", "conversion_rate", "weighted_sum")
_ADVERBS = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
# Dates that lie ahead are listed soonest first.
_SOONEST = ("close_on", "next_activity_at")
_ADDED = ("sum", "average", "median", "min", "max")


def find_measures(work: Work) -> None:
    """The figures asked for, each with its field."""
    reading = work.reading
    names = [n for i in work.unused("measure") if (n := i.get("measure")) and n != "list_distinct"]
    if (
        work.record_type == "opportunity"
        and reading.any("noun", "revenue")
        and not set(names) & {"average", "median", *_RATES}
    ):
        names = [n for n in names if n != "count"] or ["sum"]
    if not names and _asks_worth(work):
        names = ["sum"]
    if reading.any("group", "share") and "count" not in names:
        names.append("count")
    if "weighted_sum" in names or "win_rate" in names or "conversion_rate" in names:
        names = [n for n in names if n in _RATES]
    if "average" in names or "median" in names:
        dropped = ("sum", "count") if _numeric_named(work) else ("sum",)
        names = [n for n in names if n not in dropped]
    elif "count" in names and (counted := _numeric_named(work)) and _stands_after_count(work, counted):
        names = ["sum" if n == "count" else n for n in names]
    for name in dict.fromkeys(names):
        field = _measured(work) if name in _ADDED else None
        if name in _ADDED and field is None:
            if work.record_type == "opportunity":
                field = "amount"
            elif name == "sum":
                name = "count"
            else:
                continue
        measure = Measure(name=name, field=field)
        if measure not in work.measures:
            work.measures.append(measure)
    for item in work.unused("measure"):
        work.use(item)


def _numeric_named(work: Work) -> Item | None:
    """An item that names a numeric field of the record type."""
    return next((i for i in work.items if work.free(i) and _number_path(work, i)), None)


def _stands_after_count(work: Work, field: Item) -> bool:
    """ "how many employees": people are counted by a field, not as records."""
    return any(i.has("measure", "count") for i in work.before(field, steps=1))


def default_measures(work: Work) -> list[Measure]:
    """What a split without a measure shows: a count, or the average of the field that is spoken of."""
    field = _measured(work)
    if field is None and work.order_by and is_number(work.order_by.rsplit(".", 1)[-1]):
        field = work.order_by
    if field is None and work.reading.any("noun", "pipeline", "revenue"):
        field = "amount" if work.record_type == "opportunity" else None
    if field is None:
        return [Measure(name="count")]
    longest = work.reading.any("order", "longest", "shortest", "highest", "lowest")
    return [Measure(name="average" if longest or field in ("cycle_days", "age_days") else "sum", field=field)]


def _asks_worth(work: Work) -> bool:
    """ "what's my pipeline worth", "how big is the pipeline": its value, unless a list is asked for."""
    reading = work.reading
    if work.record_type != "opportunity" or not reading.any("noun", "pipeline", "revenue"):
        return False
    return not reading.any("question", "which", "list", "who") and not work.reading.any("owner", "addressee")


def _measured(work: Work) -> str | None:
    """The numeric field that a sum or an average is of."""
    target = work.record_type or "opportunity"
    if work.reading.any("question", "how_long") and "cycle_days" in OWN[target]:
        return "age_days" if work.reading.any("outcome", "open") else "cycle_days"
    for item in work.items:
        if not work.free(item):
            continue
        for column in item.columns:
            if column.kind == "number" and (where := path_of(target, column.type, column.field)):
                work.use(item)
                return where
    for item in work.items:
        name = _field_name(work, item)
        if name and is_number(name) and work.free(item):
            where = path(target, name)
            if where is not None:
                work.use(item)
                return where
    return None


def _field_name(work: Work, item: Item) -> str | None:
    """The field that an item names; "revenue" of deals is what was won, no field."""
    name = item.get("field")
    return None if name == "revenue" and work.record_type == "opportunity" and item.has("noun") else name


def group_path(work: Work, item: Item) -> str | None:
    """The path that an item names as a way to split: a field, a column, a record type, a unit of time."""
    target = work.record_type or "opportunity"
    for column in item.columns:
        if where := path_of(target, column.type, column.field):
            return where
    if item.has("record", "user") or item.has("field", "owner"):
        return "owner"
    if item.has("field", "manager"):
        return "owner.manager"
    if item.has("noun", "team"):
        return "owner.manager"
    if item.has("unit"):
        unit = item.get("unit")
        return f"{_split_date(work)}:{unit}" if unit in ("day", "week", "month", "quarter", "year") else None
    if item.has("record", "account", "customer"):
        return (
            "company"
            if target == "lead"
            else "account"
            if target in ("opportunity", "contact", "activity")
            else None
        )
    name = item.get("field")
    if name in ("company",):
        return "company" if target == "lead" else "account"
    if item.has("kind") and target == "activity":
        return "kind"
    return path(target, name) if name else None


def _split_date(work: Work) -> str:
    """The date whose months are meant."""
    if work.period_on:
        return work.period_on
    if work.record_type == "activity":
        return "at"
    if work.reading.any("cue", "due") or work.reading.any("field", "close_on"):
        return "close_on"
    closed = work.reading.any("outcome", "won", "lost", "closed", "converted", "disqualified")
    closed = closed or work.reading.any("noun", "revenue") or any(m.name == "win_rate" for m in work.measures)
    return "closed_at" if closed else "created_at"


def find_groups(work: Work) -> None:
    """ "by stage", "per month", "for each rep", "by source and industry", "monthly"."""
    for mark in work.unused("group"):
        name = mark.get("group")
        if name in _ADVERBS:
            work.use(mark)
            _group(work, f"{_split_date(work)}:{_ADVERBS[name]}")
        elif name == "trend" and not work.group_by and not work.reading.any("unit"):
            work.use(mark)
            _group(work, f"{_split_date(work)}:month")
        elif name == "rep":
            work.use(mark)
            _group(work, "owner")
        elif name in ("by", "split", "share"):
            _grouped_after(work, mark)
    for mark in [i for i in work.items if i.has("owned", "by") and work.free(i)]:
        following = next(work.after(mark, steps=1), None)
        if following is not None and following.has("record", "user"):
            _grouped_after(work, mark)


def _grouped_after(work: Work, mark: Item) -> None:
    first = next(work.after(mark, steps=1), None)
    if first is not None and (where := _number_path(work, first)) and not work.measures:
        work.use(mark, first)
        _order(work, where, not work.reading.any("order", "ascending", "worst", "lowest", "oldest", "fewest"))
        return
    joined = True
    for item in work.after(mark, steps=8):
        if item.has("logic", "and") or item.has("group", "by") or item.text in ("/", ","):
            joined = True
            continue
        where = group_path(work, item) if work.free(item) and joined else None
        if where is None or item is work.noun:
            break
        joined = False
        work.use(mark, item)
        _group(work, where)


def _number_path(work: Work, item: Item) -> str | None:
    """The path of a numeric field: nobody splits by it, it orders."""
    target = work.record_type or "opportunity"
    for column in item.columns:
        if column.kind == "number" and (where := path_of(target, column.type, column.field)):
            return where
    name = _field_name(work, item)
    if name == "amount" and target in ("account", "lead"):
        name = "employees"  # a company's size
    return path(target, name) if name and is_number(name) else None


def _group(work: Work, where: str) -> None:
    if where not in work.group_by:
        work.group_by.append(where)


def find_asked_group(work: Work) -> None:
    """ "which industries have the longest cycle", "which campaign brought the most leads"."""
    if work.group_by:
        return
    ordered = work.reading.any("order") or work.reading.any("size") or bool(work.measures)
    best = work.reading.any("order", "best", "worst") or work.reading.any(
        "measure", "conversion_rate", "win_rate"
    )
    for mark in work.items:
        if not mark.has("question", "which", "what", "who"):
            continue
        if mark.has("question", "who") and work.record_type in ("opportunity", "lead", "activity"):
            if work.reading.any("order", "most", "fewest") or (best and work.measures):
                _group(work, "owner")
            return
        item = next(work.after(mark, steps=1), None)
        if item is None or item is work.noun or not work.free(item) or not (ordered or best):
            continue
        where = group_path(work, item)
        if where is None or where == work.record_type:
            continue
        work.use(item)
        _group(work, where)
        if ":" not in where and where not in ("owner", "owner.manager"):
            work.add(where, "is not empty")
        return


def find_order(work: Work) -> None:
    """Superlatives and "sorted by": the field to order by and its direction."""
    target = work.record_type
    if target is None:
        return
    _sorted_by(work, target)
    for item in work.unused("size"):
        name = item.get("size")
        if name in ("biggest", "smallest"):
            work.use(item)
            _order(work, _size_field(work, target), name == "biggest")
    for item in work.unused("order"):
        _superlative(work, item, target)


def _sorted_by(work: Work, target: str) -> None:
    down = work.reading.any("order", "descending") or not work.reading.any("order", "ascending")
    for mark in work.unused("order", "sorted"):
        for item in work.after(mark, steps=2):
            where = _order_path(work, item, target)
            if where is not None:
                work.use(mark, item)
                _order(work, where, down and where.rsplit(".", 1)[-1] not in _SOONEST)
                if where in ("name", "company") and not work.reading.any("order", "descending"):
                    work.descending = False
                break


def _order_path(work: Work, item: Item, target: str) -> str | None:
    for column in item.columns:
        if where := path_of(target, column.type, column.field):
            return where
    if item.has("measure", "count"):
        noun = next(work.after(item, steps=1), None)
        counted = {"contact": "contact_count", "activity": "activity_count", "lead": "lead_count"}
        name = counted.get(noun_type(work, noun) or "") if noun else None
        return name if name and name in OWN[target] else None
    name = item.get("field")
    return path(target, name) if name else None


def _size_field(work: Work, target: str) -> str:
    if target == "opportunity":
        return "amount"
    if target == "account" and (
        work.reading.any("record", "customer") or work.reading.any("cue", "quote_best")
    ):
        return "won_amount"
    return "revenue" if target in ("account", "lead") else "amount"


def _superlative(work: Work, item: Item, target: str) -> None:
    name = item.get("order")
    down = name in ("most", "highest", "newest", "longest", "best", "descending")
    where: str | None = None
    if name in ("newest", "oldest"):
        where = "at" if target == "activity" else "created_at"
    elif name in ("most", "fewest", "highest", "lowest", "longest", "shortest"):
        where = _after_superlative(work, item, target)
    if where is None and name in ("longest", "shortest") and "cycle_days" in OWN[target]:
        where = "cycle_days" if work.reading.any("field", "cycle_days") else "age_days"
    if where is not None:
        work.use(item)
        _order(work, where, down)
    elif work.group_by:
        work.use(item)
        work.descending = down if work.descending is None else work.descending


def _after_superlative(work: Work, item: Item, target: str) -> str | None:
    for other in (*work.after(item, steps=3), *work.before(item, steps=1)):
        kind = noun_type(work, other)
        if other is work.noun:
            continue
        where = _order_path(work, other, target)
        if where is not None and other.start not in {i.start for i in work.items if not work.free(i)}:
            work.use(other)
            return where
        if kind in ("contact", "activity", "lead", "opportunity") and not work.group_by:
            counts = {"contact": "contact_count", "activity": "activity_count", "lead": "lead_count"}
            won = work.reading.any("outcome", "won") or work.reading.any("cue", "bought")
            counts["opportunity"] = "won_count" if won else "open_count"
            if counts[kind] in OWN[target]:
                work.use(other)
                return counts[kind]
    return None


def _order(work: Work, where: str, descending: bool) -> None:
    if work.order_by is None:
        work.order_by, work.descending = where, descending


def find_limit(work: Work) -> None:
    """ "top 5", "ten best leads", "the three largest"; one where a superlative is in the singular."""
    for item in work.items:
        if item.number is None or not work.free(item) or item.period is not None:
            continue
        number = item.number
        if (
            number.currency
            or number.percent
            or number.scaled
            or not 0 < number.value <= 200
            or number.value % 1
        ):
            continue
        beside = [*work.before(item, steps=2), *work.after(item, steps=2)]
        if any(
            o is work.noun or noun_type(work, o) or o.has("order") or o.has("cue") or o.has("size") or o.has("position")
            or o.has("question", "list") or o.has("owner") or o.has("outcome") or o.has("follow") for o in beside
        ):  # fmt: skip
            work.use(item)
            work.limit = int(number.value)
            return
    if work.limit is None and work.noun is not None and _singular(work.noun):
        best = (
            work.order_by is not None
            or work.reading.any("cue", "hot", "cold")
            or work.reading.any("order", "best")
        )
        if best:
            work.limit = 1


_SINGULAR = frozenset(
    [
        "lead",
        "prospect",
        "deal",
        "opportunity",
        "opp",
        "account",
        "company",
        "customer",
        "client",
        "contact",
        "person",
        "order",
        "rep",
        "firm",
        "business",
        "unternehmen",
        "kunde",
        "geschaft",
        "abschluss",
        "chance",
        "firma",
        "kontakt",
        "interessent",
        "oportunidad",
        "negocio",
        "cliente",
        "empresa",
        "cuenta",
        "contacto",
        "prospecto",
        "trato",
    ]
)


def _singular(item: Item) -> bool:
    from assistant.tokens import fold

    return fold(item.text) in _SINGULAR
