"""A workspace of an earlier form is brought to the present one when it is opened."""

from pathlib import Path

from sqlalchemy import text

from ingest.migrations import HEAD
from ingest.records import Records
from tests.factories import NOW, a_lead, a_user, an_account, an_activity, insert

_FIRST_FORM = (
    "drop table record_activities",
    "drop index activities_at",
    "create index ix_activities_at on activities (at)",
    "update alembic_version set version_num = '0001'",
)


def test_a_workspace_of_the_first_form_learns_what_each_record_has_had(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.db")
    insert(
        records,
        a_user(id="U"),
        an_account(id="A", owner_id="U"),
        a_lead(id="L", owner_id="U", account_id="A"),
        an_activity("lead:L", id="T"),
    )
    with records.engine.connect().execution_options(writes=True) as connection, connection.begin():
        for statement in _FIRST_FORM:
            connection.execute(text(statement))
    records.engine.dispose()
    opened = Records(tmp_path / "records.db")
    with opened.engine.connect() as connection:
        assert connection.execute(text("select version_num from alembic_version")).scalar() == HEAD
        plan = connection.execute(text("explain query plan select count(*) from activities where at > 'x'"))
        assert "COVERING INDEX activities_at" in str(plan.all())
    with opened.seen_by(opened.user("U"), NOW) as see:
        for view in ("lead_activities", "account_activities"):
            assert [row.activity_id for row in see(text(f"select activity_id from {view}"))] == ["T"]
