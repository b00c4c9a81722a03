"""What an answer says of its own scope: which records, in which period, under which conditions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from assistant.answers import Arg, Line, Money, Term, Window
from assistant.book import Book
from assistant.book.demands import AnyOf, Condition, Demand, Linked, outcomes_asked
from assistant.book.fields import Kind, plain
from assistant.formats import column_name
from assistant.wording import texts
from ingest.entities import ActivityKind, RecordType, Ref

_SYMBOLS = {
    "is": "is", "in": "is", "is not": "is_not", "not in": "is_not", "contains": "contains",
    "does not contain": "contains_not", ">": "more", ">=": "at_least", "<": "less", "<=": "at_most",
    "between": "between", "is empty": "empty", "is not empty": "filled",
}  # fmt: skip
_OUTCOME_NOUNS = {
    frozenset({"open"}): "open",
    frozenset({"won"}): "won",
    frozenset({"lost"}): "lost",
    frozenset({"won", "lost"}): "closed",
}


def noun(record_type: str, demands: Sequence[Demand], count: int | None) -> Term:
    """What the records are called: "open leads", "won deals", "calls"."""
    if record_type == "activity":
        kind = _kind_asked(demands)
        return Term(key=f"activity.{kind}" if kind else "activity", count=count)
    if record_type in ("lead", "opportunity"):
        state = _OUTCOME_NOUNS.get(frozenset(outcomes_asked(demands)))
        return Term(key=f"{record_type}.{state}" if state else record_type, count=count)
    return Term(key=record_type, count=count)


def _kind_asked(demands: Sequence[Demand]) -> str | None:
    for demand in demands:
        if isinstance(demand, Condition) and plain(demand.field) == "kind" and demand.op in ("is", "in"):
            values = demand.value if isinstance(demand.value, list | tuple) else [demand.value]
            if len(values) == 1 and values[0] in set(ActivityKind):
                return str(values[0]).replace(" ", "_")
    return None


def filters(
    book: Book, record_type: str, demands: Sequence[Demand], period: tuple[str, Window] | None = None
) -> tuple[Line, ...]:
    """One line that names the conditions and the period, or nothing where there is neither."""
    said: list[Arg] = [line for demand in demands if (line := _filter(book, record_type, demand)) is not None]
    if period is not None:
        said.append(Line(key="filter.period", args={"field": field_term(period[0]), "window": period[1]}))
    return (Line(key="filters", args={"filters": said}),) if said else ()


def field_term(path: str) -> Arg:
    """A field's name: a word of the product, or a file's own column as it stands there."""
    column = path.rsplit(".", 1)[-1]
    key = plain(column)
    return Term(key=f"field.{key if key in texts('en')['fields'] else column}")


def _filter(book: Book, record_type: str, demand: Demand) -> Line | None:
    if isinstance(demand, AnyOf):
        options: list[Arg] = [
            line for one in demand.options if (line := _filter(book, record_type, one)) is not None
        ]
        return Line(key="filter.any", args={"filters": options})
    if isinstance(demand, Linked):
        target = "activity" if demand.record_type == "planned" else demand.record_type
        noun_key = "planned" if demand.record_type == "planned" else None
        inner: list[Arg] = [
            line for one in demand.conditions if (line := _filter(book, target, one)) is not None
        ]
        what = Term(key=noun_key) if noun_key else noun(target, demand.conditions, None)
        key = "filter.none" if demand.none else "filter.some"
        return Line(key=key if inner else f"{key}_at_all", args={"what": what, "filters": inner})
    if plain(demand.field) in ("outcome", "kind") and demand.op in ("is", "in"):
        return None  # the noun says it
    return _condition(book, record_type, demand)


def _condition(book: Book, record_type: str, demand: Condition) -> Line:
    symbol = _SYMBOLS[demand.op]
    found = book.source(record_type).field(demand.field)
    name: Arg = column_name(found.custom) if found is not None and found.custom else field_term(demand.field)
    if symbol in ("empty", "filled"):
        return Line(key=f"filter.{symbol}", args={"field": name})
    values = demand.value if isinstance(demand.value, list | tuple) else [demand.value]
    linked = found.record_type if found is not None else None
    if linked is None and found is None:
        head = plain(demand.field.partition(".")[0])
        linked = head if head in set(RecordType) and "." not in demand.field else None
    is_date = found is not None and found.kind in (Kind.DATE, Kind.MOMENT)
    said = (
        _people(book, linked, values)
        if linked
        else [_value(book, demand, value, is_date) for value in values]
    )
    if symbol == "between":
        return Line(key="filter.between", args={"field": name, "low": said[0], "high": said[-1]})
    return Line(key=f"filter.{symbol}", args={"field": name, "value": said[0] if len(said) == 1 else said})


def _people(book: Book, record_type: str, ids: Sequence[Any]) -> list[Arg]:
    if record_type == "user":
        if len(ids) > 1 and frozenset(ids) == book.team(book.user.id):
            return [Term(key="my_team")]
        return [book.users[one].name if one in book.users else str(one) for one in ids]
    refs = [Ref(type=RecordType(record_type), id=str(one)) for one in ids]
    known = book.many(refs)
    return [known[ref].name if ref in known else ref.id for ref in refs]


def _value(book: Book, demand: Condition, value: Any, is_date: bool) -> Arg:
    key = plain(demand.field.rsplit(".", 1)[-1])
    if isinstance(value, Window | date | datetime):
        return value
    if is_date:
        return book.window(str(value), planned=True)
    if key in ("kind", "outcome", "direction", "role"):
        return Term(key=f"{key}.{str(value).replace(' ', '_')}")
    if key in ("score", "probability") and isinstance(value, int | float):
        from assistant.answers import Share

        return Share(fraction=float(value))
    if key.endswith("amount") and isinstance(value, int | float):
        return Money(amount=float(value))
    return value if isinstance(value, int | float | str) else str(value)
