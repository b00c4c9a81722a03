"""What to do about a question that its words do not settle: ask the router, say what is not known, decline.

A wrong answer is worse than none: where words that would narrow the answer are not understood, it says so.
"""

from assistant.answers import AnswerKind, Finding
from assistant.understanding import replies
from assistant.understanding.frame import Frame
from assistant.understanding.items import Item
from assistant.understanding.leftovers import leftovers
from assistant.understanding.people import strange_name
from assistant.understanding.topics import joined
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
_WIDE = frozenset({"list_next_steps", "show_changes", "find_topics", "find_cross_sell"})
# Abilities that need nothing but the word: the router may choose them by itself.
_BARE = frozenset(
    {
        "rank_leads", "find_neglected", "find_overdue", "show_score_changes", "show_changes",
        "list_next_steps", "find_topics", "search_activities", "explain_score", "describe_record",
    }
)  # fmt: skip
# Fields that people speak of when they sell, and seldom otherwise.
_OF_THE_TRADE = (
    "stage", "close_on", "cycle_days", "score", "last_activity_at", "next_activity_at", "days_silent",
    "campaign", "industry", "won_amount", "product", "source",
)  # fmt: skip
# What says something to a search by meaning, or to nobody, and nothing of a list.
_OTHERWISE = ("override", "theme")
_QUOTES = frozenset('"“”„«»')
SURE, LIKELY, NEAR = 0.6, 0.4, 0.5
_LONG = 600  # characters: nobody asks in so many what no layer understands


def settle(frame: Frame | None, work: Work) -> tuple[Frame | None, Finding | None]:
    """The frame to act on, or what to say instead."""
    bare = frame is not None and frame.tool == "find_records" and work.noun is None and not _narrowed(frame)
    if frame is not None and not bare and (_anchored(work) or _explained(work)):
        said = unknown_words(work, frame)
        if said is None or frame.tool not in _EXACT:
            return frame, said
        other = _second_opinion(frame, work) if _unknown(work) else None
        return (other, None) if other is not None else (frame, said)
    return _routed(frame, work)


def _narrowed(frame: Frame) -> bool:
    """Whether a list is narrowed by more than an outcome, which many verbs could mean."""
    return frame.period is not None or any(c.get("field") != "outcome" for c in frame.conditions)


def _second_opinion(frame: Frame, work: Work) -> Frame | None:
    """Another ability for words that are no condition: "leads curious about our interfaces"."""
    if _narrowing(work):
        return None
    from assistant.understanding.router import router

    guess = router().guess(work.reading.text)
    if guess.probability < SURE or guess.nearness < NEAR or guess.label == frame.tool:
        return None
    if guess.label == "search_activities":
        return _search(frame, work)
    if guess.label in ("rank_leads", "find_neglected") and frame.tool == "find_records":
        return frame.but(tool=guess.label, period_on=None, order_by=None)
    return None


def _routed(frame: Frame | None, work: Work) -> tuple[Frame | None, Finding | None]:
    """No record type, name or value of the user's is spoken of: is it about their customers at all?"""
    from assistant.understanding.router import router

    if len(work.reading.text) > _LONG or not any(i.concepts or i.columns for i in work.items):
        return None, replies.unsure()  # no question, or no word of any language that is known
    guess = router().guess(work.reading.text)
    if guess.label == "write" and guess.probability >= SURE and not work.reading.any("question"):
        return None, replies.refused("cannot_write")
    if (guess.label == "outside" and guess.probability >= LIKELY) or guess.nearness < NEAR:
        return None, replies.unsure()
    if frame is not None and guess.label == frame.tool:
        return frame, unknown_words(work, frame)
    if guess.probability < SURE or guess.label not in _BARE:
        return None, replies.unsure()
    if guess.label == "search_activities":
        return _search(frame or Frame(tool=guess.label), work), None
    made = Frame(tool=guess.label, period=work.period, days=work.days, limit=work.limit)
    if guess.label in ("rank_leads", "find_neglected", "show_score_changes"):
        made = made.but(record_type=work.record_type or "lead")
    return made, None


def _search(frame: Frame, work: Work) -> Frame | None:
    """A search by meaning for what the question says besides the records it is about."""
    start = work.noun.end if work.noun is not None else 0
    words = [i for i in work.items if i.start >= start and i.period is None and i.name is None and not i.sign]
    words = [i for i in words if not (i.has("question") or i.has("owner"))]
    while words and words[0].filler:
        words = words[1:]
    if not words:
        return None
    kind = (
        work.record_type if work.noun is not None and work.record_type not in ("activity", "user") else None
    )
    return Frame(
        tool="search_activities",
        record_type=kind,
        topic=joined([i.text for i in words]),
        period=frame.period,
        conditions=tuple(c for c in frame.conditions if c.get("field") == "owner"),
    )


