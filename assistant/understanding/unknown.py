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
        return replies.reply("unknown_words", AnswerKind.EMPTY, words=", ".join(words))
    if frame.tool == "describe_record" and frame.record is None:
        return replies.unsure()
    return None


def _phrases(work: Work, unknown: list[Item]) -> list[str]:
    """Neighbouring unknown words as one phrase."""
    phrases: list[list[Item]] = []
    for item in unknown:
        if phrases and phrases[-1][-1].end == item.start:
            phrases[-1].append(item)
        else:
            phrases.append([item])
    return [work.reading.span(p[0], p[-1]) for p in phrases]
