"""The figures of a summary: what they are called, in which unit they are, what they leave out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.answers import Arg, Line, Money, Share, Value, Window
from assistant.book.demands import Demand
from assistant.book.found import Group
from assistant.book.summary import Split
from assistant.tools.asking import Asking
from assistant.tools.filters import field_term, noun
from assistant.wording import phrase

_DAYS = ("days_silent", "age_days", "cycle_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be summed up, with names settled."""

    record_type: str
    measure: str
    field: str | None
    group_by: tuple[str, ...]
    demands: tuple[Demand, ...]
    within: tuple[str, Window] | None
    part: tuple[Demand, ...] = ()  # of a share: what the part fulfils besides


def label_of(question: Question) -> Line:
    """What the figure is called: "open leads", "open pipeline", "average amount"."""
    what = noun(question.record_type, question.demands, None)
    if question.measure == "count":
        return Line(key="value.count", args={"what": what})
    if question.measure == "share":
        key = "value.share_of_amount" if question.field else "value.share"
        return Line(key=key, args={"what": what})
    if question.measure in ("win_rate", "conversion_rate"):
        return Line(key=f"value.{question.measure}")
    if question.measure == "weighted_sum":
        return Line(key="value.weighted_pipeline")
    assert question.field is not None
    if question.measure == "sum" and question.field == "amount":
        state = what.key.partition(".")[2]
        known = {"open": "open_pipeline", "won": "won_amount", "lost": "lost_amount"}
        if state in known:
            return Line(key=f"value.{known[state]}")
    return Line(key=f"value.{question.measure}", args={"field": field_term(question.field)})


def values_of(question: Question, group: Group, keys: Mapping[str, str | None]) -> list[Value]:
    label = label_of(question)
    values = [
        Value(
            label=phrase(label, "en"), value=group.value, unit=_unit(question, group), group=keys, said=label
        )
    ]
    if question.measure != "count":
        values.append(_how_many(question, group, keys))
    if question.measure == "share" and question.part:
        said = Line(key="value.count", args={"what": noun(question.record_type, question.demands, None)})
        values.append(Value(label=phrase(said, "en"), value=group.known, unit="count", group=keys, said=said))
    if question.measure == "conversion_rate" and group.count:
        said = Line(key="value.conversion_of_all")
        won = round((group.value or 0) * group.known)
        values.append(
            Value(label=phrase(said, "en"), value=won / group.count, unit="fraction", group=keys, said=said)
        )
    return values


def _how_many(question: Question, group: Group, keys: Mapping[str, str | None]) -> Value:
    demands = (*question.demands, *question.part)
    said = Line(key="value.count", args={"what": noun(question.record_type, demands, None)})
    return Value(label=phrase(said, "en"), value=group.count, unit="count", group=keys, said=said)


def _unit(question: Question, group: Group) -> str | None:
    if question.measure == "count":
        return "count"
    if question.measure in ("win_rate", "conversion_rate", "share") or question.field in (
        "score",
        "probability",
    ):
        return "fraction"
    if question.field in _DAYS:
        return "days"
    return group.currency


def shown_value(value: Value) -> Arg:
    """A figure as a sentence shows it."""
    if value.value is None:
        return None
    match value.unit:
        case "fraction":
            return Share(fraction=value.value)
        case "count":
            return int(value.value)
        case "days":
            return Line(key="days", args={"number": round(value.value, 1), "count": 2})
        case None:
            return value.value
        case currency:
            return Money(amount=value.value, currency=currency)


def first_value(question: Question, group: Group, keys: Mapping[str, str | None]) -> Value:
    """The figure itself; nothing counted or summed is zero."""
    value = values_of(question, group, keys)[0]
    is_sum = question.measure in ("count", "sum", "weighted_sum")
    return replace(value, value=0) if value.value is None and is_sum and not group.count else value


def left_out(groups: Sequence[Group], question: Question) -> tuple[Line, ...]:
    if question.field is None or question.measure == "share":
        return ()
    missing = sum(group.count - group.known for group in groups)
    if not missing:
        return ()
    if question.field == "amount":
        return (Line(key="amount.missing", args={"count": missing}),)
    if question.measure == "weighted_sum":
        return (Line(key="weighted.missing", args={"count": missing}),)
    return (Line(key="value.missing", args={"count": missing, "field": field_term(question.field)}),)


def groups_of(asking: Asking, question: Question) -> tuple[list[Group], list[Split]]:
    return asking.book.summarise(
        question.record_type,
        question.measure,
        question.field,
        group_by=question.group_by,
        demands=question.demands,
        period=question.within,
        ahead=asking.lies_ahead(question.record_type, question.within),
    )
