"""How figures are split: "by stage", "per month", "for each rep", "which industries …"."""

from assistant.tokens import fold
from assistant.understanding.fields import is_number, path, path_of
from assistant.understanding.items import Item
from assistant.understanding.measures import field_name, number_path
from assistant.understanding.orders import counted_field, is_singular, set_order
from assistant.understanding.work import Work

_ADVERBS = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
# "by my team" names who did it, "for each of my reps" splits.
_MAY_BE_AGENT = ("by", "por", "von", "nach", "an")
_UNITS = ("day", "week", "month", "quarter", "year")
# Fields that single records out: naming them asks for a list, not for a split.
_OWN_TO_EACH = ("name", "email", "phone", "website", "description", "subject", "title", "company")
_DOWNWARD = ("ascending", "worst", "lowest", "oldest", "fewest")


def group_path(work: Work, item: Item) -> str | None:
    """The path that an item names as a way to split: a field, a column, a record type, a unit of time."""
    target = work.record_type or "opportunity"
    for column in () if item.partial else item.columns:
        if where := path_of(target, column.type, column.field):
            return where
    if item.has("record", "user") or item.has("field", "owner"):
        return "owner"
    if item.has("field", "manager") or item.has("noun", "team"):
        return "owner.manager"
    if item.has("unit"):
        unit = item.get("unit")
        return f"{split_date(work)}:{unit}" if unit in _UNITS else None
    if item.has("record", "account", "customer") or item.has("field", "company"):
        return {"lead": "company", "opportunity": "account", "contact": "account", "activity": "account"}.get(
            target
        )
    if item.has("kind") and target == "activity":
        return "kind"
    name = field_name(work, item)
    if name is None or name in _OWN_TO_EACH or item.has("noun"):
        return None
    return path(target, name)


def split_date(work: Work) -> str:
    """The date whose months are meant."""
    reading = work.reading
    if work.period_on:
        return work.period_on
    if work.record_type == "activity":
        return "at"
    if reading.any("cue", "due") or reading.any("field", "close_on"):
        return "close_on"
    closed = reading.any("outcome", "won", "lost", "closed", "converted", "disqualified")
    closed = closed or reading.any("noun", "revenue") or reading.any("measure", "win_rate")
    return "closed_at" if closed else "created_at"


def find_groups(work: Work) -> None:
    """ "by stage", "per month", "for each rep", "by source and industry", "monthly"."""
    _between(work)
    for mark in work.unused("group"):
        name = mark.get("group")
        if name in _ADVERBS:
            work.use(mark)
            _group(work, f"{split_date(work)}:{_ADVERBS[name]}")
        elif name == "trend":
            _trend(work, mark)
        elif name == "rep":
            work.use(mark)
            _group(work, "owner")
        elif name in ("by", "split", "share"):
            _grouped_after(work, mark)


def _between(work: Work) -> None:
    """ "how does the win rate differ between regions": a split, where no numbers follow."""
    for mark in work.unused("compare", "between"):
        following = next(work.after(mark, steps=1), None)
        if (
            following is not None
            and following.number is None
            and following.period is None
            and _is_counted(work)
        ):
            where = group_path(work, following)
            if where is not None:
                work.use(mark, following)
                _group(work, where)


def _trend(work: Work, mark: Item) -> None:
    """A development over time is shown by month where no other unit is named."""
    counted = work.reading.any("measure") or work.reading.any("noun") or work.noun is not None
    if counted and not work.group_by and not work.reading.any("unit"):
        work.use(mark)
        _group(work, f"{split_date(work)}:month")


def _grouped_after(work: Work, mark: Item) -> None:
    first = next(work.after(mark, steps=1), None)
    plain = fold(mark.text) in _MAY_BE_AGENT
    if first is None or (plain and _is_agent(work, mark, first)):
        return
    if _of_one_each(work, first):
        work.use(mark)
        return
    where = order_path(work, first) if plain or work.reading.any("order") else None
    sold = work.record_type == "opportunity" and work.reading.any("noun", "revenue")
    counts = first.has("measure", "count")
    if where is not None and not sold and (counts or not _is_counted(work)):
        work.use(mark, first)
        set_order(work, where, not work.reading.any("order", *_DOWNWARD))
        return
    if first.has("owner", "team") and work.free(first) and not plain:
        work.use(mark)  # "for each of my reps" splits by rep and keeps to the team
        _group(work, "owner")
        return
    joined = True
    for item in work.after(mark, steps=8):
        if item.has("logic", "and") or item.has("group", "by") or item.text in ("/", ","):
            joined = True
            continue
        if item is work.noun and mark.has("group", "split"):
            continue  # "how are the deals spread over the stages"
        where = group_path(work, item) if work.free(item) and joined else None
        if where is None or item is work.noun or (is_number(where.rsplit(".", 1)[-1])):
            break
        joined = False
        work.use(mark, item)
        _group(work, where)


