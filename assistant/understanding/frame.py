"""What a question asks, as data: one frame becomes one or more tool calls."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

Condition = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is computed: count, sum, average, … of a field."""

    name: str
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One request, complete but for defaults. JSON-able, so that a conversation can build on it."""

    tool: str
    record_type: str | None = None
    conditions: tuple[Condition, ...] = ()
    period: str | None = None
    period_on: str | None = None
    measures: tuple[Measure, ...] = ()
    group_by: tuple[str, ...] = ()
    part: tuple[Condition, ...] = ()  # of a share: what the part fulfils
    compare_to: str | None = None
    order_by: str | None = None
    descending: bool | None = None
    limit: int | None = None
    offset: int = 0
    record: str | None = None
    topic: str | None = None
    channel: str | None = None
    tone: str | None = None
    draft_language: str | None = None
    direction: str | None = None
    by: str | None = None  # who owes an answer: "us" or "them"
    days: int | None = None
    lowest: bool = False
    outcome: str | None = None
    product: str | None = None
    more: tuple["Frame", ...] = field(default=())  # further requests of the same question

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Frame":
        """The frame that `as_json` wrote; unknown keys are left out."""
        known = {f.name for f in fields(cls)}
        kept: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known
        }
        kept["measures"] = tuple(Measure(**m) for m in data.get("measures", ()))
        kept["more"] = tuple(cls.from_json(m) for m in data.get("more", ()))
        return cls(**kept)

    def but(self, **changes: Any) -> "Frame":
        """The frame with some parts changed."""
        return replace(self, **changes)


def field_of(condition: Condition) -> str | None:
    """The field that a condition is on; an any-of counts by its first."""
    if "any" in condition:
        return field_of(condition["any"][0]) if condition["any"] else None
    if "some" in condition or "none" in condition:
        return f"{condition.get('some') or condition.get('none')}()"
    return condition.get("field")
