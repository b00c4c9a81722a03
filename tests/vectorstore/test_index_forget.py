"""What is forgotten leaves no byte behind."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select

from ingest.records import Records
from ingest.tables import activities, activity_about, leads, passages, vectors
from tests.factories import a_lead, an_activity, insert, ref
from tests.vectorstore.letters import LetterEmbedder
from vectorstore import kept
from vectorstore.index import Index

pytestmark = pytest.mark.slow  # each time another process makes the index anew

PERSON = "Zebulon Quackenbush"
SAID = "Quackenbush collects antique harpsichords."


def traces(folder: Path, needles: list[bytes]) -> list[str]:
    """The files below `folder` that hold any of these bytes."""
    return [
        f"{file.name}: {needle[:20]!r}"
        for file in folder.rglob("*")
        if file.is_file()
        for content in [file.read_bytes().lower()]
        for needle in needles
        if needle in content
    ]


def test_no_byte_of_a_forgotten_person_stays_in_the_index(
    tmp_path: Path, records: Records, letters: LetterEmbedder
) -> None:
    index = Index(tmp_path / "index", records, letters)
    insert(
        records,
        a_lead(id="L1", name=PERSON, company=None),
        a_lead(id="L2", name="Ana Ruiz"),
        an_activity("lead:L1", id="T1", text=SAID),
        an_activity("lead:L2", id="T2", text="Wants an offer for the machine."),
    )
    index.refresh()
    index.search("harpsichords")
    insert(records, an_activity("lead:L2", id="T3", text="Another call."))
    index.refresh()  # the build before still lies there
    with records.engine.connect() as connection:
        gone = [
            row.content_hash for row in kept.passages_about(connection, [ref("lead:L1"), ref("activity:T1")])
        ]
        rows = connection.execute(select(vectors.c.vector).where(vectors.c.content_hash.in_(gone))).all()
    needles = [b"quackenbush", b"zebulon", b"harpsichord", *(one.encode() for one in gone)]
    needles += [row.vector for row in rows]
    assert len(rows) == 2
    assert traces(tmp_path / "index", [b"quackenbush"])

    with records.writing() as connection:
        for table, identity in ((leads, "L1"), (activities, "T1")):
            connection.execute(delete(table).where(table.c.id == identity))
        connection.execute(delete(activity_about).where(activity_about.c.activity_id == "T1"))
    assert index.forget([ref("lead:L1"), ref("activity:T1")]) == 2

    assert traces(tmp_path / "index", needles) == []
    with records.engine.connect() as connection:
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        assert not connection.execute(select(passages).where(passages.c.content_hash.in_(gone))).all()
        assert not connection.execute(select(vectors).where(vectors.c.content_hash.in_(gone))).all()
    assert traces(tmp_path, needles) == []
    assert [str(hit.ref) for hit in index.search("offer for the machine", k=1)] == ["activity:T2"]
    assert index.condition() == "sound"
    index.refresh()
    assert traces(tmp_path / "index", needles) == []
    index.close()


def test_words_that_others_said_too_stay_theirs(index: Index, records: Records) -> None:
    insert(records, *(an_activity(id=f"T{n}", text="Left a message.") for n in (1, 2)))
    index.refresh()
    index.forget([ref("activity:T1")])
    assert [str(hit.ref) for hit in index.search("left a message")] == ["activity:T2"]


def test_forgetting_what_is_not_there_is_no_failure(index: Index, records: Records) -> None:
    insert(records, an_activity(id="T1", text="A roof."))
    index.refresh()
    assert index.forget([ref("lead:nobody")]) == 0
    assert [str(hit.ref) for hit in index.search("roof")] == ["activity:T1"]
