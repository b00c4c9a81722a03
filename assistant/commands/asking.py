"""The commands that ask: ask, its batch, chat."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.commands.door import BROKEN, Door, as_line, command, log_failure
from assistant.commands.loading import WhenOption
from ingest.errors import HotlistError, UnreadableFile

UserOption = Annotated[
    str | None, typer.Option("--user", metavar="USER", help="Who asks: an e-mail, an id or an exact name.")
]
SessionOption = Annotated[
    str | None, typer.Option("--session", metavar="ID", help="The conversation to begin or to continue.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app, "ask")(ask)
    command(app, "chat")(chat)


def ask(
    door: Door,
    question: Annotated[str | None, typer.Argument(help="The question, in your own words.")] = None,
    user: UserOption = None,
    as_of: WhenOption = None,
    session: SessionOption = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch",
            metavar="FILE",
            help='Many questions: JSON Lines of {"id", "user", "question", "session"}.',
        ),
    ] = None,
) -> None:
    """Answer a question about the user's records."""
    if (question is None) == (batch is None):
        raise typer.BadParameter("give one QUESTION, or --batch FILE")
    if batch is not None:
        _ask_all(door, batch, user, as_of)
        return
    if user is None:
        raise typer.BadParameter("say who asks with --user")
    from assistant.answer_json import as_json

    at = door.moment(as_of)
    answer = door.workspace.ask(door.workspace.records.user(user), question or "", session=session, as_of=at)
    door.show(as_json(answer), answer.text)


def _ask_all(door: Door, batch: Path, user: str | None, as_of: str | None) -> None:
    """One answer object a line, in the order of the questions; a bad line spoils no other."""
    from assistant.answer_json import as_json

    at = door.moment(as_of)
    for position, text in enumerate(_lines(batch), 1):
        line = _parsed(text)
        echoed = line.get("id", str(position))
        try:
            who = door.workspace.records.user(_field(line, "user", user))
            given = door.moment(line.get("as_of")) or at
            answer = door.workspace.ask(
                who, _field(line, "question", None), session=_optional(line, "session"), as_of=given
            )
            document = as_json(answer)
        except (HotlistError, typer.BadParameter) as error:
            document = _refusal(line, str(error))
        except Exception as error:  # noqa: BLE001 - the border of the command line, once a line
            log_failure(error)
            document = _refusal(line, BROKEN)
        door.line(as_line({"id": echoed} | {key: value for key, value in document.items() if key != "id"}))


def _lines(batch: Path) -> Iterator[str]:
    try:
        text = sys.stdin.read() if str(batch) == "-" else batch.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UnreadableFile(
            f"The file {batch.name!r} cannot be read; it must be JSON Lines in UTF-8."
        ) from None
    return (line for line in text.split("\n") if line.strip())


def _parsed(text: str) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return line if isinstance(line, dict) else {}


def _field(line: dict[str, Any], name: str, otherwise: str | None) -> str:
    value = line.get(name, otherwise)
    if not isinstance(value, str):
        raise typer.BadParameter(f'This line has no {name}; write {{"id": …, "user": …, "question": …}}.')
    return value


def _optional(line: dict[str, Any], name: str) -> str | None:
    value = line.get(name)
    return None if value is None else str(value)


def _refusal(line: dict[str, Any], sentence: str) -> dict[str, Any]:
    """The answer object of a line that could not even be asked."""
    return {
        "question": line.get("question"),
        "user": line.get("user"),
        "as_of": None,
        "session": line.get("session"),
        "answer": sentence,
        "kind": "refused",
        "records": [],
        "values": [],
        "evidence": [],
        "draft": None,
        "steps": [],
        "model": "offline",
        "ungrounded": [],
        "elapsed_ms": 0,
    }


def chat(
    door: Door, user: UserOption = None, as_of: WhenOption = None, session: SessionOption = None
) -> None:
    """Talk in the terminal; an empty line or Ctrl-D ends it."""
    from assistant.answer_json import as_json
    from assistant.history import new_session

    if user is None:
        raise typer.BadParameter("say who asks with --user")
    at, who = door.moment(as_of), door.workspace.records.user(user)
    session = session or new_session()
    door.note(f"You are {who.name}. Ask, or press Ctrl-D to leave.")
    while question := _asked():
        try:
            answer = door.workspace.ask(
                who,
                question,
                session=session,
                as_of=at,
                on_step=lambda step: door.note(f"  … {step.tool} ({step.elapsed_ms} ms)"),
            )
        except HotlistError as error:
            door.note(str(error))
            continue
        if door.as_json:
            door.line(as_line(as_json(answer)))
        else:
            _type_out(door, answer.text)


def _asked() -> str:
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def _type_out(door: Door, text: str) -> None:
    for line in text.splitlines():
        door.line(line)
    door.line("")
