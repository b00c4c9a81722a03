"""The tables of the records database, for SQLite and PostgreSQL alike."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn
from sqlalchemy.sql.compiler import DDLCompiler


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. Naive moments are refused: nobody could say when they were."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


@compiles(CreateColumn, "postgresql")
def _compared_by_bytes(element: CreateColumn, compiler: DDLCompiler, **options: Any) -> str:
    """Text is ordered and folded as SQLite does it, whichever language the PostgreSQL server speaks."""
    made = str(compiler.visit_create_column(element, **options))  # type: ignore[no-untyped-call]
    column = element.element
    if not isinstance(column.type, String):
        return made
    written = compiler.dialect.type_compiler_instance.process(column.type)
    return made.replace(written, f'{written} COLLATE "C"', 1)


metadata = MetaData()


def _id() -> Column[str]:
    return Column("id", String, primary_key=True)


def _kept() -> list[Column[Any]]:
    """What every record carries: the other columns of its file, merged ids, the hash that tells a change."""
    return [
        Column("extra", JSON, nullable=False, default=dict),
        Column("also", JSON, nullable=False, default=list),
        Column("row_hash", String, nullable=False, default=""),
        Column("load_id", Integer),
    ]


users = Table(
    "users",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("email", String, index=True),
    Column("role", String, nullable=False, default="rep"),
    Column("manager_id", String),
    Column("password_hash", String),
    Column("role_set_by_hand", Boolean, nullable=False, default=False),
    *_kept(),
)
accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("name", String),
    Column("industry", String),
    Column("employees", Float),
    Column("revenue", Float),
    Column("country", String),
    Column("city", String),
    Column("website", String),
    Column("owner_id", String, index=True),
    Column("created_at", UtcDateTime),
    *_kept(),
)
contacts = Table(
    "contacts",
    metadata,
    _id(),
    Column("name", String),
    Column("account_id", String, index=True),
    Column("title", String),
    Column("email", String, index=True),
    Column("phone", String),
    Column("owner_id", String, index=True),
    Column("created_at", UtcDateTime),
    *_kept(),
)
leads = Table(
    "leads",
    metadata,
    _id(),
    Column("name", String),
    Column("company", String),
    Column("title", String),
    Column("email", String, index=True),
    Column("phone", String),
    Column("industry", String),
    Column("employees", Float),
    Column("revenue", Float),
    Column("country", String),
    Column("city", String),
    Column("source", String),
    Column("campaign", String),
    Column("product", String),
    Column("status", String),
    Column("outcome", String, nullable=False, default="open"),
    Column("description", Text),
    Column("owner_id", String, index=True),
    Column("account_id", String, index=True),
    Column("converted_account_id", String, index=True),
    Column("converted_contact_id", String, index=True),
    Column("converted_opportunity_id", String),
    Column("created_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    *_kept(),
)
opportunities = Table(
    "opportunities",
    metadata,
    _id(),
    Column("name", String),
    Column("account_id", String, index=True),
    Column("contact_id", String, index=True),
    Column("product", String),
    Column("type", String),
    Column("stage", String),
    Column("amount", Float),
    Column("currency", String),
    Column("outcome", String, nullable=False, default="open"),
    Column("owner_id", String, index=True),
    Column("created_at", UtcDateTime),
    Column("close_on", Date),
    Column("closed_at", UtcDateTime),
    *_kept(),
)
activities = Table(
    "activities",
    metadata,
    _id(),
    Column("kind", String, nullable=False, default="note"),
    Column("at", UtcDateTime),
    Column("created_at", UtcDateTime),
    Column("subject", Text),
    Column("text", Text),
    Column("direction", String),
    Column("owner_id", String),
    Column("amount", Float),
    Column(
        "seen_from", UtcDateTime
    ),  # kept by `ingest.visibility`: when the first record it is about existed
    *_kept(),
    # Counts by time, kind and owner are read from this alone.
    Index("activities_at", "at", "created_at", "seen_from", "kind", "owner_id", "id"),
)
activity_about = Table(
    "activity_about",
    metadata,
    Column("activity_id", String, primary_key=True),
    Column("type", String, primary_key=True),
    Column("record_id", String, primary_key=True),
    Index("activity_about_record", "type", "record_id", "activity_id"),
)
# Kept by `ingest.visibility`: who sees which contact, account and activity through what they own, and from
# which moment on. Users who see all that anybody owns stand in `overseers` alone.
record_readers = Table(
    "record_readers",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("type", String, primary_key=True),
    Column("record_id", String, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)
activity_readers = Table(
    "activity_readers",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("activity_id", String, primary_key=True),
    Column("at", UtcDateTime),
    Column("since", UtcDateTime, nullable=False),
    Index("activity_readers_at", "user_id", "at", "activity_id", "since"),
    sqlite_with_rowid=False,
)
# Kept by `ingest.activity_links`: which activities a record has had, and from which moment on that is known.
record_activities = Table(
    "record_activities",
    metadata,
    Column("type", String, primary_key=True),  # or WHOLE_ACCOUNT
    Column("record_id", String, primary_key=True),
    Column("activity_id", String, primary_key=True),
    Column("at", UtcDateTime),
    Column("since", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)
WHOLE_ACCOUNT = "whole_account"  # an account's own activities and those of its people, leads and deals
Index(
    "record_activities_of_accounts",
    record_activities.c.activity_id,
    record_activities.c.record_id,
    record_activities.c.since,
    sqlite_where=record_activities.c.type == WHOLE_ACCOUNT,
    postgresql_where=record_activities.c.type == WHOLE_ACCOUNT,
)
overseers = Table("overseers", metadata, Column("user_id", String, primary_key=True))
CALLED = "is "  # begins the kind of a column that is a field of the product under the file's own name
custom_fields = Table(
    "custom_fields",
    metadata,
    Column("type", String, primary_key=True),
    Column("name", String, primary_key=True),  # as the column stands in the file
    # number | date | boolean | category | identifier | text; or "is amount": what a file calls that field
    Column("kind", String, nullable=False),
    Column("after_outcome", Boolean, nullable=False, default=False),
)

scores = Table(
    "scores",
    metadata,
    Column("type", String, primary_key=True),
    Column("record_id", String, primary_key=True),
    Column("at", UtcDateTime, primary_key=True),
    Column("model_id", String, primary_key=True),
    Column("probability", Float, nullable=False),
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("base", Float, nullable=False),
    Column("level", String, nullable=False),
    Column("reasons", JSON, nullable=False),
    Index("scores_at", "at", "type"),
)
models = Table(
    "models",
    metadata,
    _id(),  # the SHA-256 of `data`
    Column("created_at", UtcDateTime, nullable=False),
    Column("in_use", Boolean, nullable=False, default=False),
    Column("level", String, nullable=False),
    Column("data", Text, nullable=False),  # the scorers of leads and opportunities, as JSON
    Column("report", JSON, nullable=False),
)
verdicts = Table(
    "verdicts",  # what users hold against scores
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", String, nullable=False),
    Column("type", String, nullable=False),
    Column("record_id", String, nullable=False, index=True),
    Column("says", String, nullable=False),  # won | lost | higher | lower
    Column("because", Text, nullable=False),
    Column("score", Float),  # what the record stood at
)
unprofiled = Table(
    "unprofiled",  # who objected to being scored
    metadata,
    Column("who", String, primary_key=True),  # an e-mail address or a record's id, in small letters
    Column("at", UtcDateTime, nullable=False),
)
signals = Table(
    "signals",
    metadata,
    Column("activity_id", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String, nullable=False),  # sentiment | intent | need | objection | competitor | budget | …
    Column("name", String, nullable=False),  # what of its kind: "negative", "pricing", "onboarding", …
    Column("strength", Float, nullable=False),
    Column("quote", Text, nullable=False),
    Column("speaker", String),  # customer | rep
)
text_scores = Table(
    "text_scores",
    metadata,
    Column("activity_id", String, primary_key=True),
    Column("model", String, primary_key=True),  # which text model of a scorer
    Column("told", Float, nullable=False),  # what the text tells of the outcome, in log-odds
    Column("part", Integer, nullable=False),  # which of its passages tells most; -1: it says nothing
)
profiles = Table(
    "profiles",
    metadata,
    Column("type", String, primary_key=True),
    Column("record_id", String, primary_key=True),
    Column("text", Text, nullable=False),
    Column("text_hash", String, nullable=False),
)

vectors = Table(
    "vectors",
    metadata,
    Column("content_hash", String, primary_key=True),
    Column("embedder", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian, normalised
)
passages = Table(
    "passages",
    metadata,
    _id(),
    Column("type", String, nullable=False),
    Column("record_id", String, nullable=False),
    Column("content_hash", String, nullable=False),
    Index("passages_record", "type", "record_id"),
    Index("passages_content", "content_hash"),
)

loads = Table(
    "loads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("status", String, nullable=False),  # staged | published | undone
    Column("files", JSON, nullable=False),
    Column("report", JSON, nullable=False, default=dict),
)
journal = Table(
    "journal",
    metadata,
    Column("load_id", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("type", String, nullable=False),
    Column("record_id", String, nullable=False),
    Column("before", JSON),  # the row as it stood, null where it was new
)
merged_rows = Table(
    "merged_rows",  # the rows behind a record that more than one row of the files tells of
    metadata,
    Column("type", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("into_id", String, nullable=False, index=True),
    Column("row", JSON, nullable=False),
)
rejected = Table(
    "rejected",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("load_id", Integer, nullable=False, index=True),
    Column("file", String, nullable=False),
    Column("row", Integer, nullable=False),
    Column("field", String),
    Column("value", Text),
    Column("why", String, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    Column("user_id", String, primary_key=True, index=True),  # two users may both call theirs "s1"
    Column("title", String),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("dialogue", JSON, nullable=False, default=dict),
)
messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("session_id", String, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", JSON, nullable=False),
    Index("messages_session", "user_id", "session_id"),
)
logins = Table(
    "logins",
    metadata,
    Column("token_hash", String, primary_key=True),  # SHA-256 of the cookie, which is kept nowhere
    Column("user_id", String, nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", String),
    Column("action", String, nullable=False),
    Column("detail", JSON, nullable=False),
)
facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),  # "generation", "session_key", …
    Column("value", Text, nullable=False),
)

RECORD_TABLES: dict[str, Table] = {
    "user": users,
    "account": accounts,
    "contact": contacts,
    "lead": leads,
    "opportunity": opportunities,
    "activity": activities,
}
