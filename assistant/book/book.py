"""The book: finds, counts and sums the records that one user sees at one moment.

It is handed a function that runs a SELECT over that user's views, so it has nothing to widen. Statements are
fixed and parameterised; the work is done by the database.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Executable, Row, Table, and_, func, literal, select

from assistant.answers import Window
from assistant.book import summary
from assistant.book.accounts import with_activity
from assistant.book.computed import SILENT, planned
from assistant.book.conditions import ahead, clause, inside
from assistant.book.demands import Demand, UnknownField
from assistant.book.fields import (
    CustomField,
    Facts,
    Field,
    Kind,
    Scored,
    Source,
    own_columns,
    plain,
)
from assistant.book.found import Found, Group, called
from assistant.book.takings import Takings
from assistant.book.texts import of_file, shows_month_first
from assistant.formats import column_name
from assistant.periods import window
from ingest.entities import RecordType, Ref, Role, User
from ingest.errors import BadRequest
from ingest.tables import RECORD_TABLES, custom_fields, scores, users

Select = Callable[[Executable], Sequence[Row[Any]]]

# Ids are asked for in portions: a database takes only so many parameters at once.
_PORTION = 500
_SAMPLE = 20

_SHOWN_LINKS = {
    "lead": ("owner", "account"),
    "opportunity": ("owner", "account", "contact"),
    "contact": ("owner", "account"),
    "account": ("owner",),
    "activity": ("owner",),
    "user": ("manager",),
}


class Book:
    """What `user` sees at the moment `at`; days and weeks begin in `timezone`."""

    def __init__(self, select: Select, user: User, at: datetime, timezone: ZoneInfo) -> None:
        self._select = select
        self.user = user
        self.at = at
        self.timezone = timezone
        self._newest_scores: dict[str, Scored | None] = {}
        self._day_first: dict[tuple[str, str], bool] = {}
        self.links_of_accounts: dict[str, set[str]] = {}  # kept by `accounts`

    def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """What a SELECT finds in the book."""
        return self._select(statement)

    def local(self, moment: datetime) -> datetime:
        """The moment as the workspace's clocks show it."""
        return moment.astimezone(self.timezone)

    def window(self, period: str, *, planned: bool = False) -> Window:
        """What a period means now."""
        return window(period, self.at, self.timezone, planned=planned)

    # -- who there is ---------------------------------------------------------------------------------------

    @cached_property
    def users(self) -> Mapping[str, User]:
        """All users of the workspace by id: colleagues' names are no secret, their records are."""
        columns = (users.c.id, users.c.name, users.c.email, users.c.role, users.c.manager_id, users.c.extra)
        return {
            row.id: User(
                id=row.id,
                name=row.name,
                email=row.email,
                role=Role(row.role),
                manager_id=row.manager_id,
                extra=row.extra or {},
            )
            for row in self.rows(select(*columns).order_by(users.c.name, users.c.id))
        }

    def team(self, leader_id: str) -> frozenset[str]:
        """The ids of a user and of all who report to them, directly or not."""
        found, fresh = {leader_id}, {leader_id}
        while fresh:
            fresh = {user.id for user in self.users.values() if user.manager_id in fresh} - found
            found |= fresh
        return frozenset(found)

    def sees_book_of(self, user_id: str) -> bool:
        """Whether the asking user may see what that user owns."""
        match self.user.role:
            case Role.ADMIN:
                return True
            case Role.MANAGER:
                return user_id in self.team(self.user.id)
            case _:
                return user_id == self.user.id

    @cached_property
    def takings(self) -> Takings:
        """What deals bring to customers and users, by currency."""
        return Takings(self.rows)

    # -- what there is to know ------------------------------------------------------------------------------

    @cached_property
    def facts(self) -> Facts:
        """What fields mean in this book: custom columns, and which scores are the newest."""
        custom: dict[str, dict[str, CustomField]] = {}
        for row in self.rows(select(custom_fields.c.type, custom_fields.c.name, custom_fields.c.kind)):
            found = CustomField(name=row.name, kind=row.kind)
            known = custom.setdefault(row.type, {})
            known[plain(row.name)] = found
            known.setdefault(plain(column_name(row.name)), found)
        return Facts(
            at=self.at,
            timezone=self.timezone,
            custom=custom,
            newest_score=self.newest_score,
            writes_day_first=self._writes_day_first,
        )

    def _writes_day_first(self, record_type: str, column: str) -> bool:
        """How a file's own column writes 3/12/2026: the day first, unless some value cannot be meant so."""
        if (record_type, column) not in self._day_first:
            text = of_file(RECORD_TABLES[record_type].c.extra, column)
            other = self.rows(select(literal(1)).where(shows_month_first(text)).limit(1))
            self._day_first[record_type, column] = not other
        return self._day_first[record_type, column]

    def newest_score(self, record_type: str) -> Scored | None:
        """The moment and the model of the last scoring; None where nothing was scored."""
        if record_type not in self._newest_scores:
            table = RECORD_TABLES[record_type]
            # A scoring scores all that is open, so any open record that is not new tells when it was.
            some = select(table.c.id).where(table.c.outcome == "open").order_by(table.c.created_at)
            newest = (
                select(scores.c.at, scores.c.model_id)
                .where(scores.c.type == record_type, scores.c.record_id.in_(some.limit(_SAMPLE)))
                .order_by(scores.c.at.desc(), scores.c.model_id)
                .limit(1)
            )
            found = [Scored(at=row.at, model_id=row.model_id) for row in self.rows(newest)]
            self._newest_scores[record_type] = found[0] if found else None
        return self._newest_scores[record_type]

    def source(self, record_type: str, table: Table | None = None) -> Source:
        """The beginning of a statement about records of one type."""
        return Source(RecordType(record_type).value, self.facts, table)

    def field(self, record_type: str, path: str) -> Field:
        """The field that `path` names.

        Raises:
            UnknownField: the record type has none such.
        """
        return self._field(self.source(record_type), path)

    def _field(self, source: Source, path: str) -> Field:
        found = source.field(path)
        if found is None:
            raise UnknownField(path, source.record_type)
        return found

    def is_filled(self, record_type: str, path: str) -> bool:
        """Whether any record of the type has a value there."""
        source = self.source(record_type)
        found = source.field(path)
        if found is None:
            return False
        some = select(found.value).select_from(source.from_clause).where(found.value.is_not(None)).limit(1)
        return bool(self.rows(some))

    # -- records ---------------------------------------------------------------------------------------------

    def find(
        self,
        record_type: str,
        demands: Sequence[Demand] = (),
        *,
        period: tuple[str, Window] | None = None,
        order_by: str | None = None,
        descending: bool = True,
        limit: int | None = None,
        offset: int = 0,
        fetch: Iterable[str] = (),
        ahead: bool = False,
    ) -> list[Found]:
        """The records of `page`, without their number."""
        return self.page(
            record_type,
            demands,
            period=period,
            order_by=order_by,
            descending=descending,
            limit=limit,
            offset=offset,
            fetch=fetch,
            ahead=ahead,
        )[0]

    def page(
        self,
        record_type: str,
        demands: Sequence[Demand] = (),
        *,
        period: tuple[str, Window] | None = None,
        order_by: str | None = None,
        descending: bool = True,
        limit: int | None = None,
        offset: int = 0,
        fetch: Iterable[str] = (),
        ahead: bool = False,
    ) -> tuple[list[Found], int]:
        """The records that fulfil all demands, in order, and how many there are without `limit` and `offset`.

        `fetch` names fields to read besides their own; `ahead` finds planned activities instead of those that
        took place.
        """
        table = planned if ahead else None
        source = self.source(record_type, table)
        where = self._where(source, demands, period)
        order = self._order(source, order_by, descending)
        columns = (source.table.c.id, func.count().over().label("total"))
        ids = select(*columns).select_from(source.from_clause).where(where).order_by(*order)
        if limit is not None:
            ids = ids.limit(limit)
        if offset:
            ids = ids.offset(offset)
        # What is computed of a record is computed for those that are wanted, not for all that are sorted.
        rows = self.rows(ids)
        wanted = [row.id for row in rows]
        found = self._read(record_type, wanted, tuple(fetch), table)
        total = rows[0].total if rows else self.count(record_type, demands, period=period) if offset else 0
        return [found[one] for one in wanted if one in found], total

    def count(
        self, record_type: str, demands: Sequence[Demand] = (), *, period: tuple[str, Window] | None = None
    ) -> int:
        """How many records fulfil all demands."""
        source = self.source(record_type)
        where = self._where(source, demands, period)
        return int(
            self.rows(select(func.count(source.table.c.id)).select_from(source.from_clause).where(where))[0][
                0
            ]
        )

    def get(self, ref: Ref, fetch: Iterable[str] = ()) -> Found | None:
        """One record, or None where there is none, or none that the user sees."""
        return self.many([ref], fetch).get(ref)

    def names(self, refs: Iterable[Ref]) -> dict[Ref, str]:
        """What those of the records that the user sees are called."""
        return {ref: found.name for ref, found in self.many(sorted(set(refs))).items()}

    def many(self, refs: Sequence[Ref], fetch: Iterable[str] = ()) -> dict[Ref, Found]:
        """Those of the records that the user sees."""
        found: dict[Ref, Found] = {}
        for record_type in dict.fromkeys(ref.type.value for ref in refs):
            ids = [ref.id for ref in refs if ref.type == record_type]
            source = self.source(record_type)
            known = tuple(path for path in fetch if source.field(path))
            found |= {one.ref: one for one in self._read(record_type, ids, known, None).values()}
        return {ref: found[ref] for ref in refs if ref in found}

    def _read(
        self, record_type: str, ids: Sequence[str], fetch: tuple[str, ...], table: Table | None
    ) -> dict[str, Found]:
        """Records by their ids, with their own fields and those to fetch."""
        if record_type == "account" and (apart := [name for name in fetch if name in SILENT]):
            rest = tuple(name for name in fetch if name not in SILENT)
            return with_activity(self, self._read(record_type, ids, rest, table), apart)
        found: dict[str, Found] = {}
        for start in range(0, len(ids), _PORTION):
            source = self.source(record_type, table)
            columns, names = self._columns(source, fetch)
            mine = source.table.c.id.in_(ids[start : start + _PORTION])
            for row in self.rows(select(*columns).select_from(source.from_clause).where(mine)):
                one = self._found(record_type, row, names)
                found[one.ref.id] = one
        return found

    def check(self, record_type: str, demands: Sequence[Demand]) -> None:
        """See that the demands can be asked, without asking.

        Raises:
            UnknownField: a field that the record type does not have.
            BadRequest: a value that does not fit its field.
        """
        clause(demands, self.source(record_type), self.facts)

    def summarise(
        self,
        record_type: str,
        measure: str,
        of: str | None = None,
        *,
        group_by: Sequence[str] = (),
        demands: Sequence[Demand] = (),
        period: tuple[str, Window] | None = None,
        ahead: bool = False,
    ) -> tuple[list[Group], list[summary.Split]]:
        """The groups with their figures, and how they were split; `ahead` as in `page`.

        Raises:
            UnknownField: a field or a split that the record type does not have.
        """
        source = self.source(record_type, planned if ahead else None)
        measured = self._field(source, of) if of else None
        if measured is not None and measure != "count" and measured.kind is not Kind.NUMBER:
            raise BadRequest(f"{measured.key} is no number, so it has no {measure}.")
        splits = []
        for path in group_by:
            found = summary.split(path, source, self.facts)
            if found is None:
                raise UnknownField(path, record_type)
            splits.append(found)
        where = self._where(source, demands, period)
        rows = self.rows(summary.statement(source, measure, measured, splits, where))
        return summary.groups(rows, measure, splits), splits

    def _where(
        self, source: Source, demands: Sequence[Demand], period: tuple[str, Window] | None
    ) -> ColumnElement[bool]:
        where = clause(demands, source, self.facts)
        if period is None:
            return where
        return and_(where, inside(self._field(source, period[0]), period[1], self.facts))

    def plans_with(self, record_type: str, path: str) -> bool:
        """Whether the field is a date that people plan with (a close date, a renewal)."""
        return ahead(self.field(record_type, path))

    def _order(self, source: Source, order_by: str | None, descending: bool) -> list[ColumnElement[Any]]:
        """Records without a value come last either way; the id settles ties."""
        if order_by is None:
            return [source.table.c.id]
        by = self._field(source, order_by)
        value = by.label if by.kind is Kind.RECORD else by.value
        if by.kind is Kind.TEXT:
            value = func.lower(value)
        ordered = value.desc() if descending else value.asc()
        return [ordered.nulls_last(), source.table.c.id]

    def _columns(self, source: Source, fetch: Iterable[str]) -> tuple[list[ColumnElement[Any]], list[str]]:
        own = own_columns(source.record_type)
        columns: list[ColumnElement[Any]] = [*own]
        names = [column.name for column in own]
        if source.table is not RECORD_TABLES[source.record_type]:
            columns = [source.table.c[name] for name in names]
        for path in (*_SHOWN_LINKS[source.record_type], *fetch):
            found = self._field(source, path)
            name = path if found.kind is not Kind.RECORD else found.path
            if name not in names:
                columns.append(found.label.label(f"f{len(names)}"))
                names.append(name)
        return columns, names

    def _found(self, record_type: str, row: Row[Any], names: Sequence[str]) -> Found:
        values = dict(zip(names, row, strict=True))
        extra, also = values.pop("extra") or {}, values.pop("also", None) or ()
        return Found(
            ref=Ref(type=RecordType(record_type), id=values["id"]),
            name=called(record_type, values),
            values=values,
            extra=extra,
            also=tuple(also),
        )
