"""Whether a sentence denies what its words speak of: "no complaints", "I do not find it expensive"."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

_HAN = re.compile(r"[\u4e00-\u9fff]")


def denies(text: str) -> bool:
    """Whether the text says "no" or "not" shortly before a fault."""
    return _pattern("faults").search(text.lower()) is not None


def denies_need(text: str) -> bool:
    """Whether the text says that there is no need: "we have no need for it"."""
    return _pattern("needs").search(text.lower()) is not None


@cache
def _pattern(denied: str) -> re.Pattern[str]:
    file = resources.files("assistant").joinpath("scoring", "denial.toml")
    lexicon = tomllib.loads(file.read_text(encoding="utf-8"))["denial"]

    def any_of(words: Iterable[str], *, han: bool) -> str:
        return "|".join(re.escape(word) for word in words if (_HAN.search(word) is not None) is han)

    latin, han = (
        tuple(any_of(lexicon[part], han=is_han) for part in ("words", denied)) for is_han in (False, True)
    )
    return re.compile(
        rf"\b(?:{latin[0]})\W+(?:\w+\W+){{0,3}}(?:{latin[1]})|(?:{han[0]})[^，。,.]{{0,3}}(?:{han[1]})"
    )
