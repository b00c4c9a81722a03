"""The words of files: what columns are called (`headers.toml`) and what cells say (`words.toml`)."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETS = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]")
_CUSTOM_FIELD = re.compile(r"__[cr]$")  # the ending of a Salesforce custom field
_FOLD = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l"})


def plain(text: str) -> str:
    """Lower case, plain letters, single spaces: "LeadSource", "Lead-Source" and "lead_source" are one."""
    folded = unicodedata.normalize("NFKD", text.translate(_FOLD).casefold())
    letters = (one if one.isalnum() else " " for one in folded if not unicodedata.combining(one))
    return " ".join("".join(letters).split())


@lru_cache(maxsize=16384)
def plain_header(header: str) -> str:
    """A column's name like `plain`, camelCase split, brackets and a custom field's ending left out."""
    bare = _BRACKETS.sub(" ", _CUSTOM_FIELD.sub("", header.strip())).replace("IDs", "Ids")
    return plain(_CAMEL.sub(" ", bare)) or plain(header)


@cache
def _file(name: str) -> Any:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


@cache
def headers(record_type: str) -> Mapping[str, Mapping[str, int]]:
    """Per field the names its column may bear, each with its rank: the lower wins."""
    planned = _file("headers.toml")["planned"].get(record_type, {})
    return {
        field: {plain(name): rank for rank, name in enumerate([*names, *planned.get(field, ())])}
        for field, names in _file("headers.toml")[record_type].items()
    }


@cache
def planned_columns(record_type: str, field: str) -> frozenset[str]:
    """Columns that say when something is to take place, and not when it did."""
    return frozenset(map(plain, _file("headers.toml")["planned"].get(record_type, {}).get(field, ())))


@cache
def weights(record_type: str) -> Mapping[str, float]:
    """How much each field, where a file has it, says for this record type."""
    found: dict[str, float] = _file("headers.toml")["weights"][record_type]
    return found


@cache
def gathered_columns() -> Mapping[str, frozenset[str]]:
    """Per field the columns of which an export fills one or another: all of them are read."""
    return {field: frozenset(map(plain, names)) for field, names in _file("headers.toml")["gathered"].items()}


@cache
def order_columns() -> Mapping[str, frozenset[str]]:
    """What the columns of a sheet of order lines are called."""
    return {
        field: frozenset(map(plain, names)) for field, names in _file("headers.toml")["order_lines"].items()
    }


@cache
def type_words() -> Mapping[str, tuple[str, ...]]:
    """Words in file names and id columns that name each record type."""
    return {type_: tuple(map(plain, words)) for type_, words in _file("headers.toml")["type_words"].items()}


@cache
def id_prefixes() -> Mapping[str, str]:
    """The record type that the first three characters of a Salesforce id stand for."""
    found: dict[str, str] = _file("headers.toml")["id_prefixes"]
    return found


@cache
def meanings(topic: str) -> Mapping[str, str]:
    """What a word of `topic` (truth, role, kind, direction, currency, months, parties, …) means."""
    table = _file("words.toml")[topic]
    fold = str.casefold if topic in {"currency", "multiplier"} else plain
    return {fold(word): meaning for meaning, words in table.items() for word in words}


@cache
def outcome_phrases() -> Mapping[str, str]:
    """Whole cells that name an outcome."""
    return {
        plain(word): meaning
        for meaning, words in _file("words.toml")["outcome"]["phrases"].items()
        for word in words
    }


@cache
def outcome_tokens() -> Mapping[str, str]:
    """Single words that name an outcome inside a longer cell; "not" marks the words that turn it."""
    return {
        word: meaning for meaning, words in _file("words.toml")["outcome"]["tokens"].items() for word in words
    }


@cache
def lifecycle() -> Mapping[str, str]:
    """HubSpot's lifecycle stages: whether they make a person a lead or a contact."""
    return {
        plain(stage): type_ for type_, stages in _file("words.toml")["lifecycle"].items() for stage in stages
    }


@cache
def legal_forms() -> frozenset[str]:
    """Words like "gmbh" and "inc" at the end of companies' names."""
    return frozenset(_file("words.toml")["company"]["legal_forms"])


@cache
def identity_words() -> frozenset[str]:
    """Words like "birth" and "street" in the names of columns that tell one person from another."""
    return frozenset(map(plain, _file("words.toml")["identity"]["words"]))


@cache
def nothing_words() -> frozenset[str]:
    """Words like "n/a" that stand where nothing is known."""
    return frozenset(_file("words.toml")["nothing"]["words"])


@cache
def total_words() -> frozenset[str]:
    """Words like "grand total" at the beginning of a line that adds up the others."""
    return frozenset(_file("words.toml")["totals"]["words"])


def said_outcome(cell: str) -> str | None:
    """won, lost or open, where the cell says so; None where it is some other word."""
    words = plain(cell)
    if whole := outcome_phrases().get(words):
        return whole
    said = {outcome_tokens().get(word) for word in words.split()} - {None}
    return next(iter(said)) if len(said) == 1 and said != {"not"} else None


def said_truth(cell: str) -> bool | None:
    """Yes or no, where the cell says so."""
    said = meanings("truth").get(plain(cell))
    return None if said is None else said == "yes"
