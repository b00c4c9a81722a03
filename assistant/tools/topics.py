"""A topic as it is asked for: what it is about, and whether a complaint or praise is meant."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from assistant.book.found import Signal, Spoken
from assistant.tools.voices import quote

_CLAUSE = re.compile(r"(?<=[.!?。！？；;])\s*|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is looked for; `polarity` is "negative" for complaints, "positive" for praise."""

    text: str
    words: frozenset[str]
    polarity: str | None = None


@cache
def _lexicon() -> Mapping[str, Mapping[str, list[str]]]:
    file = resources.files("assistant").joinpath("tools", "topics.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def read_topic(text: str) -> Topic:
    """The topic in its parts."""
    lowered = text.lower()
    polarity = next(
        (side for side, words in _lexicon()["polarity"].items() if any(word in lowered for word in words)),
        None,
    )
    stop = {word for words in _lexicon()["polarity"].values() for word in words} | set(
        _lexicon()["empty"]["words"]
    )
    words = frozenset(
        word for word in _words(lowered) if len(word) > 2 and not any(word.startswith(s) for s in stop)
    )
    return Topic(text=text, words=words, polarity=polarity)


def says(topic: Topic, spoken: Spoken, signals: Sequence[Signal]) -> str | None:
    """The words in which the activity speaks of the topic; None where it says the opposite or denies it."""
    if topic.polarity is not None and _contradicts(topic.polarity, signals):
        return None
    clause = _best_clause(topic, spoken.words)
    return None if _denies(topic, clause) else quote(clause)


def _contradicts(polarity: str, signals: Sequence[Signal]) -> bool:
    """A text whose only mood is the other one is neither a complaint nor praise."""
    moods = {signal.name for signal in signals if signal.kind == "sentiment" and signal.speaker != "rep"}
    return bool(moods) and polarity not in moods


def _best_clause(topic: Topic, text: str) -> str:
    clauses = [clause.strip() for clause in _CLAUSE.split(text) if clause.strip()]
    if not clauses:
        return text
    best = max(range(len(clauses)), key=lambda n: (_shared(topic, clauses[n]), -n))
    return clauses[best] if _shared(topic, clauses[best]) else quote(text)


def _shared(topic: Topic, clause: str) -> int:
    lowered = clause.lower()
    return sum(word[:6] in lowered for word in topic.words)


def _denies(topic: Topic, clause: str) -> bool:
    """ "No complaints about onboarding" is no mention of complaints."""
    lowered = clause.lower()
    if topic.polarity != "negative":
        return False
    nouns = _lexicon()["polarity"]["negative"]
    return any(
        re.search(rf"{re.escape(no)}\W{{0,2}}(?:\w+\W+){{0,2}}{re.escape(noun)}", lowered)
        for no in _lexicon()["denial"]["words"]
        for noun in nouns
        if noun in lowered and no in lowered
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)
