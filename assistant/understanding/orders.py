"""In which order and how many: superlatives, "sorted by", "top 5", "the three largest"."""

from assistant.tokens import fold
from assistant.understanding.fields import OWN, is_date, is_number, path, path_of
from assistant.understanding.items import Item
from assistant.understanding.targets import noun_type
from assistant.understanding.work import Work

# Dates that lie ahead are listed soonest first.
_SOONEST = ("close_on", "next_activity_at")
_DOWN = ("most", "highest", "newest", "longest", "best", "descending")
_COUNTS = {"contact": "contact_count", "activity": "activity_count", "lead": "lead_count"}
_SINGULAR = frozenset(
    {
        "lead", "prospect", "deal", "opportunity", "opp", "account", "company", "customer", "client",
        "contact", "person", "order", "rep", "firm", "business", "unternehmen", "kunde", "geschaft",
        "abschluss", "chance", "firma", "kontakt", "interessent", "oportunidad", "negocio", "cliente",
        "venta", "operacion", "verkauf",
        "empresa", "cuenta", "contacto", "prospecto", "trato", "agent", "seller", "salesperson", "user",
        "vertriebler", "verkaufer", "mitarbeiter", "comercial", "vendedor", "agente", "win", "loss", "sieg",
        "gewinn", "victoria",
    }
)  # fmt: skip


_RECORDS = frozenset({"account", "owner", "owner.manager", "company", "contact"})
_ONE_OF = frozenset({"which", "welcher", "welches", "cual"})
_ONE_VERB = frozenset({"has", "is", "was", "does"})
_SEVERAL_HAN = ("哪些", "些", "几", "前", "列", "所有", "全部", "排", "都", "每", "各", "按")
_ONE_HAN = ("哪个", "哪位", "哪条", "哪家", "哪笔", "哪一", "哪名")


def find_order(work: Work) -> None:
    """Superlatives and "sorted by": the field to order by and its direction."""
    target = work.record_type
    if target is None:
        return
    _sorted_by(work, target)
    for item in work.unused("size", "biggest", "smallest"):
        work.use(item)
        down = item.has("size", "biggest")
        if work.group_by:
            work.descending = down if work.descending is None else work.descending
        else:
            set_order(work, _size_field(work, target), down)
    for item in work.unused("order"):
        _superlative(work, item, target)


def _sorted_by(work: Work, target: str) -> None:
    up = work.reading.any("order", "ascending")
    for mark in work.unused("order", "sorted"):
        for item in work.after(mark, steps=2):
            where = _order_path(work, item, target)
            if where is not None:
                work.use(mark, item)
                last = where.rsplit(".", 1)[-1]
                named = last in ("name", "company", *_SOONEST) and not work.reading.any("order", "descending")
                set_order(work, where, not (up or named))
                break


def _order_path(work: Work, item: Item, target: str) -> str | None:
    for column in item.columns:
        if where := path_of(target, column.type, column.field):
            return where
    if item.has("measure", "count"):
        return counted_field(work, item, target)
    name = item.get("field")
    if item.has("noun", "revenue") and target == "account":
        bought = work.reading.any("record", "customer") or work.reading.any("outcome", "won")
        return "won_amount" if bought else "revenue"
    if name == "amount" and target in ("account", "lead"):
        sold = work.reading.any("record", "customer") or work.reading.any("outcome", "won")
        name = "won_amount" if target == "account" and sold else "employees"
    return path(target, name) if name else None


def counted_field(work: Work, item: Item, target: str) -> str | None:
    """ "number of contacts", "number of won deals": the field that counts them."""
    following = list(work.after(item, steps=2))
    outcome = following[0].get("outcome") if following else None
    noun = following[1] if outcome and len(following) > 1 else following[0] if following else None
    kind = noun_type(work, noun) if noun is not None else None
    name = _COUNTS.get(kind or "")
    if kind == "opportunity":
        name = {"won": "won_count", "lost": "lost_count", "open": "open_count"}.get(outcome or "")
    if name is None or name not in OWN[target]:
        return None
    work.use(item, noun, following[0])
    return name


def _size_field(work: Work, target: str) -> str:
    if target == "opportunity":
        return "amount"
    customers = work.reading.any("record", "customer") or work.reading.any("cue", "quote_best")
    if target == "account" and customers:
        return "won_amount"
    return "revenue" if target in ("account", "lead") else "amount"


