"""Records with valid defaults: a test names only what matters to it.

`a_book_of(records)` writes rows straight into the tables, as an import would have left them.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from ingest import tables
from ingest.entities import Ref
from ingest.records import Records

# A Tuesday, so that "this week" has a day before it and days after it.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

_number = count(1)


def days_ago(days: float) -> datetime:
    """So many times 24 hours before `NOW`."""
    return NOW - timedelta(days=days)


def insert(records: Records, *rows: tuple[str, dict[str, Any]]) -> None:
    """Write rows, each with the name of its table."""
    with records.writing() as connection:
        for table, values in rows:
            about = values.pop("about", ()) if table == "activities" else ()
            connection.execute(tables.metadata.tables[table].insert().values(**values))
            for ref in about:
                link = {"activity_id": values["id"], "type": ref.type.value, "record_id": ref.id}
                connection.execute(tables.activity_about.insert().values(**link))


def ref(text: str) -> Ref:
    """`lead:L1` as a reference."""
    from ingest.entities import RecordType

    kind, identity = text.split(":", 1)
    return Ref(type=RecordType(kind), id=identity)


def a_user(**values: Any) -> tuple[str, dict[str, Any]]:
    """A rep without a manager."""
    number = next(_number)
    return "users", {
        "id": f"U{number}",
        "name": f"User {number}",
        "email": f"u{number}@hotlist.test",
        "role": "rep",
    } | values


def an_account(**values: Any) -> tuple[str, dict[str, Any]]:
    """An account created two years ago."""
    number = next(_number)
    return "accounts", {"id": f"A{number}", "name": f"Account {number}", "created_at": days_ago(730)} | values


def a_contact(**values: Any) -> tuple[str, dict[str, Any]]:
    """A person without an account."""
    number = next(_number)
    return "contacts", {"id": f"C{number}", "name": f"Contact {number}", "created_at": days_ago(700)} | values


def a_lead(**values: Any) -> tuple[str, dict[str, Any]]:
    """An open lead created a hundred days ago."""
    number = next(_number)
    return "leads", {
        "id": f"L{number}",
        "name": f"Lead {number}",
        "company": f"Company {number}",
        "outcome": "open",
        "created_at": days_ago(100),
    } | values


def an_opportunity(**values: Any) -> tuple[str, dict[str, Any]]:
    """An open deal of 1,000 EUR, created a hundred days ago, to be closed in thirty days."""
    number = next(_number)
    return "opportunities", {
        "id": f"O{number}",
        "name": f"Deal {number}",
        "outcome": "open",
        "amount": 1000.0,
        "currency": "EUR",
        "created_at": days_ago(100),
        "close_on": date(2026, 12, 24),
    } | values


def an_activity(*about: str, **values: Any) -> tuple[str, dict[str, Any]]:
    """A call yesterday about the given records ("lead:L1")."""
    number = next(_number)
    return "activities", {
        "id": f"T{number}",
        "kind": "call",
        "at": days_ago(1),
        "created_at": values.get("at", days_ago(1)),
        "about": tuple(ref(one) for one in about),
    } | values


def a_score(of: str, probability: float, **values: Any) -> tuple[str, dict[str, Any]]:
    """A score of `of` ("lead:L1") as of now, without reasons."""
    kind, identity = of.split(":", 1)
    return "scores", {
        "type": kind,
        "record_id": identity,
        "at": NOW,
        "model_id": "m1",
        "probability": probability,
        "low": max(0.0, probability - 0.1),
        "high": min(1.0, probability + 0.1),
        "base": 0.3,
        "level": "own model",
        "reasons": [],
    } | values


def a_signal(activity_id: str, **values: Any) -> tuple[str, dict[str, Any]]:
    """A need that the customer named."""
    return "signals", {
        "activity_id": activity_id,
        "position": next(_number),
        "kind": "need",
        "name": "onboarding",
        "strength": 1.0,
        "quote": "we need help",
        "speaker": "customer",
    } | values


def a_custom_field(record_type: str, name: str, kind: str) -> tuple[str, dict[str, Any]]:
    """A column of a file that the product does not know."""
    return "custom_fields", {"type": record_type, "name": name, "kind": kind, "after_outcome": False}
