"""Named records in a question: the one it is about, or a condition on what is listed."""

from assistant.names import NameSpan
from assistant.understanding.fields import UP
from assistant.understanding.items import Item, Reading
from assistant.understanding.polarity import polarity
from assistant.understanding.work import Work


def join_names(reading: Reading) -> None:
    """Parts of names side by side are one name, be it of nobody: each may be known of somebody else."""
    items = reading.items
    position = 0
    while position < len(items) - 1:
        one, other = items[position], items[position + 1]
        if (
            _is_part(one) and one.end == other.start and (_is_part(other) or _is_strange(reading, other))
        ) or (_is_part(other) and one.end == other.start and _is_strange(reading, one) and position > 0):
            items[position : position + 2] = [_joined(reading, one, other)]
        else:
            position += 1


def _is_part(item: Item) -> bool:
    return item.name is not None and not item.name.candidates[0].exact and item.capital and not item.concepts


def _is_strange(reading: Reading, item: Item) -> bool:
    return item.unknown and item.capital and not item.sign and reading.language != "de" and len(item.text) > 1


def _joined(reading: Reading, one: Item, other: Item) -> Item:
    """Both as one name; it means whom both mean, or nobody known."""
    spans = [i.name for i in (one, other) if i.name is not None]
    candidates = (
        tuple(c for c in spans[0].candidates if all(c in s.candidates for s in spans)) or spans[0].candidates
    )
    text = reading.span(one, other)
    name = NameSpan(start=one.start, end=other.end, text=text, candidates=candidates, fuzzy=True)
    return Item(start=one.start, end=other.end, text=text, name=name, fuzzy=True, capital=True)


def named(work: Work) -> list[Item]:
    """Items that name a record and have no use yet."""
    return [i for i in work.items if i.name is not None and work.free(i) and not i.held]


def one_record(work: Work, *, only_named: bool = False) -> tuple[str | None, str | None]:
    """The record that the question is about: its name as typed, and its type where one type alone fits."""
    for item in named(work):
        assert item.name is not None
        proper = item.capital and not (work.reading.language == "de" and item.fuzzy)
        if only_named and not (item.name.candidates[0].exact or proper or item.text > "\u3000"):
            continue  # a lower-case word inside a topic
        work.use(item)
        types = {str(c.ref.type) for c in item.name.candidates}
        if "user" in types and work.reading.any("field", "manager"):
            return item.name.text, "user"
        wanted = (
            work.record_type if work.record_type in types else next(iter(types)) if len(types) == 1 else None
        )
        return item.name.text, wanted
    if not only_named and (strange := strange_name(work)) is not None:
        return strange, None
    return None, None


def strange_name(work: Work) -> str | None:
    """ "tell me about Zyx Qrst": a name that no visible record bears, for the answer to say so."""
    mark = work.reading.first("cue", "about", "draft", "explain", "prepare")
    if mark is None:
        return None
    run: list[Item] = []
    for item in work.items:
        if (
            item.start >= mark.start
            and item.unknown
            and not item.sign
            and (item.capital or item.text > "\u3000")
        ):
            run.append(item)
        elif run:
            break
    return work.reading.span(run[0], run[-1]) if run else None


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
        if target == "lead" and item.name.candidates[0].by_company:
            work.use(item)
            work.add("company", "contains", item.name.text)
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
            return "name"
        if kind in UP[target]:
            return UP[target][kind]
    if target == "lead" and "account" in types:
        return "account"
    return None


# Cues that may hold an "I" of their own: "should I call", "have I not written to".
_OF_SELF = ("priority", "neglect", "next_steps", "contacted")
_WHOSE = {"team": "my team", "everyone": "everyone"}


def owner_conditions(work: Work) -> None:
    """ "my", "my team's", a colleague by name, a colleague's team."""
    if work.record_type == "user":
        return
    if unowned := work.unused("cue", "unowned"):
        work.use(*unowned)
        work.add("owner", "is empty")
        return
    negated = polarity(work)
    for item in work.unused("owner"):
        name = item.get("owner") or ""
        work.use(item)
        if name == "addressee" or work.has_condition("owner"):
            continue
        apart = negated[item.start] and name == "me" and item.text.lower() != "i"
        if name == "me" and any(i.has("record", "user") for i in work.after(item, steps=2)):
            name = "team"  # "my best rep" is one of them
        work.add("owner", "is not" if apart else "is", _WHOSE.get(name, "me"))
    if not work.has_condition("owner") and _asks_for_self(work):
        work.add("owner", "is", "me")
    owners = [i for i in named(work) if i.name and any(c.ref.type == "user" for c in i.name.candidates)]
    if owners and not work.has_condition("owner"):
        work.use(*owners)
        texts = [_whose(work, i) for i in owners]
        apart = negated[owners[0].start]
        if len(texts) == 1:
            work.add("owner", "is not" if apart else "is", texts[0])
        else:
            work.add("owner", "not in" if apart else "in", texts)


def _whose(work: Work, item: Item) -> str:
    """The colleague, or all who report to them."""
    assert item.name is not None
    team = next(
        (i for i in (*work.after(item, steps=1), *work.before(item, steps=1)) if i.has("noun", "team")), None
    )
    if team is None:
        return item.name.text
    work.use(team)
    return f"team of {item.name.text}"


def _asks_for_self(work: Work) -> bool:
    """ "should I call", "do I have": the speaker inside another phrase."""
    said = [i for i in work.items if work.reading.mine & set(range(i.start, i.end))]
    return any(i.has("cue", *_OF_SELF) or i.has("question", "yesno") or i.has("outcome") for i in said)


def colleagues(work: Work) -> list[Item]:
    """Items that name a user of the product."""
    return [i for i in work.items if i.name and any(c.ref.type == "user" for c in i.name.candidates)]


def are_compared(work: Work) -> bool:
    """ "compare Tom and Maria", "who is ahead, Tom or Maria", "compare my reps by win rate"."""
    marks = work.reading.all("cue", "converse") if work.reading.any("measure") else []
    if any(i.has("owner", "team") or i.has("record", "user") for m in marks for i in work.after(m, steps=1)):
        return True
    if len(colleagues(work)) < 2 or work.reading.any("question", "list"):
        return False
    reading = work.reading
    return reading.any("cue", "converse") or (reading.any("question", "who") and reading.any("logic", "or"))
