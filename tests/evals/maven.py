"""The public CRM set of Maven Analytics as one user sees it, read by pandas from the files themselves."""

from pathlib import Path

import pandas as pd

from assistant.evaluation.truth import Column, Frame, Frames

NOW = pd.Timestamp("2017-12-31T18:00:00Z")
ADMIN = "admin@maventech.example"


class MavenCompany:
    """Users are known by their names: the files hold no addresses."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        teams = pd.read_csv(folder / "sales_teams.csv")
        products = pd.read_csv(folder / "products.csv")
        self._accounts = _accounts(pd.read_csv(folder / "accounts.csv"))
        deals = pd.read_csv(folder / "sales_pipeline.csv")
        # The pipeline writes one product without its blank.
        deals["product"] = deals["product"].replace({"GTXPro": "GTX Pro"})
        deals = deals.merge(products, on="product", how="left")
        deals = deals.merge(teams, on="sales_agent", how="left")
        facts = self._accounts[["name", "sector", "country"]].rename(columns={"name": "account"})
        deals = deals.merge(facts, on="account", how="left")
        created = pd.to_datetime(deals["engage_date"], utc=True)
        closed = pd.to_datetime(deals["close_date"], utc=True)
        self._deals = pd.DataFrame(
            {
                "id": deals["opportunity_id"],
                "name": deals["opportunity_id"],
                "owner": deals["sales_agent"],
                "manager": deals["manager"],
                "region": deals["regional_office"],
                "product": deals["product"],
                "series": deals["series"],
                "account": deals["account"],
                "account_id": deals["account"],
                "sector": deals["sector"],
                "country": deals["country"],
                "stage": deals["deal_stage"],
                "outcome": deals["deal_stage"].map({"Won": "won", "Lost": "lost"}).fillna("open"),
                "amount": deals["close_value"],
                "currency": None,
                "created": created,
                "closed": closed,
                "close_on": closed,
                "cycle_days": (closed - created).dt.days,
                "quarter": closed.dt.tz_localize(None).dt.to_period("Q").astype(str).str.replace("Q", "-Q"),
                "month": closed.dt.tz_localize(None).dt.to_period("M").astype(str),
            }
        )
        self._teams = teams

    def user(self, who: str) -> dict[str, str]:
        """A person by name; "admin" is the one that was added by hand."""
        return {"name": who, "email": ADMIN if who == "admin" else who, "first": who.split()[0]}

    def seen_by(self, who: str) -> Frames:
        """An agent sees their own deals, a manager the team's, the admin all."""
        deals = self._deals
        if who != "admin":
            deals = deals[(deals["owner"] == who) | (deals["manager"] == who)]
        deals = deals.assign(mine=deals["owner"] == who)
        accounts = self._accounts
        if who != "admin":
            accounts = accounts[accounts["name"].isin(set(deals["account"]))]
        people = pd.DataFrame({"name": [*self._teams["sales_agent"], *set(self._teams["manager"])]})
        nobody = pd.DataFrame({"id": [], "name": []})
        return {
            "deals": deals,
            "accounts": accounts.assign(**_won(deals, accounts["name"])),
            "users": people.assign(id=people["name"]),
            "leads": nobody,
            "contacts": nobody,
            "activities": nobody,
            "planned": nobody,
        }

    def text_of(self, identity: str) -> str | None:
        """There are no texts."""
        return None


def _accounts(raw: Frame) -> Frame:
    names = {
        "account": "name",
        "office_location": "country",
        "year_established": "founded",
        "subsidiary_of": "parent",
    }
    accounts = raw.rename(columns=names)
    return accounts.assign(id=accounts["name"])


def _won(deals: Frame, names: Column) -> dict[str, Column]:
    won = deals[deals["outcome"] == "won"].groupby("account")["amount"]
    return {"won_amount": names.map(won.sum()).fillna(0.0), "won_count": names.map(won.size()).fillna(0)}
