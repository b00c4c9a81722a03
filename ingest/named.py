"""Records that files only name: managers without a row, owners and companies where no file lists them."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from ingest.clean import Staged
from ingest.entities import RecordType
from ingest.roster import name_managers, named_only, report_to
from ingest.tables import loads
from ingest.under_way import UnderWay

_HAVE_OWNERS = (RecordType.ACCOUNT, RecordType.CONTACT, RecordType.OPPORTUNITY, RecordType.LEAD)


def complete_roster(work: UnderWay) -> None:
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


def _owners(work: UnderWay) -> Iterable[tuple[str, str, int]]:
    for type_ in _HAVE_OWNERS:
        for row in work.stage.records[type_].values():
            if owner := row.links.get("owner"):
                yield owner, row.file, row.row


def _complete_accounts(work: UnderWay) -> None:
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
