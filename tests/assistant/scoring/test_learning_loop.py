"""What happens to scores after they were given: users' words, outcomes, drift, and who must not be scored."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from assistant.scoring import Scoring, profiling, verdicts
from assistant.scoring.drift import alarms, stability
from assistant.scoring.verdicts import Says
from ingest.entities import RecordType, Role, User
from ingest.errors import BadRequest
from ingest.records import Records
from ingest.tables import contacts, custom_fields, leads, opportunities, scores
from tests.assistant.scoring.worlds import a_world_of_leads, an_empty_workspace, write
from tests.factories import NOW, days_ago

UTC = ZoneInfo("UTC")
ADMIN = User(id="boss", name="Ada Admin", role=Role.ADMIN)


def _world(folder: Path, **more: Any) -> Records:
    records = an_empty_workspace(folder)
    a_world_of_leads(records, closed=120, waiting=20, **more)
    return records


def _scored(records: Records) -> dict[str, float]:
    newest = select(scores).where(scores.c.at == NOW)
    with records.engine.connect() as connection:
        return {row.record_id: row.probability for row in connection.execute(newest)}


def test_a_users_word_is_kept_and_measured_by_what_came(tmp_path: Path) -> None:
    records = _world(tmp_path)
    scoring = Scoring(records, UTC)
    scoring.refresh(NOW)
    given = verdicts.note(records, ADMIN, "L00121", Says.LOWER, "they signed elsewhere", NOW)
    assert given.score == _scored(records)["L00121"]
    told = scoring.report()["verdicts"]
    assert (told["given"], told["decided"]) == (1, 0)
    assert told["verdicts"][0]["because"] == "they signed elsewhere"
    with records.writing() as connection:
        connection.execute(update(leads).where(leads.c.id == "L00121").values(outcome="lost", closed_at=NOW))
    told = scoring.report()["verdicts"]
    assert (told["decided"], told["user_was_right"], told["verdicts"][0]["right"]) == (1, 1, True)


def test_a_word_on_a_record_that_is_not_theirs_is_refused(tmp_path: Path) -> None:
    records = _world(tmp_path)
    rep = User(id="rep", name="Rita Rep", role=Role.REP)
    with pytest.raises(BadRequest):
        verdicts.note(records, rep, "L00121", Says.LOST, "dead", NOW)
    with pytest.raises(BadRequest):
        verdicts.note(records, ADMIN, "L00001", Says.LOST, "closed long ago", NOW)


def test_an_outcome_that_a_user_tells_is_learned_from(tmp_path: Path) -> None:
    records = _world(tmp_path)
    scoring = Scoring(records, UTC)
    before = scoring.refresh(NOW)["report"]["lead"]["outcomes"]
    for number in range(121, 126):
        verdicts.note(records, ADMIN, f"L00{number}", Says.LOST, "bought elsewhere", days_ago(1))
    verdicts.note(records, ADMIN, "L00126", Says.HIGHER, "keen", days_ago(1))
    assert scoring.refresh(NOW)["report"]["lead"]["outcomes"] == before + 5
    assert "L00121" in _scored(records)  # still open in the CRM


def test_who_objected_is_neither_scored_nor_learned_from(tmp_path: Path) -> None:
    records = _world(tmp_path)
    scoring = Scoring(records, UTC)
    before = scoring.refresh(NOW)
    with records.writing() as connection:
        connection.execute(update(leads).where(leads.c.id == "L00130").values(email="Kim@Example.com"))
    profiling.object_to(records, ["kim@example.com", "L00003"], NOW)
    after = scoring.refresh(NOW, without_earlier=True)
    assert "L00130" not in _scored(records)
    assert after["report"]["lead"]["outcomes"] == before["report"]["lead"]["outcomes"] - 1
    assert [version.id for version in scoring.versions()] == [after["model"]["id"]]
    profiling.withdraw(records, ["KIM@example.com", "l00003"])
    assert scoring.refresh(NOW)["model"]["id"] == before["model"]["id"]
    assert "L00130" in _scored(records)


def test_an_objection_in_the_export_counts_and_covers_the_persons_deals(tmp_path: Path) -> None:
    records = _world(
        tmp_path, extra=lambda rng, _won, _is_open: {"HasOptedOutProfiling": rng.choice(("true", "false"))}
    )
    write(records, "contacts", [{"id": "C1", "name": "Kim", "extra": {"Don't profile": "yes"}}])
    write(records, "opportunities", [{"id": "O1", "name": "Deal", "outcome": "open", "contact_id": "C1"}])
    fields = [
        {"type": "lead", "name": "HasOptedOutProfiling", "kind": "boolean"},
        {"type": "contact", "name": "Don't profile", "kind": "boolean"},
    ]
    write(records, "custom_fields", fields)
    Scoring(records, UTC).refresh(NOW)
    with records.engine.connect() as connection:
        said = {row.id: row.extra["HasOptedOutProfiling"] for row in connection.execute(select(leads))}
    assert {said[name] for name in _scored(records)} == {"false"}
    assert profiling.objectors(records)[RecordType.OPPORTUNITY] == {"O1"}
    with records.writing() as connection:
        for table in (custom_fields, contacts, opportunities):
            connection.execute(delete(table))


@pytest.mark.parametrize(
    ("column", "against"),
    [
        ("HasOptedOutProfiling", True), ("Do not profile", True), ("Widerspruch Profiling", True),
        ("No Perfilar", True), ("反对用户画像", True), ("Lead Scoring opt-out", True),
        ("LinkedIn Profile", False), ("Lead Score", False), ("Profile URL", False),
        ("HasOptedOutOfEmail", False),
    ],
)  # fmt: skip
def test_a_column_of_objections_is_known_by_its_name(column: str, against: bool) -> None:
    assert profiling.says_no(column) is against


def test_open_records_of_another_kind_raise_the_alarm(tmp_path: Path) -> None:
    alike, moved = _world(tmp_path / "alike"), _world(tmp_path / "moved")
    for records, source in ((alike, None), (moved, "Fair")):
        more = [
            {
                "id": f"N{number:04d}",
                "name": f"New {number}",
                "source": source or ("Referral", "Web", "Fair")[number % 3],
                "industry": ("Retail", "Health", "Logistics", "Education")[number % 4],
                "employees": float(5 + 17 * number % 495),
                "outcome": "open",
                "created_at": days_ago(9),
                "extra": {},
            }
            for number in range(200)
        ]
        write(records, "leads", more)
    reports = [Scoring(records, UTC).refresh(NOW)["drift"] for records in (alike, moved)]
    assert reports[0]["lead"]["inputs"] == []
    assert [one["column"] for one in reports[1]["lead"]["inputs"]] == ["source"]
    assert "source" in reports[1]["alarms"][0]


def test_outcomes_other_than_scores_let_expect_raise_the_alarm(tmp_path: Path) -> None:
    records = an_empty_workspace(tmp_path)
    a_world_of_leads(records, closed=200, waiting=60)
    scoring = Scoring(records, UTC)
    scoring.refresh(NOW - timedelta(hours=2))
    with records.writing() as connection:
        waiting = leads.c.outcome == "open"
        connection.execute(update(leads).where(waiting).values(outcome="won", closed_at=days_ago(0)))
    found = scoring.refresh(NOW + timedelta(hours=1))["drift"]
    came = found["lead"]["came_of_scores"]
    assert (came["records"], came["won"], came["alarm"]) == (60, 60, True)
    assert sum(band["records"] for band in came["bands"]) == 60
    assert "--retrain" in found["alarms"][0]


def test_the_stability_index_is_nought_for_equal_shares() -> None:
    shares = np.array([0.5, 0.3, 0.2])
    assert stability(shares, 1000 * shares) == pytest.approx(0.0)
    assert stability(shares, np.array([100.0, 300.0, 600.0])) > 0.25
    assert alarms({}) == []


def test_words_objections_and_drift_are_kept_in_either_database(records: Records) -> None:
    a_world_of_leads(records, closed=60, waiting=8)
    scoring = Scoring(records, UTC)
    scoring.refresh(NOW - timedelta(hours=2))
    verdicts.note(records, ADMIN, "L00061", Says.LOST, "they signed elsewhere", NOW)
    profiling.object_to(records, ["l00062"], NOW)
    with records.writing() as connection:
        connection.execute(
            update(leads).where(leads.c.id == "L00063").values(outcome="won", closed_at=days_ago(0))
        )
    told = scoring.refresh(NOW + timedelta(hours=1), without_earlier=True)
    assert told["verdicts"]["given"] == 1
    assert told["drift"]["lead"]["came_of_scores"]["won"] == 1
    assert told["report"]["lead"]["outcomes"] == 62
    assert len(scoring.versions()) == 1
    assert scoring.roll_back(scoring.versions()[0].id, NOW)
