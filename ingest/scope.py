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


def _views(name: Callable[[str], str], role: Role, moment: str) -> dict[str, str]:
    """The views in the order in which they build on each other; `name` gives a view's private name."""
    exists = f"(r.created_at is null or r.created_at <= '{moment}')"
    known = f"(r.closed_at is null or r.closed_at <= '{moment}')"
    if role is Role.ADMIN:
        owned = "1"
    else:
        owned = "r.owner_id in (select id from temp.visible_owners)"
        if role is Role.MANAGER:
            owned = f"({owned} or r.owner_id is null)"

    def linked(*sources: str) -> str:
        return "1" if role is Role.ADMIN else "(" + " or ".join([owned, *sources]) + ")"

    leads, opportunities, contacts, accounts = map(
        name, ("leads", "opportunities", "contacts", "accounts")
    )
    contact_rule = linked(
        f"r.id in (select contact_id from {opportunities})",
        f"r.id in (select converted_contact_id from {leads})",
    )
    account_rule = linked(
        f"r.id in (select account_id from {opportunities})",
        f"r.id in (select account_id from {leads})",
        f"r.id in (select account_id from {contacts})",
    )
    about_rule = "1" if role is Role.ADMIN else f"""(
        (r.type = 'lead' and r.record_id in (select id from {leads}))
        or (r.type = 'opportunity' and r.record_id in (select id from {opportunities}))
        or (r.type = 'contact' and r.record_id in (select id from {contacts}))
        or (r.type = 'account' and r.record_id in (select id from {accounts})))"""
    activity_rule = "1" if role is Role.ADMIN else f"r.id in (select activity_id from {name('activity_about')})"
    activity_columns = "r.id, r.kind, r.at, r.created_at, r.subject, r.text, r.direction, r.owner_id, r.amount, r.extra"
    seen_record = "1" if role is Role.ADMIN else f"""(
        (r.type = 'lead' and r.record_id in (select id from {leads}))
        or (r.type = 'opportunity' and r.record_id in (select id from {opportunities}))
        or (r.type = 'contact' and r.record_id in (select id from {contacts}))
        or (r.type = 'account' and r.record_id in (select id from {accounts})))"""
    return {
        "users": "select r.id, r.name, r.email, r.role, r.manager_id, r.extra from main.users r",
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
            from main.contacts r where {exists} and {contact_rule}""",
        "accounts": f"""
            select r.id, r.name, r.industry, r.employees, r.revenue, r.country, r.city, r.website,
              r.owner_id, r.created_at, r.extra, r.also
            from main.accounts r where {exists} and {account_rule}""",
        "activity_about": f"select r.activity_id, r.type, r.record_id from main.activity_about r where {about_rule}",
        "activities": f"""
            select {activity_columns} from main.activities r
            where {exists} and (r.at is null or r.at <= '{moment}') and {activity_rule}""",
        "planned": f"""
            select {activity_columns} from main.activities r
            where {exists} and r.at > '{moment}' and {activity_rule}""",
        "signals": f"""
            select r.activity_id, r.position, r.kind, r.name, r.strength, r.quote, r.speaker
            from main.signals r where r.activity_id in (select id from {name('activities')})""",
        "scores": f"""
            select r.type, r.record_id, r.at, r.model_id, r.probability, r.low, r.high, r.base, r.level,
              r.reasons
            from main.scores r where r.at <= '{moment}' and {seen_record}""",
        "profiles": f"select r.type, r.record_id, r.text from main.profiles r where {seen_record}",
        "passages": f"""
            select r.id, r.type, r.record_id, r.content_hash from main.passages r
            where {seen_record}
              or (r.type = 'activity' and r.record_id in (select id from {name('activities')}))""",
        "custom_fields": "select r.type, r.name, r.kind, r.after_outcome from main.custom_fields r",
    }


def open_book(connection: sqlite3.Connection, user: User, at: datetime) -> None:
    """Turn `connection` into one that reads what `user` may see at `at`, and nothing else."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    connection.execute("create temp table visible_owners (id text primary key)")
    if user.role is not Role.ADMIN:
        team = _TEAM if user.role is Role.MANAGER else "select ?"
        connection.execute(f"insert into temp.visible_owners {team}", (user.id,))
    # A subquery may call itself what it likes, so reading a table hangs on a name nobody can guess.
    secret = secrets.token_hex(8)
    private = {}

    def private_name(name: str) -> str:
        return private.setdefault(name, f"_{name}_{secret}")

    for name, body in _views(private_name, user.role, moment).items():
        connection.execute(f"create temp view {private_name(name)} as {body}")
        connection.execute(f"create temp view {name} as select * from {private_name(name)}")
    connection.commit()
    connection.set_authorizer(_door(frozenset(private), frozenset(private.values())))


def _door(public: frozenset[str], private: frozenset[str]) -> Callable[..., int]:
    def allow(action: int, first: str | None, _second: str | None, database: str | None, inside: str | None) -> int:
        if action in _ALLOWED_ACTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and (
            inside in private or (database == "temp" and first in public) or (first in private and inside in public)
        ):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return allow
