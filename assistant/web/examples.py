"""Questions to begin with: fit for who is signed in, about records that are theirs."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from assistant.web.words import Words
from ingest.entities import Role, User
from ingest.records import Records, Select
from ingest.tables import accounts, leads, opportunities

_LOOKED_AT = 50
_LONGEST_NAME = 40
_OF = {
    Role.REP: ("day", "hottest", "why", "about", "draft", "closing"),
    Role.MANAGER: ("team_hottest", "by_rep", "win_rate", "about", "team_overdue", "pricing"),
    Role.ADMIN: ("all_hottest", "by_stage", "win_rate", "about", "all_overdue", "pricing"),
}


def examples(records: Records, user: User, at: datetime, words: Words) -> list[str]:
    """Up to six questions in the language of the page; none about a record that the user has not got."""
    with records.seen_by(user, at) as run:
        named = {"lead": _a_lead(run, user), "account": _an_account(run, user)}
    filled = (
        _filled(words(f"example.{key}", lead="\0lead", account="\0account"), named) for key in _OF[user.role]
    )
    return [question for question in filled if question]


def _filled(question: str, named: dict[str, str | None]) -> str | None:
    for kind, name in named.items():
        if f"\0{kind}" in question:
            return question.replace(f"\0{kind}", name) if name else None
    return question


def _a_lead(run: Select, user: User) -> str | None:
    open_ones = select(leads.c.name).where(leads.c.outcome == "open", leads.c.name.is_not(None))
    newest = open_ones.order_by(leads.c.created_at.desc(), leads.c.id).limit(_LOOKED_AT)
    mine = run(newest.where(leads.c.owner_id == user.id))
    return _plain_name(mine or run(newest), taken=_namesakes(run, leads))


def _an_account(run: Select, user: User) -> str | None:
    deals = (
        select(accounts.c.name)
        .join(opportunities, opportunities.c.account_id == accounts.c.id)
        .where(opportunities.c.outcome == "open", accounts.c.name.is_not(None))
        .order_by(opportunities.c.created_at.desc(), opportunities.c.id)
        .limit(_LOOKED_AT)
    )
    mine = run(deals.where(opportunities.c.owner_id == user.id))
    return _plain_name(mine or run(deals), taken=_namesakes(run, accounts))


def _namesakes(run: Select, table: Any) -> set[str]:
    """Names that would have to be asked back."""
    twice = select(table.c.name).group_by(table.c.name).having(func.count() > 1)
    return {row[0] for row in run(twice)}


def _plain_name(rows: Sequence[Any], taken: set[str]) -> str | None:
    """A name that is short, whole and nobody else's; the one with the most rows, the first of equals."""
    names = Counter(" ".join(row[0].split()) for row in rows if row[0] not in taken)
    fitting = [
        name for name, _ in names.most_common() if 0 < len(name) <= _LONGEST_NAME and name.isprintable()
    ]
    return fitting[0] if fitting else None
