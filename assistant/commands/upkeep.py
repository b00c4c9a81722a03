"""The commands that keep a workspace in order: backup, restore, audit, doctor, evaluate."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.commands.door import Door, command
from assistant.commands.loading import progress_of
from assistant.settings import read_settings

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app, "backup")(backup)
    command(app, "restore")(restore)
    command(app, "audit")(audit)
    command(app, "doctor")(doctor)
    command(app, "evaluate")(evaluate)


def backup(door: Door, file: FileArgument) -> None:
    """Write the workspace into one file, also while it is in use."""
    from ingest.backup import backup as write

    write(door.workspace.database, file)
    door.show({"file": str(file), "bytes": file.stat().st_size}, f"Written to {file}.")


def restore(door: Door, file: FileArgument) -> None:
    """Make the workspace what it was when the file was written."""
    from ingest.backup import restore as bring_back

    workspace = door.workspace
    with workspace.writing():
        bring_back(file, workspace.database)
        workspace.index.refresh(progress_of(door))
    door.show({"file": str(file), "workspace": str(door.settings.home)}, f"Restored from {file}.")


def doctor(door: Door) -> None:
    """Check the workspace, the models and the services, and say what to do."""
    from assistant.checkup import checks_of, settings_of

    checks, settings = list(checks_of(door.workspace)), settings_of(door.settings)
    lines = [
        f"{'ok   ' if c.well else 'CHECK'} {c.name}: {c.found}{f' - {c.todo}' if c.todo else ''}"
        for c in checks
    ]
    lines += ["", "Settings:", *(f"  {s.name} = {s.value}  ({s.meaning})" for s in settings)]
    well = all(check.well for check in checks)
    document = {
        "well": well,
        "checks": [check.as_json() for check in checks],
        "settings": [setting.as_json() for setting in settings],
    }
    door.show(document, "\n".join(lines))
    if not well:
        raise typer.Exit(1)


def evaluate(
    door: Door,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="A chat model: offline, or openai:NAME.")
    ] = None,
) -> None:
    """Run the evaluation set that ships with the project, in a workspace of its own."""
    from assistant.evaluation.demo import evaluate as run
    from assistant.workspace import Workspace

    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(home=Path(folder) / "workspace", model=model)
        report = run(Workspace.open(settings), Path(folder) / "files", progress=progress_of(door))
    door.show(report.as_json(), report.text())


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
