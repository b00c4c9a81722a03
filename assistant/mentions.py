"""Where in the records database somebody is mentioned: in texts, and in documents kept as JSON."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

from sqlalchemy import JSON, Column, Connection, String, Table, Text, cast, or_, select

from ingest import tables

ERASED = "[erased]"

# All that holds words of people; what is worked out anew from these is not among them.
MENTIONED_IN: tuple[Table, ...] = (
    tables.accounts,
    tables.contacts,
    tables.leads,
    tables.opportunities,
    tables.activities,
    tables.signals,
    tables.profiles,
    tables.verdicts,
    tables.loads,
    tables.journal,
    tables.merged_rows,
    tables.rejected,
    tables.sessions,
    tables.messages,
    tables.audit,
)


class Somebody(Protocol):
    """Whoever is looked for."""

    @property
    def needles(self) -> Collection[str]: ...
    def pattern(self) -> "re.Pattern[str]": ...


def mentioning(connection: Connection, table: Table, who: Somebody) -> Iterator[dict[str, Any]]:
    """The rows of a table that mention somebody."""
    pattern = who.pattern()
    # JSON is stored with everything beyond ASCII escaped, so both forms are looked for.
    forms = {form for needle in who.needles for form in (needle, json.dumps(needle)[1:-1])}
    likely = [
        cast(column, String).contains(form, autoescape=True)
        for column in _wordy(table)
        for form in sorted(forms)
    ]
    if not likely:
        return
    for row in connection.execute(select(table).where(or_(*likely))).mappings():
        if any(found_in(row, pattern)):
            yield dict(row)


def found_in(value: Any, pattern: "re.Pattern[str]") -> Iterator[str]:
    """The texts within a value that the pattern finds."""
    if isinstance(value, str):
        if pattern.search(value):
            yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from found_in(str(key), pattern)
            yield from found_in(inner, pattern)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from found_in(inner, pattern)


def scrubbed(value: Any, pattern: "re.Pattern[str]") -> Any:
    """The value with `[erased]` in the place of what the pattern finds."""
    if isinstance(value, str):
        return pattern.sub(ERASED, value)
    if isinstance(value, Mapping):
        return {pattern.sub(ERASED, str(key)): scrubbed(inner, pattern) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(inner, pattern) for inner in value]
    return value


def _wordy(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, String | Text | JSON)]
