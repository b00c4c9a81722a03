"""The words under which people speak of a column: "LeadTimeDays__c" is "lead time days"."""

import re

from assistant.tokens import forms

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words_of(column: str) -> list[tuple[str, ...]]:
    """The token sequences that name the column, singular and plural."""
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
