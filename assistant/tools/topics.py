"""A topic as it is asked for: which of the things that customers say it means, if it means one of these.

The usual words tell, and where they leave doubt, what the words would mean if a customer said them. A topic
that is none of the known things is left to the index.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from assistant.book.found import Signal, Spoken
from assistant.tools.voices import quote

# What a topic would mean if it were said: each thing that customers say, and how likely it is meant.
Matters = Callable[[str], Mapping[str, float]]

# How surely a text must say it: in one of the usual words for it, and without any of them.
_BACKED, _ALONE = 0.35, 0.75
_CLAUSE = re.compile(r"(?<=[.!?。！？；;])\s*|\n+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"\b(?:[A-Z]{2,}|[A-Z]\w*[A-Z]\w*)\b")  # "SAP", "DocuSign": no other word will do
_MEANT, _ALSO_MEANT = 0.6, 0.25  # how likely a matter must be to be the one, and to be another one beside it
_CONFIRMED = 0.12  # and where the usual words speak for it
# What stands for a mood where nothing more is known.
_MOODS = {"negative": ("complaint", "sentiment.negative"), "positive": ("praise", "sentiment.positive")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is looked for.

    `signals` are those that show it (a name of None stands for all of the kind); `about` are words of which
    the quote must hold one.
    """

    text: str
    words: frozenset[str]
    signals: frozenset[tuple[str, str | None]] = frozenset()
    about: frozenset[str] = frozenset()
    rest: frozenset[str] = frozenset()  # words beside those that name what is known

    def is_shown_by(self, signal: Signal) -> bool:
        """Whether what a text says is what is looked for, surely enough."""
        if not {(signal.kind, signal.name), (signal.kind, None)} & self.signals:
            return False
        quoted = signal.quote.lower()
        least = _BACKED if _has(quoted, _usual(signal.kind, signal.name)) else _ALONE
        return signal.strength >= least and (not self.about or _has(quoted, self.about))


