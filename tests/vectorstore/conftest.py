"""A workspace's records and index in a temporary folder, with an embedder that needs no weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.records import Records
from tests.vectorstore.letters import LetterEmbedder
from vectorstore.index import Index


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.sqlite")


@pytest.fixture
def letters() -> LetterEmbedder:
    return LetterEmbedder()


@pytest.fixture
def index(tmp_path: Path, records: Records, letters: LetterEmbedder) -> Iterator[Index]:
    index = Index(tmp_path / "index", records, letters)
    yield index
    index.close()
