"""How far a negation reaches: "not in fintech or retail" covers both, "in Berlin, not in fintech" one."""

from assistant.understanding.items import Item
from assistant.understanding.work import Work


def polarity(work: Work) -> dict[int, bool]:
    """For each item (by its start) whether a negation before it reaches it."""
    negated, found = False, {}
    refusing = _refusing(work)
    for item in work.items:
        if item.has("logic", "not", "without") and item is not refusing:
            negated = work.free(item)  # what a field's absence has used up reaches no further
        elif item.has("logic", "but", "with") or item.has("question"):
            negated = False
        found[item.start] = negated
        if work.reading.language == "zh" and item.text.endswith("的"):
            negated = False  # "不在美国的未结线索": what describes ends here
        if item.has("outcome") or item.has("cue", "contacted", "bought"):
            negated = False
    return found


def _refusing(work: Work) -> Item | None:
    """The "no" of "no, I meant accounts" refuses the answer before, and denies nothing."""
    first = next((i for i in work.items if not i.sign), None)
    if first is None or not first.has("talk", "no"):
        return None
    rest = work.items[work.items.index(first) + 1 :]
    apart = bool(rest) and (rest[0].sign or rest[0].text == "," or rest[0].has("follow"))
    return first if apart or work.reading.any("follow", "instead") else None
