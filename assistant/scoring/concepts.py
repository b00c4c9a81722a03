"""What customers can say, as far as the product tells it apart, and what each is worth beforehand."""

from collections.abc import Mapping

# Log-odds that hearing it once is expected to add, as sales people see it.
PRIOR: Mapping[str, float] = {
    "authority.decides": 0.4,
    "budget.approved": 0.7,
    "budget.none": -0.9,
    "competitor.mention": -0.3,
    "intent.contract": 0.9,
    "intent.demo": 0.4,
    "intent.expansion": 0.5,
    "intent.information": 0.2,
    "intent.meeting": 0.3,
    "intent.pricing": 0.45,
    "intent.purchase": 0.9,
    "intent.trial": 0.4,
    "need.compliance": 0.25,
    "need.cost": 0.25,
    "need.efficiency": 0.25,
    "need.growth": 0.25,
    "need.integration": 0.25,
    "need.mobile": 0.25,
    "need.quality": 0.25,
    "need.reporting": 0.25,
    "need.support": 0.25,
    "objection.authority": -0.1,
    "objection.effort": -0.3,
    "objection.fit": -0.3,
    "objection.no_interest": -1.2,
    "objection.price": -0.4,
    "objection.timing": -0.6,
    "objection.trust": -0.25,
    "objection.wrong_person": -0.5,
    "risk.cancel": -0.6,
    "risk.champion_left": -0.5,
    "risk.complaint": -0.5,
    "sentiment.negative": -0.4,
    "sentiment.positive": 0.4,
    "timing.later": -0.6,
    "timing.soon": 0.5,
}
CONCEPTS = tuple(sorted(PRIOR))
NUMBER = {concept: i for i, concept in enumerate(CONCEPTS)}
