"""Opportunities: from converted leads and from customers who renew, upgrade or buy something else."""

from dataclasses import dataclass
from math import exp, log
from random import Random

from ingest.demo.accounts import DemoAccount, DemoContact
from ingest.demo.clock import DAY, day_of
from ingest.demo.interactions import Heard, Journal, freshen, moments, next_said
from ingest.demo.leads import DemoLead, Latent, Setting, creation_moments
from ingest.demo.market import Option, fit
from ingest.demo.team import Seller
from ingest.demo.themes import deal_weight, situation
from ingest.demo.voices import Voice

STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation")
_LIKELY = {
    "Prospecting": 10,
    "Qualification": 25,
    "Proposal": 50,
    "Negotiation": 75,
    "Closed Won": 100,
    "Closed Lost": 0,
}
_TREND_EFFECT = {"Up": 0.9, "Flat": 0.0, "Down": -1.0}
_TYPE_EFFECT = {"New Business": -0.25, "Renewal": 0.9, "Upgrade": 0.3}


@dataclass(slots=True, kw_only=True)
class DemoDeal:
    """One opportunity of the invented company."""

    id: str
    account: int
    contact: int
    product: Option
    type: str
    amount: float | None
    currency: str
    discount: int
    rival: str
    source: str
    campaign: str
    owner: Seller
    created: int
    closes_on: int
    stage: str
    next_step: str
    latent: Latent
    openness: float
    themes: tuple[str, ...]
    decided: bool
    outcome: str = "open"

    @property
    def likely(self) -> int:
        """The percentage that the CRM shows for the stage."""
        return _LIKELY[self.stage]


def open_deals(
    rng: Random,
    setting: Setting,
    leads: list[DemoLead],
    accounts: list[DemoAccount],
    contacts: list[DemoContact],
    count: int,
) -> list[DemoDeal]:
    """`count` deals in the order of their creation."""
    converted = [lead for lead in leads if lead.account is not None]
    rng.shuffle(converted)
    with_deal = converted[: min(int(len(converted) * 0.6), int(count * 0.55))]
    origins: list[tuple[int, DemoLead | None]] = [
        (lead.decided_on or setting.now, lead) for lead in with_deal
    ]
    origins += [
        (at, None) for at in creation_moments(rng, count - len(with_deal), setting.start, setting.now)
    ]
    origins.sort(key=lambda origin: (origin[0], origin[1].id if origin[1] else ""))
    deals = []
    for number, (created, lead) in enumerate(origins):
        if lead is not None:
            lead.opportunity = number
        deals.append(_deal(rng, setting, lead, accounts, contacts, created))
    return deals


def _deal(
    rng: Random,
    setting: Setting,
    lead: DemoLead | None,
    accounts: list[DemoAccount],
    contacts: list[DemoContact],
    created: int,
) -> DemoDeal:
    market = setting.market
    number = lead.account if lead and lead.account is not None else _known(rng, accounts, created)
    account = accounts[number]
    known = [who for who in account.contacts if contacts[who].created <= created]
    contact = lead.contact if lead and lead.contact is not None else rng.choice(known or account.contacts)
    kind = "New Business" if lead else rng.choice(("Renewal", "Renewal", "Upgrade", "New Business"))
    product = lead.product if lead else market.products.draw(rng)
    amount = float(product.more["price"]) * exp(rng.gauss(0, 0.8)) * (account.employees / 320) ** 0.25
    source = lead.source if lead else market.sources.by_name["Referral"]
    rival = rng.choice(market.rivals) if rng.random() < 0.3 else ""
    trend = account.trend if kind != "New Business" else "Flat"
    structured = 0.1 + 1.25 * (
        _TYPE_EFFECT[kind]
        + fit(account.industry, product)
        + 0.6 * (source.effect if lead else 0.0)
        - 0.45 * (log(amount) - log(15_000))
        + _TREND_EFFECT[trend]
        + (-0.5 if rival else 0.1)
        + account.owner.skill
    )
    life = max(int(exp(rng.gauss(log(58), 0.55))), 7)
    closes_on, decided = _closing(rng, setting, created, life)
    # A deal past its date without a decision has got stuck anywhere.
    share = rng.random() if setting.now - created > life * DAY else (setting.now - created) / (life * DAY)
    progress = min(share + rng.gauss(0, 0.15), 0.99)
    disposition = rng.gauss(0, 1)
    owner = lead.owner if lead and lead.owner.active and rng.random() < 0.9 else account.owner
    return DemoDeal(
        id="",
        account=number,
        contact=contact,
        product=product,
        type=kind,
        amount=None if rng.random() < 0.04 else round(amount / 50) * 50 + rng.choice((0, 0, 0, 0.5, 0.25)),
        currency=str(account.country.more["currency"]),
        discount=rng.choice((0, 0, 0, 5, 10, 15, 20)),
        rival=rival,
        source=source.name if lead else "",
        campaign=lead.campaign.name if lead and lead.campaign else "",
        owner=owner,
        created=created,
        closes_on=closes_on,
        stage=STAGES[max(int(progress * len(STAGES)), 0)],
        next_step=rng.choice(market.next_steps),
        latent=Latent(structured=structured, hidden=rng.gauss(0, 0.45)),
        openness=min(max(0.52 + 0.07 * disposition + 0.10 * rng.gauss(0, 1), 0.15), 0.85),
        themes=situation(rng, disposition, "lead" if kind == "New Business" else "deal"),
        decided=decided,
    )


