"""What was said and done, and what is scored: activities, signals and scores of records in a book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, and_, or_, select

from assistant.book.accounts import newest_of_account
from assistant.book.book import Book
from assistant.book.computed import planned
from assistant.book.conditions import clause
from assistant.book.demands import Demand
from assistant.book.found import Scoring, Signal, Spoken
from ingest.entities import ActivityKind, RecordType, Ref, Role
from ingest.tables import activities, activity_about, scores, signals

_PORTION = 500
# What a log writes: nobody says it, and who opens a page of prices asks for none.
LOGGED = (ActivityKind.WEB_VISIT.value, ActivityKind.ORDER.value)


def activities_of(
    book: Book,
    ref: Ref,
    *,
    limit: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Spoken]:
    """A record's activities up to now, the newest first."""
    return _spoken_of(book, ref, activities, limit=limit, since=since, until=until)


def planned_of(
    book: Book,
    ref: Ref,
    *,
    limit: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Spoken]:
    """What is still to come with a record, the nearest first."""
    return _spoken_of(book, ref, planned, limit=limit, since=since, until=until)


def _spoken_of(
    book: Book,
    ref: Ref,
    table: Table,
    *,
    limit: int | None,
    since: datetime | None,
    until: datetime | None,
) -> list[Spoken]:
    if ref.type is RecordType.ACCOUNT:
        wanted = newest_of_account(book, ref.id, table, since=since, until=until, limit=limit)
        found = _spoken_by_id(book, wanted, table)
        return [found[one] for one in wanted if one in found]
    if ref.type is RecordType.USER:
        where = table.c.owner_id == ref.id
    else:
        about = and_(activity_about.c.type == ref.type.value, activity_about.c.record_id == ref.id)
        where = table.c.id.in_(select(activity_about.c.activity_id).where(about))
    if since is not None:
        where = and_(where, table.c.at >= since)
    if until is not None:
        where = and_(where, table.c.at < until)
    order = table.c.at.asc() if table is planned else table.c.at.desc()
    statement = select(*_columns(table)).where(where).order_by(table.c.at.is_(None), order, table.c.id)
    return _spoken(book, book.rows(statement if limit is None else statement.limit(limit)))


def activities_by_id(book: Book, ids: Sequence[str]) -> dict[str, Spoken]:
    """Those of the activities that the user sees."""
    found = _spoken_by_id(book, ids, activities)
    return {one: found[one] for one in ids if one in found}


def _spoken_by_id(book: Book, ids: Sequence[str], table: Table) -> dict[str, Spoken]:
    found: dict[str, Spoken] = {}
    for portion in _portions(ids):
        rows = book.rows(select(*_columns(table)).where(table.c.id.in_(portion)))
        found |= {one.ref.id: one for one in _spoken(book, rows)}
    return found


def signals_of(book: Book, ids: Sequence[str]) -> dict[str, list[Signal]]:
    """What the texts of these activities say, in the order of the text."""
    found: dict[str, list[Signal]] = {}
    columns = [signals.c[name] for name in ("activity_id", "kind", "name", "strength", "quote", "speaker")]
    for portion in _portions(ids):
        statement = (
            select(*columns)
            .where(signals.c.activity_id.in_(portion))
            .order_by(signals.c.activity_id, signals.c.position)
        )
        for row in book.rows(statement):
            found.setdefault(row.activity_id, []).append(Signal(**row._mapping))
    return found


def about_of(book: Book, ids: Sequence[str]) -> dict[str, list[Ref]]:
    """What these activities are about, as far as the user sees it."""
    about: dict[str, list[Ref]] = {}
    links = select(activity_about.c.activity_id, activity_about.c.type, activity_about.c.record_id)
    for portion in _portions(ids):
        for link in book.rows(links.where(activity_about.c.activity_id.in_(portion))):
            about.setdefault(link.activity_id, []).append(Ref(type=RecordType(link.type), id=link.record_id))
    return {one: sorted(refs) for one, refs in about.items()}


def signals_like(book: Book, demands: Sequence[Demand], kinds: Sequence[str]) -> list[Signal]:
    """The customers' signals of these kinds in the chosen activities, the newest first."""
    source = book.source("activity")
    source.join(signals, signals.c.activity_id == source.table.c.id)
    where = clause(demands, source, book.facts)
    columns = [signals.c[name] for name in ("activity_id", "kind", "name", "strength", "quote", "speaker")]
    customers = or_(signals.c.speaker.is_(None), signals.c.speaker != "rep")
    statement = (
        select(*columns)
        .select_from(source.from_clause)
        .where(where, source.table.c.kind.not_in(LOGGED), signals.c.kind.in_(kinds), customers)
        .order_by(source.table.c.at.desc(), signals.c.activity_id, signals.c.position)
    )
    return [Signal(**row._mapping) for row in book.rows(statement)]


