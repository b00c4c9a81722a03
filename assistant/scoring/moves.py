"""What a rep could do to move a score: what records like this one, with that done, score."""

from collections.abc import Mapping

import numpy as np

from assistant.scoring.reasons import MOVE
from assistant.scoring.scorer import Scored, Scorer
from assistant.scoring.table import Floats
from ingest.entities import Reason

_WORTH = 0.01  # a gain below one point is no reason to do anything
_SHOWN = 3
_CONTACT = {"count_7": 1.0, "count_30": 1.0, "count_90": 1.0, "count_all": 1.0, "trend_30": 1.0}
# What each move would change in the table: amounts added, or (with "=") set.
_MOVES: Mapping[str, Mapping[str, float | str]] = {
    "contact": {**_CONTACT, "calls_90": 1.0, "outbound_30": 1.0, "outbound_90": 1.0, "silent_days": "=0"},
    "answer": {
        **_CONTACT, "inbound_30": 1.0, "inbound_90": 1.0, "silent_days": "=0", "inbound_silent_days": "=0",
        "unanswered": "=0",
    },
    "meeting": {**_CONTACT, "meetings_90": 1.0, "silent_days": "=0"},
    "next_step": {"next_step": "=1"},
}  # fmt: skip


def moves(scorer: Scorer, values: Floats, scored: Scored) -> list[list[Reason]]:
    """For each row what would raise its score most, the best first."""
    gains = {name: _gain(scorer, values, scored, change) for name, change in _MOVES.items()}
    return [
        [
            Reason(key=MOVE + name, args={"gain": float(round(100 * gain))})
            for gain, name in sorted(((float(gains[name][row]), name) for name in gains), reverse=True)[
                :_SHOWN
            ]
            if gain >= _WORTH
        ]
        for row in range(len(values))
    ]


def _gain(scorer: Scorer, values: Floats, scored: Scored, change: Mapping[str, float | str]) -> Floats:
    changed = values.copy()
    for i, name in enumerate(scorer.plan.kept):
        amount = change.get(name)
        if isinstance(amount, str):
            changed[:, i] = float(amount.removeprefix("="))
        elif amount is not None:
            changed[:, i] += amount
    if not any(name in change for name in scorer.plan.kept):
        return np.zeros(len(values))
    return scorer.probabilities(changed) - scored.probability
