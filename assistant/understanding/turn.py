"""One question, understood: what to call, or what to say instead."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.answers import AnswerKind, Finding
from assistant.tokens import clean, tokens
from assistant.understanding import among, doubts, followups, matters, overrides, pointing, replies, revisions
from assistant.understanding.calls import calls_of
from assistant.understanding.compose import compose
from assistant.understanding.dialogue import Dialogue
from assistant.understanding.followups import Moment
from assistant.understanding.frame import Frame, Measure
from assistant.understanding.items import Reading
from assistant.understanding.language import detect
from assistant.understanding.people import join_names
from assistant.understanding.plan import Plan
from assistant.understanding.reading import read
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
    moment = Moment(at=at, timezone=timezone)
    reading = read(text, vocabulary, language, at.astimezone(timezone).date())
    join_names(reading)
    if overrides.pass_over(reading):
        return Plan(reply=replies.unsure(), language=language)
    if not reading.tokens:
        return Plan(reply=replies.reply("empty"), language=language)
    return _Turn(reading=reading, vocabulary=vocabulary, dialogue=dialogue, moment=moment, user=user).plan()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """A question that was read, in its conversation."""

    reading: Reading
    vocabulary: Vocabulary
    dialogue: Dialogue
    moment: Moment
    user: User | None

    def plan(self) -> Plan:
        """The plan: what only the conversation explains first, then the question for itself."""
        dialogue, reading = self.dialogue, self.reading
        mention = pointing.settled(reading, dialogue)
        if mention is not None and dialogue.waiting is not None:
            return self._calling(dialogue.waiting.but(record=mention.ref, record_type=None), as_before=True)
        if talk := replies.small_talk(reading):
            return self._saying(talk)
        if frame := revisions.new_tone(reading, dialogue):
            return self._calling(frame, as_before=True)
        if frame := self._of_self():
            return self._calling(frame)
        composed, work = compose(reading, self.vocabulary)
        if search := matters.meant(composed, work, self._composed):
            return self._calling(search)
        if refusal := replies.beyond(reading, work):
            if search := matters.meant(None, work, self._composed):
                return self._calling(search)
            return self._saying(refusal)
        if shifted := revisions.next_period(reading, dialogue):
            return self._calling(shifted)
        if paged := revisions.next_page(reading, work, dialogue):
            return self._calling(paged)
        return self._request(composed, work)

    def _composed(self, text: str) -> tuple[Frame | None, Work]:
        """Another wording of the question, composed."""
        today = self.moment.at.astimezone(self.moment.timezone).date()
        reading = read(text, self.vocabulary, self.reading.language, today)
        join_names(reading)
        return compose(reading, self.vocabulary)

    def _of_self(self) -> Frame | None:
        """ "How am I doing?" and "how is my team doing?"."""
        reading = self.reading
        if any(reading.any(g) for g in ("record", "measure", "field")) or any(i.name for i in reading.items):
            return None
        period = next((i.period.text for i in reading.items if i.period and i.period.text), None)
        if reading.any("cue", "team_self"):
            return Frame(
                tool="summarise_records",
                record_type="opportunity",
                measures=(Measure(name="sum", field="amount"),),
                group_by=("owner",),
                conditions=(
                    {"field": "owner", "op": "is", "value": "my team"},
                    {"field": "outcome", "op": "is", "value": "won"},
                ),
                period=period,
            )
        if reading.any("cue", "self") and self.user is not None:
            return Frame(tool="describe_record", record=f"user:{self.user.id}")
        return None

    def _request(self, frame: Frame | None, work: Work) -> Plan:
        """A question, whole or leaning on the one before."""
        if kind := among.listed_type(work, self.dialogue):
            frame, work = compose(self.reading, self.vocabulary, default=kind, force=True)
            if frame is not None and frame.tool in pointing.LISTS and not doubts.unknown_words(work, frame):
                return self._calling(among.only_listed(frame, self.dialogue))
            return self._saying(replies.unsure())
        before = followups.subject_before(work, self.dialogue)
        if before and (frame is None or followups.begins_with_having(self.reading)):
            frame, work = compose(self.reading, self.vocabulary, default=before)
        if followups.is_leaning(work, frame, self.dialogue):
            if before:
                frame, work = compose(self.reading, self.vocabulary, default=before, force=True)
            frame = followups.merge(frame, work, self.dialogue, self.moment) or frame
            said = doubts.unknown_words(work, frame) if frame else replies.unsure()
        else:
            pointed = pointing.is_pointing(frame, work, self.dialogue)
            frame, said = (frame, None) if pointed else doubts.settle(frame, work)
            frame = followups.continued(frame, work, self.dialogue) if frame else None
        if said is not None or frame is None:
            if search := matters.meant(None, work, self._composed):
                return self._calling(search)
            return self._saying(said or replies.unsure())
        frame = pointing.there(pointing.resolve(frame, work, self.dialogue), work, self.dialogue)
        if frame.tool in pointing.ABOUT_ONE and frame.record is None:
            told = not doubts.has_unknown(work)
            asked = replies.reply("no_record", AnswerKind.CLARIFY)
            return self._saying(asked if told else replies.unsure())
        return self._calling(frame)

    def _saying(self, finding: Finding) -> Plan:
        return Plan(reply=finding, language=self.reading.language)

    def _calling(self, frame: Frame, *, as_before: bool = False) -> Plan:
        language = self.dialogue.language if as_before and self.dialogue.language else self.reading.language
        return Plan(calls=calls_of(frame), language=language, frame=frame)
