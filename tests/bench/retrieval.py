"""Questions and what they should find, in four languages, and how well an order of passages does.

`written`: forty topics, each with a note and a question in each language, and chatter in between
(retrieval.jsonl, chatter.jsonl). `demo`: what customers say in the demo, in the words kept for judging,
and a question for each theme (theme_questions.json). Nothing was fitted to either.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.demo.phrase_bank import open_banks
from vectorstore.words import index_tokens, query_terms

LANGUAGES = ("en", "zh", "de", "es")
FOLDER = Path(__file__).parent
_SLOTS = {
    "product": "Pulse Desk",
    "n": "30",
    "rival": "Nortia",
    "month": "May",
    "weekday": "Friday",
    "rep": "Ana",
    "first": "Lee",
}

Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    topic: str
    language: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Passages and questions; a passage answers a question when both have the same topic."""

    name: str
    passages: Sequence[Text]
    questions: Sequence[Text]

    def average_precision(self, scores: Numbers, within: Callable[[Text, Text], bool]) -> Numbers:
        """For each question (a row of scores), over the passages that `within` lets through."""
        return np.asarray(
            [self._precision(number, scores[number], within) for number in range(len(self.questions))]
        )

    def _precision(self, number: int, scores: Numbers, within: Callable[[Text, Text], bool]) -> float:
        question = self.questions[number]
        chosen = [place for place, one in enumerate(self.passages) if within(question, one)]
        order = sorted(chosen, key=lambda place: -scores[place])
        right = np.asarray([self.passages[place].topic == question.topic for place in order])
        return float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean())

    def coverage(self) -> Numbers:
        """The share of each question's words in each passage, as full text counts it."""
        held = [set(index_tokens(one.words).split()) for one in self.passages]
        return np.asarray(
            [[_share(query_terms(one.words), words) for words in held] for one in self.questions]
        )


def everywhere(_question: Text, _passage: Text) -> bool:
    """All passages."""
    return True


def same_language(question: Text, passage: Text) -> bool:
    """Passages in the language of the question."""
    return question.language == passage.language


def other_languages(question: Text, passage: Text) -> bool:
    """Passages in any other language."""
    return question.language != passage.language


def written() -> Collection:
    """The forty topics."""
    with (FOLDER / "retrieval.jsonl").open(encoding="utf-8") as file:
        topics = [json.loads(line) for line in file]
    chatter = json.loads((FOLDER / "chatter.jsonl").read_text(encoding="utf-8"))
    passages = [
        Text(topic=one["topic"], language=language, words=one["notes"][language])
        for one in topics
        for language in LANGUAGES
    ]
    passages += [
        Text(topic="", language=language, words=one) for language in LANGUAGES for one in chatter[language]
    ]
    questions = [
        Text(topic=one["topic"], language=language, words=one["questions"][language])
        for one in topics
        for language in LANGUAGES
    ]
    return Collection(name="written", passages=passages, questions=questions)


def demo() -> Collection:
    """The demo's themes; who denies a theme or brings it up as the rep speaks of it, too."""
    themes = json.loads((FOLDER / "theme_questions.json").read_text(encoding="utf-8"))
    passages = []
    for language, bank in open_banks("unseen", LANGUAGES).items():
        for section in ("customer", "negated", "rep_mention"):
            for theme in (*themes, "small_talk"):
                if (section, theme) in bank:
                    topic = "" if theme == "small_talk" else theme
                    passages += [
                        Text(topic=topic, language=language, words=one.format_map(_SLOTS))
                        for one in sorted(bank.variants(section, theme))
                    ]
    questions = [
        Text(topic=theme, language=language, words=asked[language])
        for theme, asked in themes.items()
        for language in LANGUAGES
    ]
    return Collection(name="demo", passages=passages, questions=questions)


def _share(terms: Sequence[tuple[str, str | None]], held: set[str]) -> float:
    counted = [1.0 if word in held else 0.7 if stem and stem in held else 0.0 for word, stem in terms]
    return sum(counted) / len(counted)
