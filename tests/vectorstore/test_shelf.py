"""Sealed builds and the pointer to the one in use."""

from pathlib import Path

import pytest

from vectorstore.shelf import FULL_TEXT, Seal, Shelf, Unsound

SEAL = Seal(
    embedder="letters",
    fingerprint="f" * 64,
    dimension=8,
    state="s",
    counts={"lead": 1},
    dropped=0,
    files={},
)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def a_build(shelf: Shelf) -> str:
    name = shelf.new()
    (shelf.path(name) / FULL_TEXT).write_bytes(bytes(range(256)) * 40)
    shelf.seal(name, SEAL)
    shelf.use(name)
    return name


def test_a_build_in_use_is_found_and_read_back(shelf: Shelf) -> None:
    name = a_build(shelf)
    assert shelf.current() == name
    seal = shelf.opened(name)
    assert (seal.state, seal.dimension, dict(seal.counts)) == ("s", 8, {"lead": 1})


def test_nothing_in_use_is_said(shelf: Shelf) -> None:
    assert shelf.current() is None
    with pytest.raises(Unsound, match="missing"):
        shelf.opened(None)


@pytest.mark.parametrize("content", [b"", b"../../etc", b"\xff\xfe", b"nowhere"])
def test_a_damaged_pointer_points_nowhere(shelf: Shelf, content: bytes) -> None:
    a_build(shelf)
    (shelf.folder / "current").write_bytes(content)
    with pytest.raises(Unsound):
        shelf.opened(shelf.current())


@pytest.mark.parametrize("file", [FULL_TEXT, "seal.json"])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "removed"])
def test_any_change_of_a_sealed_file_is_seen(shelf: Shelf, file: str, damage: str) -> None:
    name = a_build(shelf)
    path = shelf.path(name) / file
    content = bytearray(path.read_bytes())
    if damage == "removed":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(content[:-1])
    else:
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    with pytest.raises(Unsound, match="damaged"):
        shelf.opened(name)


def test_the_build_before_stays_for_its_readers_and_older_ones_go(shelf: Shelf) -> None:
    names = [a_build(shelf) for _ in range(3)]
    assert [shelf.path(name).is_dir() for name in names] == [False, True, True]


def test_an_unfinished_build_is_never_in_use_and_is_swept_away(shelf: Shelf) -> None:
    name = a_build(shelf)
    unfinished = shelf.new()
    assert shelf.current() == name
    a_build(shelf)
    assert not shelf.path(unfinished).exists()