@cache
def lexicon() -> Mapping[str, Mapping[str, list[str]]]:
    file = resources.files("assistant").joinpath("tools", "topics.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _usual(kind: str, name: str) -> frozenset[str]:
    """The words that people use for one of the things that customers say."""
    known, said = lexicon(), f"{kind}.{name}"
    words = {*known["said"].get(said, ()), *known["said"].get(kind, ())}
    for side in ("negative", "positive"):
        for matter, shown in known[side].items():
            words.update(known["about"][matter] if said in shown else ())
    return frozenset(words)


def read_topic(text: str, matters: Matters | None = None) -> Topic:
    """The topic in its parts; `matters` judges what the usual words do not settle."""
    lowered, known = text.lower(), lexicon()
    words = frozenset(
        word
        for word in _WORD.findall(lowered)
        if (len(word) > 2 or _HAN.search(word)) and not _has(word, known["empty"]["words"])
    )
    polarity = next((side for side, some in known["polarity"].items() if _has(lowered, some)), None)
    matters_named = {matter for matter, some in known["about"].items() if _has(lowered, some)}
    if polarity and (said := {one for matter in matters_named for one in known[polarity].get(matter, ())}):
        return _topic(text, words, said, _names(text))
    named = _named(lowered, known["said"])
    if named:
        rest = frozenset(_unexplained(words, named))
        if matters is not None and rest:
            judged = matters(text)
            named = {one for one in named if _chance(judged, one) >= _CONFIRMED}
        return replace(_topic(text, words, named, _names(text)), rest=rest)
    if polarity:
        return _of_polarity(text, words, polarity, matters_named)
    judged = matters(text) if matters is not None else {}
    is_sure = max(judged.values(), default=0.0) >= _MEANT
    likely = {said for said, chance in judged.items() if is_sure and chance >= _ALSO_MEANT}
    return _topic(text, words, likely, _names(text))


def _of_polarity(text: str, words: frozenset[str], polarity: str, matters: Iterable[str]) -> Topic:
    """A complaint or praise of whatever its other words say; of anything where there are none."""
    about = {word for matter in matters for word in lexicon()["about"][matter]}
    about |= {word for word in words if not about and not _has(word, _explained(polarity))}
    said = _MOODS[polarity] if about else _MOODS[polarity][:1]
    return _topic(text, words, said, frozenset(about))


def _explained(polarity: str) -> list[str]:
    return lexicon()["polarity"][polarity] + lexicon()["generic"]["words"]


def _topic(text: str, words: frozenset[str], said: Iterable[str], about: frozenset[str]) -> Topic:
    signals = frozenset((kind, name or None) for kind, _, name in (one.partition(".") for one in said))
    return Topic(text=text, words=words, signals=signals, about=about if signals else frozenset())


def _names(text: str) -> frozenset[str]:
    """Names without which it is another matter: "an interface to SAP"."""
    return frozenset(one.lower() for one in _NAME.findall(text)) - frozenset(lexicon()["generic"]["words"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text names one of the things that customers say."""

    matter: str
    start: int
    end: int


def places(text: str) -> list[Place]:
    """All the places where the usual words stand, a complaint or praise with what it is about."""
    lowered, words = text.lower(), lexicon()
    found = [
        Place(matter=matter, start=at, end=at + len(word))
        for matter, some in words["said"].items()
        for word in some
        for at in _beginnings(lowered, word)
    ]
    for side, some in words["polarity"].items():
        moods = [(at, at + len(word)) for word in some for at in _beginnings(lowered, word)]
        abouts = [
            (at, at + len(word))
            for matter, names in words["about"].items()
            if matter in words[side]
            for word in names
            for at in _beginnings(lowered, word)
        ]
        found += [
            Place(matter=side, start=min(mood[0], about[0]), end=max(mood[1], about[1]))
            for mood in moods
            for about in abouts
        ]
    return found


def _named(lowered: str, said: Mapping[str, Sequence[str]]) -> set[str]:
    """What the usual words name; a longer phrase that holds a shorter one stands for it."""
    found = {one: [word for word in some if _has(lowered, [word])] for one, some in said.items()}
    every = [word for some in found.values() for word in some]
    return {
        one
        for one, some in found.items()
        if any(not any(word != longer and word in longer for longer in every) for word in some)
    }


def _unexplained(words: Iterable[str], named: Iterable[str]) -> set[str]:
    """Words that neither name what is meant nor belong to any question of this kind.

    Chinese is not divided into words: the usual phrase in it is enough.
    """
    phrases = [phrase for one in named for phrase in lexicon()["said"][one]]
    parts = [part for phrase in phrases for part in phrase.split()]
    known = [*phrases, *parts, *lexicon()["generic"]["words"]]
    return {word for word in words if not _HAN.search(word) and not _has(word, known)}


def _chance(judged: Mapping[str, float], said: str) -> float:
    """How likely a matter is meant; of a whole kind, how likely any of it."""
    return judged.get(said, 0.0) or sum(
        chance for one, chance in judged.items() if one.startswith(f"{said}.")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The words in which a text speaks of a topic; `strength` is the signal's, 0 where there is none."""

    words: str
    strength: float = 0.0


def says(topic: Topic, spoken: Spoken, signals: Sequence[Signal]) -> Told | None:
    """How the activity speaks of the topic; None where it does not."""
    shown = [one for one in signals if one.speaker != "rep" and topic.is_shown_by(one)]
    if shown:
        best = max(shown, key=lambda one: one.strength)
        return Told(words=quote(best.quote), strength=best.strength)
    if topic.signals:
        return None
    return Told(words=quote(_best_clause(topic, spoken.words)))


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
    return any(_beginnings(lowered, word) for word in words)


def _beginnings(lowered: str, word: str) -> list[int]:
    found, at = [], lowered.find(word)
    while at >= 0:
        if _HAN.search(word) or at == 0 or not lowered[at - 1].isalnum():
            found.append(at)
        at = lowered.find(word, at + 1)
    return found
