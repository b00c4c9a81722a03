"""One person in all that a workspace keeps: who that is, and everything that is held on them."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, String, Table, cast, func, select

from assistant.mentions import MENTIONED_IN, found_in, mentioning
from ingest.entities import RecordType, Ref
from ingest.errors import BadRequest
from ingest.records import Records
from ingest.tables import activities, activity_about, contacts, leads, scores, signals, users, verdicts

_PEOPLE: Mapping[RecordType, Table] = {
    RecordType.LEAD: leads,
    RecordType.CONTACT: contacts,
    RecordType.USER: users,
}
_SECRET = ("password_hash", "row_hash", "load_id", "role_set_by_hand", "seen_from")
_PHONE_DIGITS = 7  # as many of its last digits make a phone number somebody's


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person: their records, names, addresses and numbers.

    `ids` are those of leads and contacts, merged duplicates included; a user's id stands for an owner in
    every record and is no trace. `own_names` are the names that nobody else here bears.
    """

    refs: tuple[Ref, ...]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    own_names: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]

    @property
    def needles(self) -> tuple[str, ...]:
        """Short texts of which one stands wherever the person is mentioned."""
        ends = (re.sub(r"\D", "", phone)[-4:] for phone in self.phones)
        return tuple(dict.fromkeys(filter(None, (*self.emails, *self.ids, *self.own_names, *ends))))

    def pattern(self) -> "re.Pattern[str]":
        """Finds the person in a text: by address, number, id, and by names that are theirs alone."""
        literal = [*self.emails, *self.ids, *self.own_names]
        forms = [
            rf"(?<!\w){_flexible(text)}(?!\w)" if text.isascii() else _flexible(text) for text in literal
        ]
        forms += [form for phone in self.phones if (form := _digits(phone))]
        return re.compile("|".join(forms) or r"(?!)", re.IGNORECASE)


def _flexible(text: str) -> str:
    return r"\s+".join(re.escape(word) for word in text.split())


def _digits(phone: str) -> str | None:
    digits = re.sub(r"\D", "", phone)
    if len(digits) < _PHONE_DIGITS:
        return None
    return r"(?:[+(\d][\d ()./-]*)?" + r"[ ()./-]*".join(digits[-9:])


def find_person(records: Records, *, email: str | None = None, record_id: str | None = None) -> Person:
    """The leads, contacts and users that are one person, found by e-mail or by the id of one record.

    Records of the same e-mail address, and a lead with the contact it became, are one person.

    Raises:
        BadRequest: nobody fits.
    """
    with records.engine.connect() as connection:
        rows: dict[Ref, Mapping[str, Any]] = {}
        waiting = [*_by_email(connection, email), *_by_id(connection, record_id)]
        while waiting:
            ref, row = waiting.pop()
            if ref not in rows:
                rows[ref] = row
                waiting += [*_by_email(connection, row["email"]), *_linked(connection, ref, row)]
        names = _distinct(row["name"] for row in rows.values())
        own_names = tuple(name for name in names if _is_own(connection, name, rows))
    if not rows:
        wanted = email or record_id
        raise BadRequest(f"Nobody is kept here under {wanted!r}; check the spelling, or use the record's id.")
    return Person(
        refs=tuple(sorted(rows)),
        ids=_distinct(
            id_
            for ref, row in rows.items()
            if ref.type is not RecordType.USER
            for id_ in (row["id"], *row["also"])
        ),
        names=names,
        own_names=own_names,
        emails=_distinct(row["email"] for row in rows.values()),
        phones=_distinct(row.get("phone") for row in rows.values()),
    )


def _distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _by_email(connection: Connection, email: str | None) -> Iterator[tuple[Ref, Mapping[str, Any]]]:
    if not email:
        return
    for kind, table in _PEOPLE.items():
        for row in connection.execute(
            select(table).where(func.lower(table.c.email) == email.lower())
        ).mappings():
            yield Ref(type=kind, id=row["id"]), dict(row)


def _by_id(connection: Connection, record_id: str | None) -> Iterator[tuple[Ref, Mapping[str, Any]]]:
    if not record_id:
        return
    for kind, table in _PEOPLE.items():
        merged = cast(table.c.also, String).like(f'%"{record_id}"%')
        for row in connection.execute(select(table).where((table.c.id == record_id) | merged)).mappings():
            if record_id in (row["id"], *row["also"]):
                yield Ref(type=kind, id=row["id"]), dict(row)


def _is_own(connection: Connection, name: str, refs: Collection[Ref]) -> bool:
    """Whether no other person's record bears the name."""
    ids = {ref.id for ref in refs}
    return not any(
        id_ not in ids
        for table in _PEOPLE.values()
        for id_ in connection.execute(
            select(table.c.id).where(func.lower(table.c.name) == name.lower())
        ).scalars()
    )


def _linked(
    connection: Connection, ref: Ref, row: Mapping[str, Any]
) -> Iterator[tuple[Ref, Mapping[str, Any]]]:
    """The contact that a lead became, and the lead that a contact was."""
    if ref.type is RecordType.LEAD and row["converted_contact_id"]:
        table, fits, kind = contacts, contacts.c.id == row["converted_contact_id"], RecordType.CONTACT
    elif ref.type is RecordType.CONTACT:
        table, fits, kind = leads, leads.c.converted_contact_id == ref.id, RecordType.LEAD
    else:
        return
    for found in connection.execute(select(table).where(fits)).mappings():
        yield Ref(type=kind, id=found["id"]), dict(found)


def activities_of(connection: Connection, person: Person) -> list[str]:
    """The ids of the activities that are about the person."""
    return sorted(
        {
            id_
            for ref in person.refs
            for id_ in connection.execute(
                select(activity_about.c.activity_id).where(
                    activity_about.c.type == ref.type, activity_about.c.record_id == ref.id
                )
            ).scalars()
        }
    )


def held_on(records: Records, person: Person) -> dict[str, Any]:
    """Everything that is held on the person, as one document."""
    with records.engine.connect() as connection:
        about = activities_of(connection, person)
        return {
            "person": {"names": person.names, "emails": person.emails, "phones": person.phones},
            "records": [_record(connection, ref) for ref in person.refs],
            "activities": [_one(connection, activities, id_) for id_ in about],
            "signals": [row for id_ in about for row in _rows(connection, signals, activity_id=id_)],
            "scores": [
                row
                for ref in person.refs
                for row in _rows(connection, scores, type=ref.type, record_id=ref.id)
            ],
            "verdicts": [
                row
                for ref in person.refs
                for row in _rows(connection, verdicts, type=ref.type, record_id=ref.id)
            ],
            "mentions": [
                {"where": table.name, "text": text}
                for table in MENTIONED_IN
                for row in mentioning(connection, table, person)
                if row.get("id") not in {*person.ids, *about}
                for text in found_in(row, person.pattern())
            ],
        }


def _record(connection: Connection, ref: Ref) -> dict[str, Any]:
    return {"type": ref.type, **_one(connection, _PEOPLE[ref.type], ref.id)}


def _one(connection: Connection, table: Table, id_: str) -> dict[str, Any]:
    return _rows(connection, table, id=id_)[0]


def _rows(connection: Connection, table: Table, **fits: Any) -> list[dict[str, Any]]:
    wanted = select(table).where(*(table.c[name] == value for name, value in fits.items()))
    return [
        {name: value for name, value in row.items() if name not in _SECRET and value is not None}
        for row in connection.execute(wanted).mappings()
    ]
