"""Who sees which contact, account and activity, worked out once after each change of the records.

The rule: what one owns, what a lead or deal that one owns is linked to, the account of a contact one sees,
and the activities about any of these. A link counts from the moment at which all of it existed, so that the
rule can be asked as of any moment. Leads and opportunities hang on their owner alone and need no table.
"""

from collections import defaultdict

from sqlalchemy import Connection, DateTime, bindparam, text

from ingest import activity_links
from ingest.activity_links import ALWAYS
from ingest.entities import Role
from ingest.tables import activity_readers, facts, overseers, record_readers

NOBODY = ""  # the owner of a record without one, whom managers see

# A change in one of these makes the tables stale; a trigger notes it, whoever makes the change.
_WATCHED = {
    "users": "update of manager_id, role",
    "accounts": "update of owner_id, created_at",
    "contacts": "update of owner_id, account_id, created_at",
    "leads": "update of owner_id, created_at, closed_at, account_id, converted_account_id, "
    "converted_contact_id",
    "opportunities": "update of owner_id, account_id, contact_id, created_at",
    "activities": "update of at, created_at",
    "activity_about": "update",
}

_OWNED = """
select 'contact' as type, id as record_id, owner_id, created_at as since from contacts
union all select 'account', id, owner_id, created_at from accounts"""
_LINKED = """
union all select 'contact', contact_id, owner_id, created_at from opportunities where contact_id is not null
union all select 'account', account_id, owner_id, created_at from opportunities where account_id is not null
union all select 'account', account_id, owner_id, created_at from leads where account_id is not null
union all select 'contact', converted_contact_id, owner_id,
    case when closed_at > coalesce(created_at, :always) then closed_at else created_at end
  from leads where converted_contact_id is not null
union all select 'account', converted_account_id, owner_id,
    case when closed_at > coalesce(created_at, :always) then closed_at else created_at end
  from leads where converted_account_id is not null and account_id is null"""

_RECORDS = f"""
insert into record_readers (user_id, type, record_id, since)
select s.user_id, r.type, r.record_id, min(coalesce(r.since, :always))
from ({_OWNED} {_LINKED}) r join sees s on s.owner_id = coalesce(r.owner_id, '')
group by s.user_id, r.type, r.record_id"""

# A link to a record that is not there opens nothing, and none opens before the record existed.
_ONLY_RECORDS = """
delete from record_readers where type = '{type}' and record_id not in (select id from {table})"""
_NOT_BEFORE = """
update record_readers set since = (select r.created_at from {table} r where r.id = record_readers.record_id)
where type = '{type}' and exists (
  select 1 from {table} r where r.id = record_readers.record_id and r.created_at > record_readers.since)"""

_ACCOUNTS_OF_CONTACTS = """
insert into record_readers (user_id, type, record_id, since)
select v.user_id, 'account', c.account_id,
  min(case when c.created_at > v.since then c.created_at else v.since end)
from record_readers v join contacts c on c.id = v.record_id
where v.type = 'contact' and c.account_id is not null
group by v.user_id, c.account_id
on conflict (user_id, type, record_id) do update
set since = excluded.since where excluded.since < record_readers.since"""

_ACTIVITIES = """
insert into activity_readers (user_id, activity_id, at, since)
select r.user_id, a.id, a.at,
  case when a.created_at > min(r.since) then a.created_at else min(r.since) end
from (
  select s.user_id, b.activity_id, coalesce(l.created_at, :always) as since
  from activity_about b join leads l on l.id = b.record_id
    join sees s on s.owner_id = coalesce(l.owner_id, '') where b.type = 'lead'
  union all select s.user_id, b.activity_id, coalesce(o.created_at, :always)
  from activity_about b join opportunities o on o.id = b.record_id
    join sees s on s.owner_id = coalesce(o.owner_id, '') where b.type = 'opportunity'
  union all select v.user_id, b.activity_id, v.since
  from activity_about b join record_readers v on v.type = b.type and v.record_id = b.record_id
  where b.type in ('contact', 'account')
) r join activities a on a.id = r.activity_id
group by r.user_id, a.id, a.at, a.created_at"""

