"""E-mails and messages: greeting, what the customer last said, one clear ask, in the customer's language."""

import re

from assistant.answers import Arg, Draft, Line, Term
from assistant.book.found import Found, Spoken
from assistant.tools.asking import Asking
from assistant.tools.knowing import Known
from assistant.tools.voices import Voice, activity_evidence, day_of, is_said, quote
from assistant.wording import phrase
from ingest.entities import Evidence

_QUOTE = 160
_WRITTEN = ("email", "chat", "form", "social")
_TALKS = ("call", "meeting", "note")
_MARKS = "\"“”„«»「」'‘’ "
_MARKED = re.compile(r"“([^”]+)”|„([^“]+)“|«([^»]+)»|\"([^\"]+)\"|「([^」]+)」")
# What to ask for, by what the customer wants.
_ASKS = {
    "intent.pricing": "ask_pricing",
    "intent.discount": "ask_pricing",
    "intent.demo": "ask_demo",
    "intent.trial": "ask_trial",
    "intent.contract": "ask_contract",
    "intent.purchase": "ask_contract",
    "intent.renewal": "ask_contract",
    "objection.wrong_person": "ask_whom",
    "objection.authority": "ask_whom",
}
# What is not taken up as a point of the customer's, but answered.
_ANSWERS = {
    "objection.no_interest": "understand",
    "objection.wrong_person": "thanks_for_saying",
    "objection.authority": "thanks_for_saying",
    "timing.soon": "in_time",
    "timing.later": "in_time",
    "budget.approved": "budget_settled",
    "budget.none": "understand",
    "complaint": "sorry",
    "risk": "sorry",
}
_HAN = re.compile(r"[\u4e00-\u9fff]")
# What a customer may be waiting for, by the signal that shows it.
# Of one message the first of these is taken up: what waits for an answer goes before what was only told.
_TAKEN_UP = ("question", "intent", "complaint", "risk", "need", "objection", "competitor", "budget", "timing")


def letter(
    asking: Asking,
    known: Known,
    person: Found | None,
    channel: str,
    language: str,
    tone: str | None,
    topic: str | None,
) -> Draft:
    """An e-mail or a message. Nothing in it is made up; a date that nobody named stays open."""
    manner = tone if tone in ("formal", "friendlier", "shorter") else None
    paragraphs = [
        _greeting(person, language, manner),
        _opening(asking, known, language),
        *([] if manner == "shorter" else _taking_up(known, language, topic)),
        _ask(asking, known, language, topic),
        _ending(asking, language, manner),
    ]
    return Draft(
        channel=channel,
        subject=_subject(asking, known, language, topic) if channel == "email" else None,
        body=("\n\n" if channel == "email" else "\n").join(one for one in paragraphs if one),
        to=None,
        language=language,
    )


def _say(key: str, language: str, **args: Arg) -> str:
    return phrase(Line(key=f"letter.{key}", args=args), language)


def _greeting(person: Found | None, language: str, manner: str | None) -> str:
    if person is None or not person["name"]:
        return _say("greeting_nobody", language)
    name = str(person["name"])
    if manner == "formal":
        return _say("greeting_formal", language, name=name)
    first = name if _HAN.search(name) else name.split()[0]
    return _say("greeting", language, name=first)


def _opening(asking: Asking, known: Known, language: str) -> str:
    """What the customer last let know; else the last talk; else who writes."""
    heard = _to_take_up(known)
    if heard is not None and (words := own_words(heard.signal.quote, heard.spoken)):
        return _quoted(asking, known, heard.spoken, words, language)
    last = next((one for one in known.inbound if own_words(one.words, one)), None)
    if last is not None:
        return _quoted(asking, known, last, own_words(last.words, last) or "", language)
    talk = next((one for one in known.talks if one.kind in ("call", "meeting", "email")), None)
    if talk is not None:
        known.used.append(activity_evidence(talk))
        return _say("last_talk", language, kind=_kind(talk), day=day_of(asking.book, talk))
    product = known.record["product"]
    if product:
        known.used.append(Evidence(ref=known.record.ref, field="product", quote=str(product)))
        return _say("first_product", language, rep=asking.book.user.name, product=product)
    return _say("first", language, rep=asking.book.user.name)


