"""Shares: "what percentage of our open deals is in proposal", "share of revenue by product"."""

from assistant.understanding.frame import Condition, Frame, Measure
from assistant.understanding.items import Item
from assistant.understanding.work import Work

_WHOSE = ("me", "my team", "everyone")
_AMONG = frozenset({"among", "amongst", "unter", "entre"})
_CLOSED: Condition = {"field": "outcome", "op": "is", "value": "closed"}


def is_share(work: Work) -> bool:
    """Whether a fraction of something is asked for."""
    return work.reading.any("group", "share")


def as_share(frame: Frame, work: Work) -> Frame:
    """The frame of a share: the part told from the whole; a rate where the part is what was won."""
    part = None if work.group_by and not _said_after(frame, work) else _part(frame, work)
    whole = tuple(c for c in frame.conditions if c is not part)
    if part is not None and part.get("field") == "outcome":
        if part.get("value") == "won" and frame.record_type in ("lead", "opportunity"):
            rate = "win_rate" if frame.record_type == "opportunity" else "conversion_rate"
            kept = tuple(c for c in whole if c.get("field") != "outcome")
            return frame.but(conditions=kept, measures=(Measure(name=rate),))
        if part.get("value") == "lost":
            whole = (*(c for c in whole if c.get("field") != "outcome"), _CLOSED)
    if part is None and not work.group_by:
        work.unmeasured = True  # a share of what is not understood
    money = work.reading.any("noun", "revenue", "pipeline") or any(m.field for m in frame.measures)
    field = "amount" if money and frame.record_type == "opportunity" else None
    return frame.but(
        conditions=whole,
        measures=(Measure(name="share", field=field),),
        part=(part,) if part is not None else (),
    )


def _part(frame: Frame, work: Work) -> Condition | None:
    told = _told(frame, work)
    if not told:
        whose = [c for c in frame.conditions if c.get("field") == "owner" and c.get("value") not in _WHOSE]
        return whose[0] if whose else None
    among = next((t for t in work.reading.tokens if t.form in _AMONG), None)
    if among is not None:
        before = [c for place, c in told if work.reading.tokens[place].start < among.start]
        if before:
            return before[-1]
    after = _said_after(frame, work)
    if after:
        return after[-1]
    plain = [c for _, c in told if c.get("field") != "outcome"]
    return (plain or [c for _, c in told])[0]


def _said_after(frame: Frame, work: Work) -> list[Condition]:
    """The conditions that are said after the noun: "of our deals are renewals"."""
    noun = work.noun
    if noun is None:
        return []
    return [c for place, c in _told(frame, work) if place >= noun.end]


def _told(frame: Frame, work: Work) -> list[tuple[int, Condition]]:
    """The conditions with the place of the words that they come from, left to right."""
    found = []
    for condition in frame.conditions:
        if condition.get("field") == "owner":
            continue
        places = [i.start for i in work.items if _says(i, condition)]
        if places or condition.get("field") != "outcome":  # "revenue" implies that it was won
            found.append((max(places, default=0), condition))
    return sorted(found, key=lambda pair: pair[0])


def _says(item: Item, condition: Condition) -> bool:
    name = str(condition.get("field") or "").rsplit(".", 1)[-1]
    if "some" in condition or "none" in condition:
        return item.has("logic", "with", "without", "not") or item.has("cue", "neglect")
    if name == "outcome":
        value = {"won": ("won", "converted"), "lost": ("lost", "disqualified")}.get(
            str(condition.get("value")), (str(condition.get("value")),)
        )
        return item.has("outcome", *value)
    if item.number is not None:
        values = condition.get("value")
        return item.number.plain in (values if isinstance(values, list) else [values])
    named = item.has("field", name) or any(c.field == name for c in item.columns)
    return named or any(v.field == name for v in item.values)
