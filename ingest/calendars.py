"""Calendars (ICS): each event is a meeting. A series is read as its first event."""

import io
import re
from collections.abc import Iterator

from ingest.delimited import Opener, find_encoding
from ingest.errors import UnreadableFile
from ingest.sheets import Sheet
from ingest.spool import spooled

HEADER = (
    "Event ID", "Activity Type", "Start Date Time", "Created Date", "Subject", "Description", "Participants",
    "Assigned To", "End", "Location",
)  # fmt: skip
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?")
_PROPERTY = re.compile(r'(?P<name>[\w-]+)(?:;[^=:;]+=(?:"[^"]*"|[^";:])*)*:(?P<value>.*)')
_ESCAPED = re.compile(r"\\([nN;,\\])")


def read_calendar(file: str, opener: Opener) -> Sheet:
    """The events of a calendar.

    Raises:
        UnreadableFile: it holds no event.
    """
    encoding = find_encoding(opener)
    with opener() as raw, io.TextIOWrapper(raw, encoding=encoding, errors="replace") as text:
        rows = [_row(event) for event in _events(text)]
    if not rows:
        raise UnreadableFile(f"{file} is no calendar with events in it.")
    return spooled(file, HEADER, enumerate(rows, start=1))


Property = tuple[str, str]  # name and value


def _events(lines: Iterator[str]) -> Iterator[list[Property]]:
    event: list[Property] | None = None
    for line in _unfolded(lines):
        if line.upper() == "BEGIN:VEVENT":
            event = []
        elif line.upper() == "END:VEVENT" and event is not None:
            yield event
            event = None
        elif event is not None and (found := _PROPERTY.fullmatch(line)):
            event.append((found["name"].upper(), found["value"]))


def _unfolded(lines: Iterator[str]) -> Iterator[str]:
    """Lines that begin with a space go on with the line before."""
    whole = ""
    for line in lines:
        bare = line.rstrip("\r\n")
        if bare[:1] in {" ", "\t"}:
            whole += bare[1:]
            continue
        if whole:
            yield whole
        whole = bare
    if whole:
        yield whole


def _row(event: list[Property]) -> list[str]:
    first = dict(reversed(event))
    people = [_person(value) for name, value in event if name in {"ATTENDEE", "ORGANIZER"}]
    return [
        first.get("UID", ""),
        "meeting",
        _moment(first.get("DTSTART", "")),
        _moment(first.get("CREATED", first.get("DTSTAMP", ""))),
        _said(first.get("SUMMARY", "")),
        _said(first.get("DESCRIPTION", "")),
        "; ".join(dict.fromkeys(people)),
        _person(first.get("ORGANIZER", "")),
        _moment(first.get("DTEND", "")),
        _said(first.get("LOCATION", "")),
    ]


def _moment(value: str) -> str:
    found = _MOMENT.fullmatch(value.strip())
    if not found:
        return value
    year, month, day, hour, minute, second, utc = found.groups()
    return f"{year}-{month}-{day}" + (f"T{hour}:{minute}:{second}{utc}" if hour else "")


def _person(value: str) -> str:
    return value.strip().removeprefix("mailto:").removeprefix("MAILTO:")


def _said(value: str) -> str:
    return _ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], value)
