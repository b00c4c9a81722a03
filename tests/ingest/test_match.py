"""Which rows are one person or one company: the judgment, on plain values."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest

from ingest.match import Candidate, Pair, grouped
from ingest.match_companies import companies, company_key, legal_form
from ingest.match_people import people


def person(id_: str, name: str | None, email: str | None = None, **more: str) -> Candidate:
    return Candidate(id=id_, name=name, email=email, **more)  # type: ignore[arg-type]


def merged(pairs: Iterable[Pair]) -> set[tuple[str, str]]:
    return {(pair.one.id, pair.other.id) for pair in pairs if pair.merge}


def reported(pairs: Iterable[Pair]) -> set[tuple[str, str]]:
    return {(pair.one.id, pair.other.id) for pair in pairs if not pair.merge}


def test_the_same_address_in_another_spelling_is_one_person() -> None:
    pairs = people([person("a", "Ann Lee", "ann@x.example"), person("b", "Lee, Ann", "ANN@X.example")])
    assert merged(pairs) == {("a", "b")}
    assert pairs[0].confidence > 0.9
    assert pairs[0].reason


def test_a_shared_mailbox_is_not_one_person() -> None:
    pairs = people([person("a", "Ann Lee", "info@x.example"), person("b", "Tom Ray", "info@x.example")])
    assert merged(pairs) == set()
    assert reported(pairs) == {("a", "b")}


def test_different_addresses_are_never_one_person_not_even_by_way_of_a_third_row() -> None:
    rows = [
        person("a", "Ann Lee", "ann@x.example", place="X"),
        person("b", "Ann Lee", None, place="X"),
        person("c", "Ann Lee", "ann.lee@x.example", place="X"),
    ]
    groups = grouped(rows, people(rows))
    assert [[one.id for one in group] for group in groups] in ([["a", "b"]], [["b", "c"]])


def test_rows_of_different_owners_are_only_reported() -> None:
    pairs = people(
        [person("a", "Ann Lee", "a@x.example", owner="1"), person("b", "Ann Lee", "a@x.example", owner="2")]
    )
    assert merged(pairs) == set()
    assert "different owners" in pairs[0].reason


def test_name_and_phone_are_one_person_and_a_name_alone_is_not() -> None:
    rows = [
        person("a", "Ann Lee", phone="+49 30 123456"),
        person("b", "Anne Lee", phone="030123456"),
        person("c", "Ann Lee"),
    ]
    assert merged(people(rows)) == {("a", "b")}


def test_the_oldest_row_comes_first_in_its_group() -> None:
    rows = [
        replace(person("young", "A B", "a@x.example"), created_at=datetime(2026, 1, 1, tzinfo=UTC), order=1),
        replace(person("old", "A B", "a@x.example"), created_at=datetime(2025, 1, 1, tzinfo=UTC), order=2),
    ]
    assert [one.id for one in grouped(rows, people(rows))[0]] == ["old", "young"]


@pytest.mark.parametrize(
    ("name", "key", "form"),
    [
        ("ACME N.V., NL", "acme", "nv"),
        ("Acme, Inc.", "acme", "inc"),
        ("Müller & Söhne GmbH", "muller and sohne", "gmbh"),
        ("N.V. Nutricia", "nutricia", "nv"),
        ("Limited", "limited", "limited"),
    ],
)
def test_a_companys_name_is_compared_without_its_legal_form(name: str, key: str, form: str) -> None:
    assert (company_key(name), legal_form(name)) == (key, form)


def company(id_: str, name: str, **more: str) -> Candidate:
    return Candidate(id=id_, name=name, **more)  # type: ignore[arg-type]


def test_companies_with_the_same_name_are_one_unless_something_contradicts() -> None:
    assert merged(companies([company("a", "Acme GmbH"), company("b", "ACME")])) == {("a", "b")}
    assert merged(companies([company("a", "Acme GmbH"), company("b", "Acme Ltd")])) == set()
    assert not companies([company("a", "Acme", country="Spain"), company("b", "Acme", country="Peru")])
    assert not companies(
        [company("a", "Acme", website="acme.es"), company("b", "Acme", website="https://www.acme.pe/")]
    )


def test_a_misspelled_company_is_reported_and_merged_where_more_agrees() -> None:
    assert reported(companies([company("a", "Goldengate Labs"), company("b", "Goldengaet Labs")])) == {
        ("a", "b")
    }
    alike = [company("a", "Goldengate Labs", city="Bonn"), company("b", "Goldengate Lab", city="Bonn")]
    assert merged(companies(alike)) == {("a", "b")}


@pytest.mark.parametrize(
    "names", [("Bioholding", "Funholding"), ("Lakeden Networks", "Lakeham Networks"), ("Area 51", "Area 52")]
)
def test_companies_with_different_names_stay_apart(names: tuple[str, str]) -> None:
    assert not companies([company("a", names[0]), company("b", names[1])])


def pairwise(groups: Iterable[Iterable[str]]) -> set[frozenset[str]]:
    return {frozenset(pair) for group in groups for pair in combinations(sorted(group), 2)}


def f1(found: set[frozenset[str]], truth: set[frozenset[str]]) -> float:
    right = len(found & truth)
    return 2 * right / (len(found) + len(truth))


@pytest.mark.data
@pytest.mark.parametrize(
    "files",
    [["dataset1.csv"], pytest.param(["dataset4a.csv.gz", "dataset4b.csv.gz"], marks=pytest.mark.slow)],
)
def test_persons_of_the_febrl_sets_are_found(shared_data: Path, files: list[str]) -> None:
    facts = ("soc_sec_id", "date_of_birth", "postcode", "address_1", "address_2", "street_number", "suburb")
    rows, truth = [], defaultdict(list)
    for file in files:
        path = shared_data / "entity-febrl" / file
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as text:
            for row in csv.DictReader(text, skipinitialspace=True):
                name = f"{row['given_name']} {row['surname']}".strip() or None
                held = {fact: row[fact] for fact in facts if row[fact]}
                rows.append(Candidate(id=row["rec_id"], order=len(rows), name=name, facts=held))
                truth[row["rec_id"].split("-")[1]].append(row["rec_id"])
    groups = [[one.id for one in group] for group in grouped(rows, people(rows))]
    assert f1(pairwise(groups), pairwise(truth.values())) >= 0.99


@pytest.mark.data
def test_companies_of_the_patent_register_are_found(shared_data: Path) -> None:
    rows, truth = [], defaultdict(list)
    with (shared_data / "entity-patstat" / "patstat_reference.csv").open() as text:
        for row in csv.DictReader(text):
            rows.append(company(row["person_id"], row["person_name"]))
            truth[row["leuven_id"]].append(row["person_id"])
    groups = [[one.id for one in group] for group in grouped(rows, companies(rows))]
    found, real = pairwise(groups), pairwise(truth.values())
    assert f1(found, real) >= 0.95
    assert len(found & real) / len(found) >= 0.99


def test_another_spelling_is_merged_in_a_list_of_mentions_and_reported_among_accounts() -> None:
    names = ["Goldengate Labs", "Goldengaet Labs", "Goldengate Labs Utrecht"]
    accounts = [company(str(n), name) for n, name in enumerate(names)]
    assert not merged(companies(accounts))
    assert len(reported(companies(accounts))) == 2
    often = [company(f"{n}-{again}", name) for n, name in enumerate(names) for again in range(80)]
    (group,) = grouped(often, companies(often))
    assert len(group) == 240
    owned = [replace(row, owner=row.id.split("-")[0]) for row in often]
    assert len(grouped(owned, companies(owned))) == 3, "never across owners"
