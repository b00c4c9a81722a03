"""The invented market: countries, industries, products, sources, campaigns, titles, and their pull."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log
from pathlib import Path
from random import Random
from typing import Any

_FOLDER = Path(__file__).parent / "market_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value of a column; `effect` is what it adds to a lead's log-odds."""

    name: str
    effect: float
    more: Mapping[str, Any]


class Options:
    """The values of a column, drawn by weight."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self.all = [
            Option(name=entry["name"], effect=float(entry["effect"]), more=entry) for entry in entries
        ]
        self._ends = list(accumulate(float(entry["weight"]) for entry in entries))
        self.by_name = {option.name: option for option in self.all}

    def draw(self, rng: Random) -> Option:
        """One of them, the heavier ones more often."""
        return rng.choices(self.all, cum_weights=self._ends)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Everything that is drawn from."""

    countries: Options
    industries: Options
    products: Options
    sources: Options
    campaigns: Options
    titles: Options
    rivals: Sequence[str]
    next_steps: Sequence[str]
    names: Mapping[str, Any]


def open_market() -> Market:
    """The market out of its data files."""
    data = tomllib.loads((_FOLDER / "market.toml").read_text(encoding="utf-8"))
    names = tomllib.loads((_FOLDER / "names.toml").read_text(encoding="utf-8"))
    return Market(
        countries=Options(data["countries"]),
        industries=Options(data["industries"]),
        products=Options(data["products"]),
        sources=Options(data["sources"]),
        campaigns=Options(data["campaigns"]),
        titles=Options(data["titles"]),
        rivals=data["rivals"]["names"],
        next_steps=data["next_steps"]["names"],
        names=names,
    )


# Pairs that fit better or worse than either alone says.
_PAIRS = {
    ("Logistics", "Beacon Analytics"): 0.5,
    ("Healthcare", "Harbor Vault"): 0.6,
    ("Education", "Atlas Planner"): -0.7,
    ("Retail", "Pulse Desk"): 0.4,
}


def fit(industry: Option, product: Option) -> float:
    """What industry and product add together."""
    return industry.effect + product.effect + _PAIRS.get((industry.name, product.name), 0.0)


def size_effect(employees: int) -> float:
    """Mid-sized companies buy best; very small and very large ones less."""
    return max(0.7 - 0.45 * ((log(employees) - log(600)) / 1.2) ** 2, -1.1)


def phone_number(rng: Random, country: Option) -> str:
    """An invented number of that country."""
    return "".join(str(rng.randrange(10)) if sign == "#" else sign for sign in country.more["phone"])
