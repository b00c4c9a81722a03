"""Handles: what a hosted chat model sees in the place of names and quotes.

While tools are bound, the model reads L1, E3, numbers, dates and closed enumerations. So no word of a record
can make it call a tool. The names and quotes are filled in afterwards.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.answers import Finding
from ingest.entities import Ref

_HANDLE = re.compile(r"(?<![\w$])([LE])([1-9]\d{0,3})(?!\w)")


class Handles:
    """The handles of one conversation turn: each record has one, each quote has one."""

    def __init__(self, listed: Sequence[tuple[Ref, str]] = ()) -> None:
        """`listed`: the records that the conversation has named before, in their order, with their names."""
        self._records: dict[Ref, int] = {}
        self._names: dict[Ref, str] = {}
        self._quotes: list[str] = []
        for ref, name in listed:
            self._record(ref, name)

    def of(self, ref: Ref) -> str:
        """The handle of a record that has been named."""
        return f"L{self._records[ref]}"

    def _record(self, ref: Ref, name: str) -> str:
        self._records.setdefault(ref, len(self._records) + 1)
        self._names[ref] = name
        return self.of(ref)

    def shown(self, finding: Finding, text: str) -> str:
        """`text` (the finding as the model reads it, its handles counted from 1) with this turn's handles."""
        own = {
            "L": [self._record(item.ref, item.name) for item in finding.listed],
            "E": [self._quote(item.quote) for item in finding.evidence],
        }

        def renumbered(match: re.Match[str]) -> str:
            handles, position = own[match[1]], int(match[2]) - 1
            return handles[position] if position < len(handles) else match[0]

        return _HANDLE.sub(renumbered, text)

    def _quote(self, quote: str) -> str:
        if quote not in self._quotes:
            self._quotes.append(quote)
        return f"E{self._quotes.index(quote) + 1}"

    def resolved(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a tool call with records in the place of their handles."""
        return {name: self._resolve(value) for name, value in arguments.items()}

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, str) and (match := _HANDLE.fullmatch(value.strip())) and match[1] == "L":
            ref = self._ref(int(match[2]))
            return str(ref) if ref else value
        if isinstance(value, Mapping):
            return self.resolved(value)
        if isinstance(value, list):
            return [self._resolve(item) for item in value]
        return value

    def filled_in(self, text: str) -> str:
        """The model's text with names and quotes in the place of handles; unknown handles stay."""

        def words(match: re.Match[str]) -> str:
            number = int(match[2])
            if match[1] == "L":
                ref = self._ref(number)
                return self._names[ref] if ref else match[0]
            return f"“{self._quotes[number - 1]}”" if number <= len(self._quotes) else match[0]

        return _HANDLE.sub(words, text)

    def unknown(self, text: str) -> list[str]:
        """Handles in the text that stand for nothing."""
        return [
            match[0]
            for match in _HANDLE.finditer(text)
            if (self._ref(int(match[2])) is None if match[1] == "L" else int(match[2]) > len(self._quotes))
        ]

    def _ref(self, number: int) -> Ref | None:
        refs = list(self._records)
        return refs[number - 1] if number <= len(refs) else None
