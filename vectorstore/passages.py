"""What of a record is worth finding by its meaning, cut into passages; decides and touches nothing.

A passage is a sentence, or a few in a long text, so that what is found is what was said, and can be quoted.
Owners, e-mail addresses, phone numbers, stages and outcomes are left out: they change, or say nothing.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ingest.entities import Passage, RecordType, Ref

# Lengths count a Chinese, Japanese or Korean character as three: it holds about as much.
_SHORTEST = 12  # a shorter sentence joins its neighbour
_LONGEST = 240  # a longer sentence is cut
_WINDOW = 480  # what sentences of a long text are gathered into at most
_MANY = 32  # a text of more sentences than this is long
_GREETING = 40
_CLOSING = 32
_CLOSING_LINES = 3

# The fields of each type of record that say something about it.
_FIELDS: dict[RecordType, Sequence[str]] = {
    RecordType.ACCOUNT: ("name", "industry", "city", "country"),
    RecordType.CONTACT: ("name", "title"),
    RecordType.LEAD: (
        "name", "title", "company", "industry", "city", "country", "source", "campaign", "product",
    ),
    RecordType.OPPORTUNITY: ("name", "product", "type"),
}  # fmt: skip
_TELLING = frozenset({"category", "text", "boolean"})  # kinds of custom fields that can be meant
_LONG_VALUE = 60  # a custom value longer than this is prose and makes passages of its own

_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_SENTENCE = re.compile(r".+?(?:[.!?…]+[\"'”’»)]*(?=\s|$)|[。！？；]+[”’」』）]*|$)")
_QUOTE_BEGINS = re.compile(r"(?<=[:：])\s*(?=[\"“„«「『]\S)")  # "She said: “…”"
_OPENING = ('"', "“", "„", "«", "「", "『")
_CLAUSE_END = re.compile(r"(?<=[,;:])\s+|(?<=[，、：])|\s+")
_QUOTED_LINE = re.compile(r"^\s*>")
_QUOTED_FROM_HERE = re.compile(
    r"^\s*(-{3,}\s*(original|forwarded|ursprüngliche|weitergeleitete|mensaje|原始邮件|转发)"
    r"|on .{6,80} wrote:\s*$|am .{6,80} schrieb.{0,60}:\s*$|el .{6,80} escribió:\s*$|.{4,60}写道[:：]\s*$)",
    re.IGNORECASE,
)
_REPLY_MARK = re.compile(
    r"^\s*((re|fw|fwd|aw|wg|rv|sv|tr|antw|回复|答复|转发)\s*(\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)


def activity_passages(activity_id: str, subject: str | None, text: str | None) -> tuple[Passage, ...]:
    """The passages of one activity: its subject, then what was said."""
    return _numbered(Ref(type=RecordType.ACTIVITY, id=activity_id), activity_parts(subject, text))


def activity_parts(subject: str | None, text: str | None) -> tuple[str, ...]:
    """The words of an activity's passages, in their order; `Passage.id` counts them from 0."""
    heading = _REPLY_MARK.sub("", _one_line(subject or ""))
    body = sentences(without_frame(text or ""))
    return tuple(part for part in (heading, *body) if _says_something(part))


def record_passages(
    kind: RecordType,
    record: Mapping[str, Any],
    custom_kinds: Mapping[str, str],
    profile: str | None = None,
) -> tuple[Passage, ...]:
    """The passages of a lead, an opportunity, a contact or an account.

    The first tells what it is; those after it hold its prose and its profile. `custom_kinds` says what the
    values of a custom field are, as far as is known.
    """
    facts = [str(record[name]) for name in _FIELDS[kind] if record.get(name)]
    prose = [str(record["description"])] if record.get("description") else []
    for name, value in sorted((record.get("extra") or {}).items()):
        if not value or custom_kinds.get(name, _guessed(str(value))) not in _TELLING:
            continue
        if len(str(value)) > _LONG_VALUE:
            prose.append(str(value))
        else:
            facts.append(f"{name}: {value}")
    parts = [_one_line(", ".join(facts))]
    for text in (*prose, profile or ""):
        parts.extend(sentences(without_frame(text)))
    return _numbered(Ref(type=kind, id=str(record["id"])), [part for part in parts if _says_something(part)])


def without_frame(text: str) -> str:
    """A message without what was quoted from an earlier one, the greeting and the closing lines."""
    lines = [line.strip() for line in text.splitlines()]
    own = list(lines)
    for number, line in enumerate(lines):
        if number and _QUOTED_FROM_HERE.match(line):
            own = lines[:number]
            break
    own = [line for line in own if line and not _QUOTED_LINE.match(line)] or [line for line in lines if line]
    if len(own) > 1 and len(own[0]) <= _GREETING and own[0][-1] in ",:，：!！":
        own = own[1:]
    closing = 0
    while len(own) > 1 and closing < _CLOSING_LINES and _closes(own[-1]):
        own = own[:-1]
        closing += 1
    return "\n".join(own)


def sentences(text: str) -> list[str]:
    """The sentences of a text; those of a long text are gathered into overlapping windows."""
    found: list[str] = []
    lines = (part for line in text.splitlines() for part in _QUOTE_BEGINS.split(line))
    for piece in (match for line in lines for match in _SENTENCE.findall(line)):
        sentence = _one_line(piece)
        if not sentence:
            continue
        is_short = found and (_size(sentence) < _SHORTEST or _size(found[-1]) < _SHORTEST)
        if is_short and not sentence.startswith(_OPENING):
            found[-1] = f"{found[-1]} {sentence}"
        else:
            found.append(sentence)
    cut = [part for sentence in found for part in _cut(sentence)]
    return cut if len(cut) <= _MANY else _windows(cut)


def content_hash(text: str) -> str:
    """What two passages with the same words share."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _windows(parts: Sequence[str]) -> list[str]:
    wanted = min(_WINDOW, max(_LONGEST, sum(map(_size, parts)) // _MANY))
    windows: list[str] = []
    current: list[str] = []
    for part in parts:
        if current and sum(map(_size, current)) + _size(part) > wanted:
            windows.append(" ".join(current))
            current = current[-1:] if len(current) > 1 else []
        current.append(part)
    return [*windows, " ".join(current)]


def _cut(sentence: str) -> list[str]:
    if _size(sentence) <= _LONGEST:
        return [sentence]
    parts: list[str] = []
    current = ""
    for clause in _CLAUSE_END.split(sentence):
        joined = f"{current} {clause}".strip()
        if current and _size(joined) > _LONGEST:
            parts.append(current)
            current = clause
        else:
            current = joined
    return [piece for part in (*parts, current) for piece in _hard_cut(part)]


def _hard_cut(part: str) -> Iterable[str]:
    """A run without any gap, cut where it gets too long."""
    step = _LONGEST // 3 if _WIDE.search(part) else _LONGEST
    return (
        [part[start : start + step] for start in range(0, len(part), step)]
        if _size(part) > _LONGEST
        else [part]
    )


def _numbered(about: Ref, parts: Iterable[str]) -> tuple[Passage, ...]:
    return tuple(
        Passage(id=f"{about}#{number}", about=about, text=part, content_hash=content_hash(part))
        for number, part in enumerate(parts)
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _size(text: str) -> int:
    return len(text) + 2 * len(_WIDE.findall(text))


def _says_something(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _closes(line: str) -> bool:
    return len(line) <= _CLOSING and line[-1] not in '.!?。！？…”"»)）:：'


def _guessed(value: str) -> str:
    return "text" if sum(character.isalpha() for character in value) > len(value) / 2 else "number"
