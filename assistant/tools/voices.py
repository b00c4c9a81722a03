"""What was said: quotes of activities, and what the customer let know lately."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.answers import Arg, Line, Term
from assistant.book import Book
from assistant.book.found import Signal, Spoken
from assistant.book.talk import LOGGED, signals_of
from ingest.entities import Evidence, Ref

_QUOTE = 220
# A weaker signal may be another thing in similar words; a shorter text says nothing by itself.
SURE = 0.45
_SHORTEST, _SHORTEST_HAN = 15, 4
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SALUTATION = re.compile(
    r"^(?:(?:dear|hi|hello|good (?:morning|afternoon|day)|hallo|guten (?:tag|morgen)|sehr geehrte\w*|liebe\w*"
    r"|hola|buenos días|buenas tardes|estimad\w*)\b[^,:，：.!?]{0,40}[,:，：!]\s*"
    r"|[^，。！？]{0,12}您?好[，：！]\s*)(?=\S)",
    re.IGNORECASE,
)
_FAREWELL = re.compile(r"(?<=[.!?。！？])\s*[^.!?。！？\"”“」»]{1,40}$")
_MARKS = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"))
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|(?<=[。！？])|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One thing that a text says, and the activity it stands in."""

    signal: Signal
    spoken: Spoken


def quote(text: str, most: int = _QUOTE) -> str:
    """The text as a quote: its first sentences, cut at a word where it is long."""
    text = " ".join(_body(text).split())
    text = _SALUTATION.sub("", text)
    text = _whole_marks(_FAREWELL.sub("", text))
    if len(text) <= most:
        return text
    kept = ""
    for sentence in _SENTENCE.split(text):
        if len(kept) + len(sentence) + 1 > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or text[:most].rsplit(" ", 1)[0] + "…"


def _whole_marks(text: str) -> str:
    """Without a quotation mark at either end whose other half was left behind with another sentence."""
    for opening, closing in _MARKS:
        lone = text.count(opening) % 2 if opening == closing else text.count(opening) != text.count(closing)
        if lone and text.endswith(closing):
            text = text.removesuffix(closing).rstrip()
        elif lone and text.startswith(opening):
            text = text.removeprefix(opening).lstrip()
    return text


def _body(text: str) -> str:
    """The text without its salutation and its signature, where it is a letter of several lines."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if len(lines) < 3:
        return text
    first = 1 if _is_salutation(lines[0]) else 0
    last = len(lines)
    while last > first + 1 and _is_farewell(lines[last - 1]):
        last -= 1
    return "\n".join(lines[first:last])


def _is_salutation(line: str) -> bool:
    return line[-1] in ",:，：!！" and len(line) <= 40


def _is_farewell(line: str) -> bool:
    return len(line) <= 40 and line[-1] not in ".?!。？！;"


def is_customer(spoken: Spoken) -> bool:
    """Whether the words are the customer's own: an inbound text."""
    return spoken.direction == "inbound"


def is_said(spoken: Spoken) -> bool:
    """Whether the customer said or wrote it: of a visit or an order the words are the log's."""
    return is_customer(spoken) and spoken.kind not in LOGGED


def voices(book: Book, activities: Sequence[Spoken]) -> list[Voice]:
    """What the customer's words say, the newest first; the rep's own words are no evidence of it."""
    signals = signals_of(book, [one.ref.id for one in activities])
    return [
        Voice(signal=signal, spoken=one)
        for one in activities
        if one.kind not in LOGGED
        for signal in signals.get(one.ref.id, ())
        if signal.speaker != "rep" and _is_plain(signal)
    ]


def _is_plain(signal: Signal) -> bool:
    """Said surely, in words that can stand alone."""
    is_enough = len(signal.quote) >= _SHORTEST or len(_HAN.findall(signal.quote)) >= _SHORTEST_HAN
    return signal.strength >= SURE and is_enough


def newest_of_each(found: Iterable[Voice], most: int) -> list[Voice]:
    """For each kind and name the newest, sentiment only once."""
    kept: dict[tuple[str, str], Voice] = {}
    for voice in found:
        key = (voice.signal.kind, "" if voice.signal.kind == "sentiment" else voice.signal.name)
        kept.setdefault(key, voice)
    return list(kept.values())[:most]


def voice_line(book: Book, voice: Voice) -> Line:
    """One item: what was said, with quote and day."""
    signal = voice.signal
    return Line(
        key="voice.item",
        args={
            "kind": Term(key=f"signal.{signal.kind}"),
            "name": Term(key=f"signal.{signal.kind}.{signal.name}"),
            "quote": quote(signal.quote),
            "day": day_of(book, voice.spoken),
        },
    )


def voice_evidence(voice: Voice) -> Evidence:
    """Where it stands."""
    return Evidence(
        ref=voice.spoken.ref,
        field="text",
        quote=quote(voice.signal.quote),
        about=voice.spoken.about[0] if voice.spoken.about else None,
    )


def day_of(book: Book, spoken: Spoken) -> Arg:
    """The local day of an activity."""
    return book.local(spoken.at).date() if spoken.at is not None else None


def speaker(book: Book, spoken: Spoken, names: dict[Ref, str]) -> Arg:
    """Who spoke: the customer by name where one is known, else the rep."""
    if is_customer(spoken):
        people = [
            names[ref] for ref in spoken.about if ref in names and ref.type.value in ("contact", "lead")
        ]
        return people[0] if people else Term(key="customer")
    return spoken.owner or Term(key="rep")


def activity_line(book: Book, spoken: Spoken, names: dict[Ref, str]) -> Line:
    """One item: kind, day, speaker and words."""
    words = quote(spoken.words)
    args: dict[str, Arg] = {
        "kind": Term(key=f"kind.{spoken.kind.replace(' ', '_')}"),
        "day": day_of(book, spoken),
        "who": speaker(book, spoken, names),
        "quote": words,
    }
    return Line(key="activity.item" if words else "activity.item_silent", args=args)


def activity_evidence(spoken: Spoken) -> Evidence:
    """The words of an activity, or that it took place."""
    words = quote(spoken.words)
    return Evidence(
        ref=spoken.ref,
        field="text" if spoken.text else "subject" if spoken.subject else "at",
        quote=words or (spoken.at.isoformat() if spoken.at else spoken.kind),
        about=spoken.about[0] if spoken.about else None,
    )
