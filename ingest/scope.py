"""Who sees what, and as of which moment: the rule, written once and enforced by the database.

Opening a book creates temporary views that carry the names of the tables and hold only what the user may
see at that moment. Then the door is shut: the connection reads through these views and does nothing else.
"""

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ingest.dialects import POSTGRESQL, SQLITE, Dialect
from ingest.entities import Role, User
from ingest.tables import WHOLE_ACCOUNT

_TEAM = """
with recursive team(id) as (
  select cast({reader} as varchar) union select u.id from main.users u join team t on u.manager_id = t.id
) select id from team union all select ''
"""


# What activities, scores, profiles and passages may be about.
_SUBJECTS = {"lead": "leads", "opportunity": "opportunities", "contact": "contacts", "account": "accounts"}
_OWNED = "coalesce(r.owner_id, '') in (select id from temp.visible_owners)"
_SCORE = "type, record_id, at, model_id, probability, low, high, base, level, reasons"
_LEADS = """
    select r.id, r.name, r.company, r.title, r.email, r.phone, r.industry, r.employees, r.revenue, r.country,
      r.city, r.source, r.campaign, r.product, r.description, r.owner_id, r.created_at, r.extra, r.also,
      case when {known} then r.status end as status,
      case when {known} then r.outcome else 'open' end as outcome,
      case when {known} then r.closed_at end as closed_at,
      coalesce(r.account_id, case when {known} then r.converted_account_id end) as account_id,
      case when {known} then r.converted_contact_id end as converted_contact_id,
      case when {known} then r.converted_opportunity_id end as converted_opportunity_id
    from main.leads r"""
_OPPORTUNITIES = """
    select r.id, r.name, r.account_id, r.contact_id, r.product, r.type, r.amount, r.currency, r.owner_id,
      r.created_at, r.close_on, r.extra, r.also,
      case when {known} then r.stage end as stage,
      case when {known} then r.outcome else 'open' end as outcome,
      case when {known} then r.closed_at end as closed_at
    from main.opportunities r"""
_CONTACTS = """
    select r.id, r.name, r.account_id, r.title, r.email, r.phone, r.owner_id, r.created_at, r.extra, r.also"""
_ACCOUNTS = """
    select r.id, r.name, r.industry, r.employees, r.revenue, r.country, r.city, r.website, r.owner_id,
      r.created_at, r.extra, r.also"""
_ACTIVITIES = """
    select a.id as id, a.kind, a.at as at, a.created_at, a.subject, a.text, a.direction, a.owner_id, a.amount,
      a.extra
    from {activities}"""
_SIGNALS = """
    select s.activity_id, s.position, s.kind, s.name, s.strength, s.quote, s.speaker
    from {activities} join main.signals s on s.activity_id = a.id"""
_PASSAGES = """
    select p.id, p.type, p.record_id, p.content_hash
    from {activities} join main.passages p on p.type = 'activity' and p.record_id = a.id"""


