"""Records as rows of the export."""

from collections.abc import Callable
from random import Random

from ingest.demo.accounts import DemoAccount, DemoContact
from ingest.demo.clock import date_text, stamp
from ingest.demo.deals import DemoDeal
from ingest.demo.exports import Row
from ingest.demo.leads import DemoLead, Latent
from ingest.demo.team import Seller

_LOST_BECAUSE = ("No budget", "Chose a competitor", "No decision", "Bad timing", "No fit")
_DEPARTMENTS = {"System Administrator": "IT", "Standard User": "Sales"}


def user_row(seller: Seller) -> Row:
    """A user."""
    return {
        "Id": seller.id,
        "Name": seller.name,
        "Email": seller.email,
        "Username": seller.email,
        "Profile.Name": seller.profile,
        "Title": seller.title,
        "ManagerId": seller.manager_id,
        "IsActive": str(seller.active).lower(),
        "Division": _DEPARTMENTS[seller.profile],
    }


def account_row(account: DemoAccount) -> Row:
    """An account."""
    return {
        "Id": account.id,
        "Name": account.company.name,
        "Type": "Customer" if account.won else "Prospect",
        "Industry": account.industry.name,
        "NumberOfEmployees": account.employees,
        "AnnualRevenue": account.revenue,
        "BillingCountry": account.country.name,
        "BillingCity": account.city,
        "Website": f"https://www.{account.company.domain}",
        "OwnerId": account.owner.id,
        "CreatedDate": stamp(account.created),
        "Usage_Trend__c": account.trend if account.won else "",
        "Contract_End__c": date_text(account.contract_end) if account.contract_end else "",
        "Support_Tier__c": account.tier,
    }


def contact_row(contact: DemoContact, account_id: str) -> Row:
    """A contact."""
    return {
        "Id": contact.id,
        "AccountId": account_id,
        "FirstName": contact.person.first,
        "LastName": contact.person.last,
        "Name": contact.person.name,
        "Title": contact.title,
        "Email": contact.email,
        "Phone": contact.phone,
        "OwnerId": contact.owner.id,
        "CreatedDate": stamp(contact.created),
        "HasOptedOutOfEmail": "false",
    }


def deal_row(rng: Random, deal: DemoDeal, account: DemoAccount, contact: DemoContact) -> Row:
    """An opportunity."""
    closed = deal.outcome != "open"
    return {
        "Id": deal.id,
        "Name": f"{account.company.name.split()[0]} - {deal.product.name} {deal.type}",
        "AccountId": account.id,
        "ContactId": contact.id,
        "Product__c": deal.product.name,
        "Type": deal.type,
        "StageName": deal.stage,
        "Amount": "" if deal.amount is None else f"{deal.amount:.2f}",
        "CurrencyIsoCode": deal.currency,
        "Probability": deal.likely,
        "IsClosed": str(closed).lower(),
        "IsWon": str(deal.outcome == "won").lower(),
        "CloseDate": date_text(deal.closes_on),
        "NextStep": "" if closed else deal.next_step,
        "LeadSource": deal.source,
        "Campaign__c": deal.campaign,
        "OwnerId": deal.owner.id,
        "CreatedDate": stamp(deal.created),
        "Competitor__c": deal.rival,
        "Discount__c": deal.discount,
        "Usage_Trend__c": account.trend if deal.type != "New Business" else "",
        "Loss_Reason__c": rng.choice(_LOST_BECAUSE) if deal.outcome == "lost" else "",
    }


def lead_row(
    rng: Random, lead: DemoLead, number: int, linked: Callable[[DemoLead], Row]
) -> dict[str, object]:
    """A lead. `linked` gives the ids of what it was converted into."""
    won, lost = lead.outcome == "won", lead.outcome == "lost"
    working = "Working - Contacted" if rng.random() < 0.6 else "Nurturing"
    return {
        "Id": lead.id,
        "FirstName": lead.person.first,
        "LastName": lead.person.last,
        "Name": lead.person.name,
        "Company": lead.company.name,
        "Title": lead.title.name,
        "Email": lead.email,
        "Phone": lead.phone if rng.random() < 0.85 else "",
        "Industry": lead.industry.name if rng.random() < 0.96 else "",
        "NumberOfEmployees": lead.employees if rng.random() < 0.9 else "",
        "AnnualRevenue": lead.employees * rng.randrange(90, 260) * 1_000 if rng.random() < 0.6 else "",
        "Country": lead.country.name,
        "City": lead.city,
        "LeadSource": lead.source.name,
        "Campaign__c": lead.campaign.name if lead.campaign else "",
        "Product__c": lead.product.name,
        "Status": "Closed - Converted"
        if won
        else "Disqualified"
        if lost
        else working
        if rng.random() < 0.75
        else "New",
        "Rating": lead.rating,
        "IsConverted": str(won).lower(),
        "Closed_Date__c": date_text(lead.decided_on) if lead.decided_on else "",
        "Disqualification_Reason__c": rng.choice(_LOST_BECAUSE) if lost else "",
        "Description": lead.enquiry,
        "OwnerId": lead.owner.id,
        "CreatedDate": stamp(lead.created),
        "Trial_Started__c": str(lead.trial).lower(),
        "Existing_Tool__c": lead.tool,
        "Newsletter__c": str(lead.newsletter).lower(),
        "Preferred_Contact__c": lead.contact_by,
        "Lead_Number__c": f"L-{number:06d}",
        **linked(lead),
    }


def latent_row(kind: str, identity: str, latent: Latent, outcome: str) -> Row:
    """The truth behind an outcome."""
    return {
        "type": kind,
        "id": identity,
        "probability": f"{latent.probability:.6f}",
        "structured": f"{latent.structured:.4f}",
        "text": f"{latent.text:.4f}",
        "engagement": f"{latent.engagement:.4f}",
        "hidden": f"{latent.hidden:.4f}",
        "outcome": outcome,
    }
