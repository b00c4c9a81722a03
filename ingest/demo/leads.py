"""Leads: who they are, what is written with them, and what becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log
from random import Random

from ingest.demo.clock import DAY, day_of
from ingest.demo.interactions import Heard, Journal, freshen, moments, next_said
from ingest.demo.market import Market, Option, fit, size_effect
from ingest.demo.names import Company, Namer, Person
from ingest.demo.phrase_bank import PhraseBank
from ingest.demo.team import Seller, Team
from ingest.demo.themes import NEEDS, lead_weight, situation
from ingest.demo.voices import Said, Voice

_TOOLS = {"Spreadsheets": 0.4, "Own build": 0.0, "Other vendor": -0.4, "": -0.1}
_CONTACT_BY = ("Email", "Phone", "Any")


@dataclass(slots=True, kw_only=True)
class Latent:
    """The log-odds behind an outcome, by where they come from."""

    structured: float
    text: float = 0.0
    engagement: float = 0.0
    hidden: float = 0.0

    @property
    def probability(self) -> float:
        """What somebody who could read everything would expect; the hidden part nobody can."""
        return 1 / (1 + exp(-(self.structured + self.text + self.engagement)))

    def happens(self, rng: Random) -> bool:
        """Draw the outcome."""
        return rng.random() < 1 / (1 + exp(-(self.structured + self.text + self.engagement + self.hidden)))


@dataclass(slots=True, kw_only=True)
class Twin:
    """A second row for the same person; `is_dirt` where nobody meant it: the owner is the same."""

    id: str
    created: int
    owner: Seller
    is_dirt: bool


@dataclass(slots=True, kw_only=True)
class DemoLead:
    """One lead of the invented company."""

    id: str
    created: int
    person: Person
    language: str
    country: Option
    city: str
    industry: Option
    product: Option
    source: Option
    campaign: Option | None
    title: Option
    employees: int
    owner: Seller
    free_mail: bool
    trial: bool
    newsletter: bool
    contact_by: str
    tool: str
    rating: str
    enquiry: str
    need: str
    latent: Latent
    openness: float
    themes: tuple[str, ...]
    decided_on: int | None  # the day on which it closes, midnight
    outcome: str = "open"
    company: Company = field(default_factory=lambda: Company(name="", domain=""))
    email: str = ""
    phone: str = ""
    twin: Twin | None = None
    account: int | None = None
    contact: int | None = None
    opportunity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all records are made in: the market, the team, the span of time."""

    market: Market
    team: Team
    namer: Namer
    banks: Mapping[str, PhraseBank]
    start: int
    now: int

    def language(self, rng: Random, country: Option) -> str:
        """Most customers write in their country's language, if the workspace has it; the rest in English."""
        language = str(country.more["language"])
        return (
            language
            if language in self.banks and rng.random() < 0.8
            else "en"
            if "en" in self.banks
            else next(iter(self.banks))
        )


def creation_moments(rng: Random, count: int, start: int, now: int) -> list[int]:
    """When records were created: more of them lately, some this week, a few today."""
    times = []
    for _ in range(count):
        draw = rng.random()
        if draw < 0.006:
            since: float = day_of(now)
        elif draw < 0.03:
            since = now - 7 * DAY
        else:
            since = now - (now - start) * rng.random() ** 1.3
            since, until = max(since - 3 * DAY, start), min(since + 3 * DAY, now)
            times.append(moments(rng, 1, since, until)[0])
            continue
        times.append(int(since + rng.random() * (now - since)))
    return sorted(min(max(moment, start), now - 1) for moment in times)


