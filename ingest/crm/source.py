"""What a CRM is to a sync: kinds of rows, given page by page from a mark on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ingest.entities import RecordType

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of rows of a CRM: the name of its file, and what record types its ids may be.

    `gone_as` are the types of which a deleted row is removed: none for users, who still own records.
    """

    name: str
    gone_as: tuple[RecordType, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows as an export would hold them, the ids of deleted ones, and where to go on after it."""

    rows: Sequence[Row] = ()
    gone: Sequence[str] = ()
    mark: str | None = None  # as of which change everything up to here is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The columns of a row that tell rows apart, and the kinds in the order in which they are fetched."""

    name: str
    id_column: str
    kinds: Sequence[Kind] = field(default_factory=tuple)


class Crm(Protocol):
    """A CRM that is signed in to."""

    source: Source

    def pages(self, kind: Kind, since: str | None) -> Iterator[Page]:
        """What changed since the mark, the oldest change first; everything where there is no mark.

        Raises:
            CrmUnavailable: it refuses, or does not answer however often it is asked.
        """
        ...
