"""The commands that serve the web app: serve, demo."""

from typing import Annotated

import typer

from assistant.commands.door import Door, command
from assistant.commands.loading import progress_of

HostOption = Annotated[str, typer.Option("--host", help="The address to listen on.")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to listen on.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app, "serve")(serve)
    command(app, "demo")(demo)


def serve(
    door: Door,
    host: HostOption = "127.0.0.1",
    port: PortOption = 7860,
    called: Annotated[
        list[str] | None,
        typer.Option("--called", help="A name that browsers know it by, e.g. crm.example.com."),
    ] = None,
    proxy: Annotated[
        str | None, typer.Option("--proxy", help="Addresses of the proxy that speaks TLS, comma-separated.")
    ] = None,
) -> None:
    """Serve the web app."""
    from assistant.web.server import serve as serve_web

    serve_web(door.workspace, host=host, port=port, hosts=called or (), proxies=proxy)


def demo(
    door: Door,
    host: HostOption = "127.0.0.1",
    port: PortOption = 7860,
    only_build: Annotated[bool, typer.Option("--only-build", help="Build the workspace and end.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Another number, another company.")] = 36,
    leads: Annotated[int, typer.Option("--leads", min=1)] = 1200,
    accounts: Annotated[int, typer.Option("--accounts", min=1)] = 120,
    opportunities: Annotated[int, typer.Option("--opportunities", min=1)] = 400,
    activities: Annotated[int, typer.Option("--activities", min=1)] = 10_000,
    months: Annotated[int, typer.Option("--months", min=1)] = 18,
) -> None:
    """Build the demo workspace if there is none, and serve it."""
    from assistant.demo import Size, build, sign_ins

    size = Size(
        leads=leads, accounts=accounts, opportunities=opportunities, activities=activities, months=months
    )
    build(door.workspace, seed=seed, size=size, progress=progress_of(door))
    people = sign_ins(door.workspace)
    if only_build:
        door.show({"workspace": str(door.settings.home), "sign_in": people}, _sign_in_text(people))
        return
    door.note(_sign_in_text(people))
    serve(door, host=host, port=port)


def _sign_in_text(people: list[dict[str, str]]) -> str:
    return "\n".join(
        [
            "Sign in as one of these:",
            *(f"  {p['role']:8}{p['email']}   password {p['password']}" for p in people),
        ]
    )
