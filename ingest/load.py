"""Loads files into a workspace: recognised, cleaned, linked, matched, then published in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ingest.accounting import custom_fields_of, report_on
from ingest.activity_stage import ActivityStage
from ingest.changes import Changes, stored_rows
from ingest.clean import Cleaner, Staged
from ingest.contacts import any_contacts, imply_contacts
from ingest.dry_run import as_mapping_file
from ingest.entities import RecordType, Ref
from ingest.identity import Identity
from ingest.lexicon import plain_header
from ingest.load_report import LoadReport, Rejected
from ingest.mapping import Mapping as FileMappings
from ingest.named import complete, replace_named
from ingest.plan import Plan, identity_columns
from ingest.publish import Writes, generation_of, publish
from ingest.recognition import recognise_files
from ingest.records import Records
from ingest.repoint import repoint
from ingest.resolve import resolve_about, resolve_links, resolve_one, tell_sides
from ingest.roster import roles
from ingest.rows import Row, compose, settle
from ingest.tables import RECORD_TABLES, leads, users
from ingest.under_way import Counts, Progress, UnderWay, file_key
from ingest.values import default_kind

# A year beyond today is no plan for when a record was created, but a slip of the keyboard.
_TYPO = timedelta(days=366)
# Whoever is linked to comes before what links to it.
_ORDER = (RecordType.USER, RecordType.ACCOUNT, RecordType.CONTACT, RecordType.OPPORTUNITY, RecordType.LEAD)


def load(
    records: Records,
    paths: Sequence[Path],
    *,
    mapping: FileMappings | None,
    now: datetime,
    timezone: ZoneInfo,
    progress: Progress,
    gone: Mapping[RecordType, Collection[str]] | None = None,
    marks: Mapping[str, str] | None = None,
) -> LoadReport:
    """Load files and folders; the workspace is either as before or holds all of it.

    `gone` are records that their source deleted; `marks` are facts to remember in the same transaction.

    Raises:
        UnreadableFile: a path that does not exist or cannot be read.
        BadMapping: the mapping does not fit the files.
        WorkspaceLocked: another load was published meanwhile.
    """
    recognised = recognise_files(paths, mapping, progress)
    with records.engine.connect() as connection:
        latest = max(now, datetime.now(UTC)) + _TYPO
        work = UnderWay(connection, timezone, latest, progress, recognised, gone=gone or {})
        generation = generation_of(connection)
        _read_records(work)
        identity = Identity(connection)
        _know_all(work, identity)
        complete(work)
        changes = _decide(work, identity)
        repoint(connection, changes, work.directory)
        try:
            _read_activities(work, changes)
            writes = Writes(
                generation=generation,
                records=changes,
                activities=work.activities,
                merged=identity.merged,
                custom=custom_fields_of(recognised.plans),
                custom_stays=marks is not None,
                rejected=work.rejected,
                logins={
                    row["id"]: work.directory.canonical(RecordType.USER, row["id"])
                    for row in changes[RecordType.USER].removed
                },
                marks=marks or {},
                files=list(dict.fromkeys(plan.sheet.file for plan in recognised.plans)),
            )
            report = report_on(work, writes, identity)
            progress("publishing", 0.0)
            connection.rollback()  # the reading is over: what follows is one transaction of its own
            report = publish(connection, writes, report, now)
        finally:
            if work.activities:
                work.activities.close()
    return report


def recognise(paths: Sequence[Path], mapping: FileMappings | None) -> str:
    """What `load` would take the files for, as the text of a mapping file; nothing is written.

    Raises:
        UnreadableFile: a path that does not exist or cannot be read.
        BadMapping: the mapping does not fit the files.
    """
    return as_mapping_file(recognise_files(paths, mapping, lambda _step, _share: None))


def _read_records(work: UnderWay) -> None:
    plans = work.plans(activities=False)
    for number, plan in enumerate(plans):
        work.progress(f"cleaning {plan.sheet.file}", number / len(plans))
        cleaner = Cleaner(plan, work.timezone, latest=work.latest)
        counts = work.counts.setdefault(file_key(plan), Counts())
        for batch in plan.sheet.batches():
            cleaned = cleaner.clean(batch)
            repeated, contradictions = work.stage.add(plan.type, cleaned.rows)
            work.rejected += [*cleaned.rejected, *contradictions]
            counts.read += len(batch.rows) + len(batch.rejected)
            counts.loaded += len(cleaned.rows) - repeated
            counts.repeated += repeated
            counts.set_aside += cleaned.set_aside


def _know_all(work: UnderWay, identity: Identity) -> None:
    """Fill the directory with what the workspace holds and what this load brings."""
    for type_ in _ORDER:
        table = RECORD_TABLES[type_]
        known = [table.c[column] for column in ("id", "name", "email", "website") if column in table.columns]
        gone = work.gone.get(type_, ())
        for id_ in gone:
            work.stage.records[type_].pop(id_, None)
        for stored in work.connection.execute(select(*known)).mappings():
            if stored["id"] not in gone:
                work.directory.add(
                    type_, stored["id"], stored["name"], stored.get("email"), stored.get("website")
                )
        for id_, (into, row) in identity.behind(type_).items():
            if id_ in gone:
                continue
            work.directory.add(type_, id_, row["name"], row.get("email"))
            if id_ != into and into not in gone:
                work.directory.alias(type_, id_, into)
        if type_ is RecordType.LEAD:
            _know_twins(work)
        for staged in work.stage.records[type_].values():
            name = staged.values.get("name") or (
                staged.values.get("company") if type_ is RecordType.LEAD else None
            )
            work.directory.add(
                type_, staged.id, name, staged.values.get("email"), staged.values.get("website")
            )


def _know_twins(work: UnderWay) -> None:
    """Whoever was exported as one person with one id is found under it as lead and as contact."""
    same = leads.c.converted_contact_id == leads.c.id
    for id_ in work.connection.execute(select(leads.c.id).where(same)).scalars():
        work.directory.add_twin(id_)
    for staged in work.stage.records[RecordType.LEAD].values():
        if staged.links.get("converted_contact") == staged.id:
            work.directory.add_twin(staged.id)


def _decide(work: UnderWay, identity: Identity) -> dict[RecordType, Changes]:
    """Compare what is staged with what is stored, type by type; duplicates become one record on the way."""
    changes: dict[RecordType, Changes] = {}
    for type_ in _ORDER:
        staged = work.stage.records[type_]
        work.rejected += resolve_links(staged.values(), work.directory)
        changes[type_] = Changes()
        left = identity.take_out(type_, work.gone.get(type_, ()), changes[type_], work.directory)
        if not staged and not left:
            continue
        work.progress(f"comparing {RECORD_TABLES[type_].name}", _ORDER.index(type_) / len(_ORDER))
        sources = identity.sources(type_, staged)
        rows = {
            id_: settle(type_, compose(type_, row, sources.get(id_)), work.timezone)
            for id_, row in staged.items()
        }
        rows |= {id_: row for id_, row in left.items() if id_ not in rows}
        if type_ is RecordType.USER:
            changes[type_].removed += replace_named(work, rows)
            _set_roles(work, rows)
            stored = stored_rows(work.connection, type_, rows)
            for id_, row in rows.items():
                changes[type_].compare(row, stored.get(id_))
            continue
        work.matches += identity.unite(type_, rows, changes[type_], work.directory, _facts(work, type_))
    return changes


def _facts(work: UnderWay, type_: RecordType) -> frozenset[str]:
    """The columns of this load's files, beside the known fields, that tell persons of this type apart."""
    plans = [plan for plan in work.recognised.plans if plan.type is type_]
    return frozenset().union(*map(identity_columns, plans))


