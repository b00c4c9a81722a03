"""Reads a vocabulary out of a book: one statement per record type, and one per closed column."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import func
from sqlalchemy import select as sql_select

from assistant.names import Name
from assistant.understanding.vocabulary import MAX_VALUE, CustomColumn, VocabularySource
from ingest.entities import RecordType, Ref
from ingest.tables import CALLED, RECORD_TABLES, custom_fields, opportunities

if TYPE_CHECKING:
    from ingest.records import Select

# Columns whose values are few and spoken of.
CLOSED = {
    "user": (),
    "account": ("industry", "country", "city"),
    "contact": ("title",),
    "lead": ("industry", "country", "city", "source", "campaign", "product", "status", "title"),
    "opportunity": ("product", "type", "stage", "currency"),
    "activity": (),
}
NOUN = "noun"  # not a column, but what the company calls its records
MOST_VALUES = 3_000  # a column with more is no closed class
_DETAIL = {"contact": "title", "lead": "company", "user": "role"}


def read_source(select: "Select") -> VocabularySource:
    """Everything that the book holds and a question may name."""
    names: list[Name] = []
    counts: dict[RecordType, int] = {}
    for kind in RecordType:
        table = RECORD_TABLES[kind]
        if kind is RecordType.ACTIVITY:
            counts[kind] = int(select(sql_select(func.count()).select_from(table))[0][0])
            continue
        found = _names(select, kind)
        counts[kind] = len(found)
        names += found
    rows = select(sql_select(custom_fields.c.type, custom_fields.c.name, custom_fields.c.kind))
    nouns = {row.name: RecordType(row.type) for row in rows if row.kind == NOUN}
    custom = tuple(
        CustomColumn(type=RecordType(row.type), name=row.name, kind=row.kind)
        for row in rows
        if row.kind != NOUN and not row.kind.startswith(CALLED)
    )
    called = {
        (RecordType(row.type), row.name): row.kind.removeprefix(CALLED)
        for row in rows
        if row.kind.startswith(CALLED)
    }
    values = {
        (RecordType(kind), name): _values(select, kind, name)
        for kind, names_ in CLOSED.items()
        for name in names_
    }
    for column in custom:
        if column.kind in ("category", "boolean", "text"):
            values[column.type, column.name] = _custom_values(select, column)
    won = select(sql_select(opportunities.c.id).where(opportunities.c.outcome == "won").limit(1))
    return VocabularySource(
        buyers=bool(won),
        nouns=nouns,
        names=tuple(names),
        values={k: v for k, v in values.items() if v},
        custom=custom,
        called=called,
        counts=counts,
    )


def _names(select: "Select", kind: RecordType) -> list[Name]:
    table = RECORD_TABLES[kind]
    columns: list[Any] = [table.c.id, table.c.name]
    columns += [
        table.c[name]
        for name in ("email", "also", "company")
        if name in table.c and not (kind == "user" and name == "also")
    ]
    detail = _DETAIL.get(kind)
    if detail and detail not in ("company",):
        columns.append(table.c[detail])
    found = []
    for row in select(sql_select(*columns)):
        values = row._mapping
        shown = values["name"] or values.get("company") or values.get("email")
        ref = Ref(type=kind, id=values["id"])
        found.append(
            Name(
                ref=ref,
                name=shown or values["id"],
                email=values.get("email"),
                also=tuple(values.get("also") or ()),
                detail=values.get(detail or ""),
                company=values.get("company"),
            )
        )
    return found


def _values(select: "Select", kind: str, name: str) -> tuple[str, ...]:
    column = RECORD_TABLES[kind].c[name]
    rows = select(sql_select(column).where(column.is_not(None)).distinct().limit(MOST_VALUES + 1))
    return _spoken(rows)


def _custom_values(select: "Select", column: CustomColumn) -> tuple[str, ...]:
    value = RECORD_TABLES[column.type].c.extra[column.name].as_string()
    rows = select(sql_select(value).where(value.is_not(None)).distinct().limit(MOST_VALUES + 1))
    return _spoken(rows)


def _spoken(rows: Any) -> tuple[str, ...]:
    if len(rows) > MOST_VALUES:
        return ()
    return tuple(
        sorted(
            {
                str(row[0])
                for row in rows
                if row[0] and len(str(row[0])) <= MAX_VALUE and "\n" not in str(row[0])
            }
        )
    )
