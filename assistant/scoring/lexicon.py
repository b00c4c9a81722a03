"""The phrases of a language, compiled: what a sentence may say and where it says so.

The files beside this module explain how phrases are written. A sentence is looked through in one pass: each
phrase hangs on the beginning of one of its words, and only phrases whose word occurs are tried.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

LANGUAGES = ("en", "de", "es", "zh")
_KEY = 5  # letters of a word that a phrase is found by
_SPACELESS = {"zh"}
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A compiled phrase, what it says (`intent.pricing`), how strongly, and what its denial says."""

    pattern: re.Pattern[str]
    says: str
    strength: float
    denied: str | None
    gaps: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something a sentence says, and where; `denied` if it was found behind a "not"."""

    says: str
    strength: float
    start: int
    end: int
    denied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One language's phrases and small words."""

    language: str
    phrases: dict[str, list[Phrase]]
    stopwords: frozenset[str]
    negator: re.Pattern[str]
    negator_after: re.Pattern[str] | None
    not_negator: re.Pattern[str]
    hedge: re.Pattern[str]
    clause_end: re.Pattern[str]
    keys: frozenset[int] = field(default_factory=frozenset)

    def find(self, sentence: str) -> Iterator[Found]:
        """All that a sentence says, denials turned around."""
        text = sentence.lower()
        if len(text) != len(sentence):  # a letter that changes its length; positions must stay
            text = sentence
        for match, phrase in self._matches(text):
            denied = self._is_denied(text, match) or (
                phrase.gaps and bool(self.negator.search(self.not_negator.sub(_blank, match.group())))
            )
            says = phrase.denied if denied else phrase.says
            if says is None:
                continue
            hedged = self.hedge.search(text, max(0, match.start() - 40), match.start())
            yield Found(
                says=says,
                strength=phrase.strength * (0.6 if hedged else 1.0),
                start=match.start(),
                end=match.end(),
                denied=denied,
            )

    def _matches(self, text: str) -> Iterator[tuple[re.Match[str], Phrase]]:
        if self.language in _SPACELESS:
            for position, letter in enumerate(text):
                for phrase in self.phrases.get(letter, ()):
                    if match := phrase.pattern.match(text, position):
                        yield match, phrase
            return
        words = set(re.findall(r"\w+", text))
        seen = {word[:length] for word in words for length in self.keys if len(word) >= length}
        for key in sorted(seen & self.phrases.keys()):
            for phrase in self.phrases[key]:
                for match in phrase.pattern.finditer(text):
                    yield match, phrase

    def _is_denied(self, text: str, match: re.Match[str]) -> bool:
        """Whether a negation stands shortly before (German: also after) in the same clause."""
        width = 6 if self.language in _SPACELESS else 32
        before = self.not_negator.sub(_blank, text[max(0, match.start() - width) : match.start()])
        before = self.clause_end.split(before)[-1]
        if self.negator.search(before):
            return True
        if self.negator_after is None:
            return False
        after = self.clause_end.split(text[match.end() : match.end() + 28])[0]
        return bool(self.negator_after.search(self.not_negator.sub(_blank, after)))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language, read once."""
    source = resources.files("assistant.scoring") / "lexicons" / f"{language}.toml"
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    spaceless = language in _SPACELESS
    negator = _any(data["negators"], spaceless)
    phrases: dict[str, list[Phrase]] = {}
    for kind, names in data.items():
        if not isinstance(names, dict):
            continue
        for name, entry in names.items():
            for text in entry["phrases"]:
                phrase = Phrase(
                    pattern=re.compile(_chinese(text) if spaceless else _worded(text)),
                    says=f"{kind}.{name}",
                    strength=float(entry.get("strength", 1.0)),
                    denied=entry.get("negated"),
                    gaps=("…" in text or "..." in text) and not negator.search(text),
                )
                for key in _first_letters(text) if spaceless else _keys(text):
                    phrases.setdefault(key, []).append(phrase)
    return Lexicon(
        language=language,
        phrases=phrases,
        stopwords=frozenset(data["stopwords"]),
        negator=negator,
        negator_after=_any(data["negators_after"], spaceless) if data["negators_after"] else None,
        not_negator=_any(data["not_negators"], spaceless),
        hedge=_any(data["hedges"], spaceless),
        clause_end=re.compile(r"[,;:()，；：（）、]|" + _any(data["breaks"], spaceless).pattern),
        keys=frozenset(len(key) for key in phrases),
    )


def language_of(text: str) -> str:
    """Which of the four languages a text is most likely in; English where nothing tells."""
    letters = len(_CHINESE.findall(text))
    if letters * 4 > len(text):
        return "zh"
    words = re.findall(r"\w+", text.lower()[:2000])
    counts = {
        language: sum(word in lexicon(language).stopwords for word in words) for language in LANGUAGES[:3]
    }
    return max(counts, key=lambda language: counts[language])


def _any(words: Sequence[str], spaceless: bool) -> re.Pattern[str]:
    choice = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(choice if spaceless else rf"(?<!\w)(?:{choice})(?!\w)")


def _worded(phrase: str) -> str:
    """A phrase of words as a regular expression."""
    pattern = re.sub(r" (\((?:[^()]|\([^()]*\))*\))\?", r"(?: \1)?", phrase.lower())
    pattern = pattern.replace("(", "(?:").replace("(?:?:", "(?:")
    pattern = pattern.replace("*", r"\w*").replace(" ... ", "\0").replace(" ", r"\W+")
    pattern = pattern.replace("\0", r"(?:\W+\w+){0,3}?\W+")
    return rf"(?<!\w){pattern}(?!\w)"


def _chinese(phrase: str) -> str:
    return phrase.lower().replace("(", "(?:").replace("…", "[^，,]{0,8}?")


def _parts(phrase: str, divider: str) -> list[str]:
    """The phrase divided at `divider`, but not within brackets."""
    parts, depth = [""], 0
    for letter in phrase:
        depth += (letter in "([") - (letter in ")]")
        if letter == divider and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _keys(phrase: str) -> set[str]:
    """Beginnings of words of which one must occur for the phrase to occur: those that occur least often."""
    choices: list[tuple[int, set[str]]] = []
    for part in _parts(phrase.lower(), " "):
        if part in ("", "...") or re.fullmatch(r"\(.*\)\?", part):
            continue
        group = re.fullmatch(r"\((.*)\)\*?", part)
        words = [choice.split(" ")[0] for choice in _parts(group[1], "|")] if group else [part]
        keys = set()
        for word in words:
            letters = re.match(r"\w*", word)
            literal = letters.group() if letters else ""
            rest = word[len(literal) :]
            # In "compra?" or "compr[oa]" the last letter may be missing or another one.
            keys.add(literal[: len(literal) - 1] if rest.startswith("?") else literal)
        keys = {key[:_KEY] for key in keys}
        if all(len(key) >= 2 for key in keys):
            choices.append((min(len(key) for key in keys), keys))
    if not choices:
        raise ValueError(f"a phrase without a word to find it by: {phrase!r}")
    return max(choices, key=lambda choice: (choice[0], -len(choice[1])))[1]


def _first_letters(phrase: str) -> set[str]:
    """The letters that the phrase can begin with."""
    phrase = phrase.lower()
    if phrase.startswith("["):
        return set(phrase[1 : phrase.index("]")])
    if not phrase.startswith("("):
        following = phrase[1:2]
        return {phrase[0]} | (_first_letters(phrase[2:]) if following == "?" else set())
    depth = 0
    for end, letter in enumerate(phrase):  # noqa: B007 - where the group ends is what is asked
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            break
    first = set[str]()
    for choice in _parts(phrase[1:end], "|"):
        first |= _first_letters(choice)
    return first | (_first_letters(phrase[end + 2 :]) if phrase[end + 1 : end + 2] == "?" else set())
