"""How far a negation reaches: "not in fintech or retail" covers both, "in Berlin, not in fintech" one."""

from assistant.understanding.work import Work


def polarity(work: Work) -> dict[int, bool]:
    """For each item (by its start) whether a negation before it reaches it."""
    negated, found = False, {}
    for item in work.items:
        if item.has("logic", "not", "without"):
            negated = work.free(item)  # what a field's absence has used up reaches no further
        elif item.has("logic", "but", "with") or item.has("question"):
            negated = False
        found[item.start] = negated
        if item.has("outcome") or item.has("cue", "contacted", "bought"):
            negated = False
    return found
