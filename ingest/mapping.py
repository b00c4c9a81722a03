"""The mapping file: what each file holds, as the user (or `--dry-run`) says it."""

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ingest.dates import order_of_pattern
from ingest.entities import ActivityKind, Direction, Outcome, RecordType, Role
from ingest.errors import BadMapping

FIELDS: MappingABC[RecordType, tuple[str, ...]] = {
    RecordType.USER: ("id", "email", "name", "first_name", "last_name", "role", "manager"),
    RecordType.ACCOUNT: (
        "id", "name", "industry", "employees", "revenue", "country", "city", "website", "owner", "created_at",
        "last_contact_at",
    ),
    RecordType.CONTACT: (
        "id", "name", "first_name", "last_name", "account", "title", "email", "phone", "owner", "created_at",
        "last_contact_at",
    ),
    RecordType.LEAD: (
        "id", "name", "first_name", "last_name", "company", "title", "email", "phone", "industry",
        "employees", "revenue", "country", "city", "source", "campaign", "product", "status",
        "outcome", "description", "owner", "account", "converted_account", "converted_contact",
        "converted_opportunity", "created_at", "closed_at", "last_contact_at",
    ),
    RecordType.OPPORTUNITY: (
        "id", "name", "account", "contact", "product", "type", "stage", "amount", "currency", "outcome",
        "owner", "created_at", "close_on", "closed_at", "last_contact_at",
    ),
    RecordType.ACTIVITY: (
        "id", "kind", "at", "created_at", "subject", "text", "direction", "about", "owner", "amount",
    ),
}  # fmt: skip

# Fields whose values stand for one of a few meanings, which a mapping may spell out.
MEANINGS: MappingABC[str, frozenset[str]] = {
    "outcome": frozenset(Outcome),
    "role": frozenset(Role),
    "kind": frozenset(ActivityKind),
    "direction": frozenset(Direction),
}

