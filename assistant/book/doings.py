"""What customers did themselves: their orders, visits and forms, counted and summed up by kind."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from assistant.book.accounts import newest_of_account
from assistant.book.book import Book
from ingest.entities import ActivityKind, RecordType, Ref
from ingest.tables import activities, activity_about

_OWN = (
    ActivityKind.ORDER,
    ActivityKind.WEB_VISIT,
    ActivityKind.FORM,
    ActivityKind.CHAT,
    ActivityKind.SOCIAL,
)
_PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One kind of what a customer did: how often, when last, and what it was worth where that is known."""

    kind: ActivityKind
    count: int
    last: datetime | None
    amount: float | None


def doings_of(book: Book, ref: Ref) -> list[Doing]:
    """What is known of a record's customers up to now; an account's are those of its people, too."""
    if ref.type is RecordType.ACCOUNT:
        ids = newest_of_account(book, ref.id, activities, since=None, until=None, limit=None)
        portions = [ids[start : start + _PORTION] for start in range(0, len(ids), _PORTION)]
        wheres = [activities.c.id.in_(portion) for portion in portions]
    else:
        about = and_(activity_about.c.type == ref.type.value, activity_about.c.record_id == ref.id)
        wheres = [activities.c.id.in_(select(activity_about.c.activity_id).where(about))]
    found: dict[str, Doing] = {}
    for where in wheres:
        last = func.max(activities.c.at, type_=activities.c.at.type)
        worth = func.sum(activities.c.amount)
        statement = (
            select(activities.c.kind, func.count().label("times"), last.label("last"), worth.label("worth"))
            .where(where, activities.c.kind.in_(_OWN))
            .group_by(activities.c.kind)
        )
        for row in book.rows(statement):
            kind = ActivityKind(row.kind)
            new = Doing(kind=kind, count=row.times, last=row.last, amount=row.worth)
            found[kind] = _both(found[kind], new) if kind in found else new
    return [found[kind] for kind in _OWN if kind in found]


def _both(one: Doing, other: Doing) -> Doing:
    amounts = [amount for amount in (one.amount, other.amount) if amount is not None]
    moments = [at for at in (one.last, other.last) if at is not None]
    return Doing(
        kind=one.kind,
        count=one.count + other.count,
        last=max(moments, default=None),
        amount=sum(amounts) if amounts else None,
    )
