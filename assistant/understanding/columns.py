"""The words under which people speak of a column: "LeadTimeDays__c" is "lead time days"."""

import re
from collections import Counter
from collections.abc import Iterable

from assistant.tokens import forms
from assistant.understanding.lexicon import lexicon
from assistant.understanding.synonyms import equivalents

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words_of(column: str) -> list[tuple[str, ...]]:
    """The token sequences that name the column, singular and plural.

    A column that stood inside others ("customer.address.postal_code") goes by its own name, too, where that
    is more than one word: one alone ("emp.var.rate") may be anything.
    """
    inner = column.rpartition(".")[2]
    if inner != column and len(forms(_CAMEL.sub(" ", inner).replace("_", " "))) > 1:
        return [*_words_of(column), *_words_of(inner)]
    return _words_of(column)


def _words_of(column: str) -> list[tuple[str, ...]]:
    name = re.sub(r"__c$|__pc$", "", column.strip())
    key = forms(_CAMEL.sub(" ", name).replace("_", " ").replace(".", " "))
    if not key:
        return []
    keys = [key]
    last = key[-1]
    if last.isascii() and last.isalpha() and len(last) > 2:
        plural = last[:-1] + "ies" if last.endswith("y") and last[-2] not in "aeiou" else last + "s"
        singular = last[:-3] + "y" if last.endswith("ies") else last[:-1] if last.endswith("s") else None
        keys += [
            (*key[:-1], w)
            for w in (plural, singular, last + "es" if last.endswith(("s", "x", "h")) else None)
            if w
        ]
    return keys


def other_words(column: str) -> list[tuple[str, ...]]:
    """What other people and languages call such a column."""
    return [forms(other) for key in words_of(column)[:1] for other in equivalents(" ".join(key))]


def telling_words(columns: Iterable[str]) -> dict[str, str]:
    """Single words that point to one column alone: "established" for "year_established"."""
    words: Counter[str] = Counter()
    owners: dict[str, str] = {}
    for column in set(columns):
        for key in words_of(column)[:1]:
            for word in set(key) if len(key) > 1 else ():
                if len(word) >= 5 and word.isalpha() and (len(word) >= 6 or not lexicon("en").knows(word)):
                    words[word] += 1
                    owners[word] = column
    return {word: owners[word] for word, count in words.items() if count == 1}


# What says only that something is so: "Trial started", "has newsletter", "is subscribed".
_STATES = frozenset(
    {
        "active", "activated", "started", "ended", "enabled", "disabled", "done", "complete", "completed",
        "signed", "sent", "received", "requested", "scheduled", "opted", "accepted", "approved", "granted",
        "running", "is", "has", "was", "flag", "yes", "no", "on", "off", "in", "out", "of", "the", "a", "c",
    }
)  # fmt: skip


def telling_noun(column: str) -> tuple[str, ...] | None:
    """What a column that says yes or no is about: "trial" for "Trial started"."""
    words = next(iter(words_of(column)), ())
    rest = tuple(w for w in words if w not in _STATES)
    return rest if len(words) > 1 and len(rest) == 1 and len(rest[0]) >= 4 else None