_KEYS = {"match", "type", "where", "columns", "values", "dates", "ignore", "after_outcome"}
NONE, LOOKUP = "none", "lookup"  # `type: none` leaves a file out, `type: lookup` joins it to the others


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """What one file (or all that a pattern fits) holds.

    `columns` gives per field the columns it is read from: more than one are read together. `columns` None
    means that they are to be recognised. `values` gives per field and meaning the cells that mean it; where
    an outcome is read from several columns, their cells are joined by " / ". `where` takes only the rows
    that hold one of the given cells in a column.
    """

    match: str
    type: RecordType | None = None
    is_lookup: bool = False
    left_out: bool = False
    columns: MappingABC[str, tuple[str, ...]] | None = None
    values: MappingABC[str, MappingABC[str, tuple[str, ...]]] = field(default_factory=dict)
    dates: str | None = None
    where: MappingABC[str, tuple[str, ...]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    after_outcome: tuple[str, ...] = ()

    def fits(self, file: str) -> bool:
        """Whether this entry speaks of a file: its path, its name, or its sheet's name."""
        path, pattern = file.casefold(), self.match.casefold()
        names = {path, Path(path).name, path.split(" / ")[0], Path(path.split(" / ")[0]).name}
        return any(name == pattern or fnmatchcase(name, pattern) for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """All entries of a mapping file; the first that fits a file holds."""

    files: tuple[FileMapping, ...] = ()

    def of(self, file: str) -> tuple[FileMapping, ...]:
        """The entries for a file: the first that fits, and those of the same `match` for other types."""
        fitting = [entry for entry in self.files if entry.fits(file)]
        if fitting and fitting[0].where:
            return tuple(entry for entry in fitting if entry.where)
        same = [entry for entry in fitting if entry.match == fitting[0].match]
        return tuple({entry.type: entry for entry in reversed(same)}.values())[::-1]


def read_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file.

    Raises:
        BadMapping: it cannot be read, or says something that the product does not know.
    """
    import yaml

    try:
        # The base loader leaves every scalar a text: `won: [1, yes]` means the cells "1" and "yes".
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadMapping(
            f"The mapping file {path.name} cannot be read: {error}".replace("\n", " ")
        ) from error
    return parse_mapping(document)


def parse_mapping(document: Any) -> Mapping:
    """The mapping in what a YAML file says.

    Raises:
        BadMapping: it says something that the product does not know.
    """
    entries = document.get("files") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise BadMapping(
            "The mapping file must hold a list under 'files:'; '--dry-run' prints one to start from."
        )
    return Mapping(files=tuple(_entry(entry) for entry in entries))


def _entry(entry: Any) -> FileMapping:
    if not isinstance(entry, dict) or not isinstance(entry.get("match"), str):
        raise BadMapping("Each entry of the mapping file needs 'match:' with a file name or pattern.")
    match = entry["match"]
    if unknown := sorted(set(entry) - _KEYS):
        raise BadMapping(
            f"The mapping of {match} has the unknown key {unknown[0]!r}; known are {_listed(_KEYS)}."
        )
    type_ = entry.get("type") or None
    if type_ is not None and type_ not in {*RecordType, NONE, LOOKUP}:
        raise BadMapping(
            f"The mapping of {match} names the unknown type {type_!r}; known are {_listed(RecordType)}."
        )
    record_type = RecordType(type_) if type_ in set(RecordType) else None
    columns = entry.get("columns")
    if columns and record_type is None and type_ != LOOKUP:
        raise BadMapping(
            f"The mapping of {match} gives columns but no type; known are {_listed(RecordType)}."
        )
    return FileMapping(
        match=match,
        type=record_type,
        is_lookup=type_ == LOOKUP,
        left_out=type_ == NONE,
        columns=None if columns is None else _columns(match, record_type, columns),
        values=_values(match, entry.get("values") or {}),
        dates=_dates(match, entry.get("dates") or None),
        where=_where(match, entry.get("where") or {}),
        ignore=_texts(match, "ignore", entry.get("ignore")),
        after_outcome=_texts(match, "after_outcome", entry.get("after_outcome")),
    )


def _columns(match: str, type_: RecordType | None, columns: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(columns, dict):
        raise BadMapping(f"'columns' of {match} must give a column for each field.")
    known = FIELDS[type_] if type_ else ("key",)
    for name in columns:
        if name not in known:
            raise BadMapping(
                f"The mapping of {match} names the unknown field {name!r}; known are {_listed(known)}."
            )
    return {name: _texts(match, name, column) for name, column in columns.items() if column}


def _values(match: str, values: Any) -> dict[str, dict[str, tuple[str, ...]]]:
    if not isinstance(values, dict) or not all(isinstance(one, dict) for one in values.values()):
        raise BadMapping(f"'values' of {match} must give, for each field, what its cells mean.")
    found = {}
    for name, by_meaning in values.items():
        if name not in MEANINGS:
            raise BadMapping(
                f"The mapping of {match} gives values for {name!r}; possible are {_listed(MEANINGS)}."
            )
        for meaning in by_meaning:
            if meaning not in MEANINGS[name]:
                raise BadMapping(
                    f"The mapping of {match} knows no {name} {meaning!r}; "
                    f"possible are {_listed(MEANINGS[name])}."
                )
        found[name] = {meaning: _texts(match, name, cells) for meaning, cells in by_meaning.items()}
    return found


def _where(match: str, where: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(where, dict):
        raise BadMapping(f"'where' of {match} must give, for a column, the cells of the rows to take.")
    return {column: _texts(match, column, cells) for column, cells in where.items()}


def _dates(match: str, pattern: Any) -> str | None:
    if pattern is None:
        return None
    try:
        order_of_pattern(str(pattern))
    except ValueError as error:
        raise BadMapping(f"'dates' of {match} must be a pattern like DD/MM/YYYY, not {pattern!r}.") from error
    return str(pattern)


def _texts(match: str, name: str, texts: Any) -> tuple[str, ...]:
    if texts is None:
        return ()
    if isinstance(texts, str):
        return (texts,)
    if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
        return tuple(texts)
    raise BadMapping(f"{name!r} of {match} must be a text or a list of texts.")


def _listed(words: Any) -> str:
    return ", ".join(sorted(map(str, words)))
