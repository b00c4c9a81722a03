"""Sentences by language and theme, out of data files, with their slots filled.

Two banks say the same things in different words: `seen`, and `unseen` for judging code on texts that it
was not written against.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from random import Random
from typing import TypeVar

_FOLDER = Path(__file__).parent / "phrases"
_ALTERNATIVES = re.compile(r"\[([^\]]*)\]")

Variants = Sequence[Sequence[str]]
T = TypeVar("T")


class PhraseBank:
    """The phrases of one language. A phrase is drawn first, then one of its variants."""

    def __init__(self, sections: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        calendar = sections["calendar"]
        self.months = calendar["months"]
        self.weekdays = calendar["weekdays"]
        self._phrases: dict[tuple[str, str], Variants] = {
            (section, key): [_variants(phrase) for phrase in phrases]
            for section, keys in sections.items()
            if section != "calendar"
            for key, phrases in keys.items()
        }

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key in self._phrases

    def pick(self, words: Random, section: str, key: str, slots: Mapping[str, str]) -> str:
        """One phrase with its slots filled."""
        text = one_of(words, one_of(words, self._phrases[section, key]))
        return text.format_map(slots) if "{" in text else text

    def variants(self, section: str, key: str) -> frozenset[str]:
        """Every sentence that can come out of one theme, slots unfilled."""
        return frozenset(text for variants in self._phrases[section, key] for text in variants)


def open_banks(bank: str, languages: Sequence[str]) -> dict[str, PhraseBank]:
    """The banks of these languages; `bank` is "seen" or "unseen"."""
    return {
        language: PhraseBank(tomllib.loads((_FOLDER / bank / f"{language}.toml").read_text(encoding="utf-8")))
        for language in languages
    }


def one_of(words: Random, options: Sequence[T]) -> T:
    """As `Random.choice`, at a third of its cost: a million activities draw twenty million times."""
    return options[int(words.random() * len(options))]


def _variants(phrase: str) -> list[str]:
    """`a [b|c] d` as `a b d` and `a c d`."""
    parts = _ALTERNATIVES.split(phrase)
    return ["".join(chosen) for chosen in product(*(part.split("|") for part in parts))]
