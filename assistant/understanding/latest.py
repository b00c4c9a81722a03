"""Lists of activities, and the last one of anything: which kinds, which direction, how many."""

from assistant.understanding.frame import Frame
from assistant.understanding.orders import is_singular
from assistant.understanding.work import Work

_LAST = frozenset(
    {
        "last",
        "latest",
        "newest",
        "letzte",
        "letzten",
        "letzter",
        "letztes",
        "ultimo",
        "ultima",
        "neueste",
        "新",
        "次",
    }
)


def last_one(work: Work) -> int | None:
    """ "last email from Anna": the newest one."""
    if work.noun is None or work.noun.start == 0 or any(i.period and i.period.text for i in work.items):
        return None
    if work.noun.text.lower().endswith("s") and not work.limit:
        return None
    reach = 1 if work.reading.language == "zh" else 3
    before = work.reading.tokens[max(0, work.noun.start - reach) : work.noun.start]
    many = next((int(t.form) for t in before if t.form.isdigit()), 1)
    plain = work.record_type == "activity" or is_singular(work.noun) or many > 1
    return many if plain and any(t.form in _LAST for t in before) else None


def of_kinds(frame: Frame, work: Work) -> Frame:
    more = []
    kinds = [k for i in work.items if (i is work.noun or work.free(i)) and (k := i.get("kind"))]
    if kinds and not any(c.get("field") == "kind" for c in frame.conditions):
        unique = list(dict.fromkeys(kinds))
        more.append(
            {"field": "kind", "op": "is", "value": unique[0]}
            if len(unique) == 1
            else {"field": "kind", "op": "in", "value": unique}
        )
    direction = next((d for i in work.items if (d := i.get("direction"))), None) or _direction(work)
    if direction:
        more.append({"field": "direction", "op": "is", "value": direction})
    return frame.but(conditions=(*more, *frame.conditions))


def _direction(work: Work) -> str | None:
    """ "emails from Anna" came in, "emails to Anna" went out."""
    if not work.reading.any("kind", "email", "call", "chat"):
        return None
    for item in work.items:
        if item.name is None or item.start == 0 or all(c.ref.type == "user" for c in item.name.candidates):
            continue
        before = work.items[work.items.index(item) - 1]
        if before.has("bound", "from", "to"):
            return "inbound" if before.has("bound", "from") else "outbound"
    return None
