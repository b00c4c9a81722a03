"""The web app: the chat behind a login, everything outbound off, nothing open that is not needed."""

import contextlib
import hashlib
import importlib
import ipaddress
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.logins import Logins
from assistant.web.gate import Gate
from assistant.web.headers import ChatPage, SafeHeaders
from assistant.web.login import Throttle, routes
from ingest.errors import BadRequest

if TYPE_CHECKING:
    from assistant.workspace import Workspace

# Whatever the environment says, nothing is counted, traced, fetched or shared; said before libraries load.
_SWITCHED_OFF = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",  # no statistics of events either: they cost time
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_SSR_MODE": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
}
_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FAILED = "Something went wrong inside Hotlist; try again, or look into its log."
_STOP_SECONDS = 1  # pages keep a connection open for as long as they are

log = structlog.get_logger()


def create_app(workspace: "Workspace", *, hosts: Collection[str] = ()) -> FastAPI:
    """The application. `hosts` are the names it may be called by, besides addresses and `localhost`."""
    os.environ.update(_SWITCHED_OFF)
    import gradio as gr

    from assistant.web.chat import page

    logins = Logins(workspace.records)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    files = _static_files()

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/web/{name}")
    def static(name: str) -> Response:
        if name not in files:
            return JSONResponse({"detail": "There is nothing here."}, status_code=404)
        kept = {"Cache-Control": "public, max-age=86400"}
        return Response(files[name], media_type=_TYPES[Path(name).suffix], headers=kept)

    app.include_router(routes(logins, Throttle()))
    gr.mount_gradio_app(
        app,
        page(workspace),
        path="/",
        auth_dependency=_user_of,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        ssr_mode=False,
        show_error=False,
        max_file_size="1mb",
        allowed_paths=[],
        blocked_paths=["/"],
    )
    app.add_middleware(ChatPage, head=_head(files))
    app.add_middleware(Gate, logins=logins, hosts=hosts)
    app.add_middleware(LastResort)
    app.add_middleware(SafeHeaders)
    return app


def serve(
    workspace: "Workspace",
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    hosts: Collection[str] = (),
    proxies: str | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve until it is stopped; `announce` is told the address once it answers.

    Behind a proxy that speaks TLS, `proxies` are the addresses whose word on the caller is taken.

    Raises:
        BadRequest: the address cannot be had, or a network would see a workspace with the demo's password.
    """
    if not _is_loopback(host) and (somebody := Logins(workspace.records).with_demo_password()):
        raise BadRequest(
            f"{somebody.name} has the password of the demo, which everybody knows; give each user a new one "
            "with 'hotlist users set-password', or serve on 127.0.0.1 only."
        )
    with contextlib.closing(_listening(host, port)) as listening:
        app = create_app(workspace, hosts=(host, *hosts))
        (announce or _say)(f"http://{_shown(host)}:{listening.getsockname()[1]}")
        config = uvicorn.Config(
            app,
            log_level="critical",  # what fails is told by `LastResort`
            access_log=False,
            server_header=False,
            proxy_headers=proxies is not None,
            forwarded_allow_ips=proxies,
            timeout_graceful_shutdown=_STOP_SECONDS,
            ws="none",
        )
        threading.Thread(target=_make_ready, args=(workspace,), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _make_ready(workspace: "Workspace") -> None:
    """Load what the first question would wait for, while somebody signs in."""
    try:
        importlib.import_module("assistant.conversation")
        workspace.meaning.search("price", k=1)
    except Exception as error:  # noqa: BLE001 - whoever asks will be told what is wrong
        log.warning("not made ready", kind=type(error).__name__, place=_place(error))


def _place(error: Exception) -> str:
    """Where it happened. The message stays out of the log: it may hold customers' words."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


class LastResort:
    """What nobody expected becomes one sentence for the user and a place in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def watched(message: Mapping[str, object]) -> None:
            nonlocal has_begun
            has_begun = True
            await send({**message})

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - the border of the web app
            log.error("request failed", kind=type(error).__name__, place=_place(error))
            if scope["type"] == "http" and not has_begun:
                await JSONResponse({"detail": _FAILED}, status_code=500)(scope, receive, send)


def _user_of(request: Request) -> str | None:
    """Gradio asks this for every event and page: whom the gate has let in. Synchronous on purpose."""
    user: str | None = request.scope.get("state", {}).get("user")
    return user


def _static_files() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in _STATIC.iterdir() if file.suffix in _TYPES}


def _head(files: Mapping[str, bytes]) -> str:
    """What our page adds to Gradio's head. Addresses change with the files, so none is kept too long."""

    def address(name: str) -> str:
        return f"/web/{name}?{hashlib.sha256(files[name]).hexdigest()[:12]}"

    sheets = "".join(f'<link rel="stylesheet" href="{address(name)}">' for name in ("look.css", "chat.css"))
    # A form that is sent from a page without any referrer would come from nowhere ("Origin: null").
    return (
        '<meta name="referrer" content="same-origin"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="{address("mark.svg")}">{sheets}<script src="{address("chat.js")}"></script>'
    )


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise BadRequest(f"There is no address {host!r} on this machine; try --host 127.0.0.1.") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise BadRequest(
            f"Port {port} on {host} cannot be had; another program may use it. Choose one with --port."
        ) from error
    return listening


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str) -> str:
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
    return anywhere.get(host, f"[{host}]" if ":" in host else host)


def _say(address: str) -> None:
    sys.stderr.write(f"Hotlist is at {address} (stop it with Ctrl+C).\n")
    sys.stderr.flush()
