"""More than one process, and processes that die."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock
from structlog.testing import capture_logs

from ingest.errors import WorkspaceLocked
from ingest.records import Records
from tests.factories import an_activity, insert
from tests.vectorstore.at_work import adding, one_more
from tests.vectorstore.letters import LetterEmbedder
from vectorstore.index import Index


def killed_at_work(folder: Path, rounds: int, seed: int) -> int:
    """Kill a writer `rounds` times at random moments; how often the next reader had to finish its work."""
    chance, finished = random.Random(seed), 0
    records = Records(folder / "records.sqlite")
    for _ in range(rounds):
        with adding(folder) as (_process, told):
            told.recv()
            time.sleep(chance.uniform(0.0, 0.4))
        index = Index(folder / "index", records, LetterEmbedder())
        with capture_logs() as logs:
            hits = index.search("killed round 0, visit 7", k=1)
        finished += any(entry["event"] == "index_rebuilt" for entry in logs)
        assert [str(hit.ref) for hit in hits] == ["activity:K0-7"]
        index.refresh()
        assert index.condition() == "sound"
        fresh = Index(folder / "fresh", records, LetterEmbedder())
        fresh.refresh()
        for question in ("visit 3", "round 1", "killed"):
            assert index.search(question, k=5) == fresh.search(question, k=5)
        index.close()
        fresh.close()
        with records.writing() as connection:
            for table in ("activities", "passages"):
                connection.exec_driver_sql(f"delete from {table}")
    return finished


def test_a_writer_killed_at_any_moment_leaves_a_usable_index(tmp_path: Path) -> None:
    killed_at_work(tmp_path, rounds=2, seed=1)


@pytest.mark.slow
def test_two_hundred_killed_writers(tmp_path: Path) -> None:
    finished = killed_at_work(tmp_path, rounds=200, seed=2)
    print(f"writers killed: 200, index unusable: 0, work finished by the next reader: {finished}")


def test_a_reader_sees_what_another_process_wrote(tmp_path: Path, index: Index, records: Records) -> None:
    insert(records, an_activity(id="T1", text="The onboarding was chaotic."))
    index.refresh()
    assert [str(hit.ref) for hit in index.search("helicopter", k=1)] == ["activity:T1"]
    one_more(tmp_path)
    with capture_logs() as logs:
        assert [str(hit.ref) for hit in index.search("helicopter", k=1)] == ["activity:OTHER"]
    assert logs == [], "the reader had only to open the new build"


def test_readers_go_on_while_another_process_writes(tmp_path: Path, index: Index, records: Records) -> None:
    insert(records, an_activity(id="T1", text="The onboarding was chaotic."))
    index.refresh()
    with adding(tmp_path) as (process, told):
        for number in range(3):
            assert index.search("chaotic onboarding", k=1)[0].ref.id == "T1"
            assert told.recv() == number
        assert process.is_alive()
    assert index.search("killed round 1, visit 4", k=1)[0].ref.id == "K1-4"


def test_while_another_process_holds_the_lock_the_old_build_answers(
    tmp_path: Path, index: Index, records: Records
) -> None:
    insert(records, an_activity(id="T1", text="The onboarding was chaotic."))
    index.refresh()
    with FileLock(tmp_path / "index" / "writer.lock"):
        with records.writing() as connection:
            connection.exec_driver_sql("update facts set value = 'newer' where name = 'index_state'")
        assert index.search("chaotic onboarding", k=1)[0].ref.id == "T1"
    assert index.search("chaotic onboarding", k=1)[0].ref.id == "T1"
    assert index.condition() == "sound"


def test_without_a_build_and_without_the_lock_the_records_answer(
    tmp_path: Path, index: Index, records: Records
) -> None:
    insert(
        records,
        an_activity(id="T1", text="The onboarding was chaotic."),
        an_activity(id="T2", text="A roof."),
    )
    index.refresh()
    expected = index.search("onboarding", k=1)[0]
    index.close()
    (tmp_path / "index" / "current").unlink()
    with FileLock(tmp_path / "index" / "writer.lock"):
        hit = index.search("onboarding", k=1)[0]
    assert (hit.ref, hit.similarity) == (expected.ref, expected.similarity)


def test_many_threads_ask_at_once_while_one_refreshes(index: Index, records: Records) -> None:
    insert(records, *(an_activity(id=f"T{n}", text=f"Visit number {n} to the plant.") for n in range(40)))
    index.refresh()

    def ask(number: int) -> str:
        return str(index.search(f"visit number {number} to the plant", k=1)[0].ref)

    with ThreadPoolExecutor(8) as threads:
        asked = threads.map(ask, [n % 40 for n in range(200)])
        for number in range(4):
            insert(records, an_activity(id=f"X{number}", text=f"Something else {number}."))
            index.refresh()
        assert list(asked) == [f"activity:T{n % 40}" for n in range(200)]


def test_waiting_for_another_writer_ends_in_one_sentence(tmp_path: Path, index: Index) -> None:
    index.refresh()
    held = FileLock(tmp_path / "index" / "writer.lock")
    with held, pytest.raises(WorkspaceLocked, match="try again"), index._writing(0.0):
        pass


def test_a_search_that_outlasts_several_refreshes_ends_well(
    tmp_path: Path, index: Index, records: Records
) -> None:
    insert(records, an_activity(id="T0", text="The onboarding was chaotic."))
    index.refresh()
    stop = threading.Event()

    def searching() -> int:
        count = 0
        while not stop.is_set():
            assert index.search("onboarding", k=1)
            count += 1
        return count

    with ThreadPoolExecutor(3) as threads:
        searches = [threads.submit(searching) for _ in range(3)]
        for number in range(1, 7):
            insert(records, an_activity(id=f"T{number}", text=f"Visit number {number} went well."))
            index.refresh()
        stop.set()
        assert all(one.result() for one in searches)
