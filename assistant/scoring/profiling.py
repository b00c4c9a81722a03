"""Who objected to profiling: they are never scored, and nothing is learned from them."""

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select

from assistant.scoring.values import dates
from ingest.entities import RecordType
from ingest.lexicon import said_truth
from ingest.records import Records
from ingest.tables import RECORD_TABLES, contacts, custom_fields, leads, opportunities, scores, unprofiled

# A column of the export that says so, in the words of CRMs and spreadsheets.
_PROFILING = re.compile(r"profil|scoring|perfil|puntuaci|画像|评分|打分", re.IGNORECASE)
_AGAINST = re.compile(
    r"opt(ed)?[ _-]?out|object|\bno\b|do[ _]?n.?t|do not|never|refus|widerspr|widerspruch|kein|nicht|"
    r"opone|oposici|rechaz|反对|拒绝|不同意|退出",
    re.IGNORECASE,
)
_AT_ONCE = 500


def says_no(column: str) -> bool:
    """Whether a column of this name says who does not want to be profiled."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column).replace("_", " ")
    return bool(_PROFILING.search(words) and _AGAINST.search(words))


def objectors(records: Records) -> dict[RecordType, frozenset[str]]:
    """The leads, and the deals whose contact it is, that must not be scored."""
    with records.engine.connect() as connection:
        known = {name.lower() for name in connection.execute(select(unprofiled.c.who)).scalars()}
        people = {
            type_: frozenset({*_named(connection, type_, known), *_flagged(connection, type_)})
            for type_ in (RecordType.LEAD, RecordType.CONTACT)
        }
        theirs = opportunities.c.contact_id
        deals = [
            row.id
            for portion in _portions(people[RecordType.CONTACT])
            for row in connection.execute(select(opportunities.c.id).where(theirs.in_(portion)))
        ]
    return {RecordType.LEAD: people[RecordType.LEAD], RecordType.OPPORTUNITY: frozenset(deals)}


def _named(connection: Connection, type_: RecordType, known: Iterable[str]) -> list[str]:
    table = leads if type_ is RecordType.LEAD else contacts
    return [
        id_
        for portion in _portions(known)
        for id_ in connection.execute(
            select(table.c.id).where(
                or_(func.lower(table.c.id).in_(portion), func.lower(table.c.email).in_(portion))
            )
        ).scalars()
    ]


def _flagged(connection: Connection, type_: RecordType) -> list[str]:
    names = connection.execute(select(custom_fields.c.name).where(custom_fields.c.type == type_)).scalars()
    columns = [name for name in names if says_no(name)]
    if not columns:
        return []
    table = RECORD_TABLES[type_]
    return [
        row.id
        for row in connection.execute(select(table.c.id, table.c.extra))
        if any(_is_yes(row.extra.get(name)) for name in columns)
    ]


def _is_yes(cell: str | None) -> bool:
    """Yes, or the date since when."""
    if not cell:
        return False
    return said_truth(cell) is True or bool((dates([cell]) > 0).any())


def object_to(records: Records, who: Iterable[str], at: datetime) -> None:
    """Keep that the person of these ids and e-mail addresses objected."""
    with records.writing() as connection:
        names = sorted({name.lower() for name in who})
        connection.execute(delete(unprofiled).where(unprofiled.c.who.in_(names)))
        connection.execute(unprofiled.insert(), [{"who": name, "at": at} for name in names])


def withdraw(records: Records, who: Iterable[str]) -> None:
    """The person does not object any more."""
    with records.writing() as connection:
        connection.execute(delete(unprofiled).where(unprofiled.c.who.in_({name.lower() for name in who})))


def forget_scores(connection: Connection, gone: dict[RecordType, frozenset[str]]) -> None:
    """Remove every score that there is of these records."""
    for type_, ids in gone.items():
        for portion in _portions(ids):
            connection.execute(delete(scores).where(scores.c.type == type_, scores.c.record_id.in_(portion)))


def _portions(ids: Iterable[str]) -> list[list[str]]:
    wanted = sorted(ids)
    return [wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE)]
