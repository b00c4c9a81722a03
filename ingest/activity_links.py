"""Which activities each record has had, worked out once after each change of the records.

When a record was last active, and how often, is then read from one place. A row counts from the moment at
which all of it existed, so that it can be asked as of any moment.
"""

from datetime import datetime

from sqlalchemy import Connection, DateTime, bindparam, text

from ingest.tables import WHOLE_ACCOUNT, record_activities

ALWAYS = datetime(1, 1, 1)

_OWN = """
insert into record_activities (type, record_id, activity_id, at, since)
select b.type, b.record_id, b.activity_id, a.at, coalesce(a.created_at, :always)
from activity_about b join activities a on a.id = b.activity_id"""

# Where a lead was converted to is its account only once it was converted.
_OF_WHOLE_ACCOUNTS = f"""
insert into record_activities (type, record_id, activity_id, at, since)
select '{WHOLE_ACCOUNT}', w.account_id, a.id, a.at,
  case when a.created_at > min(w.since) then a.created_at else min(w.since) end
from (
  select record_id as account_id, activity_id, :always as since from activity_about where type = 'account'
  union all select c.account_id, b.activity_id, coalesce(c.created_at, :always)
  from activity_about b join contacts c on c.id = b.record_id
  where b.type = 'contact' and c.account_id is not null
  union all select o.account_id, b.activity_id, coalesce(o.created_at, :always)
  from activity_about b join opportunities o on o.id = b.record_id
  where b.type = 'opportunity' and o.account_id is not null
  union all select l.account_id, b.activity_id, coalesce(l.created_at, :always)
  from activity_about b join leads l on l.id = b.record_id
  where b.type = 'lead' and l.account_id is not null
  union all select l.converted_account_id, b.activity_id, coalesce(
    case when l.closed_at > coalesce(l.created_at, :always) then l.closed_at else l.created_at end, :always)
  from activity_about b join leads l on l.id = b.record_id
  where b.type = 'lead' and l.account_id is null and l.converted_account_id is not null
) w join activities a on a.id = w.activity_id
group by w.account_id, a.id, a.at, a.created_at"""


def refresh(connection: Connection) -> None:
    """Work the table out anew, in the caller's transaction."""
    connection.execute(record_activities.delete())
    always = bindparam("always", ALWAYS, type_=DateTime())
    for statement in (_OWN, _OF_WHOLE_ACCOUNTS):
        connection.execute(text(statement).bindparams(always))
