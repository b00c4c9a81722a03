"""What is computed: counts, sums, averages, rates, each with its field."""

from assistant.tokens import fold
from assistant.understanding.fields import OWN, is_number, path, path_of
from assistant.understanding.frame import Measure
from assistant.understanding.items import Item
from assistant.understanding.ranges import numeric
from assistant.understanding.work import Work

_RATES = ("win_rate", "conversion_rate", "weighted_sum")
_ADDED = ("sum", "average", "median", "min", "max")


def find_measures(work: Work) -> None:
    """The figures asked for, each with its field."""
    names = _names(work)
    for name in dict.fromkeys(names):
        field = measured(work) if name in _ADDED else None
        if name in _ADDED and field is None:
            if work.record_type == "opportunity":
                field = "amount"
            elif name == "sum":
                name = "count"
            else:
                work.unmeasured = True  # an average of nothing that the records hold
                continue
        measure = Measure(name=name, field=field)
        if measure not in work.measures:
            work.measures.append(measure)
    work.use(*work.unused("measure"))
    if any(m.name == "weighted_sum" for m in work.measures):
        work.use(*work.unused("field", "amount"))


def _names(work: Work) -> list[str]:
    """The measures that the words name, those left out that only lead to another."""
    reading = work.reading
    found = [i for i in work.unused("measure") if i.get("measure") != "list_distinct"]
    names = [n for i in found if (n := i.get("measure"))]
    sold = work.record_type == "opportunity" and _says_revenue(work)
    if sold and not set(names) & {"average", "median", *_RATES}:
        names = [n for n in names if n != "count"] or ["sum"]
    if not names and (extreme := _extreme(work)):
        names = [extreme]
    if not names and (_asks_worth(work) or _asks_brought(work)):
        names = ["sum"]
    if reading.any("group", "share") and not names:
        names.append("count")
    if set(names) & set(_RATES):
        rates = [n for n in names if n in _RATES]
        return ["sum", *rates] if _plain_and_weighted(work, rates) else rates
    if "average" in names or "median" in names:
        dropped = ("sum", "count") if _numeric_named(work) and not _two_asked(work) else ("sum",)
        return [n for n in names if n not in dropped]
    counted = _numeric_named(work) if "count" in names and not _two_asked(work) else None
    if counted is not None and _stands_after_count(work, counted):
        return ["sum" if n == "count" else n for n in names]
    if "count" in names and "sum" not in names and _and_worth(work):
        names.append("sum")
        return names
    if "count" in names and "sum" in names and not _two_asked(work):
        return [n for n in names if n != "sum"]  # "how many are there in total"
    if not names and reading.any("question", "how_long") and work.record_type in ("lead", "opportunity"):
        return ["average"] if not any(i.name for i in work.items) else []
    return names


def _says_revenue(work: Work) -> bool:
    """Whether what was sold is asked for as money."""
    if work.reading.any("noun", "revenue"):
        return True
    return work.reading.any("cue", "sold", "brought") and how_much(work)


def how_much(work: Work) -> bool:
    """Whether an amount is asked for; Chinese has one word for how many and how much, and counts nouns."""
    counts = work.reading.all("measure", "count")
    if any(i.text != "多少" for i in counts):
        return False  # "how many did we sell in total"
    return work.reading.any("measure", "sum") or (bool(counts) and work.noun is None)


def _two_asked(work: Work) -> bool:
    """ "how many …, and for what total": both figures are asked for."""
    count = work.reading.first("measure", "count")
    total = work.reading.first("measure", "sum", "average", "median")
    if count is None or total is None:
        return False
    low, high = sorted((count.start, total.start))
    between = [i for i in work.items if low < i.start < high]
    both = len(fold(count.text).split()) > 1 or count.text.endswith(("和", "与", "及"))
    joined = count.end == total.start and both  # "number and total"
    return joined or any(i.has("logic", "and") or i.has("follow", "and") for i in between)


def _plain_and_weighted(work: Work, rates: list[str]) -> bool:
    """ "pipeline and weighted pipeline": both figures."""
    mark = work.reading.first("measure", "weighted_sum")
    if rates != ["weighted_sum"] or mark is None:
        return False
    before = list(work.before(mark, steps=2))
    return len(before) == 2 and before[0].has("logic", "and") and before[1].has("noun", "pipeline")