def _set_roles(work: UnderWay, rows: dict[str, Row]) -> None:
    """Whoever others report to is a manager, also those of whom this load holds no row of their own."""
    stored = {row.id: row for row in work.connection.execute(select(users))}
    present = dict.fromkeys(rows, "rep") | {id_: row.role for id_, row in stored.items()}
    staged = work.stage.records[RecordType.USER]
    stated = {id_: staged[id_].values["role"] for id_ in rows if "role" in staged[id_].values}
    managers = [row["manager_id"] for row in rows.values()]
    managers += [row.manager_id for id_, row in stored.items() if id_ not in rows]
    for id_, role in roles(present, managers, stated).items():
        if id_ in rows:
            by_hand = id_ in stored and stored[id_].role_set_by_hand
            rows[id_]["role"] = stored[id_].role if by_hand else str(role)
        elif role != stored[id_].role and not stored[id_].role_set_by_hand:
            rows[id_] = dict(stored[id_]._mapping) | {"role": str(role)}


def _read_activities(work: UnderWay, changes: Mapping[RecordType, Changes]) -> None:
    plans = work.plans(activities=True)
    removed: dict[Ref, Ref | None] = {}
    for type_, one in changes.items():
        for id_ in (gone["id"] for gone in one.removed):
            into = work.directory.canonical(type_, id_)
            removed[Ref(type=type_, id=id_)] = Ref(type=type_, id=into) if into != id_ else None
    gone = work.gone.get(RecordType.ACTIVITY, ())
    if not plans and not removed and not gone and not any_contacts(work):
        return
    work.activities = ActivityStage(work.connection, work.timezone)
    for number, plan in enumerate(plans):
        work.progress(f"reading {plan.sheet.file}", number / len(plans))
        counts = work.counts.setdefault(file_key(plan), Counts())
        kind = default_kind(plan)
        cleaner = Cleaner(plan, work.timezone, id_prefix=_id_prefix(work, plan, kind), latest=work.latest)
        for batch in plan.sheet.batches():
            cleaned = cleaner.clean(batch)
            rows = []
            for row in cleaned.rows:
                about = _link_activity(work, row)
                rows.append((row, about if "about" in plan.columns else None))
                row.values["kind"] = row.values.get("kind") or kind
            refused = work.activities.add(rows)
            abouts = {id(row): refs for row, refs in rows} if refused else {}
            again = [row for row in refused if not work.activities.same_as_first(row, abouts[id(row)])]
            work.rejected += [*cleaned.rejected, *map(_used_twice, again)]
            counts.read += len(batch.rows) + len(batch.rejected)
            counts.loaded += len(cleaned.rows) - len(refused)
            counts.repeated += len(refused) - len(again)
            counts.set_aside += cleaned.set_aside + len(again)
    work.activities.repoint(removed)
    if gone:
        work.activities.take_out(gone)
    imply_contacts(work, work.activities)


