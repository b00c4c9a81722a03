"""The demo company in three forms, clean and dirty: whatever system it comes from, it is the same company."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.demo import generate
from ingest.entities import RecordType
from ingest.load import recognise
from tests.evals.forms import FORMS, Ids, read_ids
from tests.ingest.conftest import NOW, Shelf

SIZES = {"leads": 120, "accounts": 16, "opportunities": 50, "activities": 700}
_LINKS = {
    "owner_id": "user",
    "manager_id": "user",
    "account_id": "account",
    "contact_id": "contact",
    "converted_contact_id": "contact",
    "converted_opportunity_id": "opportunity",
}
# What each type must hold alike, whatever it was called in the file.
SAME = {
    "user": ("name", "email", "role", "manager_id"),
    "account": ("name", "industry", "employees", "revenue", "country", "city", "website", "owner_id"),
    "contact": ("name", "account_id", "title", "email", "phone", "owner_id"),
    "lead": (
        *("name", "title", "industry", "employees", "revenue", "country", "city", "source", "campaign"),
        *("product", "status", "outcome", "description", "owner_id", "converted_contact_id"),
        *("converted_opportunity_id", "closed_at"),
    ),
    "opportunity": (
        *("name", "account_id", "contact_id", "product", "type", "stage", "amount", "outcome", "owner_id"),
        *("close_on", "closed_at"),
    ),
    "activity": ("kind", "subject", "text", "owner_id"),
}
NEARLY = {"lead": ("created_at",), "opportunity": ("created_at",), "activity": ("at", "created_at")}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return loaded(tmp_path_factory.mktemp("reference"), "salesforce", dirty=False)


def loaded(folder: Path, form: str, *, dirty: bool) -> dict[str, dict[str, Any]]:
    """All records, by type and Salesforce id."""
    generate(folder / "export", truth=folder / "truth", as_of=NOW, form=form, dirty=dirty, **SIZES)
    shelf = Shelf(folder)
    report = shelf.load(folder / "export")
    assert bool(report.rejected) == dirty
    ids = read_ids(folder / "truth")
    return {str(type_): rows_of(shelf, type_, ids) for type_ in RecordType}


def rows_of(shelf: Shelf, type_: RecordType, ids: Ids) -> dict[str, Any]:
    found = {}
    for id_, row in shelf.rows(type_).items():
        linked = {name: ids.of(to, row[name]) for name, to in _LINKS.items() if name in row}
        if type_ is RecordType.LEAD:  # HubSpot links a lead to its company, and says nothing of a conversion
            account = ids.of("account", row["converted_account_id"] or row["account_id"])
            linked["account_id"] = account if row["outcome"] == "won" else None
        if type_ is RecordType.ACTIVITY:
            linked["about"] = {(one, ids.of(one, record)) for one, record in shelf.about(id_)}
        found[ids.of(str(type_), id_)] = {**row, **linked}
    return found


@pytest.mark.parametrize(("form", "dirty"), FORMS[1:])
def test_every_form_holds_the_same_company(
    tmp_path: Path, reference: Mapping[str, Mapping[str, Any]], form: str, dirty: bool
) -> None:
    found = loaded(tmp_path, form, dirty=dirty)
    for type_, rows in reference.items():
        assert set(found[type_]) == set(rows), type_
        for id_, row in rows.items():
            other = found[type_][id_]
            assert {name: other[name] for name in SAME[type_]} == {name: row[name] for name in SAME[type_]}
            for name in NEARLY.get(type_, ()):
                assert (other[name] is None) == (row[name] is None)
                assert row[name] is None or abs(other[name] - row[name]) < timedelta(minutes=1)
    for id_, row in reference["lead"].items():
        assert found["lead"][id_]["account_id"] == row["account_id"]
    for id_, row in reference["activity"].items():
        about = found["activity"][id_]["about"]
        assert about >= row["about"]
        assert about == row["about"] or (form == "hubspot" and len(about) == len(row["about"]) + 1), (
            "HubSpot has one record for a lead and the contact it became"
        )


@pytest.mark.parametrize(("form", "dirty"), FORMS)
def test_what_a_dry_run_prints_loads_every_form_alike(tmp_path: Path, form: str, dirty: bool) -> None:
    export = tmp_path / "export"
    generate(export, as_of=NOW, form=form, dirty=dirty, **SIZES)
    shelf = Shelf(tmp_path)
    shelf.load(export)
    printed = yaml.load(recognise([export], None), Loader=yaml.BaseLoader)
    again = shelf.load(export, printed)
    assert again.changed == frozenset()


def test_a_clean_export_is_the_dirty_one_without_what_nobody_can_read(tmp_path: Path) -> None:
    clean, dirty = tmp_path / "clean", tmp_path / "dirty"
    generate(clean, as_of=NOW, dirty=False, **SIZES)
    generate(dirty, as_of=NOW, truth=tmp_path / "truth", **SIZES)
    before = {row["Id"]: row for row in rows(clean / "Contact.csv")}
    spoiled = {(row["id"], row["field"]) for row in rows(tmp_path / "truth" / "dirt.csv")}
    for row in rows(dirty / "Contact.csv"):
        for field, value in before[row["Id"]].items():
            assert value == ("" if (row["Id"], field) in spoiled else row[field].strip())


def test_an_unknown_form_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such form"):
        generate(tmp_path, as_of=datetime(2026, 11, 24, tzinfo=UTC), form="excel")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
