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


_ROWS_SHOWN = 3  # of what was set aside for one reason; --json holds them all


def _summary(report: dict[str, Any]) -> str:
    """The account of a load for people: what came in, what was set aside and why, what it rests on now."""
    lines = ["", "Loaded:"]
    for type_, counts in report["records"].items():
        parts = [
            f"{counts[part]:,} {part}" for part in ("new", "changed", "unchanged", "merged") if counts[part]
        ]
        lines.append(f"  {type_:<12} {counts['loaded']:>9,} of {counts['read']:,} rows ({', '.join(parts)})")
    lines += [f"  {file['file']}: {file['note']}" for file in report["files"] if file["note"]]
    if report["set_aside"]:
        lines += ["", f"Set aside: {len(report['set_aside']):,} values or rows"]
    for why, count in report["set_aside_by_reason"].items():
        rows = [row for row in report["set_aside"] if row["why"] == why][:_ROWS_SHOWN]
        where = "; ".join(f"{row['file']} row {row['row']}" for row in rows)
        lines.append(f"  {count:>5,} × {why} ({where}{'; …' if count > len(rows) else ''})")
    if report["duplicates"]:
        merged = sum(pair["merged"] for pair in report["duplicates"])
        lines += ["", f"Duplicates: {merged:,} merged, {len(report['duplicates']) - merged:,} only reported"]
    index, level = report["index"], report["scoring"].get("level")
    lines += ["", f"Searchable passages: {index['passages']:,} ({index['embedded']:,} texts newly embedded)"]
    if level:
        lines.append(f"Scores rest on: {level} ('hotlist score --report' says how good they are)")
    for one in report["scoring"].get("report", {}).values():
        if one.get("signal") is False:
            lines.append(f"  {one['type']}: no signal; the columns do not tell won from lost")
    return "\n".join(lines)


def _score_text(found: dict[str, Any]) -> str:
    lines = [f"As of {found['as_of']}, level: {found['model'].get('level')}"]
    lines += [f"{item['score']:.0%}  {item['type']} {item['id']}" for item in found["scores"][:20]]
    if len(found["scores"]) > 20:
        lines.append(f"… and {len(found['scores']) - 20} more (--json holds them all)")
    for report in found.get("report", {}).values():
        lines += _quality(report)
    return "\n".join(lines)


def _quality(report: dict[str, Any]) -> list[str]:
    """How good the scores of one record type are, for people."""
    lines = ["", f"{report['type'].capitalize()}: {report['outcomes']:,} outcomes, {report['won']:,} won"]
    held_out = report["held_out"]
    if not held_out:
        return [*lines, "  Nothing to learn from yet: the scores go by rules."]
    if not report["signal"]:
        lines.append("  No signal: the columns do not tell won from lost; every record gets the base rate.")
    figures = ("roc_auc", "pr_auc", "log_loss", "brier", "calibration_error")
    lines.append(f"  On {held_out['records']:,} outcomes it had not seen ({report['split']}):")
    lines.append("    " + ", ".join(f"{name.replace('_', ' ')} {held_out[name]:.3f}" for name in figures))
    lines += [
        f"    of {band['records']:,} at {band['from']:.0%} to {band['to']:.0%}, {band['won']:,} were won"
        for band in held_out["bands"]
    ]
    lines += [f"  Left out: {left['column']} ({left['why']})" for left in report["left_out"]]
    return lines
