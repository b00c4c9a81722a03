"""The index: what it embeds, what it finds, and what it makes of change."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from ingest.entities import RecordType, Ref
from ingest.records import Records
from ingest.tables import activities, vectors
from tests.factories import a_lead, an_account, an_activity, insert, ref
from tests.vectorstore.letters import LetterEmbedder
from vectorstore.embedders import Embedder
from vectorstore.hits import relevant
from vectorstore.index import Index

SAID = {
    "T1": "The onboarding was slow and chaotic.",
    "T2": "They want a discount on the annual licence.",
    "T3": "Please send the contract, we will sign.",
    "T4": "The delivery of the machine is late again.",
    "T5": "The warehouse needs a new roof.",
}


@pytest.fixture
def filled(records: Records) -> Records:
    insert(
        records,
        an_account(id="A1", name="Vega Logistics", industry="Transport"),
        a_lead(id="L1", name="Ana Ruiz", company="Nordwind", industry="Energy"),
        a_lead(id="L2", name="Bo Lind", company="Nordlicht", industry="Energy"),
        *(an_activity("lead:L1", id=one, subject=None, text=text) for one, text in SAID.items()),
    )
    return records


def found(index: Index, text: str, **how: Any) -> list[str]:
    return [str(hit.ref) for hit in index.search(text, **how)]


def test_what_was_said_is_found(index: Index, filled: Records) -> None:
    index.refresh()
    hit = index.search("chaotic onboarding", k=1)[0]
    assert (hit.ref, hit.passage_id) == (ref("activity:T1"), "activity:T1#0")
    assert index.words_of(hit.passage_id, None, SAID["T1"]) == SAID["T1"]
    assert hit.relevance > 0.5


def test_records_themselves_are_found(index: Index, filled: Records) -> None:
    index.refresh()
    assert found(index, "Vega Logistics transport", k=1) == ["account:A1"]
    assert set(found(index, "energy", k=2, types=[RecordType.LEAD])) == {"lead:L1", "lead:L2"}


def test_a_second_refresh_embeds_nothing(index: Index, filled: Records, letters: LetterEmbedder) -> None:
    first = index.refresh()
    asked, name = len(letters.embedded), index._shelf.current()
    assert (first.passages, first.embedded, first.rebuilt) == (8, 8, "missing")
    second = index.refresh()
    assert (second.passages, second.embedded, second.reused, second.removed) == (8, 0, 8, 0)
    assert second.rebuilt is None
    assert len(letters.embedded) == asked
    assert index._shelf.current() == name


def test_a_changed_activity_embeds_itself_alone(
    index: Index, filled: Records, letters: LetterEmbedder
) -> None:
    index.refresh()
    letters.embedded.clear()
    with filled.writing() as connection:
        connection.execute(update(activities).where(activities.c.id == "T5").values(text="They buy a crane."))
    report = index.refresh()
    assert report.embedded == 1
    assert letters.embedded == ["They buy a crane."]
    assert found(index, "crane", k=1) == ["activity:T5"]
    assert "activity:T5" not in [str(hit.ref) for hit in relevant(index.search("new roof", k=10))]


def test_what_is_deleted_is_not_found_and_its_vector_goes(index: Index, filled: Records) -> None:
    index.refresh()
    with filled.writing() as connection:
        connection.execute(delete(activities).where(activities.c.id == "T1"))
    report = index.refresh()
    assert report.removed == 1
    assert "activity:T1" not in found(index, "chaotic onboarding", k=50)
    with filled.engine.connect() as connection:
        assert len(connection.execute(select(vectors)).all()) == 7


def test_the_same_words_are_embedded_once_and_found_for_every_record(
    index: Index, records: Records, letters: LetterEmbedder
) -> None:
    insert(records, *(an_activity(id=f"T{n}", text="Left a message.") for n in range(30)))
    assert index.refresh().embedded == 1
    assert len(found(index, "left a message", k=50)) == 30
    assert len(found(index, "left a message", k=7)) == 7


def test_only_what_is_asked_for_is_returned(index: Index, filled: Records) -> None:
    index.refresh()
    among = [ref("activity:T2"), ref("activity:T4"), ref("lead:L1")]
    assert set(found(index, "onboarding", k=10, within=among)) == set(map(str, among))
    assert set(found(index, "onboarding", k=10, within=among, types=[RecordType.ACTIVITY])) == {
        "activity:T2",
        "activity:T4",
    }


@pytest.mark.parametrize(
    "how",
    [{"within": []}, {"types": []}, {"k": 0}, {"types": [RecordType.LEAD], "within": [ref("activity:T1")]}],
)
def test_nothing_allowed_is_nothing_found(index: Index, filled: Records, how: dict[str, Any]) -> None:
    index.refresh()
    assert index.search("onboarding", **how) == []


def test_the_order_among_some_records_does_not_depend_on_the_others(
    tmp_path: Path, index: Index, filled: Records, letters: LetterEmbedder
) -> None:
    index.refresh()
    among = [ref(f"activity:T{n}") for n in (1, 3, 4)]
    alone = Records(tmp_path / "alone.sqlite")
    insert(alone, *(an_activity(id=one.id, text=SAID[one.id]) for one in among))
    other = Index(tmp_path / "alone", alone, letters)
    other.refresh()
    for question in ("onboarding", "contract for the machine", "late", "no such thing"):
        assert index.search(question, within=among) == other.search(question)
    other.close()


def test_asking_about_all_or_about_each_is_the_same(index: Index, filled: Records) -> None:
    index.refresh()
    everything = [ref(f"activity:{one}") for one in SAID]
    for question in ("onboarding", "annual discount", "roof of the warehouse"):
        assert index.search(question, types=[RecordType.ACTIVITY]) == index.search(
            question, within=everything
        )


def test_similar_records_are_of_its_type_and_not_itself(index: Index, filled: Records) -> None:
    index.refresh()
    assert [str(hit.ref) for hit in index.similar_to(ref("lead:L1"), k=5)] == ["lead:L2"]
    assert all(hit.ref.type is RecordType.ACTIVITY for hit in index.similar_to(ref("activity:T1"), k=5))
    assert index.similar_to(ref("lead:nobody"), k=5) == []
    assert index.similar_to(ref("lead:L1"), k=5, within=[]) == []


def test_before_the_first_refresh_nothing_is_found(index: Index, filled: Records) -> None:
    assert index.search("onboarding") == []
    assert index.condition() == "missing"


def test_a_workspace_without_records_is_no_failure(index: Index) -> None:
    report = index.refresh()
    assert (report.passages, report.embedded) == (0, 0)
    assert index.search("anything") == []
    assert index.condition() == "sound"


def test_a_meaning_is_compared_with_a_few_phrasings(index: Index) -> None:
    [[first, second]] = index.likeness(["The price is high"], ["high price", "the roof leaks"])
    assert first > second
    assert index.likeness([], ["x"]) == []
    assert index.likeness(["x"], []) == [[]]


def test_what_a_record_is_about_is_one_vector(index: Index, filled: Records) -> None:
    index.refresh()
    found_vectors = index.vectors([ref("lead:L1"), ref("activity:T1"), ref("lead:nobody")])
    assert set(found_vectors) == {ref("lead:L1"), ref("activity:T1")}
    assert all(abs(float(vector @ vector) - 1) < 1e-5 for vector in found_vectors.values())


def test_another_embedder_is_never_mixed_in(tmp_path: Path, index: Index, filled: Records) -> None:
    index.refresh()
    index.close()
    other = Index(tmp_path / "index", filled, LetterEmbedder("other", dimension=48))
    assert other.condition() == "other embedder"
    assert found(other, "onboarding", k=1) == ["activity:T1"]  # by its words; no vector is compared
    report = other.refresh()
    assert (report.embedded, report.rebuilt) == (8, "other embedder")
    assert other.condition() == "sound"
    assert found(other, "chaotic onboarding", k=1) == ["activity:T1"]
    other.close()
    again = Index(tmp_path / "index", filled, LetterEmbedder())
    assert again.condition() == "other embedder"
    again.close()


def test_progress_is_told_from_nothing_to_everything(index: Index, filled: Records) -> None:
    told: list[tuple[str, float]] = []
    index.refresh(lambda what, share: told.append((what, share)))
    assert told[0] == ("reading", 0.0)
    assert ("embedding", 1.0) in told
    assert told[-1] == ("indexing", 1.0)
    assert all(0.0 <= share <= 1.0 for _, share in told)


def test_many_changes_one_after_the_other_leave_what_a_fresh_index_holds(
    tmp_path: Path, index: Index, filled: Records, letters: LetterEmbedder
) -> None:
    for number in range(7):
        insert(filled, an_activity(id=f"N{number}", text=f"Visit number {number} to the plant in Lyon."))
        if number % 3 == 0:
            with filled.writing() as connection:
                connection.execute(delete(activities).where(activities.c.id == f"N{number // 2}"))
        index.refresh()
    fresh = Index(tmp_path / "fresh", filled, letters)
    fresh.refresh()
    for question in ("visit to Lyon", "number 7", "onboarding", "Nordwind"):
        assert index.search(question, k=30) == fresh.search(question, k=30)
    fresh.close()


class Silent(LetterEmbedder):
    """An embedder that stopped answering."""

    def _raw(self, texts: list[str]) -> Any:
        from ingest.errors import EmbedderUnavailable

        raise EmbedderUnavailable("no answer")


def test_without_its_embedder_a_search_goes_by_words(tmp_path: Path, index: Index, filled: Records) -> None:
    index.refresh()
    silent: Embedder = Silent()
    other = Index(tmp_path / "index", filled, silent)
    assert found(other, "chaotic onboarding", k=1) == ["activity:T1"]
    other.close()


def test_refs_of_every_type_keep_apart(index: Index, records: Records) -> None:
    insert(records, a_lead(id="X", name="Same Words", company=None), an_account(id="X", name="Same Words"))
    index.refresh()
    assert set(found(index, "same words")) == {"lead:X", "account:X"}
    assert found(index, "same words", within=[Ref(type=RecordType.LEAD, id="X")]) == ["lead:X"]


def test_among_many_records_no_relevant_one_is_missed(index: Index, records: Records) -> None:
    insert(records, *(an_activity(id=f"T{n}", text=f"Wants {n} crates of apples.") for n in range(5000)))
    insert(
        records, *(an_activity(id=f"X{n}", text=f"The onboarding of group {n} was slow.") for n in range(40))
    )
    index.refresh()
    many = [ref(f"activity:T{n}") for n in range(3000)] + [ref(f"activity:X{n}") for n in range(20)]
    hits = index.search("slow onboarding of a group", k=100, within=many)
    assert {hit.ref for hit in relevant(hits)} == {ref(f"activity:X{n}") for n in range(20)}
    assert {hit.ref for hit in hits} <= set(many)
    few = index.search("slow onboarding of a group", k=20, within=many[-20:])
    assert few == hits[:20]
