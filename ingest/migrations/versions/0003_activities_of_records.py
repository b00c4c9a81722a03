"""Which activities each record has had; and an index from which activities are counted.

A workspace made since then holds both already: the first form follows `ingest.tables`.
"""

from alembic import op
from sqlalchemy import inspect

from ingest import visibility
from ingest.tables import activities, facts, record_activities

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    connection = op.get_bind()
    if any(index["name"] == "activities_at" for index in inspect(connection).get_indexes(activities.name)):
        return
    record_activities.create(connection, checkfirst=True)
    op.execute("drop index if exists ix_activities_at")
    for index in activities.indexes:
        index.create(connection)
    connection.execute(facts.update().where(facts.c.name == "visibility").values(value="stale"))
    visibility.refresh(connection)


def downgrade() -> None:
    record_activities.drop(op.get_bind())