def draw_lead(rng: Random, words: Random, setting: Setting, identity: str, created: int) -> DemoLead:
    """A lead as it comes in, with what the customer has in mind."""
    market = setting.market
    country, industry, product = (
        options.draw(rng) for options in (market.countries, market.industries, market.products)
    )
    source, title = market.sources.draw(rng), market.titles.draw(rng)
    campaign = market.campaigns.draw(rng) if rng.random() < 0.7 else None
    owner = setting.team.owner(rng, country.name, old=setting.now - created > 300 * DAY)
    employees = max(int(exp(rng.gauss(log(320), 1.35))), 2)
    free_mail, trial = rng.random() < 0.06, rng.random() < 0.28
    tool = rng.choice(tuple(_TOOLS))
    structured = -0.35 + 1.2 * (
        fit(industry, product)
        + country.effect
        + source.effect
        + title.effect
        + (campaign.effect if campaign else -0.1)
        + size_effect(employees)
        + (0.9 if trial else -0.15)
        + _TOOLS[tool]
        + (-0.7 if free_mail else 0.0)
        + owner.skill
    )
    first_look = structured + rng.gauss(0, 1.4)
    life = max(int(exp(rng.gauss(log(42), 0.7))), 4)
    decided_on = day_of(created) + life * DAY if rng.random() < 0.74 else None
    disposition = rng.gauss(0, 1)
    language = setting.language(rng, country)
    need = NEEDS[rng.randrange(len(NEEDS))]
    lead = DemoLead(
        id=identity,
        created=created,
        person=setting.namer.person(rng, str(country.more["language"])),
        language=language,
        country=country,
        city=rng.choice(country.more["cities"]),
        industry=industry,
        product=product,
        source=source,
        campaign=campaign,
        title=title,
        employees=employees,
        owner=owner,
        free_mail=free_mail,
        trial=trial,
        newsletter=rng.random() < 0.5,
        contact_by=rng.choice(_CONTACT_BY),
        tool=tool,
        rating="Hot" if first_look > 0.8 else "Cold" if first_look < -0.9 else "Warm",
        enquiry="",
        need=need,
        latent=Latent(structured=structured, hidden=rng.gauss(0, 0.45)),
        openness=min(max(0.52 + 0.07 * disposition + 0.10 * rng.gauss(0, 1), 0.15), 0.85),
        themes=situation(rng, disposition, "lead"),
        decided_on=decided_on if decided_on is not None and decided_on <= setting.now else None,
    )
    if source.name in ("Web Form", "Webinar", "Trade Show") and rng.random() < 0.75:
        lead.enquiry = voice_of(words, setting, lead).enquiry(need)
    if rng.random() < 0.035 and setting.now - created > 3 * DAY:
        _add_twin(rng, setting, lead)
    return lead


def _add_twin(rng: Random, setting: Setting, lead: DemoLead) -> None:
    span = min(setting.now - lead.created, 40 * DAY)
    owner = lead.owner if rng.random() < 0.8 else setting.team.owner(rng, lead.country.name)
    created = lead.created + int(DAY + rng.random() * (span - DAY))
    lead.twin = Twin(id="", created=created, owner=owner, is_dirt=owner is lead.owner)


def voice_of(words: Random, setting: Setting, lead: DemoLead) -> Voice:
    """The lead's side and the owner's side of their conversation."""
    return Voice(
        words,
        setting.banks,
        setting.market,
        language=lead.language,
        first=lead.person.first,
        rep=lead.owner.first,
        product=lead.product.name,
        themes=lead.themes,
    )


def live(
    rng: Random, words: Random, setting: Setting, journal: Journal, lead: DemoLead, activities: int
) -> None:
    """Write the lead's activities; what was said in them decides what becomes of it."""
    voice, heard = voice_of(words, setting, lead), Heard()
    end = lead.decided_on or setting.now
    afterwards = 0
    if lead.decided_on and activities > 2 and setting.now - end > 2 * DAY:
        afterwards = sum(rng.random() < 0.12 for _ in range(min(activities, 5)))
    silent = lead.decided_on is None and rng.random() < 0.45
    if silent:
        end = lead.created + int((end - lead.created) * rng.random() * 0.6) + 600
        end = min(end, setting.now)
    times = moments(rng, activities - afterwards, lead.created + 60, end)
    if not silent and lead.decided_on is None:
        times = freshen(rng, times, lead.created, setting.now)
    for at in times:
        said = next_said(rng, voice, openness=lead.openness)
        heard.add(said)
        _write(rng, journal, lead, said_at=at, said=said)
    lead.latent.text = 1.3 * lead_weight(heard.themes)
    lead.latent.engagement = heard.engagement
    if lead.decided_on:
        lead.outcome = "won" if lead.latent.happens(rng) else "lost"
    for at in moments(rng, afterwards, end + DAY, min(end + 60 * DAY, setting.now)):
        _write(rng, journal, lead, said_at=at, said=voice.afterwards(won=lead.outcome == "won"))


def _write(rng: Random, journal: Journal, lead: DemoLead, *, said_at: int, said: Said) -> None:
    twin = lead.twin
    who = twin.id if twin and said_at > twin.created and rng.random() < 0.5 else lead.id
    owner = twin.owner if twin and who == twin.id else lead.owner
    journal.write(said, said_at, who=who, what="", owner=owner.id, language=lead.language)
