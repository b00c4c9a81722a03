"""Another process at work on an index, started quickly and killed at will."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from ingest.records import Records
from tests.factories import an_activity, insert
from tests.vectorstore.letters import LetterEmbedder
from vectorstore.index import Index

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["chromadb", "tests.vectorstore.at_work"])


def keep_adding(folder: Path, told: Connection) -> None:
    """Add activities and refresh until killed; tell the number of each round that is done."""
    records, index = _opened(folder)
    for number in range(10_000):
        insert(
            records,
            *(an_activity(id=f"K{number}-{n}", text=f"Killed round {number}, visit {n}.") for n in range(20)),
        )
        index.refresh()
        told.send(number)


def add_one(folder: Path, told: Connection) -> None:
    """Add one activity and refresh."""
    records, index = _opened(folder)
    insert(records, an_activity(id="OTHER", text="A helicopter was ordered elsewhere."))
    index.refresh()
    told.send(0)


@contextmanager
def adding(folder: Path) -> Iterator[tuple[BaseProcess, Connection]]:
    """A process that keeps adding; it is killed in the end."""
    here, there = _processes.Pipe(duplex=False)
    process = _processes.Process(target=keep_adding, args=(folder, there), daemon=True)
    process.start()
    try:
        yield process, here
    finally:
        process.kill()
        process.join()


def one_more(folder: Path) -> None:
    """Have another process add one activity."""
    here, there = _processes.Pipe(duplex=False)
    process = _processes.Process(target=add_one, args=(folder, there), daemon=True)
    process.start()
    assert here.recv() == 0
    process.join()


def _opened(folder: Path) -> tuple[Records, Index]:
    records = Records(folder / "records.sqlite")
    return records, Index(folder / "index", records, LetterEmbedder())
