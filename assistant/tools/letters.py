"""E-mails and messages: greeting, what the customer last said, one clear ask, in the customer's language."""

import re

from assistant.answers import Arg, Draft, Line, Term
from assistant.book.found import Found, Spoken
from assistant.tools.asking import Asking
from assistant.tools.knowing import Known
from assistant.tools.voices import activity_evidence, day_of, quote
from assistant.wording import phrase
from ingest.entities import Evidence

_QUOTE = 160
_WRITTEN = ("email", "chat", "form", "social")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# What a customer may be waiting for, by the signal that shows it.
_TAKEN_UP = ("need", "intent", "objection", "question", "competitor", "budget", "timing", "risk")


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
    """What was last said by the customer; else the last talk; else who writes."""
    if known.inbound:
        last = known.inbound[0]
        words = quote(last.words, _QUOTE)
        stands = activity_evidence(last)
        known.used.append(Evidence(ref=stands.ref, field=stands.field, quote=words, about=stands.about))
        key = "you_wrote" if last.kind in _WRITTEN else "you_said"
        return _say(key, language, day=day_of(asking.book, last), quote=words, kind=_kind(last))
    if known.last is not None and known.last.kind in ("call", "meeting", "email"):
        known.used.append(activity_evidence(known.last))
        return _say("last_talk", language, kind=_kind(known.last), day=day_of(asking.book, known.last))
    product = known.record["product"]
    if product:
        known.used.append(Evidence(ref=known.record.ref, field="product", quote=str(product)))
        return _say("first_product", language, rep=asking.book.user.name, product=product)
    return _say("first", language, rep=asking.book.user.name)


def _kind(spoken: Spoken) -> Term:
    return Term(key=f"kind.{spoken.kind.replace(' ', '_')}")


def _taking_up(known: Known, language: str, topic: str | None) -> list[str]:
    """What the letter is about: the topic asked for, else what the customer needs."""
    if topic:
        return [_say("topic", language, topic=topic)]
    for voice in known.heard:
        if voice.signal.kind in _TAKEN_UP:
            name = Term(key=f"signal.{voice.signal.kind}.{voice.signal.name}")
            return [_say("takes_up", language, topic=name)]
    return [_say("takes_up_all", language)] if known.inbound else []


def _ask(asking: Asking, known: Known, language: str, topic: str | None) -> str:
    coming = known.planned[0] if known.planned else None
    if coming is not None and coming.at is not None:
        known.used.append(activity_evidence(coming))
        return _say("ask_planned", language, kind=_kind(coming), at=asking.book.local(coming.at))
    return _say("ask", language)


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
    if known.inbound:
        last = known.inbound[0]
        if last.subject and last.kind == "email":
            return last.subject if last.subject.lower().startswith(("re:", "aw:")) else f"Re: {last.subject}"
        return _say("subject_talk", language, day=day_of(asking.book, last))
    if company:
        return _say("subject_company", language, company=company)
    return _say("subject", language)
