"""Words that nothing explains: where they would narrow the answer, saying so beats a wrong answer."""

from assistant.answers import AnswerKind, Finding
from assistant.understanding import replies
from assistant.understanding.frame import Frame
from assistant.understanding.items import Item
from assistant.understanding.work import Work

_EXACT = frozenset(
    {
        "find_records",
        "summarise_records",
        "rank_leads",
        "find_neglected",
        "find_overdue",
        "show_score_changes",
    }
)


def unknown_words(work: Work, frame: Frame | None) -> Finding | None:
    """A reply where the question holds words that change its meaning and are not understood."""
    unknown = [i for i in work.items if i.unknown and not i.sign and len(i.text) > 1]
    if not unknown or frame is None:
        return None
    words = _phrases(work, unknown)
    if frame.tool in _EXACT:
        if not _anchored(work):
            return replies.unsure()
        return replies.reply("unknown_words", AnswerKind.EMPTY, words=", ".join(words))
    if frame.tool == "describe_record":
        if frame.record is None:
            return replies.unsure()
        if not work.reading.any("cue", "about") and not work.reading.any("question", "who", "how", "when"):
            return replies.refused("not_held", words=", ".join(words))
    return None


def _anchored(work: Work) -> bool:
    """Whether the question speaks of records at all, and not only in words that could mean anything."""
    items = [i for i in work.items if not i.partial]
    return (
        work.noun is not None
        or any(i.name or i.values or i.columns for i in items)
        or bool(work.reading.mine)
        or work.reading.any("owner")
        or work.reading.any("noun")
    )


def _phrases(work: Work, unknown: list[Item]) -> list[str]:
    """Neighbouring unknown words as one phrase."""
    phrases: list[list[Item]] = []
    for item in unknown:
        if phrases and phrases[-1][-1].end == item.start:
            phrases[-1].append(item)
        else:
            phrases.append([item])
    return [work.reading.span(p[0], p[-1]) for p in phrases]