def _of_one_each(work: Work, first: Item) -> bool:
    """ "on average per won deal": what an average is anyway."""
    average = work.reading.any("measure", "average", "median")
    return average and (first is work.noun or first.has("outcome", "won", "lost", "open"))


def _is_agent(work: Work, mark: Item, first: Item) -> bool:
    """ "deals won by reps in the East": who did it, and no split, unless figures are asked for."""
    before = next(work.before(mark, steps=1), None)
    did = before is not None and (before.has("outcome") or before.has("cue", "sold", "bought"))
    if not did or not first.has("record", "user") or _is_counted(work) or is_singular(first):
        return False
    work.use(mark, first)
    return True


def _is_counted(work: Work) -> bool:
    return work.reading.any("measure") or work.reading.any("group", "share", "split")


def order_path(work: Work, item: Item) -> str | None:
    """What "by" orders by: a numeric field, or how many of something there are."""
    where = number_path(work, item)
    if where is not None or not item.has("measure", "count"):
        return where
    return counted_field(work, item, work.record_type or "opportunity")


def _group(work: Work, where: str) -> None:
    if where not in work.group_by:
        work.group_by.append(where)


def find_asked_group(work: Work) -> None:
    """ "which industries have the longest cycle", "which campaign brought the most leads"."""
    if work.group_by or _distinct(work):
        return
    reading = work.reading
    best = reading.any("order", "best", "worst") or reading.any("measure", "conversion_rate", "win_rate")
    ordered = best or reading.any("order") or reading.any("size") or bool(work.measures)
    ordered = ordered or (work.noun is None and reading.any("cue", "bought", "sold"))
    if _best_of(work):
        return
    for mark in work.items:
        if not mark.has("question", "which", "what", "who"):
            continue
        if mark.has("question", "who") and work.record_type in ("opportunity", "lead", "activity"):
            if reading.any("cue", "bought") and work.record_type == "opportunity":
                _group(work, "account")
            elif (
                reading.any("order", "most", "fewest")
                or (best and work.measures)
                or (best and reading.any("cue", "sold"))
                or _most_money(work)
            ):
                _group(work, "owner")
            return
        item = next(work.after(mark, steps=1), None)
        many = item if item is not None and item.number is not None and work.free(item) else None
        if many is not None:
            item = next(work.after(many, steps=1), None)
        if item is None or item is work.noun or not work.free(item) or not ordered:
            continue
        where = group_path(work, item)
        if where is None or where == work.record_type or number_path(work, item) or _of_one(work, item):
            continue
        work.use(item)
        if many is not None and many.number is not None and 0 < many.number.value <= 50:
            work.use(many)
            work.limit = int(many.number.value)
        _group(work, where)
        _named_only(work, where)
        return


def _most_money(work: Work) -> bool:
    """ "who has the biggest pipeline"."""
    money = work.noun is not None and work.noun.has("noun")
    return money and (work.reading.any("size") or work.reading.any("order", "highest", "lowest"))


def _best_of(work: Work) -> bool:
    """ "top product by revenue", "worst selling product": what is compared stands behind the superlative."""
    for mark in work.unused("order", "best", "worst"):
        following = [i for i in work.after(mark, steps=3) if not i.has("cue", "sold") and i.number is None]
        if not following or (not following[0].has("field") and not following[0].columns):
            continue
        where = group_path(work, following[0]) if work.free(following[0]) else None
        if (
            where is None
            or number_path(work, following[0])
            or work.record_type not in ("opportunity", "lead")
        ):
            continue
        work.use(following[0])
        _group(work, where)
        _named_only(work, where)
        work.best_sellers = work.record_type == "opportunity" and not _is_counted(work)
        return True
    return False


def _of_one(work: Work, item: Item) -> bool:
    """ "what is the payment method of the customer that …": an attribute of one record, no split."""
    place = work.items.index(item)
    after = [i for i in work.items[place + 1 : place + 4] if not (i.filler and i.has("stop", "article"))]
    if len(after) < 2 or not after[0].has("stop", "preposition"):
        return False
    return is_singular(after[1])


def _distinct(work: Work) -> bool:
    """ "list the cities of our accounts", "how many different industries": the values that there are."""
    marks = work.unused("measure", "list_distinct") or work.unused("question", "list", "what")
    for mark in marks:
        item = next(work.after(mark, steps=1), None)
        if item is None or work.record_type is None or not work.free(item):
            continue
        if work.noun is not None and item.start > work.noun.start:
            continue
        if (
            not (item.has("field") or item.columns)
            or item.has("field", *_OWN_TO_EACH)
            or number_path(work, item)
        ):
            continue
        where = group_path(work, item)
        end = work.noun.start if work.noun is not None else item.end + 1
        plain = [i for i in work.items if item.start < i.start < end and i.content]
        if where is None or plain or any(i.name for i in work.items):
            continue
        work.use(mark, item)
        _group(work, where)
        return True
    return False


def _named_only(work: Work, where: str) -> None:
    """Who asks "which campaign" does not ask for records without one."""
    if ":" not in where and where not in ("owner", "owner.manager"):
        work.add(where, "is not empty")
