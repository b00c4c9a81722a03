"""The last answer once more, changed: the next page, another tone or language."""

from assistant.understanding.dialogue import Dialogue
from assistant.understanding.frame import Frame
from assistant.understanding.intents import has_name
from assistant.understanding.items import Reading
from assistant.understanding.lexicon import lexicon
from assistant.understanding.work import Work

_PAGES = {"rank_leads": 5, "find_records": 10}


def next_page(reading: Reading, work: Work, dialogue: Dialogue) -> Frame | None:
    """ "next five", "show more", "and the rest"."""
    frame = dialogue.frame
    if frame is None or frame.tool not in _PAGES or not reading.any("follow", "next_page", "previous_page"):
        return None
    if work.noun is not None or work.conditions or work.period or work.group_by or has_name(work):
        return None
    if any(reading.any(g) for g in ("cue", "compare", "measure", "size")) or reading.any(
        "question", "who", "why"
    ):
        return None
    if any(i.unknown and not i.sign for i in reading.items):
        return None
    shown = frame.limit or _PAGES[frame.tool]
    size = next((int(i.number.value) for i in reading.items if i.number), None) or shown
    step = -size if reading.any("follow", "previous_page") else shown
    return frame.but(offset=max(0, frame.offset + step), limit=size)


def next_period(reading: Reading, dialogue: Dialogue) -> Frame | None:
    """ "und nächsten?", "¿y el próximo?" after "this month": the period before or after."""
    frame = dialogue.frame
    first = next((i for i in reading.items if not i.sign), None)
    if frame is None or frame.period is None or first is None or not first.has("follow", "and"):
        return None
    known = lexicon(reading.language).exact
    relations = {
        position: concept.name
        for position, token in enumerate(reading.tokens)
        for concept in known.get((token.form,), ())
        if concept.group == "relative" and concept.name in ("this", "last", "next")
    }
    if any(
        i.content and not i.has("follow") and (i.period or i.start not in relations) for i in reading.items
    ):
        return None
    relation, _, unit = frame.period.partition(" ")
    if relation not in ("this", "last", "next") or unit not in ("week", "month", "quarter", "year"):
        return None
    said = set(relations.values())
    return frame.but(period=f"{said.pop()} {unit}", offset=0) if len(said) == 1 else None


def new_tone(reading: Reading, dialogue: Dialogue) -> Frame | None:
    """ "shorter", "in German", "friendlier please", "as a text message": the last draft once more."""
    draft = dialogue.draft
    if draft is None or dialogue.frame is None or dialogue.frame.tool != "write_draft":
        return None
    tone = next((t for i in reading.items if (t := i.get("tone"))), None)
    language = next((c for i in reading.items if (c := i.get("language"))), None)
    channel = next((c for i in reading.items if (c := i.get("draft"))), None)
    if not (tone or language) and not (channel and reading.any("follow")):
        return None
    if reading.any("record") or any(i.name for i in reading.items) or reading.any("position"):
        return None
    return draft.but(
        tone=tone or draft.tone,
        draft_language=language or draft.draft_language,
        channel=channel if channel and channel != "email" else draft.channel,
    )
