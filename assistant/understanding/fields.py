"""Which fields a record type has, and how a question about one type reaches the fields of another."""

from ingest.entities import RecordType

_DATES = frozenset({"created_at", "closed_at", "close_on", "at", "last_activity_at", "next_activity_at"})
_NUMBERS = frozenset(
    {
        "employees", "revenue", "amount", "score", "days_silent", "activity_count", "age_days", "cycle_days",
        "contact_count", "won_amount", "won_count", "open_amount", "open_count", "lost_count", "lead_count",
    }
)  # fmt: skip
_ACTIVE = frozenset({"last_activity_at", "days_silent", "activity_count", "next_activity_at"})
_DEALS = frozenset({"won_amount", "won_count", "open_amount", "open_count", "lost_count"})

OWN: dict[str, frozenset[str]] = {
    "lead": _ACTIVE | {
        "name", "company", "title", "email", "phone", "industry", "employees", "revenue", "country", "city",
        "source", "campaign", "product", "status", "outcome", "description", "owner", "created_at",
        "closed_at", "score", "age_days", "cycle_days",
    },
    "opportunity": _ACTIVE | {
        "name", "account", "contact", "product", "type", "stage", "amount", "currency", "outcome", "owner",
        "created_at", "close_on", "closed_at", "score", "age_days", "cycle_days", "contact_count",
    },
    "account": _ACTIVE | _DEALS | {
        "name", "industry", "employees", "revenue", "country", "city", "website", "owner", "created_at",
        "age_days", "contact_count", "lead_count",
    },
    "contact": _ACTIVE | _DEALS | {"name", "account", "title", "email", "phone", "owner", "created_at"},
    "activity": frozenset({"kind", "direction", "subject", "text", "at", "created_at", "owner", "amount"}),
    "user": _DEALS | {"name", "email", "role", "manager", "activity_count", "last_activity_at", "lead_count"},
}  # fmt: skip

# The records that belong to one of the type, upwards: one step of a path.
UP: dict[str, dict[str, str]] = {
    "lead": {"account": "account", "user": "owner"},
    "opportunity": {"account": "account", "contact": "contact", "user": "owner"},
    "contact": {"account": "account", "user": "owner"},
    "account": {"user": "owner"},
    "activity": {
        "user": "owner",
        "account": "account",
        "lead": "lead",
        "contact": "contact",
        "opportunity": "opportunity",
    },
    "user": {},
}
# And downwards: an account has deals, a rep has leads.
DOWN: dict[str, tuple[str, ...]] = {
    "account": ("opportunity", "contact", "lead", "activity"),
    "contact": ("opportunity", "lead", "activity"),
    "lead": ("activity", "opportunity"),
    "opportunity": ("activity",),
    "user": ("opportunity", "lead", "account", "contact", "activity"),
    "activity": (),
}


# Fields that say nothing of a record where they are its account's or its owner's.
_OF_EACH = frozenset(
    {"age_days", "created_at", "description", "days_silent", "activity_count", "lead_count", "contact_count"}
)
# What a lead calls its status is a deal's stage, and people mix the words.
_TWINS = {"status": "stage", "stage": "status", "type": "kind"}


def is_number(field: str) -> bool:
    """Whether a field of the product holds numbers."""
    return field in _NUMBERS


def is_date(field: str) -> bool:
    """Whether a field of the product holds dates or moments."""
    return field in _DATES


def kind_of(field: str) -> str:
    """The kind of a field of the product, as that of a custom column is said."""
    return "number" if is_number(field) else "date" if is_date(field) else "category"


def path(target: str, field: str) -> str | None:
    """The path from a record of type `target` to a field of the product, or None."""
    alias = {"manager": ("user", "manager")}.get(field)
    if field in OWN[target]:
        return field
    if (twin := _TWINS.get(field)) and twin in OWN[target]:
        return twin
    if alias and "user" in UP[target]:
        return f"owner.{alias[1]}"
    if field in _OF_EACH:
        return None
    for linked, step in UP[target].items():
        if field in OWN[linked] and not (linked == "user" and field in ("name", "email", "phone")):
            return f"{step}.{field}"
    return None


def path_of(target: str, record_type: RecordType | str, field: str) -> str | None:
    """The path from `target` upwards to a field of a given record type, or None."""
    if record_type == target:
        return field
    step = UP[target].get(str(record_type))
    return f"{step}.{field}" if step else None