def _and_worth(work: Work) -> bool:
    """ "how many are open, and what are they worth"."""
    count = work.reading.first("measure", "count")
    if count is None or work.record_type != "opportunity":
        return False
    joined = next((i for i in work.items if i.start > count.start and i.has("logic", "and")), None)
    worth = next((i for i in work.items if work.free(i) and i.has("field", "amount")), None)
    if worth is None:
        return False
    beside = worth.start == count.end or (joined is not None and joined.start < worth.start)
    if not beside or any(i.number for i in work.after(worth, steps=2)):
        return False
    work.use(worth)
    return True


def _extreme(work: Work) -> str | None:
    """ "what is the highest amount": a figure, where no record is asked for before it."""
    for item in work.unused("order", "highest", "lowest"):
        after = next(work.after(item, steps=1), None)
        before = [i for i in work.items if i.start < item.start]
        if after is None or numeric(after, work.record_type or "opportunity") is None:
            continue
        asked = any(i.has("question", "what") for i in before)
        if asked and not any(i.has("record") or i.has("question", "which") for i in before):
            work.use(item)
            return "max" if item.has("order", "highest") else "min"
    return None


def _numeric_named(work: Work) -> Item | None:
    """An item that names a numeric field of the record type."""
    return next((i for i in work.items if work.free(i) and number_path(work, i)), None)


def _stands_after_count(work: Work, field: Item) -> bool:
    """ "how many employees": people are counted by a field, not as records."""
    return any(i.has("measure", "count") for i in work.before(field, steps=1))


def default_measures(work: Work) -> list[Measure]:
    """What a split without a measure shows: a count, a sum, or the average of the field that is spoken of."""
    field = measured(work)
    if field is None and work.order_by and is_number(work.order_by.rsplit(".", 1)[-1]):
        field = work.order_by
    money = work.reading.any("noun", "pipeline", "revenue") or work.best_sellers or _sold_best(work)
    if field is None and money:
        field = "amount" if work.record_type == "opportunity" else None
    if field is None:
        return [Measure(name="count")]
    longest = work.reading.any("order", "longest", "shortest", "highest", "lowest")
    return [Measure(name="average" if longest or field in ("cycle_days", "age_days") else "sum", field=field)]


def _sold_best(work: Work) -> bool:
    """ "who sold most", "which products sell best": by what it brought in."""
    return work.reading.any("cue", "sold") and work.noun is None


def _asks_worth(work: Work) -> bool:
    """ "what's my pipeline worth", "how big is the pipeline": its value, unless a list is asked for."""
    reading = work.reading
    noun = reading.first("noun", "pipeline", "revenue")
    if work.record_type != "opportunity" or noun is None:
        return False
    place = work.items.index(noun)
    inside = [i for i in work.items[max(0, place - 2) : place] if i.has("bound", "within")]
    return not (
        inside or reading.any("question", "which", "list", "who") or reading.any("owner", "addressee")
    )


def _asks_brought(work: Work) -> bool:
    """ "what did Tom bring in": an amount, where no records are asked for."""
    reading = work.reading
    asked = reading.any("question", "what", "how", "which") or reading.any("order", "most", "best")
    return asked and work.record_type == "opportunity" and work.noun is None and reading.any("cue", "brought")


def measured(work: Work) -> str | None:
    """The numeric field that a sum or an average is of."""
    target = work.record_type or "opportunity"
    if work.reading.any("question", "how_long") and "cycle_days" in OWN[target]:
        work.use(*work.unused("field", "cycle_days", "age_days"))
        return "age_days" if work.reading.any("outcome", "open") else "cycle_days"
    for item in work.items:
        column = next((c for c in item.columns if c.kind == "number"), None)
        where = path_of(target, column.type, column.field) if column and work.free(item) else None
        if where is not None:
            work.use(item)
            return where
    for item in work.items:
        where = number_path(work, item) if work.free(item) and item.has("field") else None
        if where is not None:
            work.use(item)
            return where
    return None


def number_path(work: Work, item: Item) -> str | None:
    """The path of a numeric field that an item names: nobody splits by it, it is added up or orders."""
    target = work.record_type or "opportunity"
    for column in item.columns:
        if column.kind == "number" and (where := path_of(target, column.type, column.field)):
            return where
    name = field_name(work, item)
    if item.has("noun", "revenue") and target == "account" and work.reading.any("record", "customer"):
        name = "won_amount"
    if name == "amount" and target in ("account", "lead"):
        name = "employees"  # a company's size
    return path(target, name) if name and is_number(name) else None


def field_name(work: Work, item: Item) -> str | None:
    """The field that an item names; "revenue" of deals is what was won, no field."""
    name = item.get("field")
    return None if name == "revenue" and work.record_type == "opportunity" and item.has("noun") else name
