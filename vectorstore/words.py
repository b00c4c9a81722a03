"""A text to the words that full-text search compares; decides and touches nothing.

Words of languages that use spaces are compared without case and accents, whole or by their beginning, so
that inflections meet; runs of Chinese, Japanese and Korean are compared by pairs of neighbours.
"""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

_WIDE = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_WIDE}]+|[^\W_{_WIDE}]+")
_WIDE_TOKEN = re.compile(rf"[{_WIDE}]")
_STEM_MARK = "_"  # begins a token that stands for all words with that beginning
_LONG = 7  # letters of a word that keeps five of them; shorter ones keep four
_SHORT = 5  # a word below this has no beginning of its own


def words(text: str) -> list[str]:
    """The words of a text, in order, each as often as it stands there."""
    found: list[str] = []
    for token in _TOKEN.findall(_plain(text)):
        found.extend(_pairs(token) if _is_wide(token) else [token])
    return found


def index_tokens(text: str) -> str:
    """What the index keeps of a text: its words and their beginnings."""
    found = words(text)
    stems = [stem for word in found if (stem := _stem(word))]
    return " ".join(dict.fromkeys((*found, *stems)))


def query_terms(text: str) -> list[tuple[str, str | None]]:
    """The words of a question that name its topic, each with the token of its beginning if it has one.

    A question of nothing but stop words keeps them all.
    """
    plain, narrow = _plain(text), _stop_words()
    for stop in _wide_stop_words():
        plain = plain.replace(stop, " ")
    found = list(dict.fromkeys(words(plain))) or list(dict.fromkeys(words(text)))
    telling = [word for word in found if word not in narrow] or found
    return [(word, _stem(word)) for word in telling]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in decomposed if not _is_accent(character))
    return unicodedata.normalize("NFC", bare)


def _is_accent(character: str) -> bool:
    # Marks of Japanese kana are no accents: they make another syllable.
    return unicodedata.combining(character) > 0 and character not in "\u3099\u309a"


def _is_wide(token: str) -> bool:
    return _WIDE_TOKEN.match(token) is not None


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


def _stem(word: str) -> str | None:
    if len(word) < _SHORT or not word.isalpha() or _is_wide(word):
        return None
    return _STEM_MARK + word[: 5 if len(word) >= _LONG else 4]


@cache
def _lists() -> dict[str, str]:
    with Path(__file__).with_name("stopwords.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(word for name, text in _lists().items() if name != "wide" for word in text.split())


@cache
def _wide_stop_words() -> tuple[str, ...]:
    return tuple(sorted(_lists()["wide"].split(), key=len, reverse=True))
