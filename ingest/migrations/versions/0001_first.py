"""The first form of all tables.

Until the first release this follows `ingest.tables`; from then on it is frozen and changes are new files.
"""

from alembic import op

from ingest import visibility
from ingest.dialects import READER_ROLE
from ingest.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    visibility.watch(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"do $$ begin if not exists (select from pg_roles where rolname = '{READER_ROLE}') "
            f"then create role {READER_ROLE} nologin; end if; end $$"
        )
        op.execute(
            f"do $$ begin if not pg_has_role(current_user, '{READER_ROLE}', 'member') "
            f"then grant {READER_ROLE} to current_user; end if; end $$"
        )


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
