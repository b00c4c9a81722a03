"""What customers talk about, and how much each theme moves an outcome (in log-odds)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp
from random import Random
from typing import Literal

Talk = Literal["lead", "deal", "service"]

# Theme: (weight for a lead, weight for a deal).
WEIGHTS: dict[str, tuple[float, float]] = {
    "buying_intent": (1.5, 1.3),
    "not_interested": (-1.8, -1.6),
    "pricing_request": (0.6, 0.4),
    "demo_request": (0.5, 0.3),
    "budget_ok": (1.1, 1.0),
    "no_budget": (-1.3, -1.2),
    "price_objection": (-0.9, -0.8),
    "timing_soon": (0.8, 0.7),
    "timing_later": (-1.0, -0.9),
    "decision_maker": (0.8, 0.7),
    "wrong_person": (-0.9, -0.4),
    "competitor": (-0.8, -0.8),
    "missing_feature": (-0.7, -0.7),
    "security_worry": (-0.5, -0.5),
    "praise": (0.6, 0.6),
    "praise_support": (0.4, 0.5),
    "complaint_onboarding": (-0.7, -0.8),
    "complaint_billing": (-0.5, -0.6),
    "complaint_support": (-0.7, -0.9),
    "complaint_performance": (-0.8, -0.9),
    "need_reporting": (0.2, 0.1),
    "need_integration": (0.0, 0.0),
    "need_automation": (0.2, 0.1),
    "need_mobile": (-0.1, 0.0),
    "need_compliance": (0.3, 0.2),
    "need_training": (0.0, 0.0),
    "renew_intent": (0.0, 1.4),
    "churn_risk": (0.0, -1.6),
    "expansion_interest": (0.5, 0.9),
}
COMPLAINTS = ("complaint_onboarding", "complaint_billing", "complaint_support", "complaint_performance")
_COMPLAINTS_OF_TRIALS = ("complaint_onboarding", "complaint_support", "complaint_performance")
NEEDS = tuple(theme for theme in WEIGHTS if theme.startswith("need_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something that a customer may have a stance on: one theme when well disposed, another when not.

    `shares` says how many have a stance, by what they are talked to about: becoming a customer, another
    deal, everyday business.
    """

    shares: Mapping[Talk, float]
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()


def _topic(lead: float, deal: float, service: float, **sides: tuple[str, ...]) -> Topic:
    return Topic(shares={"lead": lead, "deal": deal, "service": service}, **sides)


TOPICS = (
    _topic(0.60, 0.35, 0.05, up=("buying_intent",), down=("not_interested",)),
    _topic(0.55, 0.35, 0.05, up=("budget_ok",), down=("no_budget", "price_objection")),
    _topic(0.45, 0.30, 0.05, up=("timing_soon",), down=("timing_later",)),
    _topic(0.35, 0.20, 0.05, up=("decision_maker",), down=("wrong_person",)),
    _topic(0.50, 0.30, 0.10, up=("pricing_request", "demo_request")),
    _topic(0.40, 0.30, 0.15, down=("competitor",)),
    _topic(0.40, 0.40, 0.30, up=("praise",), down=("missing_feature",)),
    _topic(0.20, 0.10, 0.05, down=("security_worry",)),
    _topic(0.00, 0.60, 0.90, up=("praise_support",), down=COMPLAINTS),
    _topic(0.00, 0.15, 0.50, down=COMPLAINTS),
    # Those who try the product out meet everything but an invoice.
    _topic(0.25, 0.00, 0.00, up=("praise_support",), down=_COMPLAINTS_OF_TRIALS),
    _topic(0.00, 0.60, 0.20, up=("renew_intent",), down=("churn_risk",)),
    _topic(0.05, 0.30, 0.20, up=("expansion_interest",)),
    _topic(0.70, 0.25, 0.20, up=NEEDS, down=NEEDS),
)


def situation(rng: Random, disposition: float, talk: Talk) -> tuple[str, ...]:
    """The themes that one customer has in mind; a better disposition brings more of the good ones."""
    well = 1 / (1 + exp(-1.5 * disposition))
    themes = []
    for topic in TOPICS:
        if rng.random() < topic.shares[talk]:
            side = topic.up if rng.random() < well else topic.down
            if side:
                themes.append(side[int(rng.random() * len(side))])
    return tuple(dict.fromkeys(themes))


def lead_weight(expressed: Iterable[str]) -> float:
    """What the themes that a lead's people have voiced add to its log-odds."""
    return sum(WEIGHTS[theme][0] for theme in expressed)


def deal_weight(expressed: Iterable[str]) -> float:
    """What the themes voiced about a deal add to its log-odds."""
    return sum(WEIGHTS[theme][1] for theme in expressed)
