"""What a book hands out: a record, an activity with what it is about, a group of a summary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingest.entities import Reason, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record: its fields by name (a link's name under the link, its id under `…_id`), others as asked."""

    ref: Ref
    name: str
    values: Mapping[str, Any]
    extra: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """An activity and the records the user sees that it is about."""

    ref: Ref
    kind: str
    at: datetime | None
    subject: str | None
    text: str | None
    direction: str | None
    owner_id: str | None
    owner: str | None
    about: tuple[Ref, ...] = ()

    @property
    def words(self) -> str:
        """What was said, or at least what it was about."""
        return self.text or self.subject or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a text says: its kind ("need"), which one ("onboarding"), and the words it stands in."""

    activity_id: str
    kind: str
    name: str
    strength: float
    quote: str
    speaker: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """A record's score with its parts."""

    ref: Ref
    at: datetime
    model_id: str
    probability: float
    low: float
    high: float
    base: float
    level: str
    reasons: tuple[Reason, ...] = ()
    moves: tuple[Reason, ...] = ()  # what a rep could do to raise it
    groups: Mapping[str, float] = field(default_factory=dict)  # what fit, engagement and text add or take


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One row of a summary. `known` of the `count` records have the value; the rest are left out of it."""

    keys: tuple[str | None, ...] = ()
    ids: tuple[str | None, ...] = ()
    currency: str | None = None
    count: int = 0
    known: int = 0
    value: float | int | None = None


def called(record_type: str, values: Mapping[str, Any]) -> str:
    """What a record is called in an answer."""
    names = [values.get("name")]
    match record_type:
        case "lead":
            names += [values.get("company"), values.get("email")]
        case "contact" | "user":
            names.append(values.get("email"))
        case "opportunity":
            names.append(" · ".join(part for part in (values.get("account"), values.get("product")) if part))
        case "activity":
            names += [values.get("subject"), values.get("kind")]
    return next((str(name).strip() for name in names if name and str(name).strip()), str(values["id"]))
