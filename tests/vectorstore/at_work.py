"""Another process at work on an index: `python -m tests.vectorstore.at_work FOLDER TASK`."""

import sys
from pathlib import Path

from ingest.records import Records
from tests.factories import an_activity, insert
from tests.vectorstore.letters import LetterEmbedder
from vectorstore.index import Index


def keep_adding(records: Records, index: Index) -> None:
    """Add activities and refresh until killed; a line on standard output for each round that is done."""
    for number in range(10_000):
        insert(
            records,
            *(an_activity(id=f"K{number}-{n}", text=f"Killed round {number}, visit {n}.") for n in range(20)),
        )
        index.refresh()
        print(number, flush=True)


def add_one(records: Records, index: Index) -> None:
    """Add one activity and refresh."""
    insert(records, an_activity(id="OTHER", text="A helicopter was ordered elsewhere."))
    index.refresh()


def main() -> None:
    folder, task = Path(sys.argv[1]), sys.argv[2]
    records = Records(folder / "records.sqlite")
    index = Index(folder / "index", records, LetterEmbedder())
    {"keep-adding": keep_adding, "add-one": add_one}[task](records, index)


if __name__ == "__main__":
    main()
