"""The scores of a workspace as `hotlist score --json` prints them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assistant.scoring.reasons import by_group, explanation, render, worth_saying
from ingest.records import SYSTEM, Records
from ingest.tables import scores

if TYPE_CHECKING:
    from assistant.scoring import Scoring


def scored(records: Records, scoring: "Scoring", at: datetime, *, with_report: bool) -> dict[str, Any]:
    """All scores as of `at` under the model in use, the highest first; with the report if asked for."""
    known = scoring.report()
    model = known["model"] or {}
    newest_first = (
        select(scores)
        .where(scores.c.at == at, scores.c.model_id == model.get("id"))
        .order_by(scores.c.probability.desc(), scores.c.type, scores.c.record_id)
    )
    with records.seen_by(SYSTEM, at) as run:
        rows = run(newest_first)
    document = {
        "as_of": at.astimezone(UTC).isoformat(),
        "model": {"level": known["level"], **model},
        "scores": [
            {
                "type": row.type,
                "id": row.record_id,
                "score": row.probability,
                "level": row.level,
                "base": row.base,
                "low": row.low,
                "high": row.high,
                "reasons": [render(reason, "en") for reason in worth_saying(told)],
                # With the base rate these add up to the score, small ones together at the end.
                "contributions": [{"reason": render(one, "en"), "weight": one.weight} for one in told],
                "groups": by_group(told),
            }
            for row, told in ((row, explanation(row.reasons).contributions) for row in rows)
        ],
    }
    more = {name: known[name] for name in ("report", "drift", "verdicts")}
    return document | (more if with_report else {})