class _Sight(StrEnum):
    """How far a user sees: what their readers' rows say, all that anybody owns, or everything."""

    OWN = "own"
    OWNED_BY_ANYBODY = "owned by anybody"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class _Views:
    """The bodies of a user's views at one moment; `private` gives the name by which one reads another.

    They say `{reader}` for the user's id: as a parameter it would not choose the reader's index.
    """

    sight: _Sight
    moment: str
    private: Callable[[str], str]

    def bodies(self) -> dict[str, str]:
        """What each view selects, by its public name."""
        exists = f"(r.created_at is null or r.created_at <= '{self.moment}')"
        known = f"(r.closed_at is null or r.closed_at <= '{self.moment}')"
        owned = "true" if self.sight is not _Sight.OWN else _OWNED
        # The plus keeps these from choosing the index, which is better left to the question's period.
        past = f"(+a.at is null or +a.at <= '{self.moment}')"
        future = f"+a.at > '{self.moment}'"
        return {
            "users": "select r.id, r.name, r.email, r.role, r.manager_id, r.extra from main.users r",
            "custom_fields": "select r.type, r.name, r.kind, r.after_outcome from main.custom_fields r",
            "leads": f"{_LEADS.format(known=known)} where {exists} and {owned}",
            "opportunities": f"{_OPPORTUNITIES.format(known=known)} where {exists} and {owned}",
            "contacts": f"{_CONTACTS} {self._linked('contact', 'contacts')} and {exists}",
            "accounts": f"{_ACCOUNTS} {self._linked('account', 'accounts')} and {exists}",
            "activity_about": self._of_seen("activity_id, type, record_id", "activity_about"),
            **{f"{type_}_activities": self._activities_of(type_) for type_ in _SUBJECTS},
            "activities": self._of_activities(_ACTIVITIES, past),
            "planned": self._of_activities(_ACTIVITIES, future),
            "signals": self._of_activities(_SIGNALS, past),
            "scores": f"select * from ({self._of_seen(_SCORE, 'scores')}) r where at <= '{self.moment}'",
            "profiles": self._of_seen("type, record_id, text", "profiles"),
            "passages": self._of_seen("id, type, record_id, content_hash", "passages")
            + f" union all {self._of_activities(_PASSAGES, 'true')}",
        }

    def _activities_of(self, type_: str) -> str:
        """Which activities, past and planned, the records of a type have had, as far as one sees both."""
        rows = "select r.record_id, r.activity_id, r.at from main.record_activities r"
        known = f"r.since <= '{self.moment}'"
        if self.sight is not _Sight.OWN:
            kept_as = WHOLE_ACCOUNT if type_ == "account" else type_
            return f"{rows} where r.type = '{kept_as}' and {known}"
        seen = f"exists (select 1 from {self.private(_SUBJECTS[type_])} s where s.id = r.record_id)"
        own = f"{rows} where r.type = '{type_}' and {known} and {seen}"
        if type_ != "account":
            return own
        # What others have to do with an account that one sees is theirs.
        arms = [
            f"select s.account_id, r.activity_id, r.at from {self.private(view)} s "
            f"cross join main.record_activities r on r.type = '{child}' and r.record_id = s.id "
            f"where s.account_id is not null and {known}"
            for child, view in _SUBJECTS.items()
            if child != "account"
        ]
        return " union ".join([own, *arms])

    def _linked(self, type_: str, table: str) -> str:
        """The contacts or accounts that one sees, as a FROM clause that ends within its WHERE."""
        if self.sight is not _Sight.OWN:
            return f"from main.{table} r where true"
        return (
            f"from main.record_readers v join main.{table} r on r.id = v.record_id "
            f"where v.user_id = {{reader}} and v.type = '{type_}' and v.since <= '{self.moment}'"
        )

    def _of_activities(self, rows: str, when: str) -> str:
        """Of `rows`, those of activities about at least one record that one sees; `a` is the activity.

        A reader's row comes first, with its own copy of the time, so that a period uses its index.
        """
        match self.sight:
            case _Sight.EVERYTHING:
                source = "main.activities a"
                seen = f"(a.created_at is null or a.created_at <= '{self.moment}')"
            case _Sight.OWNED_BY_ANYBODY:
                source = "main.activities a"
                seen = f"a.seen_from <= '{self.moment}'"
            case _Sight.OWN:
                source = "main.activity_readers v cross join main.activities a on a.id = v.activity_id"
                seen = f"v.user_id = {{reader}} and v.since <= '{self.moment}'"
                rows, when = rows.replace("a.at", "v.at"), when.replace("a.at", "v.at")
                rows = rows.replace("a.id", "v.activity_id")
        return f"{rows.format(activities=source)} where {seen} and {when}"

    def _of_seen(self, columns: str, table: str) -> str:
        """The rows of `table` about a record one may see: an arm a type, so that each uses the index."""
        listed = ", ".join(f"r.{column}" for column in columns.split(", "))
        if self.sight is not _Sight.OWN:
            types = ", ".join(f"'{type_}'" for type_ in _SUBJECTS)
            return f"select {listed} from main.{table} r where r.type in ({types})"
        return " union all ".join(
            f"select {listed} from main.{table} r "
            f"where r.type = '{type_}' "
            f"and exists (select 1 from {self.private(view)} s where s.id = r.record_id)"
            for type_, view in _SUBJECTS.items()
        )


def open_book(connection: Any, user: User, at: datetime) -> None:
    """Turn `connection` (of sqlite3 or psycopg) into one that reads what `user` may see at `at`, no more."""
    dialect = SQLITE if isinstance(connection, sqlite3.Connection) else POSTGRESQL
    moment = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    reader = "'" + user.id.replace("'", "''") + "'"
    sight = _sight(connection, user, dialect, reader)
    connection.execute("create temporary table visible_owners (id text primary key)")
    if sight is _Sight.OWN:
        team = dialect.said(_TEAM) if user.role is Role.MANAGER else "select {reader}"
        connection.execute(f"insert into visible_owners {team.format(reader=reader)}")
    # A subquery may call itself what it likes, so reading a table hangs on a name nobody can guess.
    secret = secrets.token_hex(8)

    def private(name: str) -> str:
        return f"_{name}_{secret}"

    views = _Views(sight, moment, private).bodies()
    for name, body in views.items():
        connection.execute(
            f"create temporary view {private(name)} as {dialect.said(body).replace('{reader}', reader)}"
        )
        connection.execute(f"create temporary view {name} as select * from {private(name)}")
    dialect.shut(connection, frozenset(views), frozenset(map(private, views)))


def _sight(connection: Any, user: User, dialect: Dialect, reader: str) -> _Sight:
    if user.role is Role.ADMIN:
        return _Sight.EVERYTHING
    overseer = dialect.said("select 1 from main.overseers where user_id = ") + reader
    return _Sight.OWNED_BY_ANYBODY if connection.execute(overseer).fetchone() else _Sight.OWN
