"""The commands about scores: score, its versions and what users hold against it, and objections to it."""

from typing import Annotated, Any

import typer

from assistant.commands.door import Door, command
from assistant.commands.loading import WhenOption, progress_of
from assistant.commands.report_text import report_lines

_SHOWN = 20  # lines of a long list


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app, "score")(score)
    command(app, "object")(object_)


def score(
    door: Door,
    as_of: WhenOption = None,
    retrain: Annotated[bool, typer.Option("--retrain", help="Learn anew first.")] = False,
    report: Annotated[bool, typer.Option("--report", help="Add the held-out quality figures.")] = False,
    versions: Annotated[bool, typer.Option("--versions", help="List the models that are kept.")] = False,
    roll_back: Annotated[
        str | None, typer.Option("--roll-back", metavar="N", help="Use an earlier model again first.")
    ] = None,
    wrong: Annotated[
        str | None,
        typer.Option("--wrong", metavar="ID", help="Say that the score of this lead or deal is wrong."),
    ] = None,
    says: Annotated[
        str | None,
        typer.Option("--says", help="What is true: won, lost (the CRM does not know yet), higher or lower."),
    ] = None,
    because: Annotated[str, typer.Option("--because", metavar="TEXT", help="Why it is wrong.")] = "",
    user: Annotated[str | None, typer.Option("--user", metavar="USER", help="Who says so.")] = None,
) -> None:
    """Score the open leads and opportunities."""
    if wrong is not None:
        _note(door, wrong, says, because, user, as_of)
        return
    if versions:
        _show_versions(door)
        return
    if roll_back is not None:
        taken = door.workspace.roll_back(roll_back, as_of=door.moment(as_of))
        door.note(f"Model {taken.number} ({taken.id[:12]}) is in use again.")
    found = door.workspace.score(
        as_of=door.moment(as_of), retrain=retrain, report=report, progress=progress_of(door)
    )
    door.show(found, _score_text(found))


def _note(
    door: Door, record: str, says: str | None, because: str, user: str | None, as_of: str | None
) -> None:
    from assistant.scoring.verdicts import Says

    known = [str(one) for one in Says]
    if says not in known or user is None or not because.strip():
        raise typer.BadParameter(
            "--wrong goes with --user, --because and --says won, lost, higher or lower", param_hint="--wrong"
        )
    given = door.workspace.note_verdict(record, Says(says), because, user, as_of=door.moment(as_of))
    stood = "" if given.score is None else f" (it stood at {given.score:.0%})"
    door.show(
        {
            "type": given.ref.type,
            "id": given.ref.id,
            "says": says,
            "because": given.because,
            "score": given.score,
        },
        f"Kept: the score of {given.ref.type} {given.ref.id}{stood} is wrong, it is {says}. "
        "An admin reads it in 'hotlist score --report'; won and lost are learned from.",
    )


def _show_versions(door: Door) -> None:
    kept = door.workspace.scoring.versions()
    document: list[dict[str, Any]] = [
        {
            "number": one.number,
            "id": one.id,
            "created_at": one.created_at.isoformat(),
            "in_use": one.in_use,
            "level": one.level,
            "held_out": {
                name: (each.get("held_out") or {}).get("log_loss") for name, each in one.report.items()
            },
        }
        for one in kept
    ]
    lines = [
        f"{one['number']:3d}  {one['created_at'][:16]}  {one['level']:12s}  {one['id'][:12]}"
        + ("  in use" if one["in_use"] else "")
        for one in document
    ]
    door.show({"versions": document}, "\n".join(lines) or "There is no model yet; run 'hotlist score'.")


def object_(
    door: Door,
    email: Annotated[str | None, typer.Option("--email", metavar="E", help="The person's e-mail.")] = None,
    record_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The id of the person's lead or contact.")
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="The person objects no more.")] = False,
) -> None:
    """Keep that a person objects to profiling: they are scored no more, and nothing is learned from them."""
    if (email is None) == (record_id is None):
        raise typer.BadParameter("give --email or --id")
    count = door.workspace.object_to_profiling(email=email, record_id=record_id, withdraw=withdraw)
    said = "objects no more" if withdraw else "is not scored any more, and nothing is learned from them"
    door.show({"records": count, "objects": not withdraw}, f"The person of {count} records {said}.")


def _score_text(found: dict[str, Any]) -> str:
    lines = [f"As of {found['as_of']}; the scores rest on {found['model']['level']}."]
    for one in found["scores"][:_SHOWN]:
        why = "; ".join(one["reasons"][:2])
        lines.append(f"{one['score']:7.1%}  {one['type']} {one['id']}  {why}")
    if len(found["scores"]) > _SHOWN:
        lines.append(f"… and {len(found['scores']) - _SHOWN:,} more (all of them with --json)")
    if "report" in found:
        lines += report_lines(found)
    return "\n".join(lines)
