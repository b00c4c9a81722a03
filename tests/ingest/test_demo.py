"""The demo company: the same every time, of the size asked for, and with outcomes that can be understood."""

import csv
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ingest.demo import generate
from ingest.demo.phrase_bank import open_banks
from ingest.demo.themes import WEIGHTS

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LANGUAGES = ("en", "de", "es", "zh")


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def leads_of(folder: Path) -> list[dict[str, str]]:
    return [row for row in rows(folder, "Lead") if row["FirstName"] != "Ragged"]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("company")
    generate(folder / "export", as_of=NOW, truth=folder / "truth")
    return folder / "export", folder / "truth"


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, **options: Any) -> Path:
        folder = tmp_path / name
        sizes = {"leads": 60, "accounts": 8, "opportunities": 20, "activities": 400}
        generate(folder, **{"as_of": NOW, **sizes, **options})
        return folder

    return make


def test_the_company_has_the_size_asked_for(company: tuple[Path, Path]) -> None:
    export, truth = company
    second_rows = len(rows(truth, "duplicates"))
    assert second_rows > 20
    assert len(leads_of(export)) == 1200 + second_rows
    assert len(rows(export, "Account")) == 120
    assert len(rows(export, "Opportunity")) == 400
    assert len(rows(export, "Task")) + len(rows(export, "Event")) == 10_000


def test_the_same_seed_and_moment_give_the_same_files(small: Callable[..., Path]) -> None:
    first, second, other = small("first"), small("second"), small("other", seed=5)
    for file in sorted(first.iterdir()):
        assert file.read_bytes() == (second / file.name).read_bytes()
    assert (first / "Lead.csv").read_bytes() != (other / "Lead.csv").read_bytes()


def test_two_levels_of_managers_stand_above_the_reps(company: tuple[Path, Path]) -> None:
    users = {row["Id"]: row for row in rows(company[0], "User")}
    assert len({row["Name"] for row in users.values()}) == len(users)
    assert sum(row["Profile.Name"] == "System Administrator" for row in users.values()) == 1
    reps = [
        row for row in users.values() if row["Title"] == "Account Executive" and row["IsActive"] == "true"
    ]
    assert 8 <= len(reps) <= 10
    for rep in reps:
        manager = users[rep["ManagerId"]]
        assert users[manager["ManagerId"]]["Title"] == "Head of Sales"


def test_a_third_of_the_leads_converts_a_third_is_lost_and_the_rest_is_open(
    company: tuple[Path, Path],
) -> None:
    outcomes = Counter(row["outcome"] for row in rows(company[1], "latent") if row["type"] == "lead")
    for outcome in ("won", "lost", "open"):
        assert 0.25 <= outcomes[outcome] / 1200 <= 0.45


def test_converted_leads_lead_to_their_account_contact_and_deal(company: tuple[Path, Path]) -> None:
    export = company[0]
    accounts = {row["Id"] for row in rows(export, "Account")}
    contacts = {row["Id"]: row for row in rows(export, "Contact")}
    deals = {row["Id"] for row in rows(export, "Opportunity")}
    converted = [row for row in leads_of(export) if row["IsConverted"] == "true"]
    for row in converted:
        assert row["ConvertedAccountId"] in accounts
        assert contacts[row["ConvertedContactId"]]["AccountId"] == row["ConvertedAccountId"]
        assert row["ConvertedOpportunityId"] in deals | {""}
    assert sum(bool(row["ConvertedOpportunityId"]) for row in converted) > len(converted) / 3


@pytest.mark.parametrize("day", range(7))
def test_this_week_is_never_empty(small: Callable[..., Path], day: int) -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=UTC) + timedelta(days=day)
    export = small("week", as_of=now, leads=400, activities=3_000)
    monday = (now - timedelta(days=now.weekday())).strftime("%Y-%m-%d")
    upto = f"{now:%Y-%m-%dT%H:%M:%S}"
    done = [row["CompletedDateTime"] for row in rows(export, "Task") if row["CompletedDateTime"]]
    assert sum(monday <= at <= upto for at in done) >= 5
    assert all(at <= upto for at in done)


