"""What `hotlist doctor` looks at: the workspace, the models and the services, each with what to do."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select, text

from assistant.logins import Logins
from assistant.models import try_out
from assistant.settings import OFFLINE, Settings
from assistant.workspace import Workspace
from ingest.errors import HotlistError
from ingest.tables import RECORD_TABLES, facts, loads

_ROOM = 500_000_000  # bytes that an import of a large company may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: what was found, and what to do where it is not well."""

    name: str
    well: bool
    found: str
    todo: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One environment variable: what it means, and what it stands at."""

    name: str
    meaning: str
    value: str

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def settings_of(settings: Settings) -> list[Setting]:
    """All settings, with their present values; the key is named, never shown."""
    return [
        Setting(name="HOTLIST_HOME", meaning="the workspace's folder", value=str(settings.home)),
        Setting(
            name="HOTLIST_DATABASE_URL",
            meaning="PostgreSQL for a team; else SQLite in the workspace",
            value=_without_password(settings.database_url) or "SQLite in the workspace",
        ),
        Setting(
            name="HOTLIST_CHROMA_URL",
            meaning="a Chroma server for a team; else Chroma in the workspace",
            value=_without_password(settings.chroma_url) or "Chroma in the workspace",
        ),
        Setting(
            name="HOTLIST_MODEL",
            meaning="the chat model: offline, or openai:NAME",
            value=settings.model,
        ),
        Setting(
            name="HOTLIST_EMBEDDER",
            meaning="what embeds texts: use, minilm, joint, a sentence-transformers model, or openai:NAME",
            value=settings.embedder or "the one that ships with Hotlist",
        ),
        Setting(name="HOTLIST_TIMEZONE", meaning="the workspace's time zone", value=settings.timezone.key),
        Setting(
            name="OPENAI_API_KEY",
            meaning="the key of a hosted model",
            value="set" if settings.openai_api_key else "not set",
        ),
        Setting(
            name="OPENAI_BASE_URL",
            meaning="the address of an OpenAI-compatible server",
            value=_without_password(settings.openai_base_url) or "not set",
        ),
        *_crm_settings(settings),
    ]


_CRM_SETTINGS = {
    "SALESFORCE_INSTANCE_URL": "the address of your Salesforce, for 'hotlist sync salesforce'",
    "SALESFORCE_ACCESS_TOKEN": "an access token for it",
    "SALESFORCE_USERNAME": "or: a user who may use the API",
    "SALESFORCE_PASSWORD": "their password",
    "SALESFORCE_SECURITY_TOKEN": "their security token",
    "SALESFORCE_CLIENT_ID": "or: a connected app's consumer key",
    "SALESFORCE_CLIENT_SECRET": "its consumer secret",
    "SALESFORCE_DOMAIN": "login, test, or the name of your domain",
    "HUBSPOT_ACCESS_TOKEN": "the token of a private app, for 'hotlist sync hubspot'",
    "HUBSPOT_BASE_URL": "another address than HubSpot's own",
}


def _crm_settings(settings: Settings) -> list[Setting]:
    found = []
    for name, meaning in _CRM_SETTINGS.items():
        value = getattr(settings, name.lower())
        shown = "set" if isinstance(value, SecretStr) else str(value or "not set")
        found.append(Setting(name=name, meaning=meaning, value=shown))
    return found


def checks_of(workspace: Workspace) -> Iterator[Check]:
    """Look at everything, one after the other; what cannot be looked at is a finding, too."""
    looks: dict[str, Callable[[Workspace], Check]] = {
        "workspace": _folder,
        "records": _records,
        "database": _database,
        "users": _users,
        "embedder": _embedder,
        "index": _index,
        "scores": _scores,
        "chat model": _chat_model,
        "chroma server": _chroma_server,
        "sync": _sync,
    }
    for name, look in looks.items():
        try:
            yield look(workspace)
        except HotlistError as error:
            yield Check(name=name, well=False, found=str(error))


def _folder(workspace: Workspace) -> Check:
    home = workspace.settings.home
    free = shutil.disk_usage(home).free
    well = os.access(home, os.W_OK) and free >= _ROOM
    found = f"{home}, {free / 1e9:.1f} GB free"
    return Check(
        name="workspace", well=well, found=found, todo="" if well else "Make room, or the right to write."
    )


def _records(workspace: Workspace) -> Check:
    with workspace.records.engine.connect() as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(table)).scalar() or 0
            for name, table in RECORD_TABLES.items()
        }
        last = connection.execute(select(func.max(loads.c.finished_at))).scalar()
    found = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    if not any(counts.values()):
        return Check(
            name="records", well=False, found="none yet", todo="Run 'hotlist ingest PATH' or 'hotlist demo'."
        )
    return Check(
        name="records", well=True, found=f"{found}; last import {last:%Y-%m-%d %H:%M} UTC" if last else found
    )


def _database(workspace: Workspace) -> Check:
    engine = workspace.records.engine
    if engine.dialect.name != "sqlite":
        return Check(name="database", well=True, found=f"{engine.dialect.name}, reached")
    with engine.connect() as connection:
        said = connection.execute(text("pragma quick_check(1)")).scalar()
    well = said == "ok"
    todo = "" if well else "Bring back a backup with 'hotlist restore FILE'."
    return Check(name="database", well=well, found="SQLite, sound" if well else "SQLite, damaged", todo=todo)


def _users(workspace: Workspace) -> Check:
    everybody = workspace.records.everybody()
    if not everybody:
        return Check(
            name="users",
            well=False,
            found="none",
            todo="They come with the import, or with 'hotlist users add'.",
        )
    if somebody := Logins(workspace.records).with_demo_password():
        return Check(
            name="users",
            well=True,
            found=f"{len(everybody)}; {somebody.name} has the demo's password, so nobody else is served",
            todo="Give real passwords with 'hotlist users set-password' before you serve a network.",
        )
    return Check(name="users", well=True, found=f"{len(everybody)}")


def _embedder(workspace: Workspace) -> Check:
    embedder = workspace.index.embedder
    embedder.encode(["hello"])
    return Check(name="embedder", well=True, found=f"{embedder.name}, {embedder.dimension} dimensions")


def _index(workspace: Workspace) -> Check:
    condition = workspace.index.condition()
    well = condition == "sound"
    todo = "" if well else "Run 'hotlist ingest' once more; it is made again out of the records."
    return Check(name="index", well=well, found=condition, todo=todo)


def _scores(workspace: Workspace) -> Check:
    report = workspace.scoring.report()
    if report["model"] is None:
        return Check(name="scores", well=False, found="none yet", todo="Run 'hotlist score'.")
    found = " ".join([f"from {report['level']}", *(f"({alarm})" for alarm in report["drift"]["alarms"])])
    return Check(name="scores", well=True, found=found)


def _chat_model(workspace: Workspace) -> Check:
    settings = workspace.settings
    if settings.model == OFFLINE:
        return Check(name="chat model", well=True, found="offline: no key and no network needed")

    try_out(settings)
    return Check(name="chat model", well=True, found=f"{settings.model} answers")


def _chroma_server(workspace: Workspace) -> Check:
    if workspace.settings.chroma_url is None:
        return Check(
            name="chroma server", well=True, found="none: the index lies in the workspace, without a port"
        )
    return Check(
        name="chroma server",
        well=True,
        found="set up",
        todo="Let nobody but Hotlist reach it: the released server can be attacked before its login.",
    )


def _sync(workspace: Workspace) -> Check:
    query = select(facts.c.name, facts.c.value).where(facts.c.name.like("sync:%"))
    with workspace.records.engine.connect() as connection:
        marks = {row.name: row.value for row in connection.execute(query)}
    if not marks:
        return Check(name="sync", well=True, found="never: records come from files")
    names = sorted({name.split(":")[1] for name in marks})
    return Check(
        name="sync", well=True, found=f"{', '.join(names)}, with changes up to {max(marks.values())}"
    )


def _without_password(url: str | None) -> str | None:
    if url is None or "@" not in url:
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://…@{rest.rpartition('@')[2]}"
