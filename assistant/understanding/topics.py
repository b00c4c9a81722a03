"""What a search is about, and what a draft should be like, in the question's own words."""

from typing import Any

from assistant.understanding.items import Item
from assistant.understanding.targets import noun_type
from assistant.understanding.work import Work

# The object stands before its verb ("nach einem Rabatt gefragt", "对价格有异议").
_VERB_LAST = frozenset({"de", "zh"})
_TRIMMED = ("article", "preposition", "be", "pronoun", "do", "adverb")


def topic_of(work: Work) -> str:
    """The words that say what was talked about, with the verb where it carries the mood."""
    items = work.items
    cue = next((i for i in items if i.has("cue", "voice", "mention")), None) or _introduced(work)
    if work.record_type == "activity" and (led := _introduced(work)) and cue and led.start < cue.start:
        cue = led
    position = items.index(cue) if cue else 0
    if cue is not None and (told := _told_before(work, cue)):
        words = _trimmed(told, work.reading.language)
        work.use(*words)
        return joined([i.text for i in words])
    after = [i for i in _until_but(items[position + 1 :]) if _says(work, i) or _done(i)]
    if cue is not None and (_content(after) or work.reading.language not in _VERB_LAST):
        taken = [cue, *after]
        if work.reading.language == "zh":
            taken = [*_leading(work, items[:position]), *taken]
    else:
        taken = [i for i in items[: position + 1] if _says(work, i)] + after
        while taken and (
            taken[0].has("question")
            or noun_type(work, taken[0])
            or not (_told(taken[0]) or taken[0].has("stop", "noun"))
        ):
            taken = taken[1:]
    while taken and _only_leads(taken[0]):
        taken = taken[1:]
    while taken and (_only_leads(taken[-1]) or taken[-1].sign):
        taken = taken[:-1]
    words = _trimmed(taken, work.reading.language)
    if not words:
        words = _trimmed(
            [i for i in items if i.unknown or i.has("cue", "voice", "mention") or i.values],
            work.reading.language,
        )
    work.use(*words)
    return joined([i.text for i in words])


def is_passive(work: Work, cue: Item) -> bool:
    """ "pricing was mentioned in calls": what was talked about stands before, where it was after."""
    return bool(_told_before(work, cue))


def _told_before(work: Work, cue: Item) -> list[Item]:
    if not cue.has("cue", "mention") or work.reading.language in _VERB_LAST:
        return []
    following = next(work.after(cue, steps=1), None)
    led = following is None or any(
        i.has("bound") or i.has("stop", "preposition") or i.has("stop", "adverb") or i.period
        for i in work.items
        if i.start == cue.end
    )
    before = [i for i in work.items if i.start < cue.start and _says(work, i)]
    told = [i for i in before if _told(i) and not i.has("question") and noun_type(work, i) is None]
    while told and told[0].has("stop"):
        told = told[1:]
    return told if led else []


def _told(item: Item) -> bool:
    """Neither filler nor auxiliary."""
    return item.content and not item.has("logic", "with", "without") and not item.has("group", "by")


def _introduced(work: Work) -> Item | None:
    """ "emails about …", "calls where …": what stands before the topic of activities."""
    start = work.noun.end if work.noun is not None else 0
    marks = (i for i in work.items if i.start >= start)
    return next(
        (i for i in marks if i.has("cue", "about", "concerning") or i.has("question", "where")), None
    ) or next((i for i in work.items if i.start >= start and i.has("compare", "around")), None)


def _leading(work: Work, before: list[Item]) -> list[Item]:
    """Chinese: what "对" introduces belongs to the topic."""
    start = next((n for n, i in enumerate(before) if i.text == "对"), None)
    return [i for i in before[start:] if _says(work, i)] if start is not None else []


def _until_but(items: list[Item]) -> list[Item]:
    """ "asked for pricing but have no open deal": what follows is another demand."""
    end = next((n for n, i in enumerate(items) if i.has("logic", "but")), len(items))
    return items[:end]


def _says(work: Work, item: Item) -> bool:
    """Whether an item is part of what was said, and not when, by whom, or of whose records."""
    if item.period is not None or item.has("owner") or item.has("question", "yesno", "list"):
        return False
    return item.name is None or not (item.name.candidates[0].exact or item.capital or item.text > "\u3000")


