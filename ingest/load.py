"""Loads files into a workspace: recognised, cleaned, linked, matched, then published in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from ingest.activity_stage import ActivityStage
from ingest.changes import Changes, outcomes_changed, stored_rows
from ingest.clean import Cleaner, Staged
from ingest.dry_run import as_mapping_file
from ingest.entities import RecordType, Ref
from ingest.identity import Identity
from ingest.links import Directory
from ingest.load_report import FileReport, LoadReport, Merged, Rejected, TypeReport
from ingest.mapping import Mapping as FileMappings
from ingest.plan import Plan, identity_columns
from ingest.publish import Writes, generation_of, publish
from ingest.recognition import Recognised, recognise_files
from ingest.records import Records
from ingest.repoint import repoint
from ingest.resolve import resolve_about, resolve_links, resolve_one
from ingest.roster import name_managers, named_only, report_to, roles
from ingest.rows import Row, compose, settle
from ingest.staging import Stage
from ingest.tables import RECORD_TABLES, leads, loads, users
from ingest.values import default_kind

Progress = Callable[[str, float], None]

# Whoever is linked to comes before what links to it.
_ORDER = (RecordType.USER, RecordType.ACCOUNT, RecordType.CONTACT, RecordType.OPPORTUNITY, RecordType.LEAD)
_HAVE_OWNERS = (RecordType.ACCOUNT, RecordType.CONTACT, RecordType.OPPORTUNITY, RecordType.LEAD)


@dataclass(slots=True)
class _Counts:
    read: int = 0
    loaded: int = 0
    set_aside: int = 0
    repeated: int = 0


@dataclass(slots=True)
class _Load:
    """One load under way."""

    connection: Connection
    timezone: ZoneInfo
    progress: Progress
    recognised: Recognised
    stage: Stage = field(default_factory=Stage)
    directory: Directory = field(default_factory=Directory)
    rejected: list[Rejected] = field(default_factory=list)
    matches: list[Merged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counts: dict[tuple[str, RecordType], _Counts] = field(default_factory=dict)
    activities: ActivityStage | None = None

    def plans(self, *, activities: bool) -> list[Plan]:
        return [plan for plan in self.recognised.plans if (plan.type is RecordType.ACTIVITY) == activities]


def load(
    records: Records,
    paths: Sequence[Path],
    *,
    mapping: FileMappings | None,
    now: datetime,
    timezone: ZoneInfo,
    progress: Progress,
) -> LoadReport:
    """Load files and folders; the workspace is either as before or holds all of it.

    Raises:
        UnreadableFile: a path that does not exist or cannot be read.
        BadMapping: the mapping does not fit the files.
        WorkspaceLocked: another load was published meanwhile.
    """
    recognised = recognise_files(paths, mapping, progress)
    with records.engine.connect() as connection:
        work = _Load(connection, timezone, progress, recognised)
        generation = generation_of(connection)
        _read_records(work)
        identity = Identity(connection)
        _know_all(work, identity)
        _complete_roster(work)
        changes = _decide(work, identity)
        repoint(connection, changes, work.directory)
        try:
            _read_activities(work, changes)
            writes = Writes(
                generation=generation,
                records=changes,
                activities=work.activities,
                merged=identity.merged,
                custom=_custom_fields(recognised.plans),
                rejected=work.rejected,
                files=list(dict.fromkeys(plan.sheet.file for plan in recognised.plans)),
            )
            report = _report(work, writes, identity)
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


def _read_records(work: _Load) -> None:
    for plan in work.plans(activities=False):
        cleaner = Cleaner(plan, work.timezone)
        counts = work.counts.setdefault(_key(plan), _Counts())
        for batch in plan.sheet.batches():
            cleaned = cleaner.clean(batch)
            repeated, contradictions = work.stage.add(plan.type, cleaned.rows)
            work.rejected += [*cleaned.rejected, *contradictions]
            counts.read += len(batch.rows) + len(batch.rejected)
            counts.loaded += len(cleaned.rows) - repeated
            counts.repeated += repeated
            counts.set_aside += cleaned.set_aside
            work.progress(f"cleaning {plan.sheet.file}", 0.0)


def _know_all(work: _Load, identity: Identity) -> None:
    """Fill the directory with what the workspace holds and what this load brings."""
    for type_ in _ORDER:
        table = RECORD_TABLES[type_]
        email = table.c.email if "email" in table.columns else None
        columns = [table.c.id, table.c.name, *([email] if email is not None else [])]
        for id_, name, *address in work.connection.execute(select(*columns)):
            work.directory.add(type_, id_, name, address[0] if address else None)
        for id_, (into, row) in identity.behind(type_).items():
            work.directory.add(type_, id_, row["name"], row.get("email"))
            if id_ != into:
                work.directory.alias(type_, id_, into)
        if type_ is RecordType.LEAD:
            _know_twins(work)
        for staged in work.stage.records[type_].values():
            name = staged.values.get("name") or (
                staged.values.get("company") if type_ is RecordType.LEAD else None
            )
            work.directory.add(type_, staged.id, name, staged.values.get("email"))


def _know_twins(work: _Load) -> None:
    """Whoever was exported as one person with one id is found under it as lead and as contact."""
    same = leads.c.converted_contact_id == leads.c.id
    for id_ in work.connection.execute(select(leads.c.id).where(same)).scalars():
        work.directory.add_twin(id_)
    for staged in work.stage.records[RecordType.LEAD].values():
        if staged.links.get("converted_contact") == staged.id:
            work.directory.add_twin(staged.id)


def _complete_roster(work: _Load) -> None:
    """Users who are only named: managers without a row, and owners if there has never been a user file."""
    staged = work.stage.records[RecordType.USER]
    made = name_managers(staged, work.directory)
    if not staged and not _ever_loaded(work.connection, RecordType.USER):
        made += named_only(_owners(work), work.directory)
        if made:
            work.notes.append(f"There is no file of users; {len(made)} were made of the owners' names.")
    work.stage.add(RecordType.USER, made)
    work.rejected += report_to(staged.values(), work.directory)
    _complete_accounts(work)


def _ever_loaded(connection: Connection, type_: RecordType) -> bool:
    """Whether a file of this type was ever loaded (and the load not undone)."""
    reports = connection.execute(select(loads.c.report).where(loads.c.status == "published")).scalars()
    return any(file["type"] == type_ for report in reports for file in report.get("files", ()))


def _owners(work: _Load) -> Iterable[tuple[str, str, int]]:
    for type_ in _HAVE_OWNERS:
        for row in work.stage.records[type_].values():
            if owner := row.links.get("owner"):
                yield owner, row.file, row.row


def _complete_accounts(work: _Load) -> None:
    """Accounts that are only named by deals and contacts, where there has never been a file of accounts."""
    staged = work.stage.records[RecordType.ACCOUNT]
    if staged or _ever_loaded(work.connection, RecordType.ACCOUNT):
        return
    made: dict[str, Staged] = {}
    for type_ in (RecordType.OPPORTUNITY, RecordType.CONTACT):
        for row in work.stage.records[type_].values():
            name = row.links.get("account")
            if name and name not in made and not work.directory.find(RecordType.ACCOUNT, name):
                made[name] = Staged(
                    id=name,
                    values={"name": name},
                    links={},
                    extra={},
                    file=row.file,
                    row=row.row,
                    columns=frozenset(),
                )
                work.directory.add(RecordType.ACCOUNT, name, name)
    if made:
        work.notes.append(f"There is no file of accounts; {len(made)} were made of the companies' names.")
    work.stage.add(RecordType.ACCOUNT, made.values())


def _decide(work: _Load, identity: Identity) -> dict[RecordType, Changes]:
    """Compare what is staged with what is stored, type by type; duplicates become one record on the way."""
    changes: dict[RecordType, Changes] = {}
    for type_ in _ORDER:
        staged = work.stage.records[type_]
        work.rejected += resolve_links(staged.values(), work.directory)
        changes[type_] = Changes()
        if not staged:
            continue
        work.progress(f"comparing {type_}s", 0.0)
        sources = identity.sources(type_, staged)
        rows = {
            id_: settle(type_, compose(type_, row, sources.get(id_)), work.timezone)
            for id_, row in staged.items()
        }
        if type_ is RecordType.USER:
            _set_roles(work, rows)
            stored = stored_rows(work.connection, type_, rows)
            for id_, row in rows.items():
                changes[type_].compare(row, stored.get(id_))
            continue
        work.matches += identity.unite(type_, rows, changes[type_], work.directory, _facts(work, type_))
    return changes


def _facts(work: _Load, type_: RecordType) -> frozenset[str]:
    """The columns of this load's files, beside the known fields, that tell persons of this type apart."""
    plans = [plan for plan in work.recognised.plans if plan.type is type_]
    return frozenset().union(*map(identity_columns, plans))


