"""The commands that bring records in: ingest, sync."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.commands.door import Door, command
from assistant.crm import CrmName, signed_in

_SHOWN = 20  # lines of a long list
_FATES = ("new", "changed", "unchanged", "merged")

WhenOption = Annotated[
    str | None, typer.Option("--as-of", metavar="WHEN", help="An ISO date or moment that stands for now.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app, "ingest")(ingest)
    command(app, "sync")(sync)


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


def sync(
    door: Door,
    crm: Annotated[CrmName, typer.Argument(metavar="salesforce|hubspot", help="Where to fetch from.")],
) -> None:
    """Fetch what changed in the CRM since the last time, deletions included, and bring scores up to date."""
    source = signed_in(crm, door.settings)
    report = door.workspace.sync(source, progress=progress_of(door))
    door.show(report.as_json(), _summary(report.as_json()))


def progress_of(door: Door) -> Any:
    """Tell on standard error what goes on, each thing once."""
    said: list[str] = []

    def progress(what: str, done: float) -> None:
        if what not in said[-1:]:
            said.append(what)
            door.note(f"{what} …")

    return progress


_ROWS_SHOWN = 3  # of what was set aside for one reason; --json holds them all


def _summary(report: dict[str, Any]) -> str:
    """The report for people: what became of the records, and what needs a look."""
    lines = []
    for kind, count in report["records"].items():
        parts = [f"{count[name]:,} {name}" for name in _FATES if count[name]]
        lines.append(f"{kind}: {', '.join(parts) or 'nothing'}")
    for file in report["files"]:
        if file["note"]:
            lines.append(f"{file['file']}: {file['note']}")
    lines += report["notes"]
    set_aside = report["set_aside"]
    if set_aside:
        lines.append(f"Set aside: {len(set_aside):,} (all of them with --json), among them")
        lines += [
            f"  {one['file']}, row {one['row']}, {one['field'] or 'whole row'}: {one['why']}"
            for one in set_aside[:_SHOWN]
        ]
    embedded, level = report["index"]["embedded"], report["scoring"]["level"]
    lines.append(f"Embedded {embedded:,} new texts; the scores rest on {level}.")
    return "\n".join(lines)
