"""Named records in a question: the one it is about, or a condition on what is listed."""

from assistant.understanding.fields import UP
from assistant.understanding.items import Item
from assistant.understanding.work import Work


def named(work: Work) -> list[Item]:
    """Items that name a record and have no use yet."""
    return [i for i in work.items if i.name is not None and work.free(i)]


def one_record(work: Work, *, only_named: bool = False) -> tuple[str | None, str | None]:
    """The record that the question is about: its name as typed, and its type where one type alone fits."""
    for item in named(work):
        assert item.name is not None
        if only_named and not (item.name.candidates[0].exact or item.capital or item.text > "\u3000"):
            continue  # a lower-case word inside a topic
        work.use(item)
        types = {str(c.ref.type) for c in item.name.candidates}
        wanted = (
            work.record_type if work.record_type in types else next(iter(types)) if len(types) == 1 else None
        )
        return _with_rest(work, item), wanted
    if (strange := _strange(work)) is not None:
        return strange, None
    return None, None


def _strange(work: Work) -> str | None:
    """ "tell me about Zyx Qrst": a name that no visible record bears, for the answer to say so."""
    mark = work.reading.first("cue", "about", "draft", "explain", "prepare")
    if mark is None:
        return None
    run: list[Item] = []
    for item in work.items:
        if item.start >= mark.start and item.unknown and not item.sign and (item.capital or item.text > "\u3000"):
            run.append(item)
        elif run:
            break
    work.use(*run)
    return work.reading.span(run[0], run[-1]) if run else None


def _with_rest(work: Work, item: Item) -> str:
    """A name with the unknown capital words beside it: of "Ann Strange" only "Ann" is known."""
    assert item.name is not None
    if item.name.candidates[0].exact or work.reading.language == "de":
        return item.name.text
    items, place = work.items, work.items.index(item)
    first, last = item, item
    if place + 1 < len(items) and items[place + 1].unknown and items[place + 1].capital:
        last = items[place + 1]
    if place > 0 and items[place - 1].unknown and items[place - 1].capital:
        first = items[place - 1]
    work.use(first, last)
    return work.reading.span(first, last)


def link_names(work: Work) -> None:
    """Names in a list question become conditions: deals at Acme, calls with Anna Berg."""
    target = work.record_type
    if target is None or target == "user":
        return
    for item in named(work):
        assert item.name is not None
        types = [str(c.ref.type) for c in item.name.candidates]
        if "user" in types and not _called(work, item):
            continue
        where = _link(target, types)
        if where is None:
            continue
        work.use(item)
        work.add(where, "is", item.name.text)


def _called(work: Work, item: Item) -> bool:
    """ "leads named Henry Jansen": a name that a record bears, and not its owner."""
    return any(i.has("field", "name") for i in work.before(item, steps=1))


def _link(target: str, types: list[str]) -> str | None:
    for kind in types:
        if kind == target:
            return "company" if False else "name"
        if kind in UP[target]:
            return UP[target][kind]
    if target == "lead" and "account" in types:
        return "account"
    return None
