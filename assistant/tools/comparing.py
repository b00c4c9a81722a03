"""The same figure in two periods, and the change."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answers import Arg, Finding, Line, Share, Value, Window
from assistant.book.found import Group
from assistant.periods import previous
from assistant.tools.asking import Asking
from assistant.tools.figures import Question, first_value, groups_of, label_of, left_out, shown_value
from assistant.wording import phrase
from ingest.errors import BadRequest


def compared(asking: Asking, question: Question, groups: list[Group], compare_to: str) -> Finding:
    """The same figure in two periods, and the change."""
    book = asking.book
    if question.within is None:
        raise BadRequest("A comparison needs a period to compare with.")
    on, window = question.within
    if compare_to == "previous":
        other = previous(window, book.at, book.timezone)
    else:
        other = book.window(compare_to, planned=book.plans_with(question.record_type, on))
    before, _ = groups_of(asking, replace(question, within=(on, other)))
    lines: list[Line] = []
    values: list[Value] = []
    keys = list(dict.fromkeys((group.keys, group.currency) for group in (*groups, *before)))
    names = list(question.group_by)
    for members, currency in keys:
        now, then = (_group_of(some, members, currency) for some in (groups, before))
        named = dict(zip((name.rsplit(".", 1)[-1] for name in names), members, strict=True))
        for group, period in ((now, window), (then, other)):
            values.append(first_value(question, group, {**named, "period": period.label}))
        lines.append(_change(question, now, then, window, other, members))
    return Finding(
        lines=(
            Line(key="compare.heading", args={"label": label_of(question), "window": window, "other": other}),
            *asking.scope(question.record_type, question.demands),
            *lines,
            *left_out((*groups, *before), question),
        ),
        values=(*values, *_changes(values)),
        window=window,
        chart="split",
    )


def _group_of(groups: Sequence[Group], keys: tuple[str | None, ...], currency: str | None) -> Group:
    for group in groups:
        if group.keys == keys and group.currency == currency:
            return group
    return Group(keys=keys, currency=currency, value=None)


def _change(
    question: Question, now: Group, then: Group, window: Window, other: Window, members: Sequence[str | None]
) -> Line:
    first, second = (first_value(question, group, {}) for group in (now, then))
    a, b = first.value, second.value
    args: dict[str, Arg] = {
        "name": [member or Line(key="none") for member in members] or None,
        "now": shown_value(first),
        "then": shown_value(second),
        "window": Window(start=None, end=None, label=window.label),
        "other": Window(start=None, end=None, label=other.label),
    }
    key = "compare.named" if members else "compare.line"
    if a is not None and b:
        return Line(
            key=f"{key}_change", args={**args, "change": Share(fraction=(a - b) / abs(b), signed=True)}
        )
    return Line(key=key, args=args)


def _changes(values: Sequence[Value]) -> list[Value]:
    """The differences, as figures: now minus then for each pair."""
    said = Line(key="value.change")
    found = []
    for now, then in zip(values[::2], values[1::2], strict=True):
        if now.value is None and then.value is None:
            continue
        group = {name: member for name, member in now.group.items() if name != "period"}
        difference = (now.value or 0) - (then.value or 0)
        found.append(Value(label=phrase(said, "en"), value=difference, unit=now.unit, group=group, said=said))
        if then.value:
            relative = Line(key="value.change_relative")
            found.append(
                Value(
                    label=phrase(relative, "en"),
                    value=difference / abs(then.value),
                    unit="fraction",
                    group=group,
                    said=relative,
                )
            )
    return found
