"""Records as an answer lists them: which columns are worth showing, and what stands in them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from assistant.answers import Arg, Line, Listed, Money, Share, Term, Value
from assistant.book import Book
from assistant.book.demands import Condition, Demand
from assistant.book.fields import own_fields, plain
from assistant.book.found import Found
from assistant.wording import phrase
from ingest.entities import Evidence, Reason, Role

# Every match is handed out up to this many; a ranking is as long as asked for.
MOST = 200
SHOWN = 10

_COLUMNS = {
    "lead": ("company", "status", "source"),
    "opportunity": ("account", "stage", "amount", "close_on"),
    "contact": ("account", "title", "email", "phone"),
    "account": ("industry", "city", "country"),
    "activity": ("at", "kind"),
    "user": ("role", "manager", "email"),
}
# What is shown where no record of a list holds the usual column.
_INSTEAD = {"opportunity": {"account": "contact", "close_on": "closed_at"}}
_MOST_COLUMNS = 6
_WITH_TIME = ("at", "next_activity_at")
_LONGEST_CELL = 80


def columns(
    book: Book, record_type: str, demands: Sequence[Demand] = (), more: Sequence[str | None] = ()
) -> tuple[str, ...]:
    """The columns of a list: those that identify the record, and those that the question is about."""
    asked = [
        demand.field
        for demand in demands
        if isinstance(demand, Condition)
        and demand.op not in ("is", "is empty")
        and plain(demand.field) != "outcome"
        and not (plain(demand.field) == "owner" and _one(demand.value))
    ]
    led = book.user.role is not Role.REP
    owner = ["owner"] if led and record_type in ("lead", "opportunity", "account") else []
    wanted = [*(one for one in more if one), *_COLUMNS[record_type], *owner, *asked]
    kept: dict[str, None] = {}
    for path in wanted:
        found = book.source(record_type).field(path)
        if found is not None and found.path not in ("name", "id", "score"):
            kept[found.path] = None
    return tuple(list(kept)[:_MOST_COLUMNS])


def with_stand_ins(book: Book, record_type: str, shown: Sequence[str]) -> tuple[str, ...]:
    """The columns and what may have to stand in for them: all that must be read."""
    source = book.source(record_type)
    stand_ins = [_INSTEAD.get(record_type, {}).get(path, "") for path in shown]
    return (*shown, *(one for one in stand_ins if one and source.field(one) is not None))


def filled(
    book: Book,
    record_type: str,
    found: Sequence[Found],
    shown: Sequence[str],
    asked: Sequence[str | None] = (),
) -> tuple[str, ...]:
    """The columns that hold something in a list's first records, or that were asked for."""
    kept: dict[str, None] = {}
    for path in shown:
        stand_in = _INSTEAD.get(record_type, {}).get(path)
        if path in asked or _any(book, found, path):
            kept[path] = None
        elif stand_in and book.source(record_type).field(stand_in) and _any(book, found, stand_in):
            kept[stand_in] = None
    return tuple(kept)


def _any(book: Book, found: Sequence[Found], path: str) -> bool:
    return any(cell(book, one, path) is not None for one in found[:SHOWN])


def _one(value: Any) -> bool:
    """Whether a condition leaves one value, which a column would only repeat."""
    return not isinstance(value, list | tuple | set | frozenset) or len(value) == 1


def listed(
    book: Book,
    found: Found,
    shown: Sequence[str],
    *,
    score: float | None = None,
    reasons: tuple[Reason, ...] = (),
    more: dict[str, Arg] | None = None,
) -> Listed:
    """A record with its cells."""
    cells: dict[str, Arg] = {"type": Term(key=f"type.{found.ref.type}")}
    for path in shown:
        cells[path] = cell(book, found, path)
    return Listed(
        ref=found.ref,
        name=found.name,
        score=found["score"] if score is None else score,
        reasons=reasons,
        cells=cells | (more or {}),
        also=found.also,
    )


def cell(book: Book, found: Found, path: str) -> Arg:
    """A field's value as an answer shows it."""
    value = found[path]
    if value is None:
        value = next((text for name, text in found.extra.items() if plain(name) == plain(path)), None)
    if value is None or value == "":
        return None
    if takings := book.takings.of(found.ref.type.value, found.ref.id, path):
        return takings
    key = plain(path.rsplit(".", 1)[-1])
    if key in ("kind", "outcome", "direction", "role"):
        return Term(key=f"{key}.{str(value).replace(' ', '_')}")
    if key in ("score", "probability"):
        return Share(fraction=float(value))
    if key.endswith("amount"):
        return Money(amount=float(value), currency=found["currency"])
    if isinstance(value, datetime):
        local = book.local(value)
        return local if key in _WITH_TIME else local.date()
    if isinstance(value, date):
        return value
    if isinstance(value, float):
        return (
            int(value)
            if value.is_integer() or key.startswith("days") or key.endswith("days")
            else round(value, 2)
        )
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def fetched(book: Book, record_type: str, shown: Sequence[str]) -> list[str]:
    """Which of the columns must be read besides the record's own fields."""
    own = {name for name, column in own_fields(record_type).items() if name == column}
    return [path for path in shown if path not in own and _reads(book, record_type, path)]


def _reads(book: Book, record_type: str, path: str) -> bool:
    found = book.source(record_type).field(path)
    return found is not None and not (found.custom and "." not in path)


def field_evidence(found: Sequence[Found], shown: Sequence[str]) -> tuple[Evidence, ...]:
    """The fields that a list's rows rest on, as they stand in the records."""
    return tuple(
        Evidence(ref=one.ref, field=path, quote=as_text(one[path]))
        for one in found
        for path in shown
        if one[path] is not None and path in own_fields(one.ref.type.value)
    )


def as_text(value: Any) -> str:
    """A field's value as plain text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def amounts(key: str, found: Sequence[Found]) -> list[Value]:
    """The sum of the deals' amounts, one for each currency; a missing amount adds nothing."""
    said = Line(key=key)
    totals: dict[str | None, float] = {}
    for one in found:
        if one["amount"] is not None:
            totals[one["currency"]] = totals.get(one["currency"], 0.0) + one["amount"]
    return [
        Value(label=phrase(said, "en"), value=total, unit=currency, said=said)
        for currency, total in sorted(totals.items(), key=lambda item: -item[1])
    ]
