"""Companies: which of them leads belong to, which became accounts, and their people."""

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

from ingest.demo.clock import DAY
from ingest.demo.interactions import shares
from ingest.demo.leads import DemoLead, Setting
from ingest.demo.market import Option, phone_number
from ingest.demo.names import FREE_MAIL, Company, Person
from ingest.demo.team import Seller

_TRENDS = ("Up", "Flat", "Flat", "Down")
_TIERS = ("Basic", "Basic", "Plus", "Premium")
# Leads of an account's company that were not converted into it.
_MOST_STRANGERS = 3
Cell = tuple[str, str]  # country and industry


@dataclass(slots=True, kw_only=True)
class DemoContact:
    """A person at an account."""

    id: str
    account: int
    person: Person
    title: str
    email: str
    phone: str
    owner: Seller
    created: int
    language: str


@dataclass(slots=True, kw_only=True)
class DemoAccount:
    """A company that bought something, or may."""

    id: str
    company: Company
    country: Option
    industry: Option
    city: str
    employees: int
    revenue: int
    owner: Seller
    created: int
    trend: str
    tier: str
    contacts: list[int] = field(default_factory=list)
    won: bool = False
    contract_end: int | None = None


def found_accounts(rng: Random, setting: Setting, leads: list[DemoLead], count: int) -> list[DemoAccount]:
    """Accounts for the converted leads, each in the country and industry of its leads, and older ones."""
    cells: dict[Cell, list[DemoLead]] = defaultdict(list)
    for lead in leads:
        if lead.outcome == "won":
            cells[lead.country.name, lead.industry.name].append(lead)
    for_leads = max(min(int(count * 0.9), sum(map(len, cells.values()))), 1)
    by_size = sorted(cells, key=lambda cell: -len(cells[cell]))
    kept = by_size[:for_leads]
    counts = [1 + extra for extra in shares([len(cells[cell]) for cell in kept], for_leads - len(kept))]
    accounts: list[DemoAccount] = []
    by_cell: dict[Cell, list[int]] = defaultdict(list)
    for cell, number in zip(kept, counts, strict=True):
        for some in (cells[cell][part::number] for part in range(number)):
            if some:
                by_cell[cell].append(len(accounts))
                accounts.append(_account(rng, setting, some[0].country, some[0].industry, some))
    while len(accounts) < count:
        country, industry = setting.market.countries.draw(rng), setting.market.industries.draw(rng)
        by_cell[country.name, industry.name].append(len(accounts))
        accounts.append(_account(rng, setting, country, industry, []))
    _settle(rng, setting, leads, accounts, by_cell)
    return accounts


def _account(
    rng: Random, setting: Setting, country: Option, industry: Option, leads: list[DemoLead]
) -> DemoAccount:
    oldest = min((lead.decided_on or setting.now for lead in leads), default=setting.now)
    long_known = not leads or rng.random() < 0.6
    created = setting.start - int(rng.random() * 900 * DAY) if long_known else oldest
    employees = (
        round(sum(lead.employees for lead in leads) / len(leads)) if leads else 50 + rng.randrange(2_000)
    )
    return DemoAccount(
        id="",
        company=setting.namer.company(rng, country, industry),
        country=country,
        industry=industry,
        city=rng.choice(country.more["cities"]),
        employees=employees,
        revenue=employees * rng.randrange(90, 260) * 1_000,
        owner=leads[0].owner if leads else setting.team.owner(rng, country.name),
        created=created,
        trend=rng.choice(_TRENDS),
        tier=rng.choice(_TIERS),
    )


def _settle(
    rng: Random,
    setting: Setting,
    leads: list[DemoLead],
    accounts: list[DemoAccount],
    by_cell: dict[Cell, list[int]],
) -> None:
    """Give every lead its company, its address and its number."""
    others: dict[Cell, list[Company]] = defaultdict(list)
    strangers = [0] * len(accounts)
    everywhere = range(len(accounts))
    for lead in leads:
        cell = lead.country.name, lead.industry.name
        here = by_cell.get(cell)
        if lead.outcome == "won":
            lead.account = rng.choice(here or everywhere)
            account = accounts[lead.account]
            account.created = min(account.created, lead.decided_on or setting.now)
            lead.company, lead.city = account.company, account.city
        elif here and rng.random() < 0.6 and strangers[which := rng.choice(here)] < _MOST_STRANGERS:
            strangers[which] += 1
            lead.company = accounts[which].company
        elif others[cell] and rng.random() < 0.2:
            lead.company = rng.choice(others[cell])
        else:
            lead.company = setting.namer.company(rng, lead.country, lead.industry)
            others[cell].append(lead.company)
        lead.email = setting.namer.address(lead.person, FREE_MAIL if lead.free_mail else lead.company.domain)
        lead.phone = phone_number(rng, lead.country)


def people_of(
    rng: Random, setting: Setting, leads: list[DemoLead], accounts: list[DemoAccount]
) -> list[DemoContact]:
    """A contact for every converted lead, and one or two that were known before."""
    contacts: list[DemoContact] = []

    def add(contact: DemoContact) -> int:
        accounts[contact.account].contacts.append(len(contacts))
        contacts.append(contact)
        return len(contacts) - 1

    for number, account in enumerate(accounts):
        for _ in range(rng.choice((1, 1, 2))):
            person = setting.namer.person(rng, str(account.country.more["language"]))
            add(
                DemoContact(
                    id="",
                    account=number,
                    person=person,
                    title=setting.market.titles.draw(rng).name,
                    email=setting.namer.address(person, account.company.domain),
                    phone=phone_number(rng, account.country),
                    owner=account.owner,
                    created=account.created,
                    language=setting.language(rng, account.country),
                )
            )
    for lead in leads:
        if lead.account is not None:
            lead.contact = add(
                DemoContact(
                    id="",
                    account=lead.account,
                    person=lead.person,
                    title=lead.title.name,
                    email=lead.email,
                    phone=lead.phone,
                    owner=lead.owner,
                    created=lead.decided_on or setting.now,
                    language=lead.language,
                )
            )
    return contacts