# From when on whoever sees all that anybody owns sees an activity: when the first record it is about existed.
_FIRST = """
select b.activity_id, min(coalesce(r.created_at, :always)) as since
from (
  select 'lead' as type, id, created_at from leads
  union all select 'opportunity', id, created_at from opportunities
  union all select 'contact', id, created_at from contacts
  union all select 'account', id, created_at from accounts
) r join activity_about b on b.type = r.type and b.record_id = r.id
group by b.activity_id"""
_SEEN_FROM = f"""
update activities set seen_from = case when created_at > f.since then created_at else f.since end
from ({_FIRST}) f where f.activity_id = activities.id
and (seen_from is null or seen_from <> case when created_at > f.since then created_at else f.since end)"""
_SEEN_NO_MORE = f"""
update activities set seen_from = null
where seen_from is not null and id not in (select f.activity_id from ({_FIRST}) f)"""

_ALL_OWNERS = " union ".join(
    f"select distinct coalesce(owner_id, '') from {table}"
    for table in ("accounts", "contacts", "leads", "opportunities")
)


def watch(connection: Connection) -> None:
    """Make the triggers that note when the tables of this module have become stale."""
    note = "update facts set value = 'stale' where name = 'visibility' and value <> 'stale';"
    on_postgresql = connection.dialect.name == "postgresql"
    if on_postgresql:
        connection.execute(
            text(
                "create function note_visibility() returns trigger language plpgsql as "
                f"$$ begin {note} return null; end $$"
            )
        )
    run = "for each statement execute function note_visibility()" if on_postgresql else f"begin {note} end"
    for table, change in _WATCHED.items():
        for event in ("insert", "delete", change):
            name = f"{table}_{event.split()[0]}_changes_visibility"
            connection.execute(text(f"create trigger {name} after {event} on {table} {run}"))
    connection.execute(facts.insert().values(name="visibility", value="stale"))


def refresh(connection: Connection) -> None:
    """Work the tables out anew where a change has made them stale, in the caller's transaction."""
    if connection.execute(text("select value from facts where name = 'visibility'")).scalar() != "stale":
        return
    for table in (record_readers, activity_readers, overseers):
        connection.execute(table.delete())
    _write_sees(connection)
    always = bindparam("always", ALWAYS, type_=DateTime())
    connection.execute(text(_RECORDS).bindparams(always))
    for type_, view in (("contact", "contacts"), ("account", "accounts")):
        if type_ == "account":
            connection.execute(text(_ACCOUNTS_OF_CONTACTS))
        connection.execute(text(_ONLY_RECORDS.format(type=type_, table=view)))
        connection.execute(text(_NOT_BEFORE.format(type=type_, table=view)))
    connection.execute(text(_ACTIVITIES).bindparams(always))
    for statement in (_SEEN_FROM, _SEEN_NO_MORE):
        connection.execute(text(statement).bindparams(always))
    activity_links.refresh(connection)
    connection.execute(text("drop table sees"))
    connection.execute(facts.update().where(facts.c.name == "visibility").values(value="fresh"))


def _write_sees(connection: Connection) -> None:
    """The pairs of who sees whose records, but for admins and overseers, who need no list."""
    sees = _teams(connection)
    owners = set(connection.execute(text(_ALL_OWNERS)).scalars())
    above_all = [user for user, seen in sees.items() if NOBODY in seen and owners <= seen]
    if above_all:
        connection.execute(overseers.insert(), [{"user_id": user} for user in above_all])
    pairs = [
        {"user_id": user, "owner_id": owner}
        for user, seen in sees.items()
        if user not in above_all
        for owner in seen
    ]
    connection.execute(
        text("create temporary table sees (owner_id text, user_id text, primary key (owner_id, user_id))")
    )
    if pairs:
        connection.execute(text("insert into sees values (:owner_id, :user_id)"), pairs)


def _teams(connection: Connection) -> dict[str, set[str]]:
    """Whose records each rep and manager sees; a manager's team may hold cycles and vacant posts."""
    rows = connection.execute(text("select id, role, manager_id from users")).all()
    below = defaultdict(set)
    for row in rows:
        below[row.manager_id].add(row.id)
    teams = {}
    for row in rows:
        if row.role == Role.ADMIN:
            continue
        team, waiting = {row.id}, [row.id]
        while waiting and row.role == Role.MANAGER:
            new = below[waiting.pop()] - team
            team |= new
            waiting += new
        teams[row.id] = team | ({NOBODY} if row.role == Role.MANAGER else set())
    return teams
