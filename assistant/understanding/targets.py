"""Which type of record a question is about."""

from collections.abc import Iterator

from assistant.understanding.fields import OWN
from assistant.understanding.items import Item
from assistant.understanding.work import Work
from ingest.entities import RecordType

_ARTICLES = frozenset({"the", "der", "die", "das", "den", "dem", "el", "la"})
_ORDER = ("lead", "opportunity", "account", "contact", "activity")
_TYPES = frozenset({"lead", "opportunity", "account", "contact", "activity", "user"})


def noun_type(work: Work, item: Item) -> str | None:
    """The record type that an item names, given what the user's book holds."""
    has = work.vocabulary.has
    name = item.get("record") or _definite(work, item)
    if name in _TYPES:
        return _present(work, name)
    if name == "customer":
        kinds = ("account", "contact", "lead", "opportunity")
        return next((t for t in kinds if has(RecordType(t))), "account")
    if name == "person":
        return "contact" if has(RecordType.CONTACT) else "lead"
    if name == "order":
        return "opportunity" if has(RecordType.OPPORTUNITY) else "activity"
    if item.has("noun", "pipeline", "revenue"):
        return "opportunity"
    if item.has("cue", "quote_best"):
        return next((t for t in ("account", "contact") if has(RecordType(t))), "account")
    return "activity" if item.has("kind") else None


def _definite(work: Work, item: Item) -> str | None:
    """ "the deal" points at one, unless the question says which: "la oportunidad más grande de Hannah"."""
    pointed = item.get("pronoun") or ""
    if not pointed.startswith("this_") or item.end - item.start < 2:
        return None
    article = work.reading.tokens[item.start].form
    reading = work.reading
    chosen = any(reading.any(g) for g in ("size", "order", "measure")) or reading.any("cue", "hot", "cold")
    chosen = chosen or (reading.any("question", "who") and any(i.name for i in work.items))
    if article not in _ARTICLES or not chosen:
        return None
    return {"this_rep": "user"}.get(pointed, pointed.removeprefix("this_"))


def _present(work: Work, name: str) -> str:
    """A company is a lead's where there are no accounts at all; otherwise words mean what they say."""
    has = work.vocabulary.has
    if name == "account" and not has(RecordType.ACCOUNT) and not has(RecordType.OPPORTUNITY):
        return "lead" if has(RecordType.LEAD) else name
    return name


def nouns(work: Work) -> list[tuple[Item, str]]:
    """The items that name a record type, left to right; what only splits ("by rep") is left out."""
    found: list[tuple[Item, str]] = []
    apart: list[tuple[Item, str]] = []
    for item in work.items:
        kind = noun_type(work, item)
        if kind is None or not work.free(item):
            continue
        if item.has("kind") and not item.has("record") and _is_other(work, item):
            continue
        if item.has("field", "campaign") and work.reading.any("cue", "brought"):
            continue
        split = any(i.has("group", "by") or i.has("owned", "by") for i in work.before(item, steps=1))
        (apart if split else found).append((item, kind))
    return found or [pair for pair in apart if pair[0].has("noun")]  # "top product by revenue"


def _is_other(work: Work, item: Item) -> bool:
    """An "email" that is a field or a draft, and no activity."""
    before = next(work.before(item, steps=1), None)
    field = item.has("field") and bool(before and before.has("logic", "with", "without"))
    return field or bool(before and before.has("cue", "draft"))


def choose_target(work: Work, default: str | None = None) -> None:
    """Set the record type, by its noun or by what else the question speaks of."""
    found = nouns(work)
    if (
        not found
        and work.reading.any("cue", "works_at")
        and (any(i.name for i in work.items) or work.reading.any("pronoun", "there", "this_account"))
    ):
        work.record_type = "contact" if work.vocabulary.has(RecordType.CONTACT) else "lead"
        work.noun = work.reading.first("cue", "works_at")
        return
    if not found:
        work.record_type = default or _implied(work)
        return
    found = _head_first(work, found)
    item, kind = found[0]
    if titled := _titled(work, item):
        work.record_type, work.noun = titled, item
        work.use(item)
        return
    figure = work.reading.any("measure", "average", "median", "min", "max")
    if item.has("noun", "revenue") and figure and others_first(found) in ("account", "lead"):
        item, kind = found[1]  # "the average revenue of our accounts" is theirs
    if kind == "account" and (measured := _deal_field(work, item)):
        item, kind = measured, "opportunity"
    others = [(i, k) for i, k in found[1:] if k != kind]
    counted = work.reading.any("order") or work.reading.any("measure") or work.reading.any("cue", "brought")
    counted = counted or work.reading.any("group") or work.reading.any("cue", "bought")
    if kind == "user" and others and _lacking(work, item, others[0][0]):
        work.record_type, work.noun = kind, item
        work.use(item)
        return
    if kind == "user" and others:
        (item, kind), asked = others[0], item
        _split_by(work, asked, "owner")
    elif kind == "user" and (deals := _of_users(work)):
        _split_by(work, item, "owner", always=True)
        work.record_type = deals
        return
    elif kind in ("account", "contact") and counted and others and _most_of(work, item, others[0][0]):
        asked_kind, asked = kind, item
        if others[0][1] in ("lead", "opportunity", "contact"):
            item, kind = others[0]
            _split_by(work, asked, asked_kind)
    work.record_type, work.noun = kind, item
    if not item.has("field"):
        work.use(item)


