"""Customer profiles: what customers let know, in words that hold no quote."""

from pathlib import Path

from sqlalchemy import delete, insert, select

from assistant.profiles import refresh_profiles
from ingest.records import Records
from ingest.tables import profiles, signals
from tests.factories import a_lead, an_activity, ref
from tests.factories import insert as put


def told(
    activity: str, position: int, kind: str, name: str, speaker: str | None = "customer"
) -> dict[str, object]:
    quote = "secret words"
    return {
        "activity_id": activity, "position": position, "kind": kind, "name": name, "strength": 1.0,
        "quote": quote, "speaker": speaker,
    }  # fmt: skip


def read(records: Records) -> dict[tuple[str, str], str]:
    with records.engine.connect() as connection:
        return {(row.type, row.record_id): row.text for row in connection.execute(select(profiles))}


def test_a_profile_sums_up_what_the_customer_said_and_quotes_nothing(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.sqlite")
    put(
        records,
        a_lead(id="L1"),
        an_activity(id="A1", about=[ref("lead:L1")]),
        an_activity(id="A2", about=[ref("lead:L1")]),
    )
    rows = [
        told("A1", 0, "need", "integration"),
        told("A1", 1, "intent", "pricing"),
        told("A2", 0, "intent", "demo"),
        told("A2", 1, "intent", "pricing"),
        told("A2", 2, "need", "compliance", speaker="rep"),
    ]
    with records.writing() as connection:
        connection.execute(insert(signals), rows)
    assert refresh_profiles(records) == 1
    assert read(records) == {("lead", "L1"): "Interest: pricing, demo. Needs: integration."}
    assert refresh_profiles(records) == 0

    with records.writing() as connection:
        connection.execute(delete(signals))
    assert refresh_profiles(records) == 1
    assert read(records) == {}
