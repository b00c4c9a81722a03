"""Who waits for an answer: customers who wrote last, and to whom nobody has written or spoken since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from assistant.book.book import Book
from assistant.book.conditions import clause
from assistant.book.demands import Demand
from ingest.entities import ActivityKind, Direction, RecordType, Ref
from ingest.tables import activities, activity_about

# What a customer writes and expects an answer to, and what answers it besides a written reply.
_WRITTEN = (ActivityKind.EMAIL, ActivityKind.CHAT, ActivityKind.FORM, ActivityKind.SOCIAL)
_SPOKEN = (ActivityKind.CALL, ActivityKind.MEETING)
_PEOPLE = (RecordType.LEAD, RecordType.CONTACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A person, and the last thing they wrote."""

    person: Ref
    activity_id: str
    at: datetime


def waiting(book: Book, demands: Sequence[Demand], since: datetime) -> list[Waiting]:
    """People whose last message came in after `since` and was not answered; who waits longest comes last.

    `demands` are on the messages. A message is answered by a later one that went out to the same person, or
    by a later call or meeting with them.
    """
    source = book.source("activity")
    written, about = source.table, activity_about.alias()
    source.join(about, about.c.activity_id == written.c.id)
    of_one = func.row_number().over(
        partition_by=(about.c.type, about.c.record_id), order_by=(written.c.at.desc(), written.c.id)
    )
    messages = (
        select(about.c.type, about.c.record_id, written.c.id, written.c.at, of_one.label("place"))
        .select_from(source.from_clause)
        .where(
            clause(demands, source, book.facts),
            written.c.kind.in_(_WRITTEN),
            written.c.direction == Direction.INBOUND.value,
            written.c.at >= since,
            about.c.type.in_(_PEOPLE),
        )
        .subquery()
    )
    answer, to = activities.alias(), activity_about.alias()
    answered = (
        select(answer.c.id)
        .join(to, to.c.activity_id == answer.c.id)
        .where(
            to.c.type == messages.c.type,
            to.c.record_id == messages.c.record_id,
            answer.c.at > messages.c.at,
            or_(answer.c.direction == Direction.OUTBOUND.value, answer.c.kind.in_(_SPOKEN)),
        )
        .exists()
    )
    found = book.rows(
        select(messages)
        .where(messages.c.place == 1, ~answered)
        .order_by(messages.c.at.desc(), messages.c.type, messages.c.record_id)
    )
    return [
        Waiting(person=Ref(type=RecordType(row.type), id=row.record_id), activity_id=row.id, at=row.at)
        for row in found
    ]
