"""Values that mean the same in several languages: "Germany", "Deutschland", "德国", "Alemania".

The data file `synonyms.toml` holds groups; any member of a group stands for all of them.
"""

import tomllib
from functools import cache
from pathlib import Path

from assistant.tokens import forms

_OF_THE_WORLD = ("country", "city", "industry", "currency")


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


@cache
def _world() -> dict[tuple[str, ...], list[tuple[str, str]]]:
    """Places, lines of business and currencies of the world: the field and the usual word of each."""
    data = tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text(encoding="utf-8"))
    found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for field in _OF_THE_WORLD:
        for group in data[field]:
            for member in group:
                known = found.setdefault(forms(member), [])
                if (field, group[0]) not in known:
                    known.append((field, group[0]))
    return found


def of_the_world(key: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What words stand for that no record of the book holds: "Japan" is a country all the same."""
    if len(key) == 1 and len(key[0]) <= 2 and key[0].isascii():
        return ()  # "IT" and "no" are words first
    return tuple(_world().get(key, ()))


def equivalents(value: str) -> tuple[str, ...]:
    """Other words for a value, in any language."""
    return _groups().get(forms(value), ())