def unknown_words(work: Work, frame: Frame | None) -> Finding | None:
    """A reply where the question holds words that change its meaning and are not understood."""
    unknown = _unknown(work)
    partly = frame is not None and frame.tool in _EXACT and (work.unmeasured or leftovers(work, frame))
    if partly and not unknown:
        return replies.unsure()
    if not unknown or frame is None:
        return None
    words = _phrases(work, unknown)
    if frame.tool in _EXACT and _as_field(work, unknown[0]):
        return replies.refused("not_held", words=", ".join(words))
    if frame.tool in _EXACT:
        return replies.reply("unknown_words", AnswerKind.EMPTY, words=", ".join(words))
    if frame.tool in _WIDE and frame.record is None and not work.reading.mine:
        return replies.unsure()
    if frame.tool == "describe_record":
        if frame.record is None:
            return replies.unsure()
        words = [w for w in words if w not in frame.record]
        if not words:
            return None
        if not work.reading.any("cue", "about") and not work.reading.any("question", "who", "how", "when"):
            return replies.refused("not_held", words=", ".join(words))
    return None


def has_unknown(work: Work) -> bool:
    """Whether some word is not understood at all."""
    return bool(_unknown(work))


def _unknown(work: Work) -> list[Item]:
    unknown = [i for i in work.items if _is_unknown(i) and not i.sign and work.free(i)]
    unknown = [i for i in unknown if len(i.text) > 1 or _in_word(i, unknown)]
    unknown += [i for i in _quoted(work) if i not in unknown]
    unknown = [i for i in unknown if not _says_so(work, i)]
    unused = [i for i in work.items if i.columns and i.partial and not i.concepts and work.free(i)]
    return sorted((*unknown, *(i for i in unused if not _beside_value(work, i))), key=lambda i: i.start)


def _as_field(work: Work, item: Item) -> bool:
    """Whether an unknown word stands where a field would: "with a budget above 50k", "by zodiac sign"."""
    before = next(work.before(item, steps=1), None)
    after = next((i for i in work.after(item, steps=3) if not i.unknown), None)
    asked = ("with", "without")
    told = before is not None and (
        before.has("logic", *asked) or before.has("group", "by") or before.has("measure")
    )
    return told or (after is not None and after.has("compare") and not item.capital)


def _in_word(item: Item, unknown: list[Item]) -> bool:
    """Whether a single Chinese character stands beside another that is not known either."""
    if not item.text > "\u3000":
        return False
    return any(o.text > "\u3000" and item.start in (o.end, o.start - 1) for o in unknown)


def _says_so(work: Work, item: Item) -> bool:
    """ "a trial running": beside a column that says yes or no, a word for yes."""
    beside = [*work.before(item, steps=1), *work.after(item, steps=1)]
    flags = [i for i in beside if any(c.kind == "boolean" for c in i.columns) and not work.free(i)]
    return bool(flags) and not item.capital


def _is_unknown(item: Item) -> bool:
    """Whether nothing explains it but that the product itself might be spoken of."""
    bare = not (item.values or item.columns or item.name or item.period or item.number)
    return bare and all(c.group in _OTHERWISE for c in item.concepts)


def _quoted(work: Work) -> list[Item]:
    """Words in quotation marks that stand for no value and no name."""
    marks = [i for i in work.items if i.text in _QUOTES]
    found: list[Item] = []
    for first, last in zip(marks[::2], marks[1::2], strict=False):
        inside = [i for i in work.items if first.start < i.start < last.start]
        if not any(i.values or i.name or i.columns for i in inside):
            found += inside
    return found


def _beside_value(work: Work, item: Item) -> bool:
    """ "the East office": a word of the column beside its value adds nothing."""
    fields = {(c.type, c.field) for c in item.columns}
    beside = [*work.before(item, steps=1), *work.after(item, steps=1)]
    return any((v.type, v.field) in fields for other in beside for v in other.values)


def _anchored(work: Work) -> bool:
    """Whether the question speaks of records, names or values of the user's, or of the user."""
    reading = work.reading
    known = any(
        i.name or i.columns or (i.values and not (i.partial or i.fuzzy or i.has("stop") or i.absent))
        for i in work.items
    )
    said = any(i.has("cue", "voice", "mention") for i in work.items)
    asked = reading.any("question", "who", "which") or reading.any("kind")
    mine = bool(reading.mine) or reading.any("owner", "me", "team")
    if strange_name(work) is not None:
        return True
    return work.noun is not None or known or reading.any("noun") or (mine and not said) or (said and asked)


def _explained(work: Work) -> bool:
    """Whether every word has a meaning, and some of them are the trade's own."""
    said = any(
        i.has("cue") or i.has("measure") or i.has("outcome") or i.has("field", *_OF_THE_TRADE)
        for i in work.items
    )
    return said and not _unknown(work)


def _narrowing(work: Work) -> bool:
    """Whether an unknown word stands where a value would: "leads in biotech", "biotech leads"."""
    for item in _unknown(work):
        position = work.items.index(item)
        before = work.items[position - 1] if position else None
        after = work.items[position + 1] if position + 1 < len(work.items) else None
        if (before is not None and before.has("bound")) or after is work.noun:
            return True
    return False


def _phrases(work: Work, unknown: list[Item]) -> list[str]:
    """Neighbouring unknown words as one phrase."""
    phrases: list[list[Item]] = []
    for item in unknown:
        if phrases and phrases[-1][-1].end == item.start:
            phrases[-1].append(item)
        else:
            phrases.append([item])
    return [work.reading.span(p[0], p[-1]) for p in phrases]
