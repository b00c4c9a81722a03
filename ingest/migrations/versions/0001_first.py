"""The first form of all tables.

Until the first release this follows `ingest.tables`; from then on it is frozen and changes are new files.
"""

from alembic import op

from ingest import visibility
from ingest.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    visibility.watch(op.get_bind())


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