def _head_first(work: Work, found: list[tuple[Item, str]]) -> list[tuple[Item, str]]:
    """Chinese says what it is about last, behind "的": what stands before only describes it."""
    if work.reading.language != "zh":
        return found
    marks = [i.start for i in work.items if i.text == "的"]
    heads = [pair for pair in found if marks and pair[0].start > marks[-1]]
    return [*heads[:1], *(pair for pair in found if pair not in heads[:1])] if heads else found


def _titled(work: Work, noun: Item) -> str | None:
    """ "CTOs at tech companies": people by their title, before the companies that they work for."""
    before = [i for i in work.items if i.start < noun.start and i.content]
    beside = next(work.before(noun, steps=3), None)
    if not before or beside is None or not noun.has("record", "account", "customer"):
        return None
    kinds = {str(v.type) for i in before for v in i.values if v.field == "title" and not i.partial}
    return next((k for k in ("contact", "lead") if k in kinds), None)


def others_first(found: list[tuple[Item, str]]) -> str | None:
    """The second record type that is named."""
    return found[1][1] if len(found) > 1 else None


def _deal_field(work: Work, noun: Item) -> Item | None:
    """ "average deal value for retail accounts": a measured field that only deals have, before the noun."""
    if not work.reading.any("measure"):
        return None
    before = [i for i in work.items if i.start < noun.start]
    return next((i for i in before if i.has("field", "amount", "stage", "close_on", "cycle_days")), None)


def _most_of(work: Work, asked: Item, counted: Item) -> bool:
    """ "which customer has the most deals": a superlative of number stands before what is counted."""
    between = [i for i in work.items if asked.start < i.start < counted.start]
    return any(i.has("order", "most", "fewest") for i in between)


def _lacking(work: Work, asked: Item, other: Item) -> bool:
    """ "which reps have not closed any deal": reps are listed by what they lack."""
    if work.reading.any("measure") or work.reading.any("order"):
        return False
    between = [i for i in work.items if asked.start < i.start < other.start]
    return any(i.has("logic", "not", "without") for i in between)


def _of_users(work: Work) -> str | None:
    """What reps are compared by where nothing else is named: what they won, sold or converted."""
    reading = work.reading
    if reading.any("outcome", "converted", "disqualified") or reading.any("measure", "conversion_rate"):
        return "lead"
    best = reading.any("order", "best", "worst")
    if best and not reading.any("measure") and not reading.any("outcome") and not reading.any("noun"):
        work.best_sellers = True
        return "opportunity"
    if (
        reading.any("outcome")
        or reading.any("noun", "pipeline", "revenue")
        or reading.any("measure", "win_rate")
    ):
        return "opportunity"
    return (
        "opportunity" if reading.any("field", "amount", "cycle_days") or reading.any("cue", "sold") else None
    )


def _split_by(work: Work, asked: Item, path: str, *, always: bool = False) -> None:
    work.use(asked)
    compared = any(work.reading.any(g) for g in ("order", "measure", "group", "size"))
    if path not in work.group_by and (compared or always):
        work.group_by.append(path)


def _implied(work: Work) -> str | None:
    """The record type that measures, outcomes, fields and values speak of, among those that the user sees."""
    return next((t for t in _spoken_of(work) if work.vocabulary.has(RecordType(t))), None)


def _brought_in(work: Work) -> bool:
    """ "what did Tom bring in", "which product brings in the most": money, where no leads are spoken of."""
    if not work.reading.any("cue", "brought"):
        return False
    colleague = any(i.name and any(c.ref.type == "user" for c in i.name.candidates) for i in work.items)
    colleague = colleague or work.reading.any("measure", "sum") or "多少" in work.reading.text
    return colleague or work.reading.any("field", "product", "industry", "country", "type", "owner")


def _spoken_of(work: Work) -> Iterator[str]:
    reading = work.reading
    if reading.any("measure", "conversion_rate") or reading.any("outcome", "converted", "disqualified"):
        yield "lead"
    if reading.any("measure", "win_rate", "weighted_sum") or reading.any("cue", "overdue", "due", "stuck"):
        yield "opportunity"
    if reading.any("cue", "perform") and reading.any("order", "best", "worst"):
        work.best_sellers = True
        yield "opportunity"
    if reading.any("field", "stage", "amount", "close_on", "cycle_days") or reading.any(
        "cue", "bought", "sold"
    ):
        yield "opportunity"
    if reading.any("outcome") or _brought_in(work):
        yield "opportunity"
    if reading.any("cue", "next_steps", "changes"):
        return
    columns = {str(c.type) for i in work.items if not i.partial for c in i.columns}
    values = {str(v.type) for i in work.items if not i.partial for v in i.values if not v.absent}
    yield from (t for t in _ORDER if t in columns)
    yield from (t for t in _ORDER if t in values)
    named = {i.get("field") for i in work.items if i.has("field")} - {None}
    yield from (t for t in _ORDER[:4] if named and all(n in OWN[t] for n in named))
