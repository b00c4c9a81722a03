"""A frame as tool calls, with the names and arguments of the tools; defaults are left out."""

from dataclasses import dataclass, field
from typing import Any

from assistant.understanding.frame import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One tool call."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


_TAKES: dict[str, tuple[str, ...]] = {
    "rank_leads": ("record_type", "conditions", "period", "limit", "lowest", "offset"),
    "find_records": (
        "record_type", "conditions", "period", "period_on", "order_by", "descending", "limit", "offset",
    ),
    "summarise_records": (
        "record_type", "measure", "field", "group_by", "conditions", "period", "period_on", "compare_to",
        "order", "descending", "limit", "part",
    ),
    "describe_record": ("record", "record_type"),
    "search_activities": ("topic", "conditions", "period", "record", "record_type", "limit"),
    "explain_score": ("record", "record_type"),
    "find_neglected": ("record_type", "days", "conditions", "limit"),
    "find_overdue": ("conditions", "limit"),
    "find_unanswered": ("record_type", "period", "conditions", "limit", "by"),
    "plan_day": ("period",),
    "write_draft": ("record", "channel", "record_type", "language", "tone", "topic", "period"),
    "show_score_changes": ("record_type", "since", "direction", "conditions", "limit", "record"),
    "show_changes": ("period", "record"),
    "list_next_steps": ("period", "record", "conditions"),
    "find_similar": ("record", "outcome", "limit"),
    "find_topics": ("period", "conditions", "limit", "kind"),
    "find_cross_sell": ("product", "record", "limit"),
}  # fmt: skip
_ALWAYS = {
    "rank_leads": {"record_type"},
    "find_records": {"record_type"},
    "summarise_records": {"record_type"},
}


def calls_of(frame: Frame) -> tuple[Call, ...]:
    """The calls of a frame, in the order in which its parts were asked."""
    measures = frame.measures or (None,)
    found = []
    for measure in measures if frame.tool == "summarise_records" else (None,):
        values: dict[str, Any] = {
            "record_type": frame.record_type,
            "conditions": list(frame.conditions),
            "period": frame.period,
            "period_on": frame.period_on,
            "group_by": list(frame.group_by),
            "compare_to": frame.compare_to,
            "part": list(frame.part) if measure and measure.name == "share" else None,
            "order_by": frame.order_by,
            "descending": frame.descending,
            "limit": frame.limit,
            "offset": frame.offset,
            "lowest": frame.lowest,
            "record": frame.record,
            "topic": frame.topic,
            "kind": frame.topic,
            "channel": frame.channel,
            "tone": frame.tone,
            "language": frame.draft_language,
            "direction": frame.direction,
            "since": frame.period,
            "by": frame.by,
            "days": frame.days,
            "outcome": frame.outcome,
            "product": frame.product,
            "measure": measure.name if measure else "count" if frame.tool == "summarise_records" else None,
            "field": measure.field if measure else None,
            "order": "group" if frame.order_by == "group" else None,
        }
        arguments = {name: values[name] for name in _TAKES[frame.tool] if _said(frame, name, values[name])}
        found.append(Call(tool=frame.tool, arguments=arguments))
    for other in frame.more:
        found += calls_of(other)
    return tuple(found)


def _said(frame: Frame, name: str, value: Any) -> bool:
    if name == "descending":
        ordered = frame.order_by is not None or frame.tool == "summarise_records"
        return value is False and ordered
    if name == "record_type" and name in _ALWAYS.get(frame.tool, ()):
        return True
    return value not in (None, [], "", 0, False)
