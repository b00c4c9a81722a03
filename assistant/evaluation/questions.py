"""Questions as data: who asks what, in which conversation, and what a right answer holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_KINDS = {"answer", "clarify", "refused", "empty"}
_CHECKS = {"kind", "records", "values", "says", "lacks", "evidence", "draft", "topic", "language"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question, and what is expected of its answer (see `checks`)."""

    ask: str
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One conversation of one or more turns.

    `user` names who asks ("rep", "manager" … or a user of the company); `picks` name records out of the data
    that the words and the expectations refer to as `{pick.field}`. `held_out` questions were written before
    the code that answers them and are never used to improve it.
    """

    id: str
    language: str
    about: str  # what is asked for: rank, find, summarise, …
    user: str
    turns: tuple[Turn, ...]
    picks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    held_out: bool = False


def read_questions(path: Path) -> list[Question]:
    """The questions of one file.

    Raises:
        ValueError: an entry that is not a question, with its place.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    questions = list(_questions(path.name, document))
    ids = [question.id for question in questions]
    if len(set(ids)) < len(ids):
        raise ValueError(f"{path.name}: an id stands twice: {sorted(i for i in ids if ids.count(i) > 1)}")
    return questions


def _questions(name: str, document: Mapping[str, Any]) -> Iterator[Question]:
    language = str(document["language"])
    for number, entry in enumerate(document["questions"], 1):
        place = f"{name}, question {number}"
        turns = entry.get("turns") or [{key: entry[key] for key in ("ask", "expect") if key in entry}]
        yield Question(
            id=f"{document['set']}-{language}-{entry['id']}",
            language=language,
            about=str(entry["about"]),
            user=str(entry.get("user", "rep")),
            turns=tuple(_turn(place, turn) for turn in turns),
            picks=entry.get("pick", {}),
            held_out=bool(entry.get("held_out", False)),
        )


def _turn(place: str, turn: Mapping[str, Any]) -> Turn:
    expect = turn.get("expect", {})
    if not isinstance(turn.get("ask"), str) or set(expect) - _CHECKS:
        raise ValueError(f"{place}: {dict(turn)!r} is no turn; checks are {sorted(_CHECKS)}.")
    kinds = expect.get("kind", "answer")
    if not set([kinds] if isinstance(kinds, str) else kinds) <= _KINDS:
        raise ValueError(f"{place}: {kinds!r} is no kind of answer.")
    return Turn(ask=turn["ask"], expect=expect)
