"""The sales team: an admin, a head of sales, managers, and reps with their territories."""

from dataclasses import dataclass
from random import Random

from ingest.demo.market import Market
from ingest.demo.names import Namer

DOMAIN = "northlight.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """A user of the invented company. `skill` moves the log-odds of what they work on."""

    id: str
    name: str
    first: str
    email: str
    profile: str
    title: str
    manager_id: str
    active: bool
    skill: float
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Everybody who may log in, and the reps of each country."""

    everybody: tuple[Seller, ...]
    reps: tuple[Seller, ...]

    def owner(self, rng: Random, country: str, *, old: bool = False) -> Seller:
        """A rep for a customer there; only an old record may belong to a rep who has left."""
        here = [rep for rep in self.reps if country in rep.countries and (old or rep.active)]
        return rng.choice(here or [rep for rep in self.reps if rep.active])


def build_team(rng: Random, market: Market, namer: Namer, *, leads: int) -> Team:
    """Ten reps, or more where there are very many leads; every four report to one manager."""
    reps = 10 if leads <= 5_000 else min(leads // 500, 80)
    managers = max(-(-reps // 4), 2)
    used: set[str] = set()
    first_names: set[str] = set()
    sellers: list[Seller] = []

    def hire(
        profile: str,
        title: str,
        manager: str,
        skill: float = 0.0,
        countries: tuple[str, ...] = (),
        active: bool = True,
    ) -> Seller:
        while True:
            person = namer.person(rng, rng.choice(("en", "en", "en", "de", "es")))
            if person.name not in used and (person.first not in first_names or len(first_names) > 40):
                break
        used.add(person.name)
        first_names.add(person.first)
        seller = Seller(
            id=f"0055g00000{len(sellers):05d}",
            name=person.name,
            first=person.first,
            email=namer.address(person, DOMAIN),
            profile=profile,
            title=title,
            manager_id=manager,
            active=active,
            skill=skill,
            countries=countries,
        )
        sellers.append(seller)
        return seller

    hire("System Administrator", "CRM Administrator", "")
    head = hire("Standard User", "Head of Sales", "")
    leaders = [hire("Standard User", "Sales Manager", head.id) for _ in range(managers)]
    territories = _territories(market, reps)
    hired = [
        hire(
            "Standard User", "Account Executive", leaders[n % managers].id, rng.gauss(0, 0.2), territories[n]
        )
        for n in range(reps)
    ]
    left = hire("Standard User", "Account Executive", leaders[0].id, 0.0, territories[0], active=False)
    return Team(everybody=tuple(sellers), reps=(*hired, left))


def _territories(market: Market, reps: int) -> list[tuple[str, ...]]:
    """Countries dealt out so that each rep has some and the big ones have several reps."""
    countries = [option.name for option in market.countries.all]
    shares: list[list[str]] = [[] for _ in range(reps)]
    for position, country in enumerate(countries):
        for again in range(3 if position < 2 or country == "Germany" else 2):
            shares[(position * 3 + again * 2) % reps].append(country)
    return [tuple(share) or (countries[0],) for share in shares]
