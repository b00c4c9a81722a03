"""What a set of files holds: type and columns of each decided, lookup tables joined to the rest."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.columns import recognise_type
from ingest.contents import gather
from ingest.draft import Draft, draft_of
from ingest.entities import RecordType
from ingest.errors import BadMapping
from ingest.lookups import Lookup, Seen, join_lookups
from ingest.mapping import FileMapping
from ingest.mapping import Mapping as FileMappings
from ingest.orders import ADDED, join_lines
from ingest.plan import Plan, column_named, make_plan
from ingest.readers import read_sheets
from ingest.sheets import Sheet, Skipped
from ingest.splitting import by_lifecycle, share_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What the files hold: record files in the order to load them, lookup tables, and what is left out."""

    plans: tuple[Plan, ...]
    lookups: tuple[Lookup, ...]
    skipped: tuple[Skipped, ...]
    drafts: tuple[Draft, ...] = ()  # guesses at lists that no record type fits


def recognise_files(
    paths: Sequence[Path], mapping: FileMappings | None, progress: Callable[[str, float], None]
) -> Recognised:
    """Read the files through and decide what they hold.

    Raises:
        UnreadableFile: a path that does not exist or cannot be read.
        BadMapping: the mapping fits none of the files, or names what they do not have.
    """
    sheets, skipped = read_sheets(paths)
    seen: list[Seen] = []
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
    lookups = join_lookups(seen)
    joined = {lookup.sheet.file for lookup in lookups}
    drafts = []
    for one in seen:
        if one.type is None and one.sheet.file not in joined:
            if draft := draft_of(one.sheet, one.contents):
                drafts.append(draft)
            names = ", ".join(one.sheet.header[:8])
            skipped.append(
                Skipped(file=one.sheet.file, why=f"no record file: no record type fits its columns ({names})")
            )
    plans = [
        make_plan(one.sheet, one.contents, one.type, one.mapping) for one in seen if one.type is not None
    ]
    plans = _with_usual_order(plans)
    return Recognised(
        plans=tuple(plans), lookups=tuple(lookups), skipped=tuple(skipped), drafts=tuple(drafts)
    )


def _looked_at(sheet: Sheet, entries: Sequence[FileMapping]) -> list[Seen]:
    """A sheet with what it holds and of which type it is; shared out where it holds records of two types."""
    if entries and entries[0].where:
        wheres = [{column_named(sheet, name): cells for name, cells in one.where.items()} for one in entries]
        parts = share_out(sheet, wheres)
        return [
            Seen(part, dict(gather(part)), entry, entry.type)
            for part, entry in zip(parts, entries, strict=True)
        ]
    contents = dict(gather(sheet))
    wants_orders = not entries or any(
        column in ADDED for columns in (entries[0].columns or {}).values() for column in columns
    )
    if wants_orders and (orders := join_lines(sheet, contents)):
        entry = entries[0] if entries else None
        return [Seen(orders, dict(gather(orders)), entry, RecordType.ACTIVITY)]
    if entries and all(entry.type or entry.is_lookup for entry in entries):
        return [Seen(sheet, dict(contents), entry, entry.type) for entry in entries]
    entry = entries[0] if entries else None
    type_ = recognise_type(sheet, contents)
    if (
        entry is None
        and type_ in {RecordType.CONTACT, RecordType.LEAD}
        and (two := by_lifecycle(sheet, contents))
    ):
        return _looked_at(sheet, two)
    return [Seen(sheet, contents, entry, type_)]


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
