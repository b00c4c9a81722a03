"""What an activity's text says of the customer: mood, intents, needs, objections and more, with quotes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.scoring.denial import denies
from assistant.scoring.lexicon import Found, Lexicon, language_of, lexicon
from assistant.scoring.speakers import Said, Speaker, sentences
from ingest.entities import ActivityKind

VERSION = 3  # of what is read out of texts; another one reads all texts again
_QUOTE = 240
_MOST = 16  # signals kept of one activity, the strongest first
_SUBJECT_KINDS = {ActivityKind.EMAIL, ActivityKind.FORM, ActivityKind.CHAT, ActivityKind.SOCIAL}
_RIVAL = re.compile(
    r"(?:competitor|rival|vs\.?|versus|against|from|with|to|using|use|mit|von|zu|gegen|nutzen|"
    r"con|de|frente a|contra|usamos|和|跟|与|用的?是?)\s+([A-Z][\w&\-]+(?:\.\w+)?(?:\s[A-Z][\w&\-]+)?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing said: its kind ("intent"), what of it ("pricing"), how strongly (0 to 1), in which words."""

    kind: str
    name: str
    strength: float
    quote: str
    speaker: Speaker | None


def read(
    subject: str | None,
    text: str | None,
    *,
    kind: str,
    direction: str | None,
    reps: frozenset[str] = frozenset(),
) -> list[Signal]:
    """The signals in an activity, each thing once a speaker, where it is said most strongly."""
    best: dict[tuple[str, Speaker | None], Signal] = {}
    for said in _everything_said(subject, text, kind, direction, reps):
        for signal in _signals_of(said):
            key = (f"{signal.kind}.{signal.name}", said.speaker)
            if key not in best or signal.strength > best[key].strength:
                best[key] = signal
    return sorted(best.values(), key=lambda signal: -signal.strength)[:_MOST]


def joined(by_phrases: Iterable[Signal], by_meaning: Iterable[Signal]) -> list[Signal]:
    """Both readings of one activity, each thing once a speaker, where it is said most surely.

    What the customer means is told by the meanings, which know the phrases too; the phrases alone tell their
    mood, and what the rep says.
    """
    best: dict[tuple[str, str, Speaker | None], Signal] = {}
    alone = (one for one in by_phrases if one.kind == "sentiment" or one.speaker is Speaker.REP)
    for signal in (*by_meaning, *alone):
        key = (signal.kind, signal.name, signal.speaker)
        if key not in best or best[key].strength < signal.strength:
            best[key] = signal
    return sorted(best.values(), key=lambda signal: -signal.strength)[:_MOST]


def _everything_said(
    subject: str | None, text: str | None, kind: str, direction: str | None, reps: frozenset[str]
) -> Iterator[Said]:
    if subject and kind in _SUBJECT_KINDS:
        yield from sentences(subject, kind=kind, direction=direction, reps=reps)
    if text:
        yield from sentences(text, kind=kind, direction=direction, reps=reps)


def _signals_of(said: Said) -> Iterator[Signal]:
    words = lexicon(language_of(said.sentence))
    found = list(words.find(said.sentence))
    mood = _mood(found)
    if mood:
        name = "positive" if mood > 0 else "negative"
        yield Signal(
            kind="sentiment",
            name=name,
            strength=abs(mood),
            quote=quoted(said.sentence, 0),
            speaker=said.speaker,
        )
    strongest: dict[str, Found] = {}
    for each in found:
        if not each.says.startswith("sentiment.") and (
            each.says not in strongest or each.strength > strongest[each.says].strength
        ):
            strongest[each.says] = each
    is_denied = denies(said.sentence)
    for says, each in _settled(strongest, words).items():
        kind, _, name = says.partition(".")
        if is_denied and is_fault(kind):
            continue
        if says == "competitor.mention":
            name = rival_in(said.sentence) or name
        yield Signal(
            kind=kind,
            name=name,
            strength=round(each.strength, 3),
            quote=quoted(said.sentence, each.start),
            speaker=said.speaker,
        )


def is_fault(kind: str) -> bool:
    """Whether signals of a kind speak of something wrong, which a "no" or "not" before it takes back."""
    return kind in ("complaint", "objection", "risk")


def rival_in(sentence: str) -> str | None:
    """The competitor that a sentence names."""
    rival = _RIVAL.search(sentence)
    return rival[1] if rival else None


def _mood(found: list[Found]) -> float:
    """From -1 to 1: what is good against what is bad in a sentence; more words make it surer."""
    # Two words of one phrase count once.
    good = _apart([each for each in found if each.says == "sentiment.positive"])
    bad = _apart([each for each in found if each.says == "sentiment.negative"])
    if good == bad:
        return 0.0
    return round((good - bad) / (good + bad) * min(1.0, 0.5 + 0.2 * (good + bad)), 3)


def _apart(found: list[Found]) -> int:
    count, end = 0, -1
    for each in sorted(found, key=lambda each: each.start):
        if each.start >= end:
            count += 1
        end = max(end, each.end)
    return count


def _settled(found: dict[str, Found], words: Lexicon) -> dict[str, Found]:
    """A refusal outweighs the interest that the same sentence seems to show."""
    refused = any(found.get(says) for says in ("objection.no_interest", "risk.cancel"))
    if not refused:
        return found
    return {says: each for says, each in found.items() if not says.startswith("intent.")}


def quoted(sentence: str, start: int) -> str:
    """The sentence, or of a long one the part around what was found."""
    if len(sentence) <= _QUOTE:
        return sentence
    begin = max(0, min(start - _QUOTE // 3, len(sentence) - _QUOTE))
    return sentence[begin : begin + _QUOTE].strip()
