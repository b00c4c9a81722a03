"""Conditions as a question states them: one demand on a field, any of several, or one on linked records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.book.fields import plain
from ingest.errors import BadRequest

_OPS = {
    "is", "is not", "in", "not in", "contains", "does not contain", ">", ">=", "<", "<=", "between",
    "is empty", "is not empty",
}  # fmt: skip
_SPELLED = {"=": "is", "==": "is", "!=": "is not", "<>": "is not", "equals": "is", "like": "contains"}
_OUTCOMES = {
    "open": {"open"},
    "won": {"won"},
    "converted": {"won"},
    "lost": {"lost"},
    "disqualified": {"lost"},
    "closed": {"won", "lost"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One demand on one field."""

    field: str
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one of these must hold."""

    options: "tuple[Demand, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """At least one linked record of a type (or none, where `none`) must fulfil all conditions."""

    record_type: str  # "planned" are the activities still to come
    conditions: "tuple[Demand, ...]" = ()
    none: bool = False


Demand = Condition | AnyOf | Linked


class UnknownField(BadRequest):
    """A record type that has no such field."""

    def __init__(self, field: str, record_type: str) -> None:
        super().__init__(f"A record of type {record_type} has no field {field!r}.")
        self.field = field
        self.record_type = record_type


def parse(raw: Sequence[Mapping[str, Any] | Demand]) -> tuple[Demand, ...]:
    """The conditions as they stand in a tool's arguments.

    Raises:
        BadRequest: one is not formed like a condition.
    """
    return tuple(one if isinstance(one, Condition | AnyOf | Linked) else _parsed(one) for one in raw)


def _parsed(raw: Mapping[str, Any]) -> Demand:
    if "any" in raw:
        return AnyOf(options=parse(raw["any"]))
    for word, none in (("some", False), ("none", True)):
        if word in raw:
            return Linked(record_type=str(raw[word]), conditions=parse(raw.get("where", ())), none=none)
    op = " ".join(str(raw.get("op", "is")).lower().split())
    op = _SPELLED.get(op, op)
    if not raw.get("field") or op not in _OPS:
        raise BadRequest(
            f"A condition needs a field and one of the words {', '.join(sorted(_OPS))}: {dict(raw)!r}."
        )
    return Condition(field=str(raw["field"]), op=op, value=raw.get("value"))


def outcomes(value: Any) -> set[str]:
    found = _OUTCOMES.get(str(value).strip().lower())
    if found is None:
        raise BadRequest(f"An outcome is open, won, lost or closed, not {value!r}.")
    return found


def field_names(demands: Sequence[Demand]) -> list[str]:
    """The fields that the demands name, in their order."""
    names: list[str] = []
    for demand in demands:
        match demand:
            case Condition(field=name):
                names.append(name)
            case AnyOf(options=options):
                names += field_names(options)
            case Linked(record_type=target, conditions=inner):
                names += [f"{target}.{name}" for name in field_names(inner)]
    return names


def outcomes_asked(demands: Sequence[Demand]) -> set[str]:
    """The outcomes that the demands ask for; empty where they do not speak of it."""
    asked: set[str] = set()
    for demand in demands:
        if isinstance(demand, Condition) and plain(demand.field) == "outcome":
            values = demand.value if isinstance(demand.value, list | tuple) else [demand.value]
            named = set().union(*(outcomes(value) for value in values)) if values else set()
            asked |= named if demand.op in ("is", "in") else {"open", "won", "lost"} - named
    return asked
