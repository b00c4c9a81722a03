"""When accounts were last active, worked out for the few accounts that an answer shows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import FromClause, select

from assistant.book.computed import planned
from assistant.book.found import Found
from ingest.tables import RECORD_TABLES, activities, activity_about

if TYPE_CHECKING:
    from assistant.book.book import Book

_PORTION = 500
_DAY = 86_400


def with_activity(book: "Book", found: Mapping[str, Found], names: Sequence[str]) -> dict[str, Found]:
    """The accounts with those of their fields that rest on their activities."""
    links = _links(book, list(found))
    of = sorted({activity for mine in links.values() for activity in mine})
    past = _moments(book, of, activities)
    ahead = _moments(book, of, planned) if "next_activity_at" in names else {}
    return {
        one: replace(
            account, values={**account.values, **_values(book, account, links.get(one, set()), past, ahead)}
        )
        for one, account in found.items()
    }


def newest_of_account(
    book: "Book",
    account_id: str,
    of: FromClause,
    *,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
) -> list[str]:
    """The ids of an account's activities, the newest first; of planned ones the nearest first."""
    mine = sorted(_links(book, [account_id]).get(account_id, ()))
    times = [
        (at, one)
        for one, at in _moments(book, mine, of).items()
        if at is not None and (since is None or at >= since) and (until is None or at < until)
    ]
    times.sort(key=lambda pair: pair[1])
    times.sort(key=lambda pair: pair[0], reverse=of is not planned)
    return [one for _, one in times[:limit]]


def _links(book: "Book", ids: Sequence[str]) -> dict[str, set[str]]:
    """The activities of each account: its own and those of its people, leads and deals."""
    known = book.links_of_accounts
    asked = [one for one in ids if one not in known]
    known |= {one: set() for one in asked}
    subjects: dict[str, dict[str, str]] = {"account": {one: one for one in asked}}
    for kind in ("contact", "lead", "opportunity"):
        table = RECORD_TABLES[kind]
        subjects[kind] = {
            row.id: row.account_id
            for portion in _portions(asked)
            for row in book.rows(
                select(table.c.id, table.c.account_id).where(table.c.account_id.in_(portion))
            )
        }
    link = activity_about
    for kind, accounts in subjects.items():
        for portion in _portions(list(accounts)):
            about = (link.c.type == kind, link.c.record_id.in_(portion))
            for row in book.rows(select(link.c.record_id, link.c.activity_id).where(*about)):
                known[accounts[row.record_id]].add(row.activity_id)
    return {one: known[one] for one in ids}


def _portions(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + _PORTION] for start in range(0, len(ids), _PORTION)]


def _moments(book: "Book", ids: Sequence[str], of: FromClause) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {}
    for portion in _portions(ids):
        rows = book.rows(select(of.c.id, of.c.at).where(of.c.id.in_(portion)))
        found |= {row.id: row.at for row in rows}
    return found


def _values(
    book: "Book",
    account: Found,
    mine: set[str],
    past: Mapping[str, datetime | None],
    ahead: Mapping[str, datetime | None],
) -> dict[str, Any]:
    times = [at for one in mine if (at := past.get(one)) is not None]
    coming = [at for one in mine if (at := ahead.get(one)) is not None]
    last = max(times, default=None)
    since = max((at for at in (last, account["created_at"]) if at is not None), default=None)
    return {
        "last_activity_at": last,
        "next_activity_at": min(coming, default=None),
        "activity_count": sum(one in past for one in mine),
        "days_silent": (book.at - since).total_seconds() / _DAY if since is not None else None,
    }