def scores_of(book: Book, refs: Sequence[Ref]) -> dict[Ref, Scoring]:
    """The newest scores of these records, with reasons."""
    found: dict[Ref, Scoring] = {}
    for record_type in ("lead", "opportunity"):
        ids = [ref.id for ref in refs if ref.type == record_type]
        newest = book.newest_score(record_type) if ids else None
        for portion in _portions(ids) if newest else ():
            assert newest is not None
            rows = book.rows(
                select(*_score_columns()).where(
                    scores.c.type == record_type,
                    scores.c.record_id.in_(portion),
                    scores.c.at == newest.at,
                    scores.c.model_id == newest.model_id,
                )
            )
            found |= {one.ref: one for one in (_scoring(book, row) for row in rows)}
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How a record's score moved between two scorings under one model."""

    record_id: str
    before: float
    now: float


def scored_by(book: Book, record_type: str, moment: datetime) -> datetime | None:
    """The last scoring up to a moment under the model in use now; None where there was none."""
    newest = book.newest_score(record_type)
    if newest is None:
        return None
    found = book.rows(
        select(scores.c.at)
        .where(scores.c.type == record_type, scores.c.model_id == newest.model_id, scores.c.at <= moment)
        .order_by(scores.c.at.desc())
        .limit(1)
    )
    return found[0].at if found else None


def moves(book: Book, record_type: str, demands: Sequence[Demand], since: datetime) -> list[Moved]:
    """The open records scored both at `since` and now whose score is another; in no order."""
    newest = book.newest_score(record_type)
    assert newest is not None
    source = book.source(record_type)
    now, then = scores.alias(), scores.alias()
    for one, at in ((now, newest.at), (then, since)):
        same = and_(one.c.type == record_type, one.c.record_id == source.table.c.id)
        source.join(one, and_(same, one.c.at == at, one.c.model_id == newest.model_id))
    where = clause(demands, source, book.facts)
    rows = book.rows(
        select(source.table.c.id, then.c.probability.label("before"), now.c.probability.label("now"))
        .select_from(source.from_clause)
        .where(where, now.c.probability != then.c.probability)
    )
    return [Moved(record_id=row.id, before=row.before, now=row.now) for row in rows]


def scores_then(book: Book, record_type: str, ids: Sequence[str], at: datetime) -> dict[str, Scoring]:
    """The scores of these records as they stood at an earlier scoring under the model in use."""
    newest = book.newest_score(record_type)
    assert newest is not None
    found: dict[str, Scoring] = {}
    for portion in _portions(ids):
        rows = book.rows(
            select(*_score_columns()).where(
                scores.c.type == record_type,
                scores.c.record_id.in_(portion),
                scores.c.at == at,
                scores.c.model_id == newest.model_id,
            )
        )
        found |= {row.record_id: _scoring(book, row) for row in rows}
    return found


def _columns(table: Table) -> list[Any]:
    return [table.c[name] for name in ("id", "kind", "at", "subject", "text", "direction", "owner_id")]


def _score_columns() -> list[Any]:
    names = ("type", "record_id", "at", "model_id", "probability", "low", "high", "base", "level", "reasons")
    return [scores.c[name] for name in names]


def _spoken(book: Book, rows: Sequence[Row[Any]]) -> list[Spoken]:
    about = about_of(book, [row.id for row in rows])
    return [
        Spoken(
            ref=Ref(type=RecordType.ACTIVITY, id=row.id),
            kind=row.kind,
            at=row.at,
            subject=row.subject,
            text=row.text,
            direction=row.direction,
            owner_id=row.owner_id,
            owner=book.users[row.owner_id].name if row.owner_id in book.users else None,
            about=tuple(about.get(row.id, ())),
        )
        for row in rows
    ]


def _scoring(book: Book, row: Row[Any]) -> Scoring:
    from assistant.scoring.reasons import by_group, explanation, without_owner

    told = explanation(row.reasons or ())
    reasons = told.contributions
    if book.user.role is Role.REP:
        reasons = without_owner(reasons)
    return Scoring(
        ref=Ref(type=RecordType(row.type), id=row.record_id),
        at=row.at,
        model_id=row.model_id,
        probability=row.probability,
        low=row.low,
        high=row.high,
        base=row.base,
        level=row.level,
        reasons=reasons,
        moves=told.moves,
        groups=by_group(told.contributions),
    )


def _portions(ids: Iterable[str]) -> list[list[str]]:
    wanted = list(dict.fromkeys(ids))
    return [wanted[start : start + _PORTION] for start in range(0, len(wanted), _PORTION)]
