"""Activities beside leads and deals: what customers say in daily business, and what is planned."""

from random import Random

from ingest.demo.accounts import DemoAccount, DemoContact
from ingest.demo.clock import DAY, working_moment
from ingest.demo.deals import DemoDeal
from ingest.demo.interactions import Journal, moments, next_said
from ingest.demo.leads import DemoLead, Setting, voice_of
from ingest.demo.themes import situation
from ingest.demo.voices import Voice


def look_after(
    rng: Random,
    words: Random,
    setting: Setting,
    journal: Journal,
    account: DemoAccount,
    contacts: list[DemoContact],
    activities: int,
) -> None:
    """The account's everyday activities with its contacts."""
    if not activities:
        return
    people = [contacts[number] for number in account.contacts]
    voices = [
        Voice(
            words,
            setting.banks,
            setting.market,
            language=person.language,
            first=person.person.first,
            rep=account.owner.first,
            product=setting.market.products.draw(rng).name,
            themes=situation(rng, rng.gauss(-0.3, 1), "service"),
        )
        for person in people
    ]
    since = max(account.created, setting.start)
    for at in moments(rng, activities, since, setting.now):
        which = rng.randrange(len(people))
        said = next_said(rng, voices[which], openness=0.5)
        journal.write(
            said,
            max(at, people[which].created + 60) if people[which].created + 60 < setting.now else at,
            who=people[which].id,
            what=account.id,
            owner=account.owner.id,
            language=people[which].language,
        )


def plan_ahead(
    rng: Random,
    words: Random,
    setting: Setting,
    journal: Journal,
    leads: list[DemoLead],
    deals: list[DemoDeal],
    contacts: list[DemoContact],
    activities: int,
) -> None:
    """Meetings and tasks of the coming four weeks, with open leads and in open deals."""
    open_leads = [lead for lead in leads if lead.outcome == "open" and setting.now - lead.created < 120 * DAY]
    running = [deal for deal in deals if deal.outcome == "open"]
    for _ in range(activities):
        at = working_moment(rng, setting.now + 3_600, setting.now + (7 if rng.random() < 0.45 else 28) * DAY)
        kind = rng.choice(("Meeting", "Meeting", "Call", "Email"))
        if running and (not open_leads or rng.random() < 0.5):
            deal = rng.choice(running)
            contact = contacts[deal.contact]
            voice = Voice(
                words,
                setting.banks,
                setting.market,
                language=contact.language,
                first=contact.person.first,
                rep=deal.owner.first,
                product=deal.product.name,
                themes=(),
            )
            journal.plan(
                voice.planned(kind), at, who=contact.id, what=deal.id, owner=deal.owner.id, since=deal.created
            )
        elif open_leads:
            lead = rng.choice(open_leads)
            said = voice_of(words, setting, lead).planned(kind)
            journal.plan(said, at, who=lead.id, what="", owner=lead.owner.id, since=lead.created)
