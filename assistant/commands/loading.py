"""The commands that bring records in and score them: ingest, sync, score."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.commands.door import Door, command

WhenOption = Annotated[
    str | None, typer.Option("--as-of", metavar="WHEN", help="An ISO date or moment that stands for now.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app, "ingest")(ingest)
    command(app, "score")(score)


def ingest(
    door: Door,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders.")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help="What the columns mean (YAML).")
    ] = None,
    as_of: WhenOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what was recognised, as a mapping file.")
    ] = False,
) -> None:
    """Load files or folders into the workspace, bring vectors and scores up to date."""
    if dry_run:
        recognised = door.workspace.recognise(paths, mapping=mapping)
        door.show({"mapping": recognised}, recognised.rstrip())
        return
    report = door.workspace.ingest(
        paths, mapping=mapping, as_of=door.moment(as_of), progress=progress_of(door)
    )
    door.show(report.as_json(), _summary(report.as_json()))


def progress_of(door: Door) -> Any:
    """Tell on standard error what goes on, each thing once."""
    said: list[str] = []

    def progress(what: str, done: float) -> None:
        if what not in said[-1:]:
            said.append(what)
            door.note(f"{what} …")

    return progress


def score(
    door: Door,
    as_of: WhenOption = None,
    retrain: Annotated[bool, typer.Option("--retrain", help="Learn anew first.")] = False,
    report: Annotated[bool, typer.Option("--report", help="Add the held-out quality figures.")] = False,
) -> None:
    """Score the open leads and opportunities."""
    found = door.workspace.score(
        as_of=door.moment(as_of), retrain=retrain, report=report, progress=progress_of(door)
    )
    door.show(found, _score_text(found))


def _summary(report: dict[str, Any]) -> str:
    return str(report)


def _score_text(found: dict[str, Any]) -> str:
    lines = [f"As of {found['as_of']}, level: {found['model'].get('level')}"]
    lines += [f"{item['score']:.0%}  {item['type']} {item['id']}" for item in found["scores"][:20]]
    if len(found["scores"]) > 20:
        lines.append(f"… and {len(found['scores']) - 20} more (--json holds them all)")
    if "report" in found:
        lines.append(str(found["report"]))
    return "\n".join(lines)
