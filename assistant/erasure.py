"""Forgets a person: in records, vectors, conversations and what the scorer learned, down to the bytes."""

import contextlib
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, delete, insert, select, text, update

from assistant.mentions import ERASED, MENTIONED_IN, mentioning, scrubbed
from assistant.people import bump_generation
from assistant.persons import Person, activities_of, find_person
from ingest import tables
from ingest.entities import RecordType, Ref
from ingest.records import Records, set_fact

if TYPE_CHECKING:
    from assistant.workspace import Workspace

_FORGOTTEN = "forgotten"  # the fact that holds salted hashes of who was forgotten
_AT_ONCE = 500
_FORMER = "Former user"
_BY_REF = (tables.activity_about, tables.profiles, tables.journal, tables.verdicts)
_BY_ACTIVITY = (tables.activity_about, tables.signals, tables.text_scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much was erased; no word of whom."""

    records: int = 0
    activities: int = 0
    messages: int = 0
    mentions: int = 0

    def as_json(self) -> dict[str, int]:
        """Plain data."""
        return asdict(self)


def forget(workspace: "Workspace", person: Person, at: datetime) -> Forgotten:
    """Erase the person everywhere; an audit entry without personal data stays.

    The caller is the one writer. Scores are taken away and learned anew: they quote what was said.
    """
    records = workspace.records
    with records.writing() as connection:
        about = activities_of(connection, person)
        done = _erase(connection, person, about)
        _remember(connection, person)
        connection.execute(insert(tables.audit).values(at=at, action="forget", detail=done.as_json()))
        bump_generation(connection)
    workspace.bring_up_to_date(at, retrain=True)
    # Last, since it builds the index anew: what was only taken out of it is still in its files.
    workspace.index.forget([*person.refs, *(_activity(id_) for id_ in about)])
    _drop_old_models(records)
    compact(records)
    return done


def forget_again(records: Records) -> list[Person]:
    """Persons that were forgotten and came back with an import, found by hashes: nothing else is kept."""
    known = json.loads(records.fact(_FORGOTTEN) or "{}")
    if not known:
        return []
    salt, hashes = bytes.fromhex(known["salt"]), frozenset(known["hashes"])
    found: dict[str, Person] = {}
    with records.engine.connect() as connection:
        for table in (tables.leads, tables.contacts):
            for id_, email in connection.execute(select(table.c.id, table.c.email)):
                if hashes & {_hash(salt, text) for text in (id_, email) if text}:
                    person = find_person(records, record_id=id_)
                    found[person.ids[0]] = person
    return list(found.values())


def compact(records: Records) -> None:
    """Give the freed pages back, so that no byte of what was deleted stays in the files."""
    if records.engine.dialect.name == "sqlite":
        # Straight on the driver's connection: a vacuum stands in no transaction.
        with contextlib.closing(records.engine.raw_connection()) as connection:
            for statement in ("vacuum", "pragma wal_checkpoint(truncate)"):
                connection.cursor().execute(statement)
        return
    with records.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum full"))


def _activity(id_: str) -> Ref:
    return Ref(type=RecordType.ACTIVITY, id=id_)


def _erase(connection: Connection, person: Person, about: Sequence[str]) -> Forgotten:
    for ref in person.refs:
        for table in _BY_REF:
            connection.execute(delete(table).where(table.c.type == ref.type, table.c.record_id == ref.id))
        _erase_record(connection, ref)
    for portion in _portions(about):
        for table in _BY_ACTIVITY:
            connection.execute(delete(table).where(table.c.activity_id.in_(portion)))
        gone = (tables.journal.c.type == RecordType.ACTIVITY, tables.journal.c.record_id.in_(portion))
        connection.execute(delete(tables.journal).where(*gone))
        connection.execute(delete(tables.activities).where(tables.activities.c.id.in_(portion)))
    merged = tables.merged_rows
    connection.execute(delete(merged).where(merged.c.id.in_(person.ids) | merged.c.into_id.in_(person.ids)))
    connection.execute(delete(tables.scores))
    objected = {name.lower() for name in (*person.ids, *person.emails)}
    connection.execute(delete(tables.unprofiled).where(tables.unprofiled.c.who.in_(objected)))
    messages = _erase_messages(connection, person, about)
    _erase_audit(connection, person, about)
    mentions = sum(_scrub(connection, table, person) for table in MENTIONED_IN)
    return Forgotten(records=len(person.refs), activities=len(about), messages=messages, mentions=mentions)


def _erase_record(connection: Connection, ref: Ref) -> None:
    """The record itself, and links to it; a user becomes a former user, since records have owners."""
    if ref.type is RecordType.USER:
        _erase_user(connection, ref.id)
        return
    table = tables.leads if ref.type is RecordType.LEAD else tables.contacts
    connection.execute(delete(table).where(table.c.id == ref.id))
    if ref.type is RecordType.CONTACT:
        for link in (tables.opportunities.c.contact_id, tables.leads.c.converted_contact_id):
            connection.execute(update(link.table).where(link == ref.id).values({link.name: None}))


def _erase_user(connection: Connection, id_: str) -> None:
    """The user's own data; where files named owners by name or address alone, that was the id."""
    for table in (tables.sessions, tables.messages, tables.logins):
        connection.execute(delete(table).where(table.c.user_id == id_))
    row = connection.execute(select(tables.users).where(tables.users.c.id == id_)).one()
    nobody: dict[str, Any] = {
        "name": _FORMER,
        "email": None,
        "password_hash": None,
        "extra": {},
        "also": [],
        "row_hash": "",
    }
    if id_.lower() in {(row.name or "").lower(), (row.email or "").lower()}:
        nobody["id"] = f"user-{secrets.token_hex(8)}"
        for table in tables.metadata.sorted_tables:
            for name in ("owner_id", "manager_id", "user_id"):
                if name in table.c:
                    renamed = update(table).where(table.c[name] == id_).values({name: nobody["id"]})
                    connection.execute(renamed)
    connection.execute(update(tables.users).where(tables.users.c.id == id_).values(**nobody))


def _erase_audit(connection: Connection, person: Person, about: Collection[str]) -> None:
    """That somebody asked stays; what they asked goes, where the person's records answered it."""
    gone = {str(ref) for ref in person.refs} | {str(_activity(id_)) for id_ in about}
    asked = select(tables.audit.c.id, tables.audit.c.detail).where(tables.audit.c.action == "ask")
    for id_, detail in connection.execute(asked).all():
        records = detail.get("records", [])
        if gone.isdisjoint(records):
            continue
        kept = detail | {"records": [one for one in records if one not in gone], "question": ERASED}
        connection.execute(update(tables.audit).where(tables.audit.c.id == id_).values(detail=kept))


def _erase_messages(connection: Connection, person: Person, about: Collection[str]) -> int:
    """Whole turns that mention the person or quote what was said to them; their conversations start over."""
    doomed = {row["id"] for row in mentioning(connection, tables.messages, person)}
    gone = set(about)
    for id_, answer in connection.execute(select(tables.messages.c.id, tables.messages.c.answer)):
        told = (*answer.get("evidence", ()), *answer.get("records", ()))
        if any(one.get("type") == "activity" and one.get("id") in gone for one in told):
            doomed.add(id_)
    messages, sessions = tables.messages.c, tables.sessions.c
    for portion in _portions(sorted(doomed)):
        theirs = select(messages.session_id, messages.user_id).where(messages.id.in_(portion))
        for session, user in connection.execute(theirs).all():
            fits = (sessions.id == session, sessions.user_id == user)
            connection.execute(update(tables.sessions).where(*fits).values(title=ERASED, dialogue={}))
        connection.execute(delete(tables.messages).where(messages.id.in_(portion)))
    return len(doomed)


def _scrub(connection: Connection, table: Table, person: Person) -> int:
    """Take the person out of a table's texts; a load's row hash goes too, so that its row is read anew."""
    pattern, keys = person.pattern(), list(table.primary_key.columns)
    found = list(mentioning(connection, table, person))
    for row in found:
        fits = [key == row[key.name] for key in keys]
        changed = {
            name: clean
            for name, value in row.items()
            if name not in table.primary_key.columns and (clean := scrubbed(value, pattern)) != value
        }
        if changed:
            connection.execute(update(table).where(*fits).values(**changed))
    return len(found)


def _remember(connection: Connection, person: Person) -> None:
    """Keep salted hashes of who was forgotten, so that an import does not bring them back unnoticed."""
    kept = connection.execute(select(tables.facts.c.value).where(tables.facts.c.name == _FORGOTTEN)).scalar()
    known: dict[str, Any] = json.loads(kept) if kept else {"salt": secrets.token_hex(16), "hashes": []}
    salt = bytes.fromhex(known["salt"])
    hashes = {_hash(salt, text) for text in (*person.ids, *person.emails)}
    known["hashes"] = sorted({*known["hashes"], *hashes})
    set_fact(connection, _FORGOTTEN, json.dumps(known))


def _hash(salt: bytes, what: str) -> str:
    return hmac.new(salt, what.lower().encode(), hashlib.sha256).hexdigest()


def _drop_old_models(records: Records) -> None:
    """Models that learned from the person; the one in use has just been made without them."""
    with records.writing() as connection:
        connection.execute(delete(tables.models).where(~tables.models.c.in_use))


def _portions(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    yield from (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
