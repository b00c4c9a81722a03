"""The commands that keep a workspace in order: backup, restore, audit, doctor."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.commands.door import Door, command

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app, "audit")(audit)


def audit(
    door: Door,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the newest so many.")] = None,
) -> None:
    """Who asked what, and which records answered."""
    from assistant.audit import entries

    found = list(entries(door.workspace.records, limit=limit))
    door.show({"entries": found}, "\n".join(map(_entry, found)) or "Nobody has done anything yet.")


def _entry(entry: dict[str, Any]) -> str:
    parts = [entry["at"][:19], entry["user"] or "-", entry["action"], entry.get("question", "")]
    return "  ".join([*parts, *entry.get("records", ())]).rstrip()