def _superlative(work: Work, item: Item, target: str) -> None:
    name = item.get("order")
    down = name in _DOWN
    where: str | None = None
    if name in ("newest", "oldest"):
        closed = work.reading.any("outcome", "won", "lost", "closed", "converted")
        where = "at" if target == "activity" else "closed_at" if closed else "created_at"
    elif name in ("most", "fewest", "highest", "lowest", "longest", "shortest"):
        where = _after_superlative(work, item, target)
    if name == "longest" and work.reading.any("cue", "neglect") and "days_silent" in OWN[target]:
        work.use(*work.reading.all("cue", "neglect"))
        where, work.longest_silent = "days_silent", True
    if where is None and name in ("highest", "lowest") and target == "opportunity" and not work.group_by:
        where = "amount" if not any(i.columns for i in work.after(item, steps=2)) else None
    if where is None and name in ("longest", "shortest") and "cycle_days" in OWN[target]:
        where = "cycle_days" if work.reading.any("field", "cycle_days") else "age_days"
    if where is not None:
        work.use(item)
        set_order(work, where, down)
        if work.group_by and name in ("lowest", "fewest", "shortest"):
            work.descending = False
    elif work.group_by:
        work.use(item)
        work.descending = down if work.descending is None else work.descending


def _after_superlative(work: Work, item: Item, target: str) -> str | None:
    for other in (*work.after(item, steps=3), *work.before(item, steps=1)):
        if other is work.noun:
            continue
        where = _order_path(work, other, target)
        if where is not None and work.free(other) and _is_ordered(other, where):
            work.use(other)
            return where
        kind = noun_type(work, other)
        if kind in (*_COUNTS, "opportunity") and not work.group_by:
            won = work.reading.any("outcome", "won") or work.reading.any("cue", "bought")
            name = _COUNTS.get(kind or "", "won_count" if won else "open_count")
            if name in OWN[target]:
                work.use(other)
                return name
    return None


def _is_ordered(item: Item, where: str) -> bool:
    """Whether a superlative can be of this field: numbers and dates; of anything else it counts."""
    name = where.rsplit(".", 1)[-1]
    known = any(c.kind in ("number", "date") for c in item.columns) or is_number(name) or is_date(name)
    return known or item.has("measure", "count")


def set_order(work: Work, where: str, descending: bool) -> None:
    """Order by a field, unless something else was said before."""
    if work.order_by is None:
        work.order_by, work.descending = where, descending


def find_limit(work: Work) -> None:
    """ "top 5", "ten best leads", "the three largest"; one where a superlative is in the singular."""
    for item in work.items:
        if _is_limit(work, item):
            assert item.number is not None
            work.use(item)
            work.limit = int(item.number.value)
            return
    one = work.noun is not None and is_singular(work.noun)
    sold = [i for i in work.items if i.has("outcome") or i.has("noun", "revenue")]
    one = one or any(fold(i.text) in _SINGULAR for i in sold)
    one = one or _asks_one(work)
    if work.limit is None and one and set(work.group_by) & _RECORDS and work.reading.any("order"):
        work.limit = 1
    if work.limit is None and one and not work.group_by:
        best = work.reading.any("cue", "hot", "cold") or work.reading.any("order", "best")
        if work.order_by is not None or best:
            work.limit = 1


def _asks_one(work: Work) -> bool:
    """ "which of my leads has the most …", "cuál de mis leads", "哪个商机"."""
    words = [t.form for t in work.reading.tokens]
    text = "".join(words)
    if work.reading.language == "zh":
        one = any(w in text for w in _ONE_HAN)
        ranked = work.reading.any("cue", "hot", "cold") or work.reading.any("order", "best", "worst")
        return one or not (ranked or work.group_by or any(w in text for w in _SEVERAL_HAN))
    if not set(words) & _ONE_OF:
        return False
    return work.reading.language != "en" or bool(set(words) & _ONE_VERB)


def is_singular(item: Item) -> bool:
    """Whether a noun names one record."""
    words = fold(item.text).split()
    named = item.has("record") or (item.get("pronoun") or "").startswith("this_")
    return named and bool(words) and words[-1] in _SINGULAR


def _is_limit(work: Work, item: Item) -> bool:
    number = item.number
    if number is None or not work.free(item) or item.period is not None:
        return False
    if number.currency or number.percent or number.scaled or not 0 < number.value <= 200 or number.value % 1:
        return False
    groups = ("order", "cue", "size", "position", "owner", "outcome", "follow")
    return any(
        o is work.noun or noun_type(work, o) or o.has("question", "list") or any(o.has(g) for g in groups)
        for o in (*work.before(item, steps=2), *work.after(item, steps=2))
    )
