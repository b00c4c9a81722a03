"""Tables that tell more of what records hold: products by name, profiles by id, members of a campaign."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from ingest.contents import Contents
from ingest.entities import RecordType
from ingest.lexicon import plain, plain_header, said_truth
from ingest.links import compact
from ingest.mapping import FileMapping
from ingest.sheets import Batch, Sheet

_COVERED = 0.9  # the share of a column's values that a lookup table must know


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A table that tells more of a value that records hold: products by name, roles by id."""

    sheet: Sheet
    key: str
    joined_to: tuple[str, ...]  # "file.column"


@dataclass(slots=True)
class Seen:
    """A sheet under recognition."""

    sheet: Sheet
    contents: dict[str, Contents]
    mapping: FileMapping | None
    type: RecordType | None


def join_lookups(seen: Sequence[Seen]) -> list[Lookup]:
    """Join the sheets that are no records themselves to those that hold their keys."""
    tables = [one for one in seen if one.type is None]
    links = [one for one in tables if _linked_types(one, seen)]
    lookups = [
        lookup
        for table in tables
        if table not in links and (lookup := _join_first(table, [*(one for one in seen if one.type), *links]))
    ]
    return lookups + [_join_links(table, seen) for table in links]


def _join_first(table: Seen, targets: Sequence[Seen]) -> Lookup | None:
    """Join a table by the first of its keys that any target holds."""
    for key in _keys(table):
        found = [(one, column) for one in targets if (column := _joins(one, table, key)) is not None]
        if found:
            for one, column in found:
                _join(one, column, table, key)
            joined = tuple(f"{one.sheet.file}: {column}" for one, column in found)
            return Lookup(sheet=table.sheet, key=key, joined_to=joined)
    return None


def _linked_types(table: Seen, seen: Sequence[Seen]) -> list[tuple[Seen, str, str]]:
    """The record sheets whose ids a table holds under "lead id", "opportunity id" and the like; at least two
    such columns make a table of links (campaign members, the contacts of a deal)."""
    columns = {plain_header(column): column for column in table.sheet.header}
    linking = [name for name in columns if name.endswith(" id")]
    if len(linking) < 2:
        return []
    return [
        (one, own, columns[f"{one.type} id"])
        for one in seen
        if one.type in {RecordType.LEAD, RecordType.OPPORTUNITY}
        and f"{one.type} id" in columns
        and (own := next((column for column in one.sheet.header if plain_header(column) == "id"), None))
    ]


def _join_links(table: Seen, seen: Sequence[Seen]) -> Lookup:
    """Join what a table of links says of a record, the main link first, to the record."""
    linked = _linked_types(table, seen)
    for one, own, key in linked:
        _join(
            one,
            own,
            table,
            key,
            leave_out={"id", *(f"{type_} id" for type_ in RecordType if type_ is not RecordType.CONTACT)},
        )
    joined = tuple(f"{one.sheet.file}: {own}" for one, own, _ in linked)
    return Lookup(sheet=table.sheet, key=linked[0][2], joined_to=joined)


def _keys(table: Seen) -> Iterator[str]:
    """The columns whose values are all there and all different."""
    if table.mapping and table.mapping.columns:
        yield from table.mapping.columns.get("key", ())
        return
    for column, held in table.contents.items():
        if held.rows > 1 and held.filled == held.rows == held.distinct:
            yield column


def _joins(one: Seen, table: Seen, key: str) -> str | None:
    """The column of `one` that holds values of the table's key and bears its name."""
    known = {compact(value) for value in table.contents[key].values}
    file = plain_header(PurePath(table.sheet.file.split(" / ")[-1]).stem)
    singular = file.removesuffix("s")
    names = {plain_header(key)} - {"id", "name"} | {
        f"{file} id",
        f"{singular} id",
        file,
        singular,
        f"{singular} name",
    }
    for column, held in one.contents.items():
        if plain_header(column) in names and held.distinct:
            values = [value for value in held.values if value.strip()]
            if sum(1 for value in values if compact(value) in known) >= _COVERED * len(values):
                return column
    return None


def _join(one: Seen, column: str, table: Seen, key: str, leave_out: Collection[str] = frozenset()) -> None:
    """Give the sheet the table's other columns, and the key's own spelling."""
    rows = _rows_by_key(table, key)
    stem = PurePath(table.sheet.file.split(" / ")[-1]).stem
    others = [name for name in table.sheet.header if name != key and plain_header(name) not in leave_out]
    by_id = plain_header(key) in {"id", "record id"} or plain_header(key).endswith(" id")
    taken = set(one.sheet.header)
    names = [
        name if name not in taken and plain(name) not in {"id", "name", "type"} else f"{stem} {name}"
        for name in others
    ]
    one.sheet = replace(
        one.sheet,
        header=(*one.sheet.header, *names),
        batches=_joined_batches(one.sheet, column, rows, key, others, respell=not by_id),
    )
    one.contents |= dict(zip(names, (table.contents[name] for name in others), strict=True))


def _rows_by_key(table: Seen, key: str) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    for batch in table.sheet.batches():
        for cells in zip(*batch.columns, strict=True):
            row = dict(zip(table.sheet.header, cells, strict=True))
            if compact(row[key]) not in rows or _is_main(row):
                rows[compact(row[key])] = row
    return rows


def _is_main(row: Mapping[str, str]) -> bool:
    """Whether a link is marked as the main one ("IsPrimary")."""
    return any(
        plain_header(name) in {"is primary", "primary"} and said_truth(cell) for name, cell in row.items()
    )


def _joined_batches(
    sheet: Sheet,
    column: str,
    rows: Mapping[str, Mapping[str, str]],
    key: str,
    others: Sequence[str],
    *,
    respell: bool,
) -> Callable[[], Iterator[Batch]]:
    position = sheet.header.index(column)

    def batches() -> Iterator[Batch]:
        for batch in sheet.batches():
            found = [rows.get(compact(cell)) if cell.strip() else None for cell in batch.columns[position]]
            columns = list(batch.columns)
            if respell:
                columns[position] = [
                    row[key].strip() if row else cell
                    for row, cell in zip(found, columns[position], strict=True)
                ]
            columns += [[row[name] if row else "" for row in found] for name in others]
            yield replace(batch, columns=columns)

    return batches
