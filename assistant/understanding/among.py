"""Questions about what was just listed, by whatever means: "which of them have open deals"."""

from assistant.understanding.dialogue import Dialogue
from assistant.understanding.frame import Frame
from assistant.understanding.pointing import LISTS
from assistant.understanding.work import Work

_MOST = 200
# Lists that have conditions of their own, which a count or a sum cannot repeat.
_NOT_AGAIN = ("find_overdue", "find_neglected", "rank_leads", "show_score_changes")


def listed_type(work: Work, dialogue: Dialogue) -> str | None:
    """The record type of what "them" are, where the list cannot be asked for again with another condition."""
    before = dialogue.frame
    if (
        before is not None
        and before.tool in _NOT_AGAIN
        and dialogue.listed
        and _counts_them(work, ranked=before.tool == "rank_leads")
    ):
        kinds = {m.type for m in dialogue.listed}
        return kinds.pop() if len(kinds) == 1 else None
    among = work.reading.any("pronoun", "them") and work.reading.any("question", "which", "who", "list")
    if before is None or before.tool in LISTS or not among or len(dialogue.listed) < 2:
        return None
    kinds = {m.type for m in dialogue.listed}
    return kinds.pop() if len(kinds) == 1 else None


def _counts_them(work: Work, *, ranked: bool) -> bool:
    """ "count them by rep", "and by stage?", "what are they worth"."""
    figure = bool(work.measures or work.group_by) or work.reading.any("measure")
    plain = figure and work.noun is None and not any(i.name for i in work.items)
    return plain and (work.reading.any("pronoun", "them") or (not ranked and not work.conditions))


def only_listed(frame: Frame, dialogue: Dialogue) -> Frame:
    """Keep to the records that were listed."""
    ids = [m.id for m in dialogue.listed[:_MOST]]
    return frame.but(conditions=(*frame.conditions, {"field": "id", "op": "in", "value": ids}))
