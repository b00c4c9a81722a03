"""Brings a records database to the present form of its tables."""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from ingest.errors import WorkspaceUnusable

HEAD = "0003"  # the newest file in `versions/`


def migrate(engine: Engine) -> None:
    """Run the migrations that `engine`'s database has not seen; alembic is loaded only then.

    Raises:
        WorkspaceUnusable: the database was made by a newer version of the product.
    """
    with engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version")
        stamp = text("select version_num from alembic_version")
        version = connection.execute(stamp).scalar() if known else None
    if version == HEAD:
        return
    if version is not None and version > HEAD:
        raise WorkspaceUnusable(
            "This workspace was made by a newer Hotlist; update Hotlist, then open it again."
        )

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
