"""Spreadsheets that say when a record was last contacted, and no more of it: that is an activity, too."""

from ingest.activity_stage import IMPLIED, ActivityStage
from ingest.clean import Staged
from ingest.entities import ActivityKind, RecordType, Ref
from ingest.under_way import UnderWay

_CONTACTED = (RecordType.ACCOUNT, RecordType.CONTACT, RecordType.OPPORTUNITY, RecordType.LEAD)


def any_contacts(work: UnderWay) -> bool:
    """Whether any record of this load says when it was last contacted."""
    return any(row.last_contact for type_ in _CONTACTED for row in work.stage.records[type_].values())


def imply_contacts(work: UnderWay, activities: ActivityStage) -> None:
    """Stage an activity for each last contact that no activity on record is as late as."""
    for type_ in _CONTACTED:
        staged = [row for row in work.stage.records[type_].values() if row.last_contact]
        if not staged:
            continue
        latest = activities.latest(type_)
        implied = []
        for row in staged:
            assert row.last_contact is not None
            column, at = row.last_contact
            ref = Ref(type=type_, id=work.directory.canonical(type_, row.id))
            if ref.id not in latest or at.date() > latest[ref.id].date():
                implied.append((_activity(row, ref, column, at), (ref,)))
        activities.add(implied)


def _activity(row: Staged, ref: Ref, column: str, at: object) -> Staged:
    return Staged(
        id=f"{ref}{IMPLIED}",
        values={"kind": ActivityKind.NOTE, "at": at, "subject": column},
        links={"owner": row.links.get("owner")},
        extra={},
        file=row.file,
        row=row.row,
        columns=frozenset(),
    )
