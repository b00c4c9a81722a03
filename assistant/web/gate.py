"""The gate before the application: which requests come in at all, and as whom.

Only what the pages need is let through; the many other routes that Gradio brings (its file server, its
proxy for foreign addresses, uploads, its programming interface) do not exist from outside. Who is asking is
read from the login cookie here and nowhere else.
"""

import ipaddress
import json
import re
import socket
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.logins import Logins
from assistant.web.bodies import BodyRefused, read_body
from assistant.web.login import COOKIE

_FILE = r"(?:[A-Za-z0-9_][\w.@-]*/)*[A-Za-z0-9_][\w.@-]*"
_PROGRAM = re.compile(rf"/(?:web|assets|static)/{_FILE}")
_GET = ("GET", "HEAD")
# What everybody may have: the way in, whether the server lives, and the program itself.
OPEN = (
    (_GET, re.compile(r"/healthz")),
    ((*_GET, "POST"), re.compile(r"/login")),
    (_GET, _PROGRAM),
    (_GET, re.compile(r"/favicon\.ico")),
)
# What the pages of somebody who is signed in need.
SIGNED_IN = (
    (_GET, re.compile(r"/(?:config|theme\.css|manifest\.json)?")),
    (("POST",), re.compile(r"/logout")),
    (_GET, re.compile(r"/gradio_api/(?:queue/data|startup-events|heartbeat/[A-Za-z0-9_]{1,64})")),
    (("POST",), re.compile(r"/gradio_api/queue/join")),
)
_JOIN = "/gradio_api/queue/join"
_LISTEN = "/gradio_api/queue/data"
_JOINED = ("data", "event_data", "fn_index", "trigger_id", "session_hash")  # what a page has to say
_PAGE = re.compile(r"\w{1,64}", re.ASCII)
_LONGEST_BODY = 1_000_000
_EVENTS_PER_MINUTE = 600
_MOST_PAGES = 20_000

log = structlog.get_logger()


class Gate:
    """Refuses what it does not know; puts the user's id into `scope["state"]["user"]`.

    `hosts` are the names under which the server may be called besides addresses and `localhost`. A page of
    another site that makes its own name point here is thereby refused. `limit` is how many events a user
    may send.
    """

    def __init__(
        self,
        app: ASGIApp,
        logins: Logins,
        hosts: Collection[str] = (),
        limit: RateLimitItem | None = None,
    ) -> None:
        self._app = app
        self._logins = logins
        self._hosts = {name.lower() for name in (*hosts, "localhost", socket.gethostname())}
        self._pages: OrderedDict[str, str] = OrderedDict()
        self._events = MovingWindowRateLimiter(MemoryStorage())
        self._limit = limit or RateLimitItemPerMinute(_EVENTS_PER_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._let_in(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {**scope.get("state", {})}
        request = Request(scope, receive)
        app = self._app
        try:
            if refusal := self._foreign(request) or await self._unknown(request):
                app = refusal
            elif scope["path"] == _JOIN:
                receive = await self._joining(request)
        except _Refused as refused:
            app = refused.response
        await app(scope, receive, send)

    def _foreign(self, request: Request) -> Response | None:
        """A call under a name that is not ours, or one that another site's page makes."""
        host = request.headers.get("host", "")
        if not self._ours(host):
            return _no(400, "This server does not answer under that name.")
        origin = request.headers.get("origin")
        if origin is not None and request.method not in _GET and not _same(origin, host):
            return _no(403, "This request comes from another site.")
        if request.headers.get("sec-fetch-site") == "cross-site" and request.method not in _GET:
            return _no(403, "This request comes from another site.")
        return None

    def _ours(self, host: str) -> bool:
        name = _name(host)
        if name is None:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._hosts
        return True

    async def _unknown(self, request: Request) -> Response | None:
        """A route that is not there, or not for somebody who is not signed in."""
        path, method = request.scope["path"], request.method
        if _PROGRAM.fullmatch(path) and method in _GET:
            return None
        token = request.cookies.get(COOKIE)
        user = await run_in_threadpool(self._logins.user, token) if token else None
        if user is not None:
            request.scope["state"]["user"] = user.id
        if _listed(OPEN, method, path):
            return None
        if user is None:
            if path == "/" and method in _GET:
                return RedirectResponse("/login", status_code=303)
            return _no(401, "Sign in first.")
        if not _listed(SIGNED_IN, method, path):
            return _no(404, "There is nothing here.")
        return self._page_of_another(request, user.id)

    def _page_of_another(self, request: Request, user: str) -> Response | None:
        path = request.scope["path"]
        if path == _LISTEN and request.query_params.get("session_hash", "") not in self._pages:
            return _no(404, "This page has asked nothing.")
        page = request.query_params.get("session_hash") or path.partition("/heartbeat/")[2]
        if page and not (_PAGE.fullmatch(page) and self._belongs(page, user)):
            return _no(403, "This page belongs to another login.")
        return None

    async def _joining(self, request: Request) -> Receive:
        """The body of an event, read, checked and stripped to what a page has to say."""
        user = request.scope["state"]["user"]
        if not self._events.hit(self._limit, user):
            raise _Refused(_no(429, "Too many requests; wait a minute, then try again."))
        try:
            body = _event(await read_body(request, _LONGEST_BODY))
        except BodyRefused as refused:
            raise _Refused(_no(refused.status, refused.sentence)) from None
        if not self._belongs(str(body["session_hash"]), user):
            raise _Refused(_no(403, "This page belongs to another login."))
        return _replay(body, request.scope)

    def _belongs(self, page: str, user: str) -> bool:
        """Whether the page (Gradio's session hash) is this user's; who comes first has it."""
        owner = self._pages.setdefault(page, user)
        self._pages.move_to_end(page)
        while len(self._pages) > _MOST_PAGES:
            self._pages.popitem(last=False)
        return owner == user


class _Refused(Exception):
    def __init__(self, response: Response) -> None:
        self.response = response


def _no(status: int, sentence: str) -> Response:
    return JSONResponse({"detail": sentence}, status_code=status)


def _listed(routes: tuple[Any, ...], method: str, path: str) -> bool:
    return any(method in methods and pattern.fullmatch(path) for methods, pattern in routes)


def _name(host: str) -> str | None:
    """The name or address of a `Host` header, without the port; None where it is none."""
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::\d{1,5})?", host)
    return found[1].strip("[]").lower().rstrip(".") if found else None


def _same(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    standard = 443 if parts.scheme == "https" else 80
    given = re.search(r":(\d{1,5})$", host)
    return parts.hostname == _name(host) and (port or standard) == (int(given[1]) if given else standard)


def _event(body: bytes) -> Mapping[str, Any]:
    try:
        event = json.loads(body)
    except ValueError:
        event = None
    if not isinstance(event, dict) or not _PAGE.fullmatch(str(event.get("session_hash"))):
        raise _Refused(_no(400, "This is no event."))
    return {name: event[name] for name in _JOINED if name in event}


def _replay(event: Mapping[str, Any], scope: Scope) -> Receive:
    body = json.dumps(event).encode()
    others = [(name, value) for name, value in scope["headers"] if name not in {b"content-length"}]
    scope["headers"] = [*others, (b"content-length", str(len(body)).encode())]
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
