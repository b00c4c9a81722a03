"""A team's shelf: the vectors on a Chroma server, the same code and the same answers."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ingest.errors import BadRequest, WorkspaceUnusable
from ingest.records import Records
from tests.factories import an_activity, insert, ref
from tests.vectorstore.letters import LetterEmbedder
from vectorstore.hits import Hit
from vectorstore.index import Index

pytestmark = pytest.mark.slow
QUESTIONS = ("chaotic onboarding", "late delivery", "visit number 17", "roof")


@pytest.fixture
def filled(records: Records) -> Records:
    insert(
        records,
        an_activity(id="T1", text="The onboarding was chaotic."),
        an_activity(id="T2", text="The delivery is late."),
        *(an_activity(id=f"V{n}", text=f"Visit number {n}.") for n in range(40)),
    )
    return records


def answers(index: Index) -> list[list[Hit]]:
    return [index.search(question, k=5) for question in QUESTIONS]


def test_the_server_answers_as_the_embedded_index_does(
    tmp_path: Path, chroma_server: str, index: Index, filled: Records, letters: LetterEmbedder
) -> None:
    index.refresh()
    expected = answers(index)
    index.close()
    remote = Index(tmp_path / "remote", filled, letters, chroma_server)
    assert remote.refresh().embedded == 0
    assert answers(remote) == expected
    insert(filled, an_activity(id="NEW", text="They need a new roof."))
    assert remote.refresh().embedded == 1
    assert remote.search("roof", k=1)[0].ref == ref("activity:NEW")
    remote.forget([ref("activity:NEW")])
    assert remote.search("roof", k=1)[0].ref != ref("activity:NEW")
    remote.close()


def test_another_machine_needs_only_its_full_text(
    tmp_path: Path, chroma_server: str, filled: Records, letters: LetterEmbedder
) -> None:
    first = Index(tmp_path / "first", filled, letters, chroma_server)
    first.refresh()
    second = Index(tmp_path / "second", filled, letters, chroma_server)
    asked = len(letters.embedded)
    assert answers(second) == answers(first)
    assert len(letters.embedded) == asked + 2 * len(QUESTIONS)
    first.close()
    second.close()


def test_two_workspaces_share_a_server_and_nothing_else(
    tmp_path: Path, chroma_server: str, filled: Records, letters: LetterEmbedder
) -> None:
    first = Index(tmp_path / "first", filled, letters, chroma_server)
    first.refresh()
    expected = answers(first)
    others = Records(tmp_path / "others.sqlite")
    insert(others, an_activity(id="T1", text="Another company's chaotic onboarding."))
    second = Index(tmp_path / "second", others, letters, chroma_server)
    second.refresh()
    assert [str(hit.ref) for hit in second.search("late delivery", k=5)] == ["activity:T1"]
    assert answers(first) == expected
    first.close()
    second.close()


def test_what_vanished_from_the_server_is_put_there_again(
    tmp_path: Path, chroma_server: str, filled: Records, letters: LetterEmbedder
) -> None:
    import chromadb

    index = Index(tmp_path / "index", filled, letters, chroma_server)
    index.refresh()
    expected = answers(index)
    index.close()
    client = chromadb.HttpClient(host="127.0.0.1", port=int(chroma_server.rpartition(":")[2]))
    for collection in client.list_collections():
        client.delete_collection(collection.name)
    with capture_logs() as logs:
        assert answers(index) == expected
    assert "index_rebuilt" in [entry["event"] for entry in logs]
    index.close()


def test_without_the_server_the_records_answer(
    tmp_path: Path, filled: Records, index: Index, letters: LetterEmbedder
) -> None:
    index.refresh()
    expected = answers(index)
    index.close()
    remote = Index(tmp_path / "index", filled, letters, "http://127.0.0.1:9")
    with capture_logs() as logs:
        assert answers(remote) == expected
    assert [entry["event"] for entry in logs] == ["index_cannot_be_made"], "it was not asked again"
    insert(filled, an_activity(id="NEW", text="They need a new roof."))
    with pytest.raises(WorkspaceUnusable, match="HOTLIST_CHROMA_URL"):
        remote.refresh()
    remote.close()


def test_an_address_that_is_none_is_explained(
    tmp_path: Path, filled: Records, letters: LetterEmbedder
) -> None:
    with pytest.raises(BadRequest, match="HOTLIST_CHROMA_URL"):
        Index(tmp_path / "index", filled, letters, "localhost:8000").refresh()
