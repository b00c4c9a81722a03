"""Tables that came later: what users say of scores, and who objected to being scored."""

from alembic import op

from ingest.tables import metadata

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    metadata.create_all(op.get_bind())  # only what is not there yet


def downgrade() -> None:
    for name in ("unprofiled", "verdicts"):
        metadata.tables[name].drop(op.get_bind())
