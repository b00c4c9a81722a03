"""Shares: which part of the records fulfils a condition, or how a whole is made up of its groups."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.book.demands import Demand
from assistant.book.found import Group
from assistant.book.summary import Split
from assistant.tools.asking import Asking
from assistant.tools.figures import Question, groups_of


def shares_of(asking: Asking, question: Question, part: Sequence[Demand]) -> tuple[list[Group], list[Split]]:
    """Groups whose value is a fraction of the whole, of which `known` says how many records it has.

    With a `part`, it is the share of each group that the part is; without one, the group's share of all.
    """
    measure = "sum" if question.field else "count"
    plain = replace(question, measure=measure)
    groups, splits = groups_of(asking, plain)
    if part:
        inside, _ = groups_of(asking, replace(plain, demands=(*question.demands, *part)))
        of_part = {(one.ids, one.currency): one for one in inside}
        return [_share(of_part.get((one.ids, one.currency)), one) for one in groups if one.count], splits
    wholes = {
        currency: Group(
            count=sum(one.count for one in groups if one.currency == currency),
            value=sum(one.value or 0 for one in groups if one.currency == currency),
        )
        for currency in {one.currency for one in groups}
    }
    return [_share(one, wholes[one.currency], of=one) for one in groups if one.count], splits


def _share(part: Group | None, whole: Group, *, of: Group | None = None) -> Group:
    """A group as a fraction of a whole; nothing of it is zero."""
    named = of or whole
    value = (part.value or 0) / whole.value if part is not None and whole.value else 0.0
    return replace(named, count=part.count if part is not None else 0, known=whole.count, value=value)