def _quoted(asking: Asking, known: Known, spoken: Spoken, words: str, language: str) -> str:
    words = quote(words, _QUOTE)
    stands = activity_evidence(spoken)
    known.used.append(Evidence(ref=stands.ref, field=stands.field, quote=words, about=stands.about))
    key = "you_wrote" if spoken.kind in _WRITTEN else "you_said"
    return _say(key, language, day=day_of(asking.book, spoken), quote=words, kind=_kind(spoken))


def _to_take_up(known: Known) -> Voice | None:
    """Of the newest message that an answer can take something up of, what waits for one most."""
    heard = [
        voice
        for voice in known.heard
        if voice.signal.kind in _TAKEN_UP and own_words(voice.signal.quote, voice.spoken)
    ]
    newest = [voice for voice in heard if voice.spoken.ref == heard[0].spoken.ref]
    return min(newest, key=lambda voice: _TAKEN_UP.index(voice.signal.kind), default=None)


def own_words(text: str, spoken: Spoken) -> str | None:
    """The customer's words: of a message all, of a rep's notes only what stands in quotation marks."""
    if spoken.kind in _WRITTEN:
        return text if is_said(spoken) else None
    if spoken.kind not in _TALKS:
        return None
    for marked in _MARKED.finditer(spoken.words):
        inside = next(part for part in marked.groups() if part is not None).strip()
        if text.strip(_MARKS) in inside or inside in text or text == spoken.words:
            return text.strip(_MARKS) if text.strip(_MARKS) in inside else inside
    return None


def _kind(spoken: Spoken) -> Term:
    return Term(key=f"kind.{spoken.kind.replace(' ', '_')}")


def _taking_up(known: Known, language: str, topic: str | None) -> list[str]:
    """What the letter is about: the topic asked for, else what the customer needs."""
    if topic:
        return [_say("topic", language, topic=topic)]
    heard = _to_take_up(known)
    if heard is None:
        quotes_the_customer = any(one.field == "text" for one in known.used) and bool(known.inbound)
        return [_say("takes_up_all", language)] if quotes_the_customer else []
    says = f"{heard.signal.kind}.{heard.signal.name}"
    answer = _ANSWERS.get(says) or _ANSWERS.get(heard.signal.kind)
    if answer:
        return [_say(answer, language)]
    return [_say("takes_up", language, topic=Term(key=f"signal.{heard.signal.kind}.{heard.signal.name}"))]


def _ask(asking: Asking, known: Known, language: str, topic: str | None) -> str:
    """One thing to answer: the appointment that stands, else what fits what the customer wants."""
    coming = next((one for one in known.planned if one.kind == "meeting" and one.at is not None), None)
    if coming is not None and coming.at is not None:
        known.used.append(activity_evidence(coming))
        return _say("ask_planned", language, kind=_kind(coming), at=asking.book.local(coming.at))
    heard = _to_take_up(known)
    wish = f"{heard.signal.kind}.{heard.signal.name}" if heard is not None and not topic else ""
    return _say(_ASKS.get(wish, "ask"), language)


def _ending(asking: Asking, language: str, manner: str | None) -> str:
    key = "ending_friendly" if manner == "friendlier" else "ending_formal" if manner == "formal" else "ending"
    return _say(key, language, rep=asking.book.user.name)


def _subject(asking: Asking, known: Known, language: str, topic: str | None) -> str:
    if topic:
        return _say("subject_topic", language, topic=topic)
    company = (
        known.record["company"]
        or known.record["account"]
        or (known.record.name if known.record.ref.type.value == "account" else None)
    )
    mails = [one for one in known.inbound if one.kind == "email" and one.subject]
    if mails and mails[0].subject:
        subject = mails[0].subject
        return subject if subject.lower().startswith(("re:", "aw:")) else f"Re: {subject}"
    talk = next((one for one in known.talks if one.kind in _TALKS), None)
    if talk is not None:
        return _say("subject_talk", language, day=day_of(asking.book, talk))
    if company:
        return _say("subject_company", language, company=company)
    return _say("subject", language)
