"""Calls and meetings written down (VTT, TXT, JSON): one activity a file, its text "speaker: words"."""

import io
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from ingest.delimited import Opener, find_encoding
from ingest.sheets import Sheet
from ingest.spool import spooled

HEADER = ("Transcript ID", "Activity Type", "Date", "Subject", "Text", "Speakers", "Named In")
_CUE_TIME = re.compile(r"(?:\d+:)?\d{1,2}:\d{2}[.,]\d{3}\s+-->.*")
_VOICE = re.compile(r"<v(?:\.[^\s>]+)?\s+([^>]+)>")
_TAG = re.compile(r"<[^>]+>")
_TURN = re.compile(
    r"(?:\[?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\]?\s*[-–]?\s*)?(?P<who>[^:\d\t;,<>@/\\][^:\t;<>@/\\]{0,39}):\s*(?P<said>.*)"
)
_DATE = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_CALL = re.compile(r"call|phone|anruf|telefon|llamada|电话|通话", re.IGNORECASE)

Turn = tuple[str | None, str]  # who, and what they said


def read_captions(file: str, opener: Opener) -> Sheet:
    """The transcript in a WebVTT file."""
    turns: list[Turn] = []
    for line in _lines(opener):
        if not line or line.startswith(("WEBVTT", "NOTE", "Kind:", "Language:")) or line.isdigit():
            continue
        if _CUE_TIME.fullmatch(line):
            continue
        voice = _VOICE.search(line)
        said = _TAG.sub("", line).strip()
        turn = _TURN.fullmatch(said)
        if voice:
            turns.append((voice[1].strip(), said))
        elif turn:
            turns.append((turn["who"].strip(), turn["said"]))
        else:
            turns.append((None, said))
    return as_sheet(file, turns)


def is_transcript(opener: Opener) -> bool:
    """Whether most lines of a text begin with who says them, and more than one speaks."""
    lines = [line for line in _lines(opener, 400) if line]
    turns = [found["who"] for line in lines if (found := _TURN.fullmatch(line))]
    return len(turns) >= 0.5 * len(lines) and 2 <= len(set(turns)) <= max(2, len(turns) // 2)


def read_transcript(file: str, opener: Opener) -> Sheet:
    """The transcript in a text file, or a note where nobody is named."""
    turns: list[Turn] = []
    for line in _lines(opener):
        if found := _TURN.fullmatch(line):
            turns.append((found["who"].strip(), found["said"]))
        elif line:
            turns.append((None, line))
    return as_sheet(file, turns)


def as_sheet(file: str, turns: Iterable[Turn]) -> Sheet:
    """The one activity that a transcript is; what nobody is named for goes on with the turn before."""
    text: list[str] = []
    speakers: dict[str, None] = {}
    last: str | None = None
    for who, said in turns:
        if who is not None:
            speakers[who] = None
        if who is not None and who != last:
            text.append(f"{who}: {said}")
            last = who
        elif text:
            text[-1] += f" {said}" if last else f"\n{said}"
        else:
            text.append(said)
    stem, *table = file.split(" / ")
    stem = PurePath(stem).stem
    date = _DATE.search(stem)
    kind = "call" if _CALL.search(stem) else "meeting" if speakers else "note"
    words = _DATE.sub(" ", stem).replace("_", " ").replace("-", " ")
    row = [
        " / ".join([stem, *table]),
        kind,
        "-".join(date.groups()) if date else "",
        " ".join(words.split()),
        "\n".join(text),
    ]
    return spooled(file, HEADER, [(1, [*row, "; ".join(speakers), " ".join(words.split())])])


def _lines(opener: Opener, most: int | None = None) -> Sequence[str]:
    with opener() as raw, io.TextIOWrapper(raw, encoding=find_encoding(opener), errors="replace") as text:
        return [line.strip() for number, line in enumerate(text) if most is None or number < most]
