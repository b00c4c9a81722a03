"""What a set of files holds: type and columns of each decided, lookup tables joined to the rest."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from ingest.columns import recognise_type
from ingest.contents import Contents, gather
from ingest.entities import RecordType
from ingest.errors import BadMapping
from ingest.lexicon import plain, plain_header
from ingest.links import compact
from ingest.mapping import FileMapping
from ingest.mapping import Mapping as FileMappings
from ingest.orders import ADDED, join_lines
from ingest.plan import Plan, column_named, make_plan
from ingest.readers import read_sheets
from ingest.sheets import Batch, Sheet, Skipped
from ingest.splitting import by_lifecycle, share_out

_COVERED = 0.9  # the share of a column's values that a lookup table must know


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A table that tells more of a value that records hold: products by name, roles by id."""

    sheet: Sheet
    key: str
    joined_to: tuple[str, ...]  # "file.column"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What the files hold: record files in the order to load them, lookup tables, and what is left out."""

    plans: tuple[Plan, ...]
    lookups: tuple[Lookup, ...]
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class _Seen:
    """A sheet under recognition."""

    sheet: Sheet
    contents: dict[str, Contents]
    mapping: FileMapping | None
    type: RecordType | None


def recognise_files(
    paths: Sequence[Path], mapping: FileMappings | None, progress: Callable[[str, float], None]
) -> Recognised:
    """Read the files through and decide what they hold.

    Raises:
        UnreadableFile: a path that does not exist or cannot be read.
        BadMapping: the mapping fits none of the files, or names what they do not have.
    """
    sheets, skipped = read_sheets(paths)
    seen: list[_Seen] = []
    for number, sheet in enumerate(sheets):
        progress(f"reading {sheet.file}", number / len(sheets))
        entries = mapping.of(sheet.file) if mapping else ()
        if any(entry.left_out for entry in entries):
            skipped.append(Skipped(file=sheet.file, why="left out by the mapping"))
            continue
        found = _looked_at(sheet, entries)
        if not any(held.rows for one in found for held in one.contents.values()):
            skipped.append(Skipped(file=sheet.file, why="has column names but no rows"))
            continue
        seen += found
    if mapping and sheets and not any(mapping.of(sheet.file) for sheet in sheets):
        raise BadMapping(
            f"The mapping fits none of the files ({', '.join(sheet.file for sheet in sheets[:5])}); "
            "check its 'match:' patterns."
        )
    lookups = _join_lookups(seen)
    joined = {lookup.sheet.file for lookup in lookups}
    for one in seen:
        if one.type is None and one.sheet.file not in joined:
            names = ", ".join(one.sheet.header[:8])
            skipped.append(
                Skipped(file=one.sheet.file, why=f"no record file: no record type fits its columns ({names})")
            )
    plans = [
        make_plan(one.sheet, one.contents, one.type, one.mapping) for one in seen if one.type is not None
    ]
    plans = _with_usual_order(plans)
    return Recognised(plans=tuple(plans), lookups=tuple(lookups), skipped=tuple(skipped))


def _looked_at(sheet: Sheet, entries: Sequence[FileMapping]) -> list[_Seen]:
    """A sheet with what it holds and of which type it is; shared out where it holds records of two types."""
    if entries and entries[0].where:
        wheres = [{column_named(sheet, name): cells for name, cells in one.where.items()} for one in entries]
        parts = share_out(sheet, wheres)
        return [
            _Seen(part, dict(gather(part)), entry, entry.type)
            for part, entry in zip(parts, entries, strict=True)
        ]
    contents = dict(gather(sheet))
    wants_orders = not entries or any(
        column in ADDED for columns in (entries[0].columns or {}).values() for column in columns
    )
    if wants_orders and (orders := join_lines(sheet, contents)):
        entry = entries[0] if entries else None
        return [_Seen(orders, dict(gather(orders)), entry, RecordType.ACTIVITY)]
    if entries and all(entry.type or entry.is_lookup for entry in entries):
        return [_Seen(sheet, dict(contents), entry, entry.type) for entry in entries]
    entry = entries[0] if entries else None
    type_ = recognise_type(sheet, contents)
    if (
        entry is None
        and type_ in {RecordType.CONTACT, RecordType.LEAD}
        and (two := by_lifecycle(sheet, contents))
    ):
        return _looked_at(sheet, two)
    return [_Seen(sheet, contents, entry, type_)]


def _with_usual_order(plans: Sequence[Plan]) -> list[Plan]:
    """Dates whose order a file does not tell are read as those of the files that do."""
    told = Counter(plan.orders[column] for plan in plans for column in plan.ordered)
    if not told:
        return list(plans)
    usual = told.most_common(1)[0][0]
    return [
        replace(plan, orders={**plan.orders, **dict.fromkeys(plan.undecided, usual)})
        if plan.undecided
        else plan
        for plan in plans
    ]


def _join_lookups(seen: Sequence[_Seen]) -> list[Lookup]:
    lookups = []
    for table in seen:
        if table.type is not None:
            continue
        for key in _keys(table):
            joined = [
                f"{one.sheet.file}: {column}"
                for one in seen
                if one.type is not None and (column := _joins(one, table, key)) is not None
            ]
            if joined:
                for one in seen:
                    if one.type is not None and (column := _joins(one, table, key)) is not None:
                        _join(one, column, table, key)
                lookups.append(Lookup(sheet=table.sheet, key=key, joined_to=tuple(joined)))
                break
    return lookups


def _keys(table: _Seen) -> Iterator[str]:
    """The columns whose values are all there and all different."""
    if table.mapping and table.mapping.columns:
        yield from table.mapping.columns.get("key", ())
        return
    for column, held in table.contents.items():
        if held.rows > 1 and held.filled == held.rows == held.distinct:
            yield column


def _joins(one: _Seen, table: _Seen, key: str) -> str | None:
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


def _join(one: _Seen, column: str, table: _Seen, key: str) -> None:
    """Give the sheet the table's other columns, and the key's own spelling."""
    rows = _rows_by_key(table, key)
    stem = PurePath(table.sheet.file.split(" / ")[-1]).stem
    others = [name for name in table.sheet.header if name != key]
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


def _rows_by_key(table: _Seen, key: str) -> dict[str, dict[str, str]]:
    rows = {}
    for batch in table.sheet.batches():
        for cells in zip(*batch.columns, strict=True):
            row = dict(zip(table.sheet.header, cells, strict=True))
            rows[compact(row[key])] = row
    return rows


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
