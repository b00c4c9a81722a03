"""The whole invented company, from an empty folder to an export."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

from ingest.demo.accounts import DemoAccount, DemoContact, found_accounts, people_of
from ingest.demo.clock import DAY, seconds
from ingest.demo.deals import DemoDeal, open_deals, pursue
from ingest.demo.dirt import Dirt
from ingest.demo.exports import TRUTH_COLUMNS, Exports, Row, Tables, salesforce_id
from ingest.demo.forms import open_form
from ingest.demo.interactions import Journal, shares
from ingest.demo.leads import DemoLead, Setting, creation_moments, draw_lead, live
from ingest.demo.market import open_market
from ingest.demo.names import Namer
from ingest.demo.phrase_bank import open_banks
from ingest.demo.rows import account_row, contact_row, deal_row, latent_row, lead_row, user_row
from ingest.demo.service import look_after, plan_ahead
from ingest.demo.team import build_team

# How the activities are shared out: leads, deals, everyday business of accounts; the rest is planned.
_LEADS, _DEALS, _ACCOUNTS = 0.56, 0.29, 0.12
_MONTH = 30.44 * DAY


def generate(
    folder: Path,
    *,
    as_of: datetime,
    seed: int = 36,
    leads: int = 1200,
    accounts: int = 120,
    opportunities: int = 400,
    activities: int = 10_000,
    months: int = 18,
    languages: Sequence[str] = ("en", "de", "es", "zh"),
    phrases: str = "seen",
    form: str = "salesforce",
    dirty: bool = True,
    truth: Path | None = None,
) -> None:
    """Write the exports of an invented company into `folder`: of Salesforce, of HubSpot, or plain files.

    The same arguments give the same files, and the same company in every `form`, `dirty` or clean. Records
    and activities lie in the `months` before `as_of`, and a few meetings and tasks after it. Outcomes are
    drawn from a probability that follows from the columns, from what customers said before the outcome, and
    from how they behaved; it is written to `truth`, a folder that is never part of the export, together with
    the themes of every activity, the duplicates, the planted faults, and the ids of another form (all else
    in it bears Salesforce's). `phrases="unseen"` says the same in other words.
    """
    market = open_market()
    namer = Namer(market)
    now = seconds(as_of)

    def stream(name: str) -> Random:
        # One stream per duty, so that a change in one place leaves the others as they were.
        return Random(f"{seed}/{name}")

    setting = Setting(
        market=market,
        team=build_team(stream("team"), market, namer, leads=leads),
        namer=namer,
        banks=open_banks(phrases, languages),
        start=now - int(months * _MONTH),
        now=now,
    )
    with Tables(truth, TRUTH_COLUMNS) as truths, open_form(form, folder, truths, dirty=dirty) as exports:
        company = _Company(setting, exports, truths, stream, Dirt(stream("dirt"), truths, active=dirty))
        company.run(leads=leads, accounts=accounts, opportunities=opportunities, activities=activities)


class _Company:
    """The steps in their order: each needs what the one before it has brought about."""

    def __init__(
        self,
        setting: Setting,
        exports: Exports,
        truths: Tables,
        stream: Callable[[str], Random],
        dirt: Dirt,
    ) -> None:
        self._setting = setting
        self._exports = exports
        self._truths = truths
        self._stream = stream
        self._words = stream("words")
        self._journal = Journal(stream("journal"), exports, truths, now=setting.now)
        self._dirt = dirt

    def run(self, *, leads: int, accounts: int, opportunities: int, activities: int) -> None:
        """All of it."""
        for seller in self._setting.team.everybody:
            self._exports.write("User", user_row(seller))
        for_leads, for_deals = int(activities * _LEADS), int(activities * _DEALS)
        for_accounts = int(activities * _ACCOUNTS)
        people = self._leads(leads, for_leads)
        companies = found_accounts(self._stream("accounts"), self._setting, people, accounts)
        contacts = people_of(self._stream("contacts"), self._setting, people, companies)
        deals = open_deals(self._stream("deals"), self._setting, people, companies, contacts, opportunities)
        _number(companies, contacts, deals)
        self._pursue(deals, companies, contacts, for_deals)
        self._look_after(companies, contacts, for_accounts)
        written = self._journal.tasks + self._journal.events
        plan_ahead(
            self._stream("plans"),
            self._words,
            self._setting,
            self._journal,
            people,
            deals,
            contacts,
            activities - written,
        )
        self._write(people, companies, contacts, deals)

    def _leads(self, count: int, activities: int) -> list[DemoLead]:
        rng = self._stream("leads")
        times = creation_moments(rng, count, self._setting.start, self._setting.now)
        drawn = [
            draw_lead(rng, self._words, self._setting, salesforce_id("Lead", number + 1), created)
            for number, created in enumerate(times)
        ]
        twins = [lead for lead in drawn if lead.twin]
        for number, lead in enumerate(twins):
            assert lead.twin
            is_dropped = lead.twin.is_dirt and not self._dirt.active
            lead.twin.id = lead.id if is_dropped else salesforce_id("Lead", count + number + 1)
        weights = [self._weight(rng, lead.created, lead.decided_on) for lead in drawn]
        for lead, some in zip(drawn, shares(weights, activities), strict=True):
            live(rng, self._words, self._setting, self._journal, lead, some)
        return drawn

    def _weight(self, rng: Random, created: int, ended: int | None) -> float:
        """How much is written with somebody: more in a longer time, and much more with some."""
        days = ((ended or self._setting.now) - created) / DAY
        return float(min(days, 60.0) ** 0.6 * rng.lognormvariate(0, 0.6))

    def _pursue(
        self,
        deals: list[DemoDeal],
        companies: list[DemoAccount],
        contacts: list[DemoContact],
        activities: int,
    ) -> None:
        rng = self._stream("pursuit")
        weights = [
            self._weight(rng, deal.created, deal.closes_on if deal.decided else None) for deal in deals
        ]
        for deal, some in zip(deals, shares(weights, activities), strict=True):
            pursue(
                rng,
                self._words,
                self._setting,
                self._journal,
                deal,
                companies[deal.account],
                contacts[deal.contact],
                some,
            )

    def _look_after(self, companies: list[DemoAccount], contacts: list[DemoContact], activities: int) -> None:
        rng = self._stream("service")
        weights = [(3.0 if company.won else 1.0) * rng.lognormvariate(0, 0.7) for company in companies]
        for company, some in zip(companies, shares(weights, activities), strict=True):
            look_after(rng, self._words, self._setting, self._journal, company, contacts, some)

    def _write(
        self,
        leads: list[DemoLead],
        companies: list[DemoAccount],
        contacts: list[DemoContact],
        deals: list[DemoDeal],
    ) -> None:
        rng, dirt = self._stream("rows"), self._dirt
        for company in companies:
            self._exports.write("Account", dirt.company(dict(account_row(company))))
        for contact in contacts:
            row = dict(contact_row(contact, companies[contact.account].id))
            self._exports.write("Contact", dirt.person("Contact", row))
        for deal in deals:
            row = dict(deal_row(rng, deal, companies[deal.account], contacts[deal.contact]))
            self._exports.write("Opportunity", dirt.deal(row))
            self._truths.write("latent", latent_row("opportunity", deal.id, deal.latent, deal.outcome))

        def linked(lead: DemoLead) -> Row:
            if lead.account is None or lead.contact is None:
                return {}
            deal_id = "" if lead.opportunity is None else deals[lead.opportunity].id
            return {
                "ConvertedAccountId": companies[lead.account].id,
                "ConvertedContactId": contacts[lead.contact].id,
                "ConvertedOpportunityId": deal_id,
            }

        second_rows: list[Row] = []
        for number, lead in enumerate(leads):
            row = lead_row(rng, lead, number + 1, linked)
            if lead.twin:
                serial = len(leads) + len(second_rows) + 1
                second_rows.append(dirt.twin_row(lead, lead.twin, row, serial))
            self._exports.write("Lead", row if lead.twin else dirt.person("Lead", row))
            self._truths.write("latent", latent_row("lead", lead.id, lead.latent, lead.outcome))
            if lead.enquiry:
                self._truths.write(
                    "themes",
                    {
                        "type": "lead",
                        "id": lead.id,
                        "language": lead.language,
                        "speaker": "customer",
                        "themes": lead.need,
                    },
                )
        known = {lead.id for lead in leads}
        for second in second_rows:
            if second["Id"] not in known:
                self._exports.write("Lead", second)
        dirt.ragged(self._exports, leads=len(leads) + len(second_rows))


def _number(companies: list[DemoAccount], contacts: list[DemoContact], deals: list[DemoDeal]) -> None:
    """Ids in the order of the rows."""
    for number, company in enumerate(companies):
        company.id = salesforce_id("Account", number + 1)
    for number, contact in enumerate(contacts):
        contact.id = salesforce_id("Contact", number + 1)
    for number, deal in enumerate(deals):
        deal.id = salesforce_id("Opportunity", number + 1)
