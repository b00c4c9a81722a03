"""Adds up what became of each file and each type of record in a load."""

from collections.abc import Iterable, Mapping

from ingest.changes import outcomes_changed
from ingest.entities import RecordType, Ref
from ingest.identity import Identity
from ingest.lexicon import headers, plain_header
from ingest.load_report import FileReport, LoadReport, TypeReport
from ingest.plan import Plan
from ingest.publish import Writes
from ingest.rows import Row
from ingest.tables import CALLED
from ingest.under_way import Counts, UnderWay, file_key

# Fields that nobody asks for by the name of their column.
_NAMELESS = frozenset({"id", "about", "text", "outcome", "first_name", "last_name", "last_contact_at"})


def custom_fields_of(plans: Iterable[Plan]) -> list[Row]:
    """The columns that are kept as they are, and what the files call the fields that the product knows."""
    found: dict[tuple[str, str], Row] = {}
    for plan in plans:
        for name, columns in plan.columns.items():
            if name in _NAMELESS or plain_header(columns[0]) in headers(plan.type).get(name, {}):
                continue  # the product knows the field by this name
            found[plan.type, columns[0]] = {
                "type": str(plan.type),
                "name": columns[0],
                "kind": CALLED + name,
                "after_outcome": False,
            }
        for column, kind in plan.kinds.items():
            found[plan.type, column] = {
                "type": str(plan.type),
                "name": column,
                "kind": str(kind),
                "after_outcome": column in plan.after_outcome,
            }
    return list(found.values())


def report_on(work: UnderWay, writes: Writes, identity: Identity) -> LoadReport:
    changed = {
        Ref(type=type_, id=row["id"])
        for type_, one in writes.records.items()
        for row in (*one.new, *(after for _, after in one.changed))
    }
    if work.activities:
        changed.update(work.activities.refs())
    files = [_file_report(plan, work.counts[file_key(plan)]) for plan in work.recognised.plans]
    files += [
        FileReport(file=one.sheet.file, type=None, note=f"joined by {one.key} to {', '.join(one.joined_to)}")
        for one in work.recognised.lookups
    ]
    files += [FileReport(file=one.file, type=None, note=one.why) for one in work.recognised.skipped]
    return LoadReport(
        load_id=None,
        files=tuple(files),
        types=_type_reports(work, writes, identity),
        rejected=tuple(sorted(work.rejected, key=lambda one: (one.file, one.row, one.field or ""))),
        matches=tuple(work.matches),
        notes=tuple(work.notes),
        changed=frozenset(changed),
        removed=frozenset(
            Ref(type=type_, id=row["id"]) for type_, one in writes.records.items() for row in one.removed
        )
        | {
            Ref(type=RecordType.ACTIVITY, id=id_) for id_ in (work.activities.gone if work.activities else ())
        },
        outcomes_changed=outcomes_changed(writes.records),
    )


def _file_report(plan: Plan, counts: Counts) -> FileReport:
    notes = [plan.sheet.note] if plan.sheet.note else []
    notes += [
        f"the order of day and month in {column!r} cannot be told; {plan.orders[column].value} was assumed "
        "(say 'dates:' in a mapping)"
        for column in plan.undecided
    ]
    return FileReport(
        file=plan.sheet.file,
        type=plan.type,
        read=counts.read,
        loaded=counts.loaded,
        set_aside=counts.set_aside,
        repeated=counts.repeated,
        note="; ".join(notes) or None,
    )


def _type_reports(work: UnderWay, writes: Writes, identity: Identity) -> Mapping[RecordType, TypeReport]:
    found = {}
    for type_ in RecordType:
        files = [work.counts[file_key(plan)] for plan in work.recognised.plans if plan.type is type_]
        if type_ is RecordType.ACTIVITY:
            new, changed = work.activities.counts() if work.activities else (0, 0)
            unchanged = work.activities.unchanged if work.activities else 0
        else:
            one = writes.records[type_]
            new, changed, unchanged = len(one.new), len(one.changed), one.unchanged
        if files or new or changed:
            found[type_] = TypeReport(
                read=sum(counts.read for counts in files),
                loaded=sum(counts.loaded for counts in files),
                new=new,
                changed=changed,
                unchanged=unchanged,
                merged=identity.merged_away[type_],
            )
    return found
