"""What a tool finds and what a user gets: data first, words last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Union

from ingest.entities import Evidence, Reason, Ref


class AnswerKind(StrEnum):
    """`clarify` asks back, `refused` may not or cannot answer, `empty` found nothing."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    REFUSED = "refused"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A period, from `start` (in it) to `end` (not in it); `label` is the canonical English phrase."""

    start: datetime | None
    end: datetime | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount; `currency` is None where the file names none."""

    amount: float
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A fraction from 0 to 1, shown as a percentage; a difference is `signed`."""

    fraction: float
    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of the product (a field, a measure, a record type), said in the language of the answer."""

    key: str
    count: int | None = None


# What a sentence may hold. Text is shown as it stands: a name, or a quote of a record.
Arg = Union[
    str, int, float, date, datetime, Window, Money, Share, Term, Reason, "Line", Sequence["Arg"], None
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence or heading of an answer: a key of the wording files and what fills it."""

    key: str
    args: Mapping[str, Arg] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A record that the answer lists; `cells` are the columns of the table beside name and score."""

    ref: Ref
    name: str
    score: float | None = None
    reasons: tuple[Reason, ...] = ()
    cells: Mapping[str, Arg] = field(default_factory=dict)
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A figure that the answer states; `unit` is a currency, "count", "fraction", "days" or None.

    `label` is English, for programs; `said` is the same in the language of the answer.
    """

    label: str
    value: float | int | None
    unit: str | None = None
    group: Mapping[str, str | None] = field(default_factory=dict)
    said: Line | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text for the rep to read, change and send; it is never sent by the product."""

    channel: str  # email | message | call | summary
    subject: str | None
    body: str
    to: Ref | None
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one tool found. `focus` is the one record it is about, for "why?" and "mail her" afterwards.

    `shown` says how many of `listed` the text names (the rest is said as "and N more"); `columns` are the
    keys of `Listed.cells` worth a column; `chart` is set where the values are a series or a split.
    """

    kind: AnswerKind = AnswerKind.ANSWER
    lines: tuple[Line, ...] = ()
    listed: tuple[Listed, ...] = ()
    columns: tuple[str, ...] = ()
    shown: int = 10
    values: tuple[Value, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    draft: Draft | None = None
    focus: Ref | None = None
    window: Window | None = None
    chart: str | None = None  # series | split


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One tool call as it was made; `status` is "ok" or "error"."""

    tool: str
    arguments: Mapping[str, Any]
    status: str
    elapsed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The whole answer to one question."""

    question: str
    user: str
    as_of: datetime
    session: str
    text: str
    kind: AnswerKind
    language: str = "en"
    findings: tuple[Finding, ...] = ()
    steps: tuple[Step, ...] = ()
    model: str = "offline"
    ungrounded: tuple[str, ...] = ()
    elapsed_ms: int = 0
    id: str | None = None
