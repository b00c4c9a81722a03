"""`hotlist`: the commands, and the options that stand before them."""

import os
import sys

import structlog
import typer

from assistant.commands import asking, loading, people, scoring, serving, upkeep
from assistant.commands.door import Door, JsonOption, WorkspaceOption

# Said before the libraries load: none of them counts, traces or fetches anything.
_SWITCHED_OFF = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
}

app = typer.Typer(
    name="hotlist",
    help="A chat assistant for sales reps: answers from your CRM export, with reasons and evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (loading, scoring, asking, serving, upkeep, people):
    group.register(app)


@app.callback()
def options(context: typer.Context, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """A chat assistant for sales reps: answers from your CRM export, with reasons and evidence."""
    structlog.configure(logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr))
    context.obj = Door(home=workspace, as_json=as_json)


def main() -> None:
    """The console script."""
    os.environ.update(_SWITCHED_OFF)
    app()
