"""Damaged files: whatever stands in them, a load ends in a report or in one clear sentence."""

from random import Random

import pytest

from ingest.errors import HotlistError
from tests.ingest.conftest import Shelf
from tests.ingest.test_hubspot import EXPORT
from tests.ingest.test_languages import CHINESE, GERMAN
from tests.ingest.test_load import SALESFORCE
from tests.ingest.test_messages import CALENDAR, CAPTIONS, LETTER, MAILBOX
from tests.ingest.test_readers import SHAPES

SEEDS: dict[str, bytes] = {
    **{name: text.encode() for name, text in (SALESFORCE | EXPORT | GERMAN | CHINESE).items()},
    **SHAPES,
    "a.eml": LETTER.encode(),
    "a.mbox": MAILBOX.encode(),
    "a.ics": CALENDAR.encode(),
    "a.vtt": CAPTIONS.encode(),
}
SNIPPETS = [
    b"\x00",
    b"\xff\xfe",
    b'"',
    b'""',
    b",",
    b";",
    b"\r",
    b"\n",
    b"\n\n",
    b"\t",
    b"=1+1",
    b"\xef\xbb\xbf",
    b"'",
    "𝕏🙂".encode(),
    b"9" * 400,
    b"-",
    b"2026-99-99",
    b"1e999",
    b"{",
    b"[",
    b"]",
    b"\\",
    b"NaN",
    b"A" * 5000,
]


def damaged(content: bytes, rng: Random) -> bytes:
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(content) + 1)
        match rng.randrange(4):
            case 0:
                content = content[:at] + rng.choice(SNIPPETS) + content[at:]
            case 1:
                content = content[:at] + content[at + rng.randint(1, 30) :]
            case 2:
                content = content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
            case _:
                content = content[:at] or b"x"
    return content


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_file_ends_in_a_report_or_in_a_sentence(shelf: Shelf, seed: int) -> None:
    rng = Random(seed)
    for _ in range(25):
        name = rng.choice(sorted(SEEDS))
        files = {name: damaged(SEEDS[name], rng)}
        try:
            report = shelf.load(files)
        except HotlistError:
            continue
        for file in report.files:
            assert file.read == file.loaded + file.set_aside + file.repeated, (name, file)
        assert shelf.load(files).changed == frozenset(), name
