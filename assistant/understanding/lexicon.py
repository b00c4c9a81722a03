"""The closed classes of a language: which phrases mean "open", "more than", "by month", "draft me".

A language is one data file beside this module, `lexicon.<code>.toml`: tables are classes, keys are
concepts, values are the phrases for them. A new language is a new file.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from assistant.tokens import forms, stem

LANGUAGES = ("en", "zh", "de", "es")
LONGEST = 8  # tokens of the longest phrase that is looked up (a Chinese phrase may have more characters)
LONGEST_HAN = 10


@dataclass(frozen=True, slots=True, order=True)
class Concept:
    """One meaning of a closed class, as `field.amount` or `compare.gt`."""

    group: str
    name: str

    def __str__(self) -> str:
        return f"{self.group}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase found in the tokens [start, end); `weight` says how good the match is."""

    start: int
    end: int
    concepts: tuple[Concept, ...]
    weight: float


@dataclass(slots=True)
class Lexicon:
    """The phrases of one language."""

    language: str
    exact: dict[tuple[str, ...], list[Concept]] = field(default_factory=dict)
    stems: dict[tuple[str, ...], list[Concept]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)  # longer words of all phrases, to correct typos against
    _known: set[str] = field(default_factory=set)

    def add(self, phrase: str, concept: Concept) -> None:
        key = forms(phrase)
        if not key:
            key = tuple(phrase.split())  # a sign such as "%" or ">"
        _append(self.exact, key, concept)
        _append(self.stems, tuple(stem(w, self.language) for w in key), concept)
        for word in key:
            if word not in self._known:
                self._known |= {word, stem(word, self.language)}
                if len(word) >= 4 and word.isalpha() and word < "\u3000":
                    self.words.append(word)

    def knows(self, word: str) -> bool:
        """Whether a folded word stands in some phrase, in this form or another."""
        return word in self._known or stem(word, self.language) in self._known

    def phrases(self, words: Sequence[str]) -> Iterable[Phrase]:
        """All phrases in a sequence of folded words, overlapping ones included."""
        stemmed = [stem(w, self.language) for w in words]
        for start in range(len(words)):
            longest = LONGEST_HAN if len(words[start]) == 1 and words[start] > "\u3000" else LONGEST
            for end in range(start + 1, min(start + longest, len(words)) + 1):
                concepts = self.exact.get(tuple(words[start:end]))
                weight = 1.0
                if concepts is None:
                    concepts, weight = self.stems.get(tuple(stemmed[start:end])), 0.9
                if concepts:
                    length = end - start
                    yield Phrase(
                        start=start,
                        end=end,
                        concepts=tuple(concepts),
                        weight=weight * length + 0.1 * (length - 1),
                    )


def _append(table: dict[tuple[str, ...], list[Concept]], key: tuple[str, ...], concept: Concept) -> None:
    concepts = table.setdefault(key, [])
    if concept not in concepts:
        concepts.append(concept)


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language, read once."""
    path = Path(__file__).with_name(f"lexicon.{language}.toml")
    found = Lexicon(language=language)
    for group, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for name, phrases in entries.items():
            for phrase in phrases:
                found.add(phrase, Concept(group, name))
    return found
