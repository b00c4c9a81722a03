"""The records of a Salesforce export as one user sees them, read from the files by pandas and nothing else.

This is the second opinion that answers are held against, so it shares no code with the rest: it reads the
files itself, joins duplicates itself, and works out itself who may see what.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from assistant.evaluation.truth import Column, Frame

Scores = Callable[[pd.Timestamp], Mapping[str, float]]  # the scores as of a moment, by record id

_LEAD = {
    "Id": "id", "Name": "name", "FirstName": "first", "Company": "company", "Title": "title",
    "Email": "email", "Phone": "phone",
    "Industry": "industry", "NumberOfEmployees": "employees", "AnnualRevenue": "revenue",
    "Country": "country", "City": "city", "LeadSource": "source", "Campaign__c": "campaign",
    "Product__c": "product", "Status": "status", "Rating": "rating", "IsConverted": "converted",
    "Closed_Date__c": "closed", "ConvertedAccountId": "account_id", "ConvertedContactId": "contact_id",
    "ConvertedOpportunityId": "deal_id", "Description": "description", "OwnerId": "owner_id",
    "CreatedDate": "created", "Trial_Started__c": "trial", "Existing_Tool__c": "tool",
}  # fmt: skip
_DEAL = {
    "Id": "id", "Name": "name", "AccountId": "account_id", "ContactId": "contact_id", "Product__c": "product",
    "Type": "type", "StageName": "stage", "Amount": "amount", "CurrencyIsoCode": "currency",
    "IsClosed": "is_closed", "IsWon": "is_won", "CloseDate": "close_on", "NextStep": "next_step",
    "LeadSource": "source", "Campaign__c": "campaign", "OwnerId": "owner_id", "CreatedDate": "created",
    "Competitor__c": "competitor", "Discount__c": "discount", "Usage_Trend__c": "trend",
}  # fmt: skip
_ACCOUNT = {
    "Id": "id", "Name": "name", "Industry": "industry", "NumberOfEmployees": "employees",
    "AnnualRevenue": "revenue", "BillingCountry": "country", "BillingCity": "city", "Website": "website",
    "OwnerId": "owner_id", "CreatedDate": "created", "Usage_Trend__c": "trend",
    "Contract_End__c": "contract_end", "Support_Tier__c": "tier",
}  # fmt: skip
_CONTACT = {
    "Id": "id", "AccountId": "account_id", "FirstName": "first", "Name": "name", "Title": "title",
    "Email": "email", "Phone": "phone", "OwnerId": "owner_id", "CreatedDate": "created",
}  # fmt: skip


class SalesforceCompany:
    """An exported company. `themes` are the known themes of its activities, where there is such a list."""

    def __init__(
        self, folder: Path, *, now: pd.Timestamp, scores: Scores, themes: Path | None = None
    ) -> None:
        self.now = now
        self._scores = scores
        self._users = _users(folder)
        self._activities = _activities(folder, themes)
        self._leads = _leads(folder)
        self._activities = _under_first_ids(self._activities, self._leads)
        self._deals = _deals(folder)
        self._accounts = _moments(_read(folder, "Account", _ACCOUNT), "created", "contract_end")
        self._contacts = _moments(_read(folder, "Contact", _CONTACT), "created")
        self._seen: dict[str, dict[str, Frame]] = {}

    def user(self, who: str) -> Column:
        """The user that a question means: a part ("rep", "manager", …), or an e-mail address."""
        users = self._users
        if "@" in who:
            return users[users["email"] == who].iloc[0]
        if who == "admin":
            return users[users["profile"] == "System Administrator"].iloc[0]
        if who == "head":
            bosses = users[users["id"].isin(users["manager_id"]) & (users["manager_id"] == "")]
            return bosses.iloc[0]
        busy = pd.concat([part[part["outcome"] == "open"] for part in (self._leads, self._deals)])
        reps = users[~users["id"].isin(users["manager_id"]) & (users["manager_id"] != "") & users["active"]]
        reps = reps.assign(open=reps["id"].map(busy["owner_id"].value_counts()).fillna(0))
        reps = reps.sort_values(["open", "id"], ascending=[False, True])
        first = reps.iloc[0]
        other = reps[reps["manager_id"] != first["manager_id"]].iloc[0]
        match who:
            case "rep":
                return first
            case "rep2":
                return other
            case "manager":
                return users[users["id"] == first["manager_id"]].iloc[0]
            case "manager2":
                return users[users["id"] == other["manager_id"]].iloc[0]
        raise ValueError(f"{who!r} is nobody of this company")

    def seen_by(self, who: str) -> dict[str, Frame]:
        """All records that this user may see, with what questions ask about worked out."""
        if who not in self._seen:
            self._seen[who] = self._look(self.user(who))
        return self._seen[who]

    def text_of(self, identity: str) -> str | None:
        """All texts of an activity as one, to find a quote in."""
        rows = self._activities[self._activities["id"] == identity]
        return " ".join(str(cell) for cell in rows.iloc[0]) if len(rows) else ""

    def _below(self, user: Column) -> set[str]:
        below, fresh = set(), {user["id"]}
        while fresh:
            below |= fresh
            fresh = set(self._users[self._users["manager_id"].isin(fresh)]["id"]) - below
        return below

    def _look(self, user: Column) -> dict[str, Frame]:
        everything = user["profile"] == "System Administrator"
        below = self._below(user)
        known = set(self._users["id"])

        def owned(frame: Frame) -> Column:
            orphaned = ~frame["owner_id"].isin(known) if len(below) > 1 else False
            return frame["owner_id"].isin(below) | orphaned | everything

        leads, deals = self._leads[owned(self._leads)], self._deals[owned(self._deals)]
        linked = set(deals["contact_id"]) | set(leads["contact_id"])
        contacts = self._contacts[owned(self._contacts) | self._contacts["id"].isin(linked)]
        linked = set(deals["account_id"]) | set(leads["account_id"]) | set(contacts["account_id"])
        accounts = self._accounts[owned(self._accounts) | self._accounts["id"].isin(linked)]
        visible = set().union(*(set(frame["id"]) for frame in (leads, deals, contacts, accounts)))
        activities = self._activities[
            self._activities["about"].map(lambda ids: bool(ids & visible) or everything)
        ]
        activities = activities[activities["created"].isna() | (activities["created"] <= self.now)]
        done, planned = activities[activities["at"] <= self.now], activities[activities["at"] > self.now]
        frames = {
            "leads": self._with_scores(_with_activities(leads, done, self.now)),
            "deals": self._with_scores(_with_activities(self._named(deals), done, self.now)),
            "contacts": _with_activities(contacts, done, self.now),
            "activities": done,
            "planned": planned,
            "users": self._users,
        }
        frames["accounts"] = _account_facts(accounts, frames, done, self.now)
        frames = {name: self._owners(frame, user) for name, frame in frames.items()}
        frames["contacts"] = frames["contacts"].merge(
            _names(accounts, "account"), on="account_id", how="left"
        )
        return frames

    def _named(self, deals: Frame) -> Frame:
        facts = self._accounts[["id", "name", "industry", "country"]]
        facts.columns = pd.Index(["account_id", "account", "industry", "country"])
        return deals.merge(facts, on="account_id", how="left")

    def _with_scores(self, frame: Frame) -> Frame:
        monday = self.now.normalize() - pd.Timedelta(days=self.now.weekday())
        now, then = self._scores(self.now), self._scores(monday)
        score = frame["id"].map(now)
        change = (score - frame["id"].map(then)).where(frame["created"].isna() | (frame["created"] <= monday))
        frame = frame.assign(score=score, change=change)
        return frame.assign(weighted=frame["amount"] * frame["score"]) if "amount" in frame else frame

    def _owners(self, frame: Frame, user: Column) -> Frame:
        if "owner_id" not in frame:
            return frame
        names = self._users.set_index("id")["name"]
        bosses = self._users.set_index("id")["manager_id"]
        return frame.assign(
            owner=frame["owner_id"].map(names),
            manager=frame["owner_id"].map(bosses).map(names),
            mine=frame["owner_id"] == user["id"],
        )


def _read(folder: Path, name: str, columns: Mapping[str, str] | None = None) -> Frame:
    frame = pd.read_csv(
        folder / f"{name}.csv", dtype=str, keep_default_na=False, on_bad_lines="skip", engine="python"
    )
    # A row that is too short is none: its last cells are missing and not merely empty.
    frame = frame[frame.iloc[:, -1].notna()].apply(lambda column: column.str.strip())
    for field in {"Country", "BillingCountry"} & set(frame.columns):
        frame[field] = _one_spelling(frame[field])
    return frame[list(columns)].rename(columns=columns) if columns else frame


def _one_spelling(column: Column) -> Column:
    """Values that differ in their case alone, as most rows write them."""
    usual = column.groupby(column.str.casefold()).agg(lambda same: same.mode().iloc[0])
    return column.str.casefold().map(usual)


def _moments(frame: Frame, *fields: str) -> Frame:
    return frame.assign(
        **{
            field: pd.to_datetime(frame[field], errors="coerce", utc=True, format="ISO8601")
            for field in fields
        }
    )


def _numbers(frame: Frame, *fields: str) -> Frame:
    return frame.assign(**{field: pd.to_numeric(frame[field], errors="coerce") for field in fields})


def _users(folder: Path) -> Frame:
    users = _read(folder, "User")
    return pd.DataFrame(
        {
            "id": users["Id"],
            "name": users["Name"],
            "first": users["Name"].str.split().str[0],
            "email": users["Email"],
            "profile": users["Profile.Name"],
            "manager_id": users["ManagerId"],
            "active": users["IsActive"] == "true",
        }
    )


def _leads(folder: Path) -> Frame:
    raw = _read(folder, "Lead", _LEAD)
    leads = _numbers(_moments(raw, "created", "closed"), "employees", "revenue")
    outcome = leads["status"].map({"Closed - Converted": "won", "Disqualified": "lost"}).fillna("open")
    good = leads["email"].str.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+")
    leads = leads.assign(
        outcome=outcome,
        email=leads["email"].where(good, ""),  # what is no address is set aside
        key=leads["email"].str.lower().where(good, leads["id"]),
        month=leads["created"].dt.strftime("%Y-%m"),
    )
    leads = leads.sort_values("created", kind="stable")
    rows = []
    for _, same in leads.groupby(["key", "owner_id"], sort=False):
        first = same.iloc[0].copy()
        for _, later in same.iloc[1:].iterrows():
            for field, value in later.items():
                if first[field] is None or first[field] == "" or pd.isna(first[field]):
                    first[field] = value
        first["also"] = list(same["id"].iloc[1:])
        rows.append(first)
    return pd.DataFrame(rows).sort_values("id").reset_index(drop=True)


def _under_first_ids(activities: Frame, leads: Frame) -> Frame:
    """Activities of a second row belong to the first."""
    first = {other: row["id"] for _, row in leads.iterrows() for other in row["also"]}
    about = activities["about"].map(lambda ids: frozenset(first.get(one, one) for one in ids))
    return activities.assign(about=about)


def _deals(folder: Path) -> Frame:
    deals = _numbers(
        _moments(_read(folder, "Opportunity", _DEAL), "created", "close_on"), "amount", "discount"
    )
    outcome = pd.Series("open", index=deals.index)
    outcome[deals["is_closed"] == "true"] = "lost"
    outcome[deals["is_won"] == "true"] = "won"
    closed = deals["close_on"].where(outcome != "open")
    return deals.assign(
        outcome=outcome,
        closed=closed,
        cycle_days=(closed - deals["created"]).dt.total_seconds() / 86_400,
        quarter=closed.dt.tz_localize(None).dt.to_period("Q").astype(str).str.replace("Q", "-Q"),
    )


def _activities(folder: Path, themes: Path | None) -> Frame:
    tasks, events = _read(folder, "Task"), _read(folder, "Event")
    tasks["at"] = tasks["CompletedDateTime"].where(tasks["CompletedDateTime"] != "", tasks["ActivityDate"])
    events["at"], events["Direction__c"] = events["StartDateTime"], ""
    both: Frame = pd.concat([tasks, events], ignore_index=True)
    frame = pd.DataFrame(
        {
            "id": both["Id"],
            "kind": both["Type"].str.lower(),
            "at": both["at"],
            "created": both["CreatedDate"],
            "subject": both["Subject"],
            "text": both["Description"],
            "direction": both["Direction__c"].str.lower(),
            "owner_id": both["OwnerId"],
            "about": [
                frozenset(filter(None, ids)) for ids in zip(both["WhoId"], both["WhatId"], strict=True)
            ],
        }
    )
    frame = _moments(frame, "at", "created")
    known = {}
    if themes is not None:
        truth = pd.read_csv(themes, dtype=str, keep_default_na=False)
        known = dict(zip(truth["id"], truth["themes"].str.split(";"), strict=True))
    return frame.assign(themes=frame["id"].map(lambda one: tuple(filter(None, known.get(one, [])))))


def _with_activities(frame: Frame, activities: Frame, now: pd.Timestamp) -> Frame:
    exploded = activities[["about", "at", "themes"]].explode("about").groupby("about")
    moments = exploded["at"].agg(tuple)
    themes = exploded["themes"].agg(lambda many: frozenset(one for some in many for one in some))
    at = frame["id"].map(moments).map(lambda some: some if isinstance(some, tuple) else ())
    last = at.map(lambda some: max(some, default=pd.NaT))
    last = pd.to_datetime(last, utc=True)
    silent_since = last.where(last > frame["created"], frame["created"].fillna(last))
    return frame.assign(
        moments=at,
        themes=frame["id"].map(themes).map(lambda some: some if isinstance(some, frozenset) else frozenset()),
        activities=at.map(len),
        last_activity=last,
        days_silent=(now - silent_since).dt.total_seconds() / 86_400,
    )


def _names(accounts: Frame, field: str) -> Frame:
    return pd.DataFrame({"account_id": accounts["id"], field: accounts["name"]})


def _account_facts(accounts: Frame, frames: Mapping[str, Frame], done: Frame, now: pd.Timestamp) -> Frame:
    """Accounts with the activities of all that belongs to them, and with what they bought."""
    home = {
        one: account
        for name in ("deals", "contacts", "leads")
        for one, account in zip(frames[name]["id"], frames[name]["account_id"], strict=True)
        if account
    }
    wider = done.assign(about=done["about"].map(lambda ids: ids | {home[one] for one in ids if one in home}))
    deals = frames["deals"]
    won = deals[deals["outcome"] == "won"].groupby("account_id")
    counts = deals.groupby(["account_id", "outcome"]).size().unstack(fill_value=0)
    found = _with_activities(accounts, wider, now)
    return found.assign(
        won_amount=found["id"].map(won["amount"].sum()).fillna(0.0),
        won_count=found["id"].map(won.size()).fillna(0),
        bought=found["id"]
        .map(won["product"].agg(frozenset))
        .map(lambda some: some if isinstance(some, frozenset) else frozenset()),
        open_count=found["id"].map(counts.get("open", {})).fillna(0),
        contacts=found["id"].map(frames["contacts"]["account_id"].value_counts()).fillna(0),
    )