def _set_roles(work: _Load, rows: dict[str, Row]) -> None:
    """Whoever others report to is a manager, also those of whom this load holds no row of their own."""
    stored = {row.id: row for row in work.connection.execute(select(users))}
    present = {id_: row.role for id_, row in stored.items()} | dict.fromkeys(rows, "rep")
    stated = {id_: work.stage.records[RecordType.USER][id_].values.get("role") for id_ in rows}
    managers = [row["manager_id"] for row in rows.values()]
    managers += [row.manager_id for id_, row in stored.items() if id_ not in rows]
    for id_, role in roles(present, managers, stated).items():
        if id_ in rows:
            by_hand = id_ in stored and stored[id_].role_set_by_hand
            rows[id_]["role"] = stored[id_].role if by_hand else str(role)
        elif role != stored[id_].role and not stored[id_].role_set_by_hand:
            rows[id_] = dict(stored[id_]._mapping) | {"role": str(role)}


def _read_activities(work: _Load, changes: Mapping[RecordType, Changes]) -> None:
    plans = work.plans(activities=True)
    removed = {
        Ref(type=type_, id=row["id"]): Ref(type=type_, id=work.directory.canonical(type_, row["id"]))
        for type_, one in changes.items()
        for row in one.removed
    }
    if not plans and not removed:
        return
    work.activities = ActivityStage(work.connection, work.timezone)
    for plan in plans:
        cleaner = Cleaner(plan, work.timezone)
        counts = work.counts.setdefault(_key(plan), _Counts())
        kind = default_kind(plan)
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
            work.progress(f"reading {plan.sheet.file}", 0.0)
    work.activities.repoint(removed)


