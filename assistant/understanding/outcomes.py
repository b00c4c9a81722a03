"""Outcomes as conditions: open, won, lost, converted, bought; and what words like "pipeline" imply."""

from assistant.understanding.fields import DOWN
from assistant.understanding.frame import Condition
from assistant.understanding.items import Item
from assistant.understanding.polarity import polarity
from assistant.understanding.work import Work

_AS = {"converted": "won", "disqualified": "lost"}
_RATES = ("win_rate", "conversion_rate")
_NEITHER: tuple[Condition, ...] = (
    {"field": "outcome", "op": "is not", "value": "won"},
    {"field": "outcome", "op": "is not", "value": "lost"},
)


def outcome_conditions(work: Work) -> None:
    """ "open", "won", "lost", "converted", each with its negation."""
    found = [i for i in work.unused("outcome") if not is_due(work, i)]
    work.use(*found)
    if work.record_type not in ("lead", "opportunity"):
        _of_linked(work, found)
        return
    if any(m.name in _RATES for m in work.measures):
        return
    negated = polarity(work)
    values: list[str] = []
    for item in found:
        value = _AS.get(item.get("outcome") or "", item.get("outcome") or "")
        if negated[item.start] and item.has("cue", "close_verb"):
            work.add("outcome", "is", "open")  # what is not closed is open, and not lost
        elif negated[item.start]:
            work.add("outcome", "is not", value)
        elif value not in values:
            values.append(value)
    if all(c in work.conditions for c in _NEITHER):
        work.conditions = [c for c in work.conditions if c not in _NEITHER]
        work.add("outcome", "is", "open")
    if len(values) == 1:
        work.add("outcome", "is", values[0])
    elif set(values) == {"won", "lost"}:
        work.add("outcome", "is", "closed")
    elif values:
        work.conditions.append({"any": [{"field": "outcome", "op": "is", "value": v} for v in values]})


def is_due(work: Work, item: Item) -> bool:
    """Whether "close" speaks of a date ahead ("that close in December") and not of what was won."""
    if not item.has("cue", "due"):
        return False
    if item.values and not item.has("outcome") and work.reading.any("outcome", "won", "lost"):
        return False  # "renewals won this year" are deals of a type
    periods = [i.period for i in work.items if i.period is not None and i.period.text]
    if any(p.text and (p.text.startswith(("next ", "tomorrow")) or p.ahead) for p in periods):
        return True
    past = any(i.has("stop", "past") for i in work.items)
    return not past and any(p.text and p.text.startswith(("this ", "today")) for p in periods)


def _of_linked(work: Work, found: list[Item]) -> None:
    """Accounts and contacts by the outcome of their deals, and by what they bought."""
    target = work.record_type
    if target is None or "opportunity" not in DOWN[target]:
        return
    negated = polarity(work)
    bought = work.unused("cue", "bought")
    if bought:
        work.use(*bought)
        flag = negated[bought[0].start] or any(i.has("logic", "not", "without") for i in work.items)
        won = [{"field": "outcome", "op": "is", "value": "won"}] if work.buyers else []
        work.link("opportunity", won, absent=flag)
        _same_side(work, absent=flag)
        _when(work, absent=flag)
    elif work.record_type == "user" and any("none" in c or "some" in c for c in work.conditions):
        _when(work, absent=any("none" in c for c in work.conditions))
    elif (
        found
        and all(m.name == "count" for m in work.measures)
        and not any(i.has("noun", "revenue") for i in work.items)
    ):
        inner = [{"field": "outcome", "op": "is", "value": found[0].get("outcome")}]
        work.link("opportunity", inner, absent=negated[found[0].start])
        _when(work, absent=negated[found[0].start])


def _same_side(work: Work, *, absent: bool) -> None:
    """ "never bought GTX": what was not bought is one demand, whichever word bore the negation."""
    wrong = next(
        (c for c in work.conditions if c.get("none" if not absent else "some") == "opportunity"), None
    )
    if wrong is not None:
        work.conditions.remove(wrong)
        work.link("opportunity", wrong["where"], absent=absent)


def _when(work: Work, *, absent: bool) -> None:
    """A period in such a question is when the deals were closed."""
    if work.period is not None and work.period_on is None:
        work.link("opportunity", [{"field": "closed_at", "op": "in", "value": work.period}], absent=absent)
        work.period = None


def implied_outcome(work: Work) -> None:
    """What a word says besides the type: the pipeline is open, revenue is won, a customer has bought."""
    reading, target = work.reading, work.record_type
    demanded = work.has_condition("outcome") or any("any" in c for c in work.conditions)
    if target == "opportunity" and not demanded:
        weighted = reading.any("measure", "weighted_sum")
        if reading.any("noun", "pipeline") or work.period_on == "close_on" or weighted:
            work.add("outcome", "is", "open")
        elif _says_sold(work):
            if work.buyers:
                work.add("outcome", "is", "won")
        elif reading.any("cue", "due", "stuck") and not reading.any("group", "share", "split"):
            work.add("outcome", "is", "open")
    elif target == "account" and work.buyers and _says_customer(work.noun):
        work.add("won_count", ">=", 1)


def _says_sold(work: Work) -> bool:
    """Whether it is about what was sold, though no outcome is named."""
    reading = work.reading
    if reading.any("noun", "revenue") or reading.any("cue", "bought", "sold") or work.best_sellers:
        return True
    return reading.any("cue", "brought") and any(m.field == "amount" for m in work.measures)


def _says_customer(noun: Item | None) -> bool:
    return noun is not None and (noun.has("record", "customer") or noun.has("cue", "quote_best"))
