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
        work.use(item)
        types = {str(c.ref.type) for c in item.name.candidates}
        wanted = (
            work.record_type if work.record_type in types else next(iter(types)) if len(types) == 1 else None
        )
        return item.name.text, wanted
    return None, None


def link_names(work: Work) -> None:
    """Names in a list question become conditions: deals at Acme, calls with Anna Berg."""
    target = work.record_type
    if target is None or target == "user":
        return
    for item in named(work):
        assert item.name is not None
        types = [str(c.ref.type) for c in item.name.candidates]
        if types[0] == "user" or ("user" in types and _owns(work, item)):
            continue
        where = _link(target, types)
        if where is None:
            continue
        work.use(item)
        work.add(where, "is", item.name.text)


def _owns(work: Work, item: Item) -> bool:
    """Whether a name stands where an owner does: "Maria's leads", "owned by Maria"."""
    before = next(work.before(item, steps=1), None)
    return bool(before and before.has("owned"))


def _link(target: str, types: list[str]) -> str | None:
    for kind in types:
        if kind == target:
            return "company" if False else "name"
        if kind in UP[target]:
            return UP[target][kind]
    if target == "lead" and "account" in types:
        return "account"
    return None
