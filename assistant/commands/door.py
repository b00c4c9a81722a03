"""The door of the command line: reads the settings, opens the workspace, prints, and explains what failed."""

import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer

from assistant.settings import Settings, read_settings
from ingest.errors import HotlistError

if TYPE_CHECKING:
    from assistant.workspace import Workspace

BROKEN = "Something went wrong inside Hotlist; 'hotlist doctor' checks what it works with."

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", metavar="DIR", help="Where the data lies (HOTLIST_HOME, else ~/.hotlist)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One machine-readable document on standard output.")]


@dataclass
class Door:
    """What every command is given: the settings, the workspace (opened when first used) and the way out."""

    home: Path | None = None
    as_json: bool = False

    @cached_property
    def settings(self) -> Settings:
        return read_settings(home=self.home)

    @cached_property
    def workspace(self) -> "Workspace":
        from assistant.workspace import Workspace

        return Workspace.open(self.settings)

    def moment(self, text: str | None) -> datetime | None:
        """A WHEN of the command line; without a zone it is meant in the workspace's."""
        return None if text is None else moment(text, self.settings.timezone)

    def show(self, document: Any, text: str) -> None:
        """Print the result: the document with --json, else the text."""
        typer.echo(as_line(document, indent=2) if self.as_json else text)

    def line(self, text: str) -> None:
        """Print one line of a longer output."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Tell the person at the terminal what goes on; never part of the result."""
        typer.echo(text, err=True)


def moment(text: str, timezone: ZoneInfo) -> datetime:
    """An ISO date (its midnight) or moment.

    Raises:
        typer.BadParameter: it is neither.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no date and no moment; write 2026-11-24 or 2026-11-24T09:00"
        ) from None
    return found if found.tzinfo else datetime.combine(found.date(), found.time() or time(), timezone)


def as_line(document: Any, indent: int | None = None) -> str:
    """A document as JSON, in one line unless `indent` is given."""
    return json.dumps(document, ensure_ascii=False, indent=indent, default=str)


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register `function(door, …)` as a command that takes --workspace and --json beside its own options."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in inspect.signature(function).parameters.values() if p.name != "door"]

        def run(context: typer.Context, workspace: Path | None, as_json: bool, **arguments: Any) -> None:
            outer: Door = context.find_root().obj or Door()
            door = Door(home=workspace or outer.home, as_json=as_json or outer.as_json)
            with explained(door):
                function(door, **arguments)

        shared = [
            inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
            *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own),
            _option("workspace", WorkspaceOption, None),
            _option("as_json", JsonOption, False),
        ]
        run.__signature__ = inspect.Signature(shared)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in shared}
        run.__doc__ = function.__doc__
        app.command(name)(run)
        return function

    return register


def _option(name: str, annotation: Any, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


@contextmanager
def explained(door: Door) -> Iterator[None]:
    """The border of the command line: a failure becomes one line, and no traceback reaches a screen."""
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except HotlistError as error:
        _fail(door, str(error))
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # the reader left; there is nobody to tell
        raise typer.Exit(1) from None
    except Exception as error:  # noqa: BLE001 - the border of the command line
        log_failure(error)
        _fail(door, BROKEN)


def _fail(door: Door, sentence: str) -> NoReturn:
    if door.as_json:
        typer.echo(as_line({"error": sentence}))
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


def log_failure(error: Exception) -> None:
    """Where it happened and of which kind. The message stays out of it: it may hold customers' words."""
    import structlog

    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    structlog.get_logger().error("failure", kind=type(error).__name__, place=place, function=frame.name)
