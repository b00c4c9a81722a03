"""Whether a new scorer takes the place of the one in use: only if it is not worse on newer outcomes."""

from dataclasses import replace
from typing import Any

import numpy as np

from assistant.scoring import features
from assistant.scoring.ensemble import log_loss, per_group
from assistant.scoring.features import Material
from assistant.scoring.learning import Outcome, before
from assistant.scoring.lesson import Hints
from assistant.scoring.moments import one_a_record, training_rows
from assistant.scoring.scorer import Scorer
from assistant.scoring.table import Floats, Ints
from assistant.scoring.texts import Content, TextModel

_ENOUGH = 30  # new outcomes below which nothing can be compared


def better(
    made: Outcome,
    current: Scorer | None,
    material: Material,
    at: float,
    hints: Hints,
    content: Content | None,
) -> tuple[Scorer, dict[str, Any]]:
    """The scorer to use from now on, and the verdict for the report."""
    if current is None:
        return made.scorer, {"published": True, "why_published": "there was none before"}
    until = float(current.trained_on["until"])
    cohort = material.cohort
    new = ~cohort.is_open & (cohort.closed > until)
    if at <= until or new.sum() < _ENOUGH:
        return made.scorer, {
            "published": True,
            "why_published": f"{int(new.sum())} outcomes are new, too few to compare with the one in use",
        }
    rival = before(material, until, hints, content)
    if rival is None:
        return made.scorer, {"published": True, "why_published": "there was nothing to compare before"}
    records, moments = training_rows(cohort, material.timeline, at, ages=7)
    chosen = new[records]
    records, moments = records[chosen], moments[chosen]
    one = one_a_record(records, cohort.ids)
    records, moments = records[one], moments[one]
    won = cohort.outcome[records]
    losses = [_loss(scorer, material, content, records, moments, won) for scorer in (rival, current)]
    worse = losses[0] - losses[1]
    error = float(worse.std() / np.sqrt(len(worse)))
    verdict = {
        "compared_on": len(worse),
        "log_loss_new": round(float(losses[0].mean()), 5),
        "log_loss_in_use": round(float(losses[1].mean()), 5),
    }
    if float(worse.mean()) > error:
        return current, verdict | {
            "published": False,
            "why_published": "the new one is worse on the newest outcomes, so the one in use stays",
        }
    return made.scorer, verdict | {
        "published": True,
        "why_published": "it is not worse on the newest outcomes",
    }


def _loss(
    scorer: Scorer, material: Material, content: Content | None, records: Ints, moments: Floats, won: Floats
) -> Floats:
    known = with_told(material, scorer, content)
    chance = scorer.probabilities(features.measure(scorer.plan, known, records, moments))
    chance = np.clip(chance, 1e-9, 1 - 1e-9)
    return per_group(log_loss(np.log(chance / (1 - chance)), won), records)


def with_told(material: Material, scorer: Scorer, content: Content | None) -> Material:
    """The material with what its texts tell under the scorer's text model."""
    if content is None or scorer.plan.texts is None:
        return material
    return replace(material, told=_told(scorer.plan.texts, content))


def _told(model: TextModel, content: Content) -> Floats:
    """What activities tell under a model that may have landmarks of its own: then its words alone count."""
    if model.space is content.space:
        return content.told(model)
    silent = replace(model, likeness=np.zeros(content.likeness.shape[1]))
    return content.told(silent)
