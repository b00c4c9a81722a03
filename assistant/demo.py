"""The demo workspace: a made-up company, loaded through the same door as any other."""

import tempfile
from collections.abc import Mapping
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


def build(workspace: Workspace, *, seed: int | None, sizes: Mapping[str, int], progress: Progress) -> None:
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
        more: dict[str, int] = {} if seed is None else {"seed": seed}
        generate(Path(folder), as_of=at, **sizes, **more)
        workspace.ingest([Path(folder)], as_of=at, progress=progress)
    # One hash for all: each takes a tenth of a second, and everybody knows the password.
    password = hash_password(DEMO_PASSWORD)
    with workspace.records.writing() as connection:
        connection.execute(update(users).values(password_hash=password))
        set_fact(connection, _FACT, at.isoformat())


def sign_ins(workspace: Workspace) -> list[dict[str, str]]:
    """Some users of the demo company to sign in as, those with the most to see first."""
    with workspace.records.engine.connect() as connection:
        owned = dict(
            connection.execute(select(leads.c.owner_id, func.count()).group_by(leads.c.owner_id)).all()
        )
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
