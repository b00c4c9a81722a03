"""What a search is about, and what a draft should be like, in the question's own words."""

from typing import Any

from assistant.understanding.reading import Item
from assistant.understanding.work import Work


def topic_of(work: Work) -> str:
    """The words that say what was talked about, with the verb where it carries the mood."""
    items = work.items
    cue = next((i for i in items if i.has("cue", "voice")), None) or next(
        (i for i in items if i.has("cue", "mention")), None
    )
    position = items.index(cue) if cue else 0
    taken = [cue] if cue is not None and cue.has("cue", "voice") else []
    for item in items[position + 1 :]:
        if item.period is not None or item.has("owner") or (item.name is not None and not item.fuzzy):
            continue
        taken.append(item)
    words = _trimmed(taken)
    if not words:
        words = _trimmed([i for i in items if i.unknown or i.has("cue", "voice", "mention") or i.values])
    work.use(*words)
    return joined([i.text for i in words])


def joined(texts: list[str]) -> str:
    """Words side by side; Chinese ones without a space."""
    text = ""
    for word in texts:
        gap = "" if not text or (text[-1] > "\u3000" and word[:1] > "\u3000") else " "
        text += gap + word
    return text


def _trimmed(items: list[Item]) -> list[Item]:
    """Without fillers and signs at both ends."""
    kept = [i for i in items if not i.sign and i.text not in "?!.,;:"]
    while kept and kept[0].filler:
        kept = kept[1:]
    while kept and (kept[-1].filler or kept[-1].has("logic")):
        kept = kept[:-1]
    return kept


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
        "tone": next((t for i in work.items if (t := i.get("tone"))), None),
        "draft_language": next((c for i in work.items if (c := i.get("language"))), None),
        "topic": _draft_topic(work) if channel in ("email", "message") else None,
    }


def _draft_topic(work: Work) -> str | None:
    """ "about the new price list", "to thank her for the demo"."""
    mark = next(
        (i for i in work.items if i.has("cue", "about", "mention") or i.has("compare", "around")), None
    )
    if mark is None:
        return None
    following = [
        i for i in work.items if i.start > mark.start and not i.has("language") and not i.has("tone")
    ]
    words = _trimmed([i for i in following if True])
    words = [i for i in words if i.name is None]
    if not words:
        return None
    work.use(*words)
    return work.reading.span(words[0], words[-1])
