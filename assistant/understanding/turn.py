"""One question, understood: what to call, or what to say instead."""

from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.tokens import clean, tokens
from assistant.understanding import followups, replies
from assistant.understanding.calls import calls_of
from assistant.understanding.compose import compose
from assistant.understanding.dialogue import Dialogue
from assistant.understanding.frame import Frame
from assistant.understanding.followups import Moment
from assistant.understanding.language import detect
from assistant.understanding.plan import Plan
from assistant.understanding.items import Reading
from assistant.understanding.reading import read
from assistant.understanding.unknown import unknown_words
from assistant.understanding.vocabulary import Vocabulary
from assistant.understanding.work import Work
from ingest.entities import User


def understand(
    question: str,
    *,
    dialogue: Dialogue,
    vocabulary: Vocabulary,
    at: datetime,
    timezone: ZoneInfo,
    user: User | None = None,
) -> Plan:
    """Understand a question in its conversation, with the words of the asking user's book."""
    text = clean(question)
    language = detect(text, tokens(text), dialogue.language)
    today = at.astimezone(timezone).date()
    reading = read(text, vocabulary, language, today)
    if not reading.tokens:
        return Plan(reply=replies.reply("empty"), language=language)
    return _plan(reading, vocabulary, dialogue, language, Moment(at=at, timezone=timezone))


def _plan(
    reading: Reading, vocabulary: Vocabulary, dialogue: Dialogue, language: str, moment: Moment
) -> Plan:
    if (mention := followups.settled(reading, dialogue)) and dialogue.waiting is not None:
        return _calling(
            dialogue.waiting.but(record=mention.ref, record_type=None), dialogue.language or language
        )
    if talk := replies.small_talk(reading):
        return Plan(reply=talk, language=language)
    if frame := followups.new_tone(reading, dialogue):
        return _calling(frame, dialogue.language or language)
    frame, work = compose(reading, vocabulary)
    if refusal := replies.beyond(reading, work):
        return Plan(reply=refusal, language=language)
    if paged := followups.next_page(reading, work, dialogue):
        return _calling(paged, language)
    return _request(frame, work, vocabulary, dialogue, language, moment)


def _request(
    frame: Frame | None,
    work: Work,
    vocabulary: Vocabulary,
    dialogue: Dialogue,
    language: str,
    moment: Moment,
) -> Plan:
    if work.noun is None and dialogue.frame is not None and dialogue.frame.record_type and frame is None:
        frame, work = compose(work.reading, vocabulary, default=dialogue.frame.record_type)
    if followups.is_leaning(work, frame, dialogue):
        if work.noun is None and dialogue.frame is not None and dialogue.frame.record_type:
            frame, work = compose(work.reading, vocabulary, default=dialogue.frame.record_type)
        merged = followups.merge(frame, work, dialogue, moment)
        frame = merged or frame
    if missing := unknown_words(work, frame):
        return Plan(reply=missing, language=language)
    if frame is None:
        return Plan(reply=replies.unsure(), language=language, confidence=0.0)
    frame = followups.there(followups.resolve(frame, work, dialogue), work, dialogue)
    if frame.tool in followups.ABOUT_ONE and frame.record is None:
        return Plan(reply=replies.reply("no_record"), language=language)
    return _calling(frame, language)


def _calling(frame: Frame, language: str) -> Plan:
    if frame.tool == "write_draft" and frame.draft_language is None:
        frame = frame.but(draft_language=None)
    return Plan(calls=calls_of(frame), language=language, frame=frame)