def _known(rng: Random, accounts: list[DemoAccount], created: int) -> int:
    """An account that existed by then."""
    for _ in range(50):
        number = rng.randrange(len(accounts))
        if accounts[number].created <= created:
            return number
    oldest = min(range(len(accounts)), key=lambda number: accounts[number].created)
    accounts[oldest].created = min(accounts[oldest].created, created)
    return oldest


def _closing(rng: Random, setting: Setting, created: int, life: int) -> tuple[int, bool]:
    """The close date, and whether the outcome is known by now."""
    planned = day_of(created) + life * DAY
    today = day_of(setting.now)
    if planned <= today and rng.random() < 0.82:
        return planned, True
    if planned > today:
        return planned, False
    # Nobody has decided: the rep moved the date on, or forgot to.
    late = rng.random() < 0.45
    return today + int(rng.random() * (-40 if late else 75) - late) * DAY, False


def pursue(
    rng: Random,
    words: Random,
    setting: Setting,
    journal: Journal,
    deal: DemoDeal,
    account: DemoAccount,
    contact: DemoContact,
    activities: int,
) -> None:
    """Write the deal's activities; what was said in them decides how it ends."""
    voice = Voice(
        words,
        setting.banks,
        setting.market,
        language=contact.language,
        first=contact.person.first,
        rep=deal.owner.first,
        product=deal.product.name,
        themes=deal.themes,
    )
    heard = Heard()
    end = deal.closes_on if deal.decided else setting.now
    afterwards = 0
    if deal.decided and activities > 2 and setting.now - end > 2 * DAY:
        afterwards = sum(rng.random() < 0.15 for _ in range(min(activities, 5)))
    silent = not deal.decided and rng.random() < 0.3
    if silent:
        end = min(deal.created + int((end - deal.created) * rng.random() * 0.6) + 600, setting.now)
    times = moments(rng, activities - afterwards, deal.created + 60, end)
    if not silent and not deal.decided:
        times = freshen(rng, times, deal.created, setting.now)
    where = {"who": contact.id, "what": deal.id, "owner": deal.owner.id, "language": contact.language}
    for at in times:
        said = next_said(rng, voice, openness=deal.openness)
        heard.add(said)
        journal.write(said, at, **where)
    deal.latent.text = 1.25 * deal_weight(heard.themes)
    deal.latent.engagement = heard.engagement
    if deal.decided:
        deal.outcome = "won" if deal.latent.happens(rng) else "lost"
        deal.stage = "Closed Won" if deal.outcome == "won" else "Closed Lost"
        account.won = account.won or deal.outcome == "won"
    elif deal.type == "Renewal":
        account.contract_end = deal.closes_on
    for at in moments(rng, afterwards, end + DAY, min(end + 60 * DAY, setting.now)):
        journal.write(voice.afterwards(won=deal.outcome == "won"), at, **where)
