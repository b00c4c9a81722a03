"""A name as typed, to the records that it may mean."""

import time

import pytest

from assistant.names import Name, NameIndex
from ingest.entities import RecordType, Ref


def name(kind: str, known: str, text: str, **more: str) -> Name:
    return Name(ref=Ref(type=RecordType(kind), id=known), name=text, **more)  # type: ignore[arg-type]


INDEX = NameIndex(
    [
        name("contact", "c1", "Anna Berg", email="anna@acme.com"),
        name("contact", "c2", "Anna Bergmann"),
        name("lead", "l1", "John Smith", company="Nano Labs Inc"),
        name("lead", "l2", "John Snow"),
        name("account", "a1", "Acme Corporation"),
        name("account", "a2", "Müller & Söhne GmbH"),
        name("account", "a3", "Alderburn Software KG"),
        name("account", "a4", "华为技术有限公司"),
        name("contact", "c3", "王芳"),
        name("contact", "c4", "Li Wei"),
        name("lead", "l3", "Иван Петров"),
        name("opportunity", "00Q-7", "Acme - Relay Connect Renewal"),
    ]
)


def first(text: str) -> str | None:
    found = INDEX.lookup(text)
    return found[0].ref.id if found else None


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Anna Berg", "c1"), ("anna berg", "c1"), ("ANNA@acme.com", "c1"), ("Berg Anna", "c1"),
        ("Ana Berg", "c1"),
        ("Jon Smith", "l1"), ("John Smiht", "l1"), ("Jhon Snow", "l2"), ("acme", "a1"), ("Acme Corp", "a1"),
        ("Mueller und Soehne", "a2"), ("Muller & Sohne", "a2"), ("alderburn", "a3"), ("华为", "a4"),
        ("Wang Fang", "c3"),
        ("Fang Wang", "c3"), ("李伟", "c4"), ("Ivan Petrov", "l3"), ("Nano Labs", "l1"), ("00Q-7", "00Q-7"),
        ("lead:l2", "l2"), ("contact:c1", "c1"),
    ],
)  # fmt: skip
def test_a_name_finds_its_record_however_it_is_written(text: str, known: str) -> None:
    assert first(text) == known


@pytest.mark.parametrize("text", ["", "Zyxwena", "x", "Peter Quill", "!!!", "lead:nobody"])
def test_a_name_of_nobody_finds_nothing(text: str) -> None:
    assert INDEX.lookup(text) == []


def test_a_first_name_alone_means_everybody_who_bears_it() -> None:
    found = INDEX.lookup("John")
    assert {c.ref.id for c in found if c.confidence == found[0].confidence} == {"l1", "l2"}


def test_a_full_name_is_not_mixed_up_with_a_longer_one() -> None:
    assert [c.ref.id for c in INDEX.lookup("Anna Berg")] == ["c1"]


def test_a_type_narrows_whom_a_name_may_mean() -> None:
    assert INDEX.lookup("Anna Berg", [RecordType.LEAD]) == []


def test_only_a_full_name_is_exact() -> None:
    assert INDEX.lookup("Anna Berg")[0].exact
    assert not INDEX.lookup("Ana Berg")[0].exact


@pytest.mark.parametrize(
    ("question", "spans"),
    [
        ("tell me about Anna Berg please", ["Anna Berg"]),
        ("mail from anna@acme.com to John Smith", ["anna@acme.com", "John Smith"]),
        ("what about mueller und soehne", ["mueller und soehne"]),
        ("介绍一下王芳", ["王芳"]),
        ("the software is slow", []),
        ("connect us", []),
        ("nothing here", []),
    ],
)
def test_names_are_spotted_in_a_question(question: str, spans: list[str]) -> None:
    assert [s.text for s in INDEX.spot(question)] == spans


def test_a_hundred_thousand_names_are_searched_in_a_moment() -> None:
    syllables = ("ka", "ber", "mann", "son", "ten", "ling", "stein", "wald", "hof", "ski")
    words = [a + b + c for a in syllables for b in syllables for c in syllables]
    index = NameIndex(
        name("lead", f"n{i}", f"{words[i % 1000].title()} {words[(i * 7 + i // 1000) % 1000].title()}")
        for i in range(100_000)
    )
    index.lookup("warm up")
    started = time.perf_counter()
    index.lookup("Kabermann Steinwaldhofx")
    assert time.perf_counter() - started < 0.5
