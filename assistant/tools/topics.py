"""A topic as it is asked for: what customers may have said of it, and whether complaint or praise is meant.

What is asked for in usual words is told by the signals read out of the texts; all else by the index.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from assistant.book.found import Signal, Spoken
from assistant.tools.denial import denies
from assistant.tools.voices import SURE, quote

_CLAUSE = re.compile(r"(?<=[.!?。！？；;])\s*|\n+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# How a complaint and praise show in the signals.
_MOODS = {
    "negative": frozenset({("risk", "complaint"), ("sentiment", "negative")}),
    "positive": frozenset({("sentiment", "positive")}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is looked for.

    `signals` are those that show it (a name of None stands for all of the kind), `about` are words of which a
    complaint or praise must hold one, `polarity` is "negative" for complaints, "positive" for praise.
    """

    text: str
    words: frozenset[str]
    signals: frozenset[tuple[str, str | None]] = frozenset()
    about: frozenset[str] = frozenset()
    polarity: str | None = None

    def is_shown_by(self, signal: Signal) -> bool:
        """Whether what a text says is what is looked for, surely enough."""
        if signal.strength < SURE or not {(signal.kind, signal.name), (signal.kind, None)} & self.signals:
            return False
        return not self.about or _has(signal.quote.lower(), self.about)


@cache
def _lexicon() -> Mapping[str, Mapping[str, list[str]]]:
    file = resources.files("assistant").joinpath("tools", "topics.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def read_topic(text: str) -> Topic:
    """The topic in its parts."""
    lowered, lexicon = text.lower(), _lexicon()
    words = frozenset(
        word
        for word in re.findall(r"\w+", lowered)
        if (len(word) > 2 or _HAN.search(word)) and not _has(word, lexicon["empty"]["words"])
    )
    polarity = next((side for side, some in lexicon["polarity"].items() if _has(lowered, some)), None)
    if polarity is not None:
        about = frozenset(word for some in lexicon["about"].values() if _has(lowered, some) for word in some)
        bare = {word for word in words if not _has(word, lexicon["polarity"][polarity])}
        return Topic(
            text=text,
            words=words,
            signals=_MOODS[polarity],
            about=about or frozenset(bare),
            polarity=polarity,
        )
    return Topic(text=text, words=words, signals=frozenset(_said(lowered)))


def _matter(lowered: str) -> Sequence[str]:
    """All words for what a complaint is about: of several matters the one that is named most plainly."""
    named = [
        (max(len(word) for word in words if _has(lowered, [word])), words)
        for words in _lexicon()["about"].values()
        if _has(lowered, words)
    ]
    return max(named, key=lambda one: one[0])[1] if named else []


def _said(lowered: str) -> Iterable[tuple[str, str | None]]:
    for says, phrases in _lexicon()["said"].items():
        if _has(lowered, phrases):
            kind, _, name = says.partition(".")
            yield kind, name or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The words in which a text speaks of a topic; `strength` is the signal's, 0 where there is none."""

    words: str
    strength: float = 0.0


def says(topic: Topic, spoken: Spoken, signals: Sequence[Signal]) -> Told | None:
    """How the activity speaks of the topic; None where it says the opposite or denies it."""
    shown = [one for one in signals if one.speaker != "rep" and topic.is_shown_by(one)]
    if shown:
        best = max(shown, key=lambda one: one.strength)
        if _is_taken_back(best, signals, topic.polarity):
            return None
        return Told(words=quote(best.quote), strength=best.strength)
    if topic.signals:
        return None
    return Told(words=quote(_best_clause(topic, spoken.words)))


def _is_taken_back(shown: Signal, signals: Sequence[Signal], polarity: str | None) -> bool:
    """No complaint: "The onboarding went smoothly, no complaints", "I do not find it expensive"."""
    is_fault = polarity == "negative" or shown.kind in ("objection", "risk")
    if is_fault and denies(shown.quote):
        return True
    other = {"negative": "positive", "positive": "negative"}.get(polarity or "")
    return any(
        (one.kind, one.name, one.quote) == ("sentiment", other, shown.quote)
        and one.strength >= shown.strength
        for one in signals
    )


def _best_clause(topic: Topic, text: str) -> str:
    clauses = [clause.strip() for clause in _CLAUSE.split(text) if clause.strip()]
    if not clauses:
        return text
    best = max(range(len(clauses)), key=lambda n: (_shared(topic, clauses[n]), -n))
    return clauses[best] if _shared(topic, clauses[best]) else text


def _shared(topic: Topic, clause: str) -> int:
    lowered = clause.lower()
    return sum(word[:6] in lowered for word in topic.words)


def _has(lowered: str, words: Iterable[str]) -> bool:
    """Whether one of the words begins a word of the text; Chinese has no beginnings of words."""
    for word in words:
        at = lowered.find(word)
        while at >= 0:
            if _HAN.search(word) or at == 0 or not lowered[at - 1].isalnum():
                return True
            at = lowered.find(word, at + 1)
    return False
