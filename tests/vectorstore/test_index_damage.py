"""A damaged, missing or outdated index is noticed, said, and made anew without embedding anything again."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ingest.records import Records
from tests.factories import a_lead, an_activity, insert
from tests.vectorstore.letters import LetterEmbedder
from vectorstore.hits import Hit
from vectorstore.index import Index

QUESTIONS = ("chaotic onboarding", "late delivery of machines", "Nordwind", "discount for five")
PLACES = ["data_level0.bin", "header.bin", "length.bin", "index_metadata.pickle", "chroma.sqlite3"]
PLACES += ["fulltext.sqlite", "seal.json", "current"]
OFFSETS = 20


@pytest.fixture
def filled(records: Records, index: Index) -> Records:
    chance = random.Random(3)
    subjects = ["onboarding", "delivery", "discount", "contract", "machine", "training", "invoice"]
    manners = ["late", "chaotic", "for five", "expensive", "fine", "missing"]
    insert(
        records,
        a_lead(id="L1", company="Nordwind"),
        *(
            an_activity(id=f"T{n}", text=f"The {chance.choice(subjects)} is {chance.choice(manners)} {n}.")
            for n in range(60)
        ),
    )
    index.refresh()
    return records


def answers(index: Index) -> list[list[Hit]]:
    return [index.search(question, k=10) for question in QUESTIONS]


def place_of(index: Index, name: str) -> Path:
    found = [file for file in index._shelf.folder.rglob(name) if file.is_file()]
    return next(file for file in found if name == "current" or str(index._shelf.current()) in str(file))


def truncated(file: Path, share: float) -> None:
    os.truncate(file, int(file.stat().st_size * share))


def flipped(file: Path, share: float) -> None:
    content = bytearray(file.read_bytes())
    content[int((len(content) - 1) * share)] ^= 0xFF
    file.write_bytes(content)


def removed(file: Path, _share: float) -> None:
    file.unlink()


def damage_and_ask(
    index: Index, letters: LetterEmbedder, name: str, damage: Callable[[Path, float], None], share: float
) -> list[str]:
    """Damage one file; check that the answers stay; what was said."""
    expected = answers(index)
    index.close()
    damage(place_of(index, name), share)
    letters.embedded.clear()
    with capture_logs() as logs:
        assert answers(index) == expected
    assert set(letters.embedded) <= set(QUESTIONS), "texts were embedded again"
    assert index.condition() == "sound"
    return [entry["event"] for entry in logs]


@pytest.mark.parametrize("damage", [truncated, removed, flipped])
def test_damage_of_any_file_is_noticed_and_changes_no_answer(
    index: Index, filled: Records, letters: LetterEmbedder, damage: Callable[[Path, float], None]
) -> None:
    for name in PLACES:
        assert damage_and_ask(index, letters, name, damage, 0.6) == ["index_rebuilt"], name


@pytest.mark.slow
@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("damage", [truncated, flipped])
def test_damage_anywhere_in_a_file_changes_no_answer(
    index: Index,
    filled: Records,
    letters: LetterEmbedder,
    name: str,
    damage: Callable[[Path, float], None],
) -> None:
    for number in range(OFFSETS):
        damage_and_ask(index, letters, name, damage, number / OFFSETS)


def test_the_whole_folder_may_be_thrown_away(index: Index, filled: Records, letters: LetterEmbedder) -> None:
    expected = answers(index)
    index.close()
    shutil.rmtree(index._shelf.folder)
    letters.embedded.clear()
    assert answers(index) == expected
    assert set(letters.embedded) <= set(QUESTIONS)


def test_a_build_that_breaks_while_it_is_read_is_replaced(
    index: Index, filled: Records, letters: LetterEmbedder
) -> None:
    expected = answers(index)
    file = place_of(index, "chroma.sqlite3")
    with sqlite3.connect(file) as connection:
        connection.execute("delete from collections")
        connection.execute("delete from segments")
    connection.close()
    assert answers(index) == expected


def test_an_index_older_than_the_records_is_brought_up_to_date(
    tmp_path: Path, index: Index, filled: Records, letters: LetterEmbedder
) -> None:
    index.close()
    shutil.copytree(index._shelf.folder, tmp_path / "old")
    insert(filled, an_activity(id="NEW", text="They ask for a helicopter."))
    index.refresh()
    index.close()
    shutil.rmtree(index._shelf.folder)
    shutil.copytree(tmp_path / "old", index._shelf.folder)
    assert index.condition() == "stale"
    letters.embedded.clear()
    with capture_logs() as logs:
        assert [str(hit.ref) for hit in index.search("helicopter", k=1)] == ["activity:NEW"]
    assert [(entry["event"], entry["why"]) for entry in logs] == [("index_rebuilt", "stale")]
    assert letters.embedded == ["helicopter"]


def test_being_opened_often_is_no_damage(index: Index, filled: Records) -> None:
    for _ in range(3):
        index.search("onboarding")
        index.close()
        assert index.condition() == "sound"
    with sqlite3.connect(place_of(index, "chroma.sqlite3")) as connection:  # as 5,000 openings leave it
        connection.executemany("insert into acquire_write (lock_status) values (?)", [(1,)] * 5000)
    connection.close()
    assert index.condition() == "sound"


def test_no_log_holds_a_word_of_a_record(index: Index, filled: Records, letters: LetterEmbedder) -> None:
    index.close()
    truncated(place_of(index, "fulltext.sqlite"), 0.3)
    with capture_logs() as logs:
        index.search("Nordwind")
        index.refresh()
    assert logs
    assert "nordwind" not in str(logs).casefold()


def test_two_builds_answer_alike(
    tmp_path: Path, index: Index, filled: Records, letters: LetterEmbedder
) -> None:
    other = Index(tmp_path / "other", filled, letters)
    other.refresh()
    questions = [f"the {word} number {n}" for word in ("machine", "invoice", "training") for n in range(66)]
    for question in questions:
        assert index.search(question, k=10) == other.search(question, k=10)
    other.close()