def _link_activity(work: _Load, row: Staged) -> tuple[Ref, ...]:
    if text := row.links.get("owner"):
        row.links["owner"], why = resolve_one(text, RecordType.USER, work.directory)
        if why:
            work.rejected.append(Rejected(file=row.file, row=row.row, field="owner", value=text, why=why))
    if not row.about:
        return ()
    about, rejected = resolve_about(row, work.directory)
    work.rejected += rejected
    return about


def _key(plan: Plan) -> tuple[str, RecordType]:
    """A file counts apart for each type of record that it holds."""
    return plan.sheet.file, plan.type


def _used_twice(row: Staged) -> Rejected:
    return Rejected(
        file=row.file,
        row=row.row,
        field=None,
        value=row.id,
        why="another row has the same id and says otherwise",
    )


def _custom_fields(plans: Iterable[Plan]) -> list[Row]:
    found: dict[tuple[str, str], Row] = {}
    for plan in plans:
        for column, kind in plan.kinds.items():
            found[plan.type, column] = {
                "type": str(plan.type),
                "name": column,
                "kind": str(kind),
                "after_outcome": column in plan.after_outcome,
            }
    return list(found.values())


def _report(work: _Load, writes: Writes, identity: Identity) -> LoadReport:
    changed = {
        Ref(type=type_, id=row["id"])
        for type_, one in writes.records.items()
        for row in (*one.new, *(after for _, after in one.changed))
    }
    if work.activities:
        changed.update(work.activities.refs())
    files = [_file_report(plan, work.counts[_key(plan)]) for plan in work.recognised.plans]
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
        ),
        outcomes_changed=outcomes_changed(writes.records),
    )


def _file_report(plan: Plan, counts: _Counts) -> FileReport:
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


def _type_reports(work: _Load, writes: Writes, identity: Identity) -> Mapping[RecordType, TypeReport]:
    found = {}
    for type_ in RecordType:
        files = [work.counts[_key(plan)] for plan in work.recognised.plans if plan.type is type_]
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
