"""Values that mean the same in several languages: "Germany", "Deutschland", "德国", "Alemania".

The data file `synonyms.toml` holds groups; any member of a group stands for all of them.
"""

import tomllib
from functools import cache
from pathlib import Path

from assistant.tokens import forms


@cache
def _groups() -> dict[tuple[str, ...], tuple[str, ...]]:
    data = tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text(encoding="utf-8"))
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for groups in data.values():
        for group in groups:
            for member in group:
                key = forms(member)
                found[key] = tuple(dict.fromkeys((*found.get(key, ()), *group)))
    return found


def equivalents(value: str) -> tuple[str, ...]:
    """Other words for a value, in any language."""
    return _groups().get(forms(value), ())
