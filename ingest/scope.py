"""Who sees what, and as of which moment: the rule, written once and enforced by the database.

Opening a book creates temporary views that carry the names of the tables and hold only what the user may
see at that moment. Then the door is shut: the connection reads through these views and does nothing else.
"""

import secrets
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

from ingest.entities import Role, User

# What a book may read besides the views: harmless pragmas and all built-in functions.
_ALLOWED_ACTIONS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}

_TEAM = """
with recursive team(id) as (
  select ? union select u.id from main.users u join team t on u.manager_id = t.id
) select id from team
"""


# What activities, scores, profiles and passages may be about.
_SUBJECTS = {"lead": "leads", "opportunity": "opportunities", "contact": "contacts", "account": "accounts"}


def _views(private: Callable[[str], str], role: Role, moment: str) -> dict[str, str]:
    """The body of each view; `private` gives the name by which one view reads another."""
    exists = f"(r.created_at is null or r.created_at <= '{moment}')"
    known = f"(r.closed_at is null or r.closed_at <= '{moment}')"
    owned = _owned(role)
    return {
        "users": "select r.id, r.name, r.email, r.role, r.manager_id, r.extra from main.users r",
        "custom_fields": "select r.type, r.name, r.kind, r.after_outcome from main.custom_fields r",
        "leads": f"""
            select r.id, r.name, r.company, r.title, r.email, r.phone, r.industry, r.employees, r.revenue,
              r.country, r.city, r.source, r.campaign, r.product, r.description, r.owner_id, r.created_at,
              r.extra, r.also,
              case when {known} then r.status end as status,
              case when {known} then r.outcome else 'open' end as outcome,
              case when {known} then r.closed_at end as closed_at,
              coalesce(r.account_id, case when {known} then r.converted_account_id end) as account_id,
              case when {known} then r.converted_contact_id end as converted_contact_id,
              case when {known} then r.converted_opportunity_id end as converted_opportunity_id
            from main.leads r where {exists} and {owned}""",
        "opportunities": f"""
            select r.id, r.name, r.account_id, r.contact_id, r.product, r.type, r.amount, r.currency,
              r.owner_id, r.created_at, r.close_on, r.extra, r.also,
              case when {known} then r.stage end as stage,
              case when {known} then r.outcome else 'open' end as outcome,
              case when {known} then r.closed_at end as closed_at
            from main.opportunities r where {exists} and {owned}""",
        "contacts": f"""
            select r.id, r.name, r.account_id, r.title, r.email, r.phone, r.owner_id, r.created_at,
              r.extra, r.also
            from main.contacts r where {exists} and ({owned}
              or r.id in (select contact_id from {private("opportunities")})
              or r.id in (select converted_contact_id from {private("leads")}))""",
        "accounts": f"""
            select r.id, r.name, r.industry, r.employees, r.revenue, r.country, r.city, r.website,
              r.owner_id, r.created_at, r.extra, r.also
            from main.accounts r where {exists} and ({owned}
              or r.id in (select account_id from {private("opportunities")})
              or r.id in (select account_id from {private("leads")})
              or r.id in (select account_id from {private("contacts")}))""",
        "activity_about": _of_seen("activity_id, type, record_id", "activity_about", role, private),
        "activities": _spoken(f"{exists} and (r.at is null or r.at <= '{moment}')", role, private),
        "planned": _spoken(f"{exists} and r.at > '{moment}'", role, private),
        "signals": f"""
            select r.activity_id, r.position, r.kind, r.name, r.strength, r.quote, r.speaker
            from main.signals r where r.activity_id in (select id from {private("activities")})""",
        "scores": f"""
            select * from ({
            _of_seen(
                "type, record_id, at, model_id, probability, low, high, base, level, reasons",
                "scores",
                role,
                private,
            )
        })
            where at <= '{moment}'""",
        "profiles": _of_seen("type, record_id, text", "profiles", role, private),
        "passages": _passages(role, private),
    }


def _owned(role: Role) -> str:
    match role:
        case Role.ADMIN:
            return "1"
        case Role.MANAGER:
            return "(r.owner_id in (select id from temp.visible_owners) or r.owner_id is null)"
        case Role.REP:
            return "r.owner_id in (select id from temp.visible_owners)"


def _spoken(when: str, role: Role, private: Callable[[str], str]) -> str:
    """Activities at that time, with at least one visible record among what they are about."""
    about = "1" if role is Role.ADMIN else f"r.id in (select activity_id from {private('activity_about')})"
    return f"""
        select r.id, r.kind, r.at, r.created_at, r.subject, r.text, r.direction, r.owner_id, r.amount, r.extra
        from main.activities r where {when} and {about}"""


def _passages(role: Role, private: Callable[[str], str]) -> str:
    of_records = _of_seen("id, type, record_id, content_hash", "passages", role, private)
    if role is Role.ADMIN:
        return of_records
    return f"""
        {of_records}
        union all select r.id, r.type, r.record_id, r.content_hash from main.passages r
        where r.type = 'activity' and r.record_id in (select id from {private("activities")})"""


def _of_seen(columns: str, table: str, role: Role, private: Callable[[str], str]) -> str:
    """The rows of `table` that are about a record one may see: an arm a type, so that each uses the index."""
    listed = ", ".join(f"r.{column}" for column in columns.split(", "))
    if role is Role.ADMIN:
        return f"select {listed} from main.{table} r"
    return " union all ".join(
        f"select {listed} from main.{table} r "
        f"where r.type = '{type_}' and r.record_id in (select id from {private(view)})"
        for type_, view in _SUBJECTS.items()
    )


def open_book(connection: sqlite3.Connection, user: User, at: datetime) -> None:
    """Turn `connection` into one that reads what `user` may see at `at`, and nothing else."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    connection.execute("create temp table visible_owners (id text primary key)")
    if user.role is not Role.ADMIN:
        team = _TEAM if user.role is Role.MANAGER else "select ?"
        connection.execute(f"insert into temp.visible_owners {team}", (user.id,))
    # A subquery may call itself what it likes, so reading a table hangs on a name nobody can guess.
    secret = secrets.token_hex(8)

    def private(name: str) -> str:
        return f"_{name}_{secret}"

    views = _views(private, user.role, moment)
    for name, body in views.items():
        connection.execute(f"create temp view {private(name)} as {body}")
        connection.execute(f"create temp view {name} as select * from {private(name)}")
    connection.commit()
    connection.set_authorizer(_door(frozenset(views), frozenset(map(private, views))))


def _door(public: frozenset[str], private: frozenset[str]) -> Callable[..., int]:
    def allow(
        action: int, first: str | None, _second: str | None, database: str | None, inside: str | None
    ) -> int:
        if action in _ALLOWED_ACTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and (
            inside in private
            or (database == "temp" and first in public)
            or (first in private and inside in public)
        ):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return allow