def test_activities_stand_between_creation_and_now_or_are_planned(company: tuple[Path, Path]) -> None:
    export, now = company[0], f"{NOW:%Y-%m-%dT%H:%M:%S}"
    planned = [row for row in rows(export, "Task") if row["Status"] == "Not Started"]
    meetings = [row for row in rows(export, "Event") if row["StartDateTime"] > now]
    assert planned
    assert meetings
    assert all(row["CreatedDate"][:19] <= now for row in (*rows(export, "Task"), *rows(export, "Event")))


def test_customers_write_in_their_languages(company: tuple[Path, Path]) -> None:
    languages = Counter(row["language"] for row in rows(company[1], "themes"))
    assert set(languages) == set(LANGUAGES)
    assert languages["en"] > sum(languages.values()) / 2
    assert min(languages.values()) > 200


def test_every_theme_is_voiced_and_decoys_stand_beside_it(company: tuple[Path, Path]) -> None:
    themes = rows(company[1], "themes")
    voiced = Counter(theme for row in themes for theme in row["themes"].split(";") if theme)
    assert set(voiced) == set(WEIGHTS)
    assert min(voiced.values()) >= 20
    assert sum(bool(row["negated"]) for row in themes) > 100
    assert sum(bool(row["raised_by_rep"]) for row in themes) > 100
    assert not any(row["themes"] for row in themes if row["speaker"] != "customer")


def test_the_truth_is_what_the_outcomes_follow_from(company: tuple[Path, Path]) -> None:
    closed = [row for row in rows(company[1], "latent") if row["outcome"] != "open"]
    won = np.array([row["outcome"] == "won" for row in closed])
    latent = roc_auc_score(won, [float(row["probability"]) for row in closed])
    columns = roc_auc_score(won, [float(row["structured"]) for row in closed])
    assert 0.83 <= latent <= 0.91
    assert 0.68 <= columns <= 0.79
    expected = np.mean([float(row["probability"]) for row in closed])
    assert abs(expected - won.mean()) < 0.04


def test_nothing_of_the_truth_is_in_the_export(company: tuple[Path, Path]) -> None:
    header = "".join(
        (file.read_text(encoding="utf-8").partition("\n")[0]) for file in company[0].iterdir()
    ).lower()
    assert not any(word in header for word in ("latent", "theme", "probability,structured"))


def test_dirt_is_planted_listed_and_can_be_left_out(
    company: tuple[Path, Path], small: Callable[..., Path]
) -> None:
    kinds = Counter(row["kind"] for row in rows(company[1], "dirt"))
    assert set(kinds) == {"email", "phone", "date", "link", "amount", "ragged"}
    by_id = {row["Id"]: row for row in rows(company[0], "Lead")}
    for row in rows(company[1], "dirt"):
        if row["file"] == "Lead" and row["field"]:
            assert by_id[row["id"]][row["field"]] == row["value"]
    clean = small("clean", dirty=False)
    assert len(rows(clean, "Lead")) in {60, 61, 62}, "only second rows of other owners are left"


def test_duplicates_share_the_address_of_the_first_row(company: tuple[Path, Path]) -> None:
    by_id = {row["Id"]: row for row in leads_of(company[0])}
    pairs = [(by_id[row["id"]], by_id[row["duplicate_of"]]) for row in rows(company[1], "duplicates")]
    assert {row["same_owner"] for row in rows(company[1], "duplicates")} == {"true", "false"}
    for second, first in pairs:
        if "@" in first["Email"] and " at " not in first["Email"] and not first["Email"].endswith("@"):
            assert second["Email"].strip().lower() == first["Email"].lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_unseen_phrases_say_every_theme_in_other_words(language: str) -> None:
    seen, unseen = open_banks("seen", [language])[language], open_banks("unseen", [language])[language]
    for theme in WEIGHTS:
        assert len(unseen.variants("customer", theme)) >= 2
        assert not seen.variants("customer", theme) & unseen.variants("customer", theme)


def test_unseen_phrases_change_the_words_and_nothing_else(small: Callable[..., Path]) -> None:
    seen, unseen = small("seen"), small("unseen", phrases="unseen")
    assert [row["IsConverted"] for row in rows(seen, "Lead")] == [
        row["IsConverted"] for row in rows(unseen, "Lead")
    ]
    assert [row["WhoId"] for row in rows(seen, "Task")] == [row["WhoId"] for row in rows(unseen, "Task")]
    assert not {row["Description"] for row in rows(seen, "Task")} & {
        row["Description"] for row in rows(unseen, "Task") if row["Description"]
    }
