"""What a text may mean, as the tools are given it: candidates by name, the record meant, a type."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answers import Line
from ingest.entities import RecordType, Ref
from ingest.errors import BadRequest


class Candidate(Protocol):
    """A record that a text may mean."""

    @property
    def ref(self) -> Ref: ...
    @property
    def name(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def exact(self) -> bool: ...


class Names(Protocol):
    """The names of one user's book."""

    def lookup(
        self, text: str, types: Sequence[RecordType] | None = None, *, limit: int = 8
    ) -> Sequence[Candidate]:
        """Whom the text may mean, best first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The record that a text means; `notes` say so where it was spelled otherwise."""

    ref: Ref
    name: str
    notes: tuple[Line, ...] = ()
    twin: Ref | None = None  # the same person as lead or as contact


def known_type(record_type: str) -> str:
    """The record type as it is spelled.

    Raises:
        BadRequest: there is none such.
    """
    word = record_type.strip().lower()
    if word not in set(RecordType):
        raise BadRequest(f"There is no record type {record_type!r}; there are {', '.join(RecordType)}.")
    return word
