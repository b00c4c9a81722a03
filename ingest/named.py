"""Records that files only name: managers without a row, owners and companies where no file lists them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from ingest.clean import Staged
from ingest.contents import is_email
from ingest.entities import RecordType
from ingest.links import compact, customer_column
from ingest.plan import Plan
from ingest.roster import name_managers, named_only, report_to
from ingest.rows import Row
from ingest.tables import loads, users
from ingest.under_way import UnderWay

_HAVE_OWNERS = (RecordType.ACCOUNT, RecordType.CONTACT, RecordType.OPPORTUNITY, RecordType.LEAD)
_PEOPLE = (RecordType.LEAD, RecordType.CONTACT, RecordType.ACCOUNT)
Named = tuple[str, str, int]  # a name, and the file and row in which it stands first


def complete(work: UnderWay) -> None:
    """Make records of what is only named, where there has never been a file of its type."""
    _complete_users(work)
    _complete_accounts(work)
    _complete_contacts(work)


def _complete_users(work: UnderWay) -> None:
    staged = work.stage.records[RecordType.USER]
    made = name_managers(staged, work.directory)
    if not staged and not _ever_loaded(work.connection, RecordType.USER):
        made += named_only(_owners(work), work.directory)
        if made:
            work.notes.append(f"There is no file of users; {len(made)} were made of the owners' names.")
    work.stage.add(RecordType.USER, made)
    work.rejected += report_to(staged, work.directory, of_teams=_of_teams(work))


def _of_teams(work: UnderWay) -> set[str]:
    """The files of users whose managers come from a list of teams that was joined to them."""
    joined = {column for lookup in work.recognised.lookups for column in lookup.sheet.header}
    users = [plan for plan in work.plans(activities=False) if plan.type is RecordType.USER]
    return {plan.sheet.file for plan in users if joined & set(plan.columns.get("manager", ()))}


def replace_named(work: UnderWay, rows: Mapping[str, Row]) -> list[Row]:
    """Users who were only named so far and now have a row of their own: gives the rows to remove."""
    replaced = []
    for stored in work.connection.execute(select(users)).mappings():
        named_only_so_far = stored["id"] in {stored["name"], stored["email"]}
        if not named_only_so_far or stored["id"] in rows:
            continue
        fitting = [
            row["id"]
            for row in rows.values()
            if (stored["email"] and row["email"] and row["email"].casefold() == stored["email"].casefold())
            or (not stored["email"] and compact(row["name"]) == compact(stored["name"]))
        ]
        if len(fitting) == 1:
            work.directory.alias(RecordType.USER, stored["id"], fitting[0])
            replaced.append(dict(stored))
    for row in rows.values():
        if row["manager_id"]:
            row["manager_id"] = work.directory.canonical(RecordType.USER, row["manager_id"])
    return replaced


def _ever_loaded(connection: Connection, type_: RecordType) -> bool:
    """Whether a file of this type was ever loaded (and the load not undone)."""
    reports = connection.execute(select(loads.c.report).where(loads.c.status == "published")).scalars()
    return any(file["type"] == type_ for report in reports for file in report.get("files", ()))


def _owners(work: UnderWay) -> Iterator[Named]:
    for type_ in _HAVE_OWNERS:
        yield from _linked(work, type_, "owner")
    for plan in work.plans(activities=True):
        for column in plan.columns.get("owner", ()):
            yield from _in_column(plan, column)


def _linked(work: UnderWay, type_: RecordType, link: str) -> Iterator[Named]:
    for row in work.stage.records[type_].values():
        if name := row.links.get(link):
            yield name, row.file, row.row


def _in_column(plan: Plan, column: str) -> Iterator[Named]:
    position = plan.sheet.header.index(column)
    seen: set[str] = set()
    for batch in plan.sheet.batches():
        for row, cell in zip(batch.rows, batch.columns[position], strict=True):
            if (name := cell.strip()) and name not in seen:
                seen.add(name)
                yield name, plan.sheet.file, row


def _complete_accounts(work: UnderWay) -> None:
    if work.stage.records[RecordType.ACCOUNT] or _ever_loaded(work.connection, RecordType.ACCOUNT):
        return
    named = [*_linked(work, RecordType.OPPORTUNITY, "account"), *_linked(work, RecordType.CONTACT, "account")]
    if all(work.directory.empty(type_) for type_ in _PEOPLE):
        # Visits and orders alone: their customers are all that there is.
        for plan in work.plans(activities=True):
            for column in filter(customer_column, plan.columns.get("about", ())):
                named += _in_column(plan, column)
    made = _made(work, RecordType.ACCOUNT, named, {})
    if made:
        work.notes.append(f"There is no file of accounts; {made} were made of the names of companies.")


def _complete_contacts(work: UnderWay) -> None:
    if work.stage.records[RecordType.CONTACT] or _ever_loaded(work.connection, RecordType.CONTACT):
        return
    links = {
        contact: {name: row.links.get(name) for name in ("account", "owner")}
        for row in work.stage.records[RecordType.OPPORTUNITY].values()
        if (contact := row.links.get("contact"))
    }
    made = _made(work, RecordType.CONTACT, _linked(work, RecordType.OPPORTUNITY, "contact"), links)
    if made:
        work.notes.append(f"There is no file of contacts; {made} were made of the names in deals.")


def _made(work: UnderWay, type_: RecordType, named: Iterable[Named], links: dict[str, dict[str, Any]]) -> int:
    made: dict[str, Staged] = {}
    for name, file, row in named:
        if name in made or work.directory.find(type_, name):
            continue
        values: dict[str, Any] = {"email": name} if is_email(name) else {"name": name}
        if type_ is RecordType.ACCOUNT:
            values = {"name": name}
        made[name] = Staged(
            id=name,
            values=values,
            links=links.get(name, {}),
            extra={},
            file=file,
            row=row,
            columns=frozenset(),
        )
        work.directory.add(type_, name, values.get("name"), values.get("email"))
    work.stage.add(type_, made.values())
    return len(made)