def _id_prefix(work: UnderWay, plan: Plan, kind: str) -> str:
    """What tells this file's ids from those of other activities, where they bear the same ones."""
    assert work.activities is not None
    if "id" not in plan.columns:
        return ""
    first = next(iter(plan.sheet.batches()))
    if not work.activities.are_others(Cleaner(plan, work.timezone).clean(first).rows):
        return ""
    named = plain_header(plan.columns["id"][0])
    prefix = f"{kind}:" if named in {"id", "record id"} else f"{named.removesuffix(' id')}:"
    work.notes.append(
        f"The ids of {plan.sheet.file} are those of other activities, too; {prefix!r} tells them apart."
    )
    return prefix


def _link_activity(work: UnderWay, row: Staged) -> tuple[Ref, ...]:
    if text := row.links.get("owner"):
        row.links["owner"], why = resolve_one(text, RecordType.USER, work.directory)
        if why:
            work.rejected.append(Rejected(file=row.file, row=row.row, field="owner", value=text, why=why))
    tell_sides(row, work.directory)
    if not row.about:
        return ()
    about, rejected = resolve_about(row, work.directory)
    work.rejected += rejected
    return about


def _used_twice(row: Staged) -> Rejected:
    return Rejected(
        file=row.file,
        row=row.row,
        field=None,
        value=row.id,
        why="another row has the same id and says otherwise",
    )
