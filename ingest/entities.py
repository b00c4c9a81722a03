"""The words of the product: records, who owns them and what was said about them.

Standard library only. Every other module speaks in these types.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class RecordType(StrEnum):
    """The six kinds of record an answer can list."""

    USER = "user"
    ACCOUNT = "account"
    CONTACT = "contact"
    LEAD = "lead"
    OPPORTUNITY = "opportunity"
    ACTIVITY = "activity"


class Role(StrEnum):
    """What a user may see: own records, those of all below, or everything."""

    REP = "rep"
    MANAGER = "manager"
    ADMIN = "admin"


class Outcome(StrEnum):
    """`won` means that a lead converted or a deal was won."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class ActivityKind(StrEnum):
    """The kinds of interaction."""

    EMAIL = "email"
    CALL = "call"
    MEETING = "meeting"
    NOTE = "note"
    WEB_VISIT = "web visit"
    FORM = "form"
    SOCIAL = "social"
    CHAT = "chat"
    ORDER = "order"


class Direction(StrEnum):
    """Who spoke: `inbound` is the customer, `outbound` the rep."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Level(StrEnum):
    """What a score rests on, from the least evidence to the most."""

    RULES = "rules"
    POOLED_PRIOR = "pooled prior"
    OWN_MODEL = "own model"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ref:
    """The one way to point at a record."""

    type: RecordType
    id: str

    def __str__(self) -> str:
        return f"{self.type}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A rep, a manager or an admin; `manager_id` is whom they report to."""

    id: str
    name: str
    email: str | None = None
    role: Role = Role.REP
    manager_id: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A company. `revenue` is a year's, in the file's own unit."""

    id: str
    name: str | None = None
    industry: str | None = None
    employees: float | None = None
    revenue: float | None = None
    country: str | None = None
    city: str | None = None
    website: str | None = None
    owner_id: str | None = None
    created_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person at an account."""

    id: str
    name: str | None = None
    account_id: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    owner_id: str | None = None
    created_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A person or company not yet qualified.

    `account_id` is a link that the file states; the `converted_…` ids are links made by the conversion
    and are unknown before `closed_at`.
    """

    id: str
    name: str | None = None
    company: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    industry: str | None = None
    employees: float | None = None
    revenue: float | None = None
    country: str | None = None
    city: str | None = None
    source: str | None = None
    campaign: str | None = None
    product: str | None = None
    status: str | None = None
    outcome: Outcome = Outcome.OPEN
    description: str | None = None
    owner_id: str | None = None
    account_id: str | None = None
    converted_account_id: str | None = None
    converted_contact_id: str | None = None
    converted_opportunity_id: str | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """A deal. `close_on` is the planned close date; `closed_at` is when it was won or lost."""

    id: str
    name: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    product: str | None = None
    type: str | None = None
    stage: str | None = None
    amount: float | None = None
    currency: str | None = None
    outcome: Outcome = Outcome.OPEN
    owner_id: str | None = None
    created_at: datetime | None = None
    close_on: date | None = None
    closed_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One interaction: when it took place (`at`), what it is about, what was said."""

    id: str
    kind: ActivityKind = ActivityKind.NOTE
    at: datetime | None = None
    created_at: datetime | None = None
    subject: str | None = None
    text: str | None = None
    direction: Direction | None = None
    about: tuple[Ref, ...] = ()
    owner_id: str | None = None
    amount: float | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


Record = User | Account | Contact | Lead | Opportunity | Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a score is what it is.

    `weight` is the part of the probability that this adds (up) or takes away (down); `key` and `args` let
    the answer say it in the language of the question; `evidence` points to the field or the quote.
    """

    key: str
    args: Mapping[str, str | float] = field(default_factory=dict)
    weight: float = 0.0
    evidence: "Evidence | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where a statement stands: the record, its field, and its own words."""

    ref: Ref
    field: str
    quote: str
    about: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The calibrated probability (0 to 1) of a record as of `at`: `base` plus all weights."""

    ref: Ref
    at: datetime
    probability: float
    level: Level
    base: float
    low: float
    high: float
    reasons: tuple[Reason, ...] = ()
    model_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text that the vector index stores, and the record that it is about."""

    id: str
    about: Ref
    text: str
    content_hash: str
