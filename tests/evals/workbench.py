"""The customer file of the WorkBench set as one user sees it, read by pandas from the file itself.

Every row is a lead in this product's words: its status says how far it has come. The file calls them
customers, and so do those who ask.
"""

from pathlib import Path

import pandas as pd

from assistant.evaluation.truth import Frame, Frames

NOW = pd.Timestamp("2023-11-30T09:00:00Z")
ADMIN = "sam@atlas.com"
FILE = "customer_relationship_manager_data.csv"
_SUFFIX = ":last contact"  # ends the id of an activity that a column tells
_COLUMNS = {
    "customer_id": "id",
    "customer_name": "name",
    "assigned_to_email": "owner_email",
    "customer_email": "email",
    "customer_phone": "phone",
    "last_contact_date": "last_contact",
    "product_interest": "product",
    "status": "status",
    "follow_up_by": "follow_up",
    "notes": "notes",
}


class WorkbenchCompany:
    """Five reps, known by the names that their addresses spell, and an admin that was added by hand."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        raw = pd.read_csv(folder / FILE, dtype=str, keep_default_na=False)
        leads = raw[list(_COLUMNS)].rename(columns=_COLUMNS)
        for field in ("last_contact", "follow_up"):
            leads[field] = pd.to_datetime(leads[field], utc=True)
        owner = leads["owner_email"].str.split("@").str[0].str.replace(".", " ").str.title()
        self._leads = leads.assign(
            owner=owner,
            outcome=leads["status"].map({"Won": "won", "Lost": "lost"}).fillna("open"),
            days_silent=(NOW - leads["last_contact"]).dt.total_seconds() / 86_400,
            month=leads["last_contact"].dt.strftime("%Y-%m"),
            contact_id="",
        )

    def user(self, who: str) -> dict[str, str]:
        """A rep by name; "admin" is the one that was added by hand."""
        email = ADMIN if who == "admin" else f"{who.replace(' ', '.').lower()}@atlas.com"
        return {"name": who, "email": email, "first": who.split()[0]}

    def seen_by(self, who: str) -> Frames:
        """A rep sees the own customers, the admin all."""
        leads = self._leads
        if who != "admin":
            leads = leads[leads["owner"] == who]
        nobody = pd.DataFrame({"id": [], "name": [], "account_id": [], "about": [], "themes": []})
        # A last contact that a column tells is an activity of its own, under this id.
        made = _contacts(leads)
        people = pd.DataFrame({"id": sorted(set(self._leads["owner_email"]))})
        return {
            "leads": leads.assign(mine=leads["owner"] == who),
            "users": people.assign(name=people["id"]),
            "activities": made,
            "accounts": nobody,
            "deals": nobody,
            "contacts": nobody,
            "planned": nobody,
        }

    def text_of(self, identity: str) -> str | None:
        """The activities are made of dates: there is no text to quote."""
        return None


def _contacts(leads: Frame) -> Frame:
    return pd.DataFrame(
        {
            "id": "lead:" + leads["id"] + _SUFFIX,
            "about": [frozenset({one}) for one in leads["id"]],
            "at": leads["last_contact"],
            "themes": [() for _ in leads["id"]],
        }
    )
