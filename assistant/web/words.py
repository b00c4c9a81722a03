"""What the pages themselves say, in the language of the browser."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh", "de", "es")


class Words:
    """The words of one language; `words("turn.steps", count=2)`."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **filled: object) -> str:
        """The text under `key`, filled in; the last part of the key where there is no such text."""
        text = self._texts.get(key)
        return key.rpartition(".")[2] if text is None else text.format(**filled)

    def day(self, moment: datetime) -> str:
        """The date of `moment` as the language writes it."""
        month = self("date.months").split()[moment.month - 1]
        return self("date.day", day=moment.day, month=month, year=moment.year)


@cache
def words(language: str) -> Words:
    """The words of `language`, one of `LANGUAGES`."""
    file = Path(__file__).parent / "languages" / f"{language}.toml"
    sections = tomllib.loads(file.read_text(encoding="utf-8"))
    texts = {
        f"{section}.{key}": text for section, entries in sections.items() for key, text in entries.items()
    }
    return Words(language, texts)


def preferred(accept_language: str | None) -> Words:
    """The words for an `Accept-Language` header: the browser's first language that we speak, else English."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "")[:500].split(","):
        tag, _, quality = part.strip().partition(";q=")
        language = tag.partition("-")[0].lower()
        if language in LANGUAGES:
            wanted.append((_number(quality), language))
    return words(max(wanted, key=lambda each: each[0])[1] if wanted else LANGUAGES[0])


def _number(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0