def _done(item: Item) -> bool:
    """ "wants to return it", "asked to see the prices": after the cue these verbs are what was said."""
    return item.has("question", "list") and item.name is None


def _content(items: list[Item]) -> list[Item]:
    return [i for i in items if i.content and not i.has("question")]


def joined(texts: list[str]) -> str:
    """Words side by side; Chinese ones without a space."""
    text = ""
    for word in texts:
        gap = "" if not text or (text[-1] > "\u3000" and word[:1] > "\u3000") else " "
        text += gap + word
    return text


def _only_leads(item: Item) -> bool:
    """ "mentioned", "about": they lead to the topic and are no part of it."""
    leads = item.has("cue", "mention", "about", "concerning") or item.has("question", "where")
    return (leads or item.has("compare", "around")) and not item.has("cue", "voice")


def _trimmed(items: list[Item], language: str) -> list[Item]:
    """Without fillers and signs at both ends."""
    kept = [i for i in items if not i.sign]
    while kept and kept[0].filler and not (language == "zh" and kept[0].has("stop", "noun")):
        kept = kept[1:]
    while kept and (kept[-1].has("logic") or (kept[-1].filler and _light(kept[-1], language))):
        kept = kept[:-1]
    return kept


def _light(item: Item, language: str) -> bool:
    """Whether a filler at the end says nothing; Chinese fillers may be half of an unknown word."""
    if language == "zh":
        return item.has("stop", "adverb") or not item.has("stop")
    return item.has("stop", *_TRIMMED) or not item.has("stop")


def draft_parts(work: Work) -> dict[str, Any]:
    """Channel, tone, language and topic of a draft."""
    reading = work.reading
    channel = "email"
    if reading.any("cue", "prepare") or (
        reading.any("draft", "call") and not reading.any("draft", "email", "message")
    ):
        channel = "call"
    elif reading.any("cue", "summary") or reading.any("draft", "summary"):
        channel = "summary"
    elif reading.any("draft", "message"):
        channel = "message"
    return {
        "channel": channel if channel != "email" else None,
        "tone": next(
            (t for i in _spoken(work, "friendlier", "formal", "direct", "longer", "shorter") if (t := i)),
            None,
        ),
        "draft_language": next((c for i in work.items if (c := i.get("language"))), None),
        "topic": _draft_topic(work) if channel in ("email", "message") else None,
    }


def _spoken(work: Work, *tones: str) -> list[str]:
    """The tones asked for; how to say it counts before how long it should be."""
    said = {i.get("tone") for i in work.items}
    return [t for t in tones if t in said]


def _draft_topic(work: Work) -> str | None:
    """ "about the new price list"."""
    mark = next(
        (i for i in work.items if i.has("cue", "about", "mention") or i.has("compare", "around")), None
    )
    if mark is None:
        return None
    following = [
        i for i in work.items if i.start > mark.start and not i.has("language") and not i.has("tone")
    ]
    words = _trimmed([i for i in following if i.name is None], work.reading.language)
    if not words:
        return None
    work.use(*words)
    return work.reading.span(words[0], words[-1])


def _valued_beside(work: Work) -> bool:
    """ "对 Training 感兴趣", "sich für Services interessieren": nothing is said but a column's value."""
    beside = [
        o
        for i in work.reading.all("cue", "interest")
        for o in (*work.before(i, steps=2), *work.after(i, steps=2))
    ]
    valued = any(o.values and not (o.partial or o.fuzzy) for o in beside)
    return valued and not any(i.unknown and not i.sign for i in work.items)


def only_values(work: Work) -> bool:
    """ "interested in consulting", where consulting is a value of a column: a condition, no search."""
    cue = next((i for i in work.items if i.has("cue", "voice")), None)
    if cue is None or work.reading.any("cue", "mention"):
        return False
    if work.reading.any("cue", "interest") and _valued_beside(work):
        return True
    after = [i for i in work.items if i.start > cue.start and i.content and i.period is None]
    first = next(iter(after), None)
    if first is None or not first.values or first.partial or first.fuzzy:
        return False
    rest = [i for i in after[1:] if i.unknown and not i.sign]
    return not rest
