"""What happened with a record up to a moment, in numbers: how much, how recently, by whom, what next."""

from dataclasses import dataclass

import numpy as np

from assistant.scoring.snapshot import KINDS, Cohort, Past, Timeline
from assistant.scoring.table import Bools, Feature, Floats, Group, Ints, Kind
from assistant.scoring.values import DAY
from ingest.entities import ActivityKind

_CONCEPTS = {
    "age_days": "age",
    "silent_days": "silence",
    "inbound_silent_days": "replies",
    "inbound_30": "replies",
    "inbound_90": "replies",
    "inbound_share": "replies",
    "unanswered": "replies",
    "outbound_30": "outreach",
    "outbound_90": "outreach",
    "count_7": "pace",
    "count_30": "pace",
    "count_90": "pace",
    "count_all": "pace",
    "trend_30": "pace",
    "next_step": "next_step",
    "won_before": "history",
    "lost_before": "history",
}
_COUNTED = {
    ActivityKind.EMAIL: "emails",
    ActivityKind.CALL: "calls",
    ActivityKind.MEETING: "meetings",
    ActivityKind.WEB_VISIT: "visits",
    ActivityKind.FORM: "forms",
    ActivityKind.SOCIAL: "social",
    ActivityKind.CHAT: "chats",
    ActivityKind.ORDER: "orders",
}
_NAMES = (*_CONCEPTS, *(f"{name}_90" for name in _COUNTED.values()))
_HISTORY = {"won_before", "lost_before"}
FEATURES = tuple(
    Feature(
        name=name,
        kind=Kind.NUMBER,
        group=Group.FIT if name in _HISTORY else Group.ENGAGEMENT,
        concept=_CONCEPTS.get(name, name.removesuffix("_90")),
    )
    for name in _NAMES
)
_LONG = 365.0  # days of silence beyond which more makes no difference


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Each row's activities laid out flat: `row[p]` sees entry `entry[p]` of the timeline, `days[p]` ago."""

    row: Ints
    entry: Ints
    days: Floats

    @staticmethod
    def at(timeline: Timeline, records: Ints, moments: Floats) -> "Seen":
        """What had taken place and was known at each row's moment (a row without a moment sees nothing)."""
        row, entry = _flat(timeline, records)
        seen = (timeline.at[entry] <= moments[row]) & (timeline.known[entry] <= moments[row])
        row, entry = row[seen], entry[seen]
        return Seen(row=row, entry=entry, days=(moments[row] - timeline.at[entry]) / DAY)


def _flat(timeline: Timeline, records: Ints) -> tuple[Ints, Ints]:
    first, last = timeline.starts[records], timeline.starts[records + 1]
    sizes = last - first
    row = np.repeat(np.arange(len(records)), sizes)
    begins = np.cumsum(sizes) - sizes
    return row, np.arange(len(row)) - begins[row] + first[row]


def measure(
    cohort: Cohort, timeline: Timeline, past: Past, records: Ints, moments: Floats, seen: Seen
) -> Floats:
    """Rows × `FEATURES`."""
    rows = len(records)
    inbound = timeline.inbound[seen.entry] == 1
    outbound = timeline.inbound[seen.entry] == -1
    recent = {days: seen.days <= days for days in (7, 30, 60, 90)}

    def count(mask: Bools) -> Floats:
        return np.bincount(seen.row[mask], minlength=rows).astype(np.float64)

    def least_days(mask: Bools, otherwise: Floats) -> Floats:
        least = np.full(rows, np.inf)
        np.minimum.at(least, seen.row[mask], seen.days[mask])
        return np.minimum(np.where(np.isinf(least), otherwise, least), _LONG)

    age = np.maximum((moments - cohort.created[records]) / DAY, 0.0)
    every = np.ones(len(seen.row), dtype=bool)
    received, sent = count(inbound), count(outbound)
    since_reply = least_days(inbound, np.full(rows, np.inf))
    measured = {
        "age_days": age,
        "silent_days": least_days(every, age),
        "inbound_silent_days": np.where(received > 0, since_reply, np.nan),
        "inbound_30": count(inbound & recent[30]),
        "inbound_90": count(inbound & recent[90]),
        "inbound_share": np.where(received + sent > 0, received / np.maximum(received + sent, 1), np.nan),
        "unanswered": count(outbound & (seen.days < since_reply[seen.row])),
        "outbound_30": count(outbound & recent[30]),
        "outbound_90": count(outbound & recent[90]),
        "count_7": count(recent[7]),
        "count_30": count(recent[30]),
        "count_90": count(recent[90]),
        "count_all": count(every),
        "trend_30": 2 * count(recent[30]) - count(recent[60]),
        "next_step": _planned(timeline, records, moments),
    }
    accounts = [cohort.accounts[i] for i in records.tolist()]
    measured["won_before"], measured["lost_before"] = past.before(accounts, moments)
    kinds = timeline.kind[seen.entry]
    for kind, name in _COUNTED.items():
        measured[f"{name}_90"] = count((kinds == KINDS.index(kind)) & recent[90])
    return np.column_stack([measured[name] for name in _NAMES])


def _planned(timeline: Timeline, records: Ints, moments: Floats) -> Floats:
    """How many activities lay ahead and were known to; none where no file says when they were planned."""
    row, entry = _flat(timeline, records)
    ahead = (timeline.at[entry] > moments[row]) & (timeline.planned_at[entry] <= moments[row])
    return np.minimum(np.bincount(row[ahead], minlength=len(records)).astype(np.float64), 2.0)
