"""Who waits for an answer: a customer who wrote last and was not answered, or we, whom they do not answer."""

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
    """A person, and the last message between them and us."""

    person: Ref
    activity_id: str
    at: datetime


def waiting(
    book: Book, demands: Sequence[Demand], since: datetime, *, written: Direction = Direction.INBOUND
) -> list[Waiting]:
    """People with a message after `since` that was not answered; the longest unanswered comes last.

    `demands` are on the messages. Messages that came in wait for us, those that went out wait for the
    customer. One is answered by a later one the other way, or by a later call or meeting with the person.
    """
    back = Direction.OUTBOUND if written is Direction.INBOUND else Direction.INBOUND
    source = book.source("activity")
    sent, about = source.table, activity_about.alias()
    source.join(about, about.c.activity_id == sent.c.id)
    of_one = func.row_number().over(
        partition_by=(about.c.type, about.c.record_id), order_by=(sent.c.at.desc(), sent.c.id)
    )
    messages = (
        select(about.c.type, about.c.record_id, sent.c.id, sent.c.at, of_one.label("place"))
        .select_from(source.from_clause)
        .where(
            clause(demands, source, book.facts),
            sent.c.kind.in_(_WRITTEN),
            sent.c.direction == written.value,
            sent.c.at >= since,
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
            or_(answer.c.direction == back.value, answer.c.kind.in_(_SPOKEN)),
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
