"""A question as tokens: what is compared is folded (case, accents, width), what is quoted is as typed."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

# Longer questions are cut: nobody asks in more, and every later step stays fast.
MAX_CHARACTERS = 2_000
MAX_TOKENS = 240

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af"
_TOKEN = re.compile(
    rf"""
    (?P<email>[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,5}})
    | (?P<number>\d+(?:[.,'’]\d+)*)
    | (?P<han>[{_CJK}])
    | (?P<clitic>n['’]t\b|['’](?:s|re|ve|ll|d|m)\b)
    | (?P<word>(?:(?!n['’]t\b)[^\W\d_{_CJK}])+)
    | (?P<sign>>=|<=|[%€$£¥₹<>=≥≤≠&+\#?!,;:()/"“”„«»])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_LATIN = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word, a number, a sign or one Chinese character; `start` and `end` count characters of the text."""

    text: str
    form: str
    start: int
    end: int
    kind: str  # email | number | han | clitic | word | sign

    @property
    def capital(self) -> bool:
        return self.text[:1].isupper()


def clean(question: str) -> str:
    """The question without control characters, in composed form, cut to what is read."""
    cut = question[: MAX_CHARACTERS * 2]
    text = unicodedata.normalize("NFKC", _CONTROL.sub(" ", cut))
    return text[:MAX_CHARACTERS].strip()


@cache
def fold(text: str) -> str:
    """Lower case without accents, so that "Müller" and "MULLER" compare equal."""
    plain = unicodedata.normalize("NFD", text.casefold().translate(_LATIN))
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("’", "'")


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a cleaned text; a hyphen or an underscore separates like a space."""
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        kind = match.lastgroup or "word"
        form = word if kind == "sign" else fold(word) if len(word) < 64 else word.casefold()
        form = "not" if kind == "clitic" and form.startswith("n") else form
        found.append(Token(text=word, form=form, start=match.start(), end=match.end(), kind=kind))
        if len(found) == MAX_TOKENS:
            break
    return tuple(found)


def forms(text: str) -> tuple[str, ...]:
    """The folded tokens of a name or phrase, signs left out."""
    return tuple(t.form for t in tokens(text) if t.kind != "sign")


def between(words: Sequence[Token], start: int, end: int) -> str:
    """The text of the tokens [start, end) as it stood, with a space or a hyphen where there was a gap."""
    text = words[start].text
    for before, after in pairwise(words[start:end]):
        gap = after.start - before.end
        hyphen = gap == 1 and "number" in (before.kind, after.kind)
        text += ("" if gap == 0 else "-" if hyphen else " ") + after.text
    return text


def _english(word: str) -> str:
    for ending, stem, least in (
        ("'s", "", 3), ("ies", "y", 5), ("sses", "ss", 5), ("ches", "ch", 5), ("shes", "sh", 5),
        ("xes", "x", 4), ("ing", "", 6), ("ed", "", 5), ("s", "", 4), ("e", "", 5),
    ):  # fmt: skip
        if word.endswith(ending) and len(word) >= least and not word.endswith(("ss", "us", "is")):
            stemmed = word[: -len(ending)] + stem
            if ending in ("ing", "ed") and stemmed[-1:] == stemmed[-2:-1]:
                return stemmed[:-1]
            return stemmed[:-1] if ending == "s" and stemmed[-1] == "e" and len(stemmed) >= 5 else stemmed
    return word


def _german(word: str) -> str:
    word = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    for ending in ("ern", "em", "en", "er", "es", "e", "n", "s", "t"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _spanish(word: str) -> str:
    if word.endswith("es") and len(word) >= 6:
        word = word[:-2]
    elif word.endswith("s") and len(word) >= 4:
        word = word[:-1]
    return word[:-1] if word[-1:] in "oae" and len(word) >= 5 else word


_STEMMERS: dict[str, Callable[[str], str]] = {"en": _english, "de": _german, "es": _spanish}


@cache
def stem(form: str, language: str) -> str:
    """The word without its usual endings; equal stems are a weaker match than equal words."""
    stemmer = _STEMMERS.get(language)
    return stemmer(form) if stemmer and form.isalpha() and form.isascii() and len(form) > 3 else form
