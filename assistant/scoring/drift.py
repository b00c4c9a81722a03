"""Whether the world moved away from what was learned: in what records hold, in what comes of scores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from assistant.scoring.report import bands
from assistant.scoring.scorer import Scorer
from assistant.scoring.table import Floats, Kind
from ingest.entities import Outcome, RecordType
from ingest.tables import RECORD_TABLES, scores

_MOVED = 0.25  # a population stability index above this is a different population
_ENOUGH = 100  # open records below which a difference may be chance
_DECIDED = 20  # scores with an outcome since, below which nothing can be said of them
_SURELY = 2.5  # standard errors
_NAMES = {"lead": "leads", "opportunity": "deals"}
_PARTS = 10  # numbers are compared by tenths of what was learned from


@dataclass(slots=True, kw_only=True)
class Inputs:
    """Counts what open records hold, to be set against what the scorer learned from."""

    scorer: Scorer
    records: int = 0
    _counts: dict[int, Floats] = field(default_factory=dict)

    def add(self, values: Floats) -> None:
        """Take rows of the scorer's features."""
        codes = self.scorer.additive.codes(values)
        self.records += len(values)
        for i, feature in enumerate(self.scorer.additive.features):
            if _is_compared(self.scorer, feature.name):
                size = len(self.scorer.additive.shares[i])
                now = np.bincount(codes[:, i], minlength=size).astype(np.float64)
                self._counts[i] = self._counts.get(i, np.zeros(size)) + now

    def moved(self) -> list[dict[str, Any]]:
        """The columns whose values have become others, the most changed first."""
        if self.records < _ENOUGH:
            return []
        found = []
        for i, counts in self._counts.items():
            feature, learned = self.scorer.additive.features[i], self.scorer.additive.shares[i]
            if feature.kind is Kind.NUMBER:
                learned, counts = _tenths(learned, counts)
            index = stability(learned, counts)
            if index > _MOVED + 2 * len(learned) / self.records:
                found.append({"column": feature.name, "index": round(index, 3)})
        return sorted(found, key=lambda one: -one["index"])


def _is_compared(scorer: Scorer, name: str) -> bool:
    """Columns are, but for dates: these count in days before now, so open records differ by that alone."""
    return any(column.name == name and column.kind != "date" for column in scorer.plan.columns)


def _tenths(learned: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Codes of a number joined into tenths of what was learned from; "not known" stays apart."""
    place = np.minimum((np.cumsum(learned[:-1]) - learned[:-1]) * _PARTS, _PARTS - 1).astype(np.int64)
    place = np.append(place, _PARTS)
    joined = np.zeros((2, _PARTS + 1))
    np.add.at(joined[0], place, learned)
    np.add.at(joined[1], place, counts)
    return joined[0], joined[1]


def stability(learned: Floats, counts: Floats) -> float:
    """The population stability index of counts against shares; no part counts as empty."""
    before, now = (side / max(float(side.sum()), 1e-9) + 1e-3 for side in (learned, counts))
    before, now = before / before.sum(), now / now.sum()
    return float(((now - before) * np.log(now / before)).sum())


def came_of_scores(connection: Connection, type_: RecordType) -> dict[str, Any]:
    """The last score of each record before it closed, against its outcome."""
    table = RECORD_TABLES[type_]
    closed = (
        select(table.c.id, table.c.outcome, func.max(scores.c.at).label("last"))
        .where(
            scores.c.type == type_,
            scores.c.record_id == table.c.id,
            table.c.outcome != Outcome.OPEN,
            scores.c.at < table.c.closed_at,
        )
        .group_by(table.c.id, table.c.outcome)
        .subquery()
    )
    last = select(func.max(scores.c.probability).label("chance"), closed.c.outcome).where(
        scores.c.type == type_, scores.c.record_id == closed.c.id, scores.c.at == closed.c.last
    )
    rows = connection.execute(last.group_by(closed.c.id, closed.c.outcome)).all()
    chance = np.array([row.chance for row in rows], dtype=np.float64)
    won = np.array([row.outcome == Outcome.WON for row in rows], dtype=np.float64)
    return _calibration(chance, won)


def _calibration(chance: Floats, won: Floats) -> dict[str, Any]:
    surprise = abs(float((won - chance).sum()))
    noise = float(np.sqrt((chance * (1 - chance)).sum()))
    return {
        "records": len(won),
        "expected": round(float(chance.sum()), 1),
        "won": int(won.sum()),
        "bands": bands(chance, won),
        "alarm": len(won) >= _DECIDED and surprise > _SURELY * noise,
    }


def alarms(drift: Mapping[str, Any]) -> list[str]:
    """What is to be said, a sentence each."""
    said = []
    for type_, found in sorted(drift.items()):
        came = found["came_of_scores"]
        if came["alarm"]:
            said.append(
                f"Of {came['records']:,} scored {_NAMES[type_]} {came['won']:,} were won, while the scores "
                f"let expect {came['expected']:,.0f}; run 'hotlist score --retrain'."
            )
        if found["inputs"]:
            names = ", ".join(one["column"] for one in found["inputs"][:5])
            said.append(f"Open {_NAMES[type_]} hold other values than those learned from: {names}.")
    return said
