"""The demo workspace: a made-up company, loaded through the same door as any other."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, update

from assistant.passwords import DEMO_PASSWORD, hash_password
from assistant.workspace import Progress, Workspace
from ingest.entities import Role, User
from ingest.errors import BadRequest
from ingest.records import set_fact
from ingest.tables import leads, opportunities, users

_FACT = "demo"
_SHOWN = {Role.REP: 2, Role.MANAGER: 2, Role.ADMIN: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large the demo company is, and over how many months."""

    leads: int = 1200
    accounts: int = 120
    opportunities: int = 400
    activities: int = 10_000
    months: int = 18


def build(workspace: Workspace, *, seed: int, size: Size, progress: Progress) -> None:
    """Make the demo company as of now and load it, unless the workspace holds it already.

    Raises:
        BadRequest: the workspace holds somebody's records.
    """
    if workspace.records.fact(_FACT):
        return
    if _holds_records(workspace):
        raise BadRequest("This workspace holds other records; name an empty one with --workspace DIR.")
    from ingest.demo import generate

    at = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        progress("making the demo company", 0.0)
        generate(
            Path(folder),
            as_of=at,
            seed=seed,
            leads=size.leads,
            accounts=size.accounts,
            opportunities=size.opportunities,
            activities=size.activities,
            months=size.months,
        )
        workspace.ingest([Path(folder)], as_of=at, progress=progress)
    with workspace.records.writing() as connection:
        for person in connection.scalars(select(users.c.id)).all():
            hashed = hash_password(DEMO_PASSWORD)
            connection.execute(update(users).where(users.c.id == person).values(password_hash=hashed))
        set_fact(connection, _FACT, at.isoformat())


def sign_ins(workspace: Workspace) -> list[dict[str, str]]:
    """Some users of the demo company to sign in as, those with the most to see first."""
    counted = select(leads.c.owner_id, func.count().label("leads")).group_by(leads.c.owner_id)
    with workspace.records.engine.connect() as connection:
        owned: dict[str | None, int] = {row.owner_id: row.leads for row in connection.execute(counted)}
    everybody = sorted(workspace.records.everybody(), key=lambda user: -owned.get(user.id, 0))
    return [
        _sign_in(user)
        for role, most in _SHOWN.items()
        for user in [u for u in everybody if u.role == role][:most]
    ]


def _sign_in(user: User) -> dict[str, str]:
    return {"role": user.role, "name": user.name, "email": user.email or user.id, "password": DEMO_PASSWORD}


def _holds_records(workspace: Workspace) -> bool:
    with workspace.records.engine.connect() as connection:
        return any(
            connection.execute(select(table.c.id).limit(1)).first() for table in (users, leads, opportunities)
        )
