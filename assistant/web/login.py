"""The sign-in page: works without JavaScript, tells nobody who has an account, and slows down who guesses."""

import asyncio
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template
from typing import TypeVar
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool

from assistant.logins import ABSOLUTE, Logins
from assistant.web.bodies import BodyRefused, read_body
from assistant.web.words import Words, preferred
from ingest.entities import User

COOKIE = "hotlist_login"
_LONGEST_FORM = 8192
_MOST_WAITING = 50

log = structlog.get_logger()
T = TypeVar("T")


class TooManyAttempts(Exception):
    """Nobody looked at the password: too many were wrong within a minute."""


class Throttle:
    """At most ten wrong passwords a minute, per account and per address, however many come at once.

    Passwords are looked at one after the other: so no flood of attempts can be counted too late, and none
    takes the memory that hashing needs more than once.
    """

    def __init__(self, limit: RateLimitItem | None = None) -> None:
        self._limit = limit or RateLimitItemPerMinute(10)
        self._wrong = MovingWindowRateLimiter(MemoryStorage())
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def attempt(self, account: str, address: str, look: Callable[[], T | None]) -> T | None:
        """What `look` finds; None counts as wrong.

        Raises:
            TooManyAttempts: `look` was not called.
        """
        keys = (("account", account), ("address", address))
        if self._waiting >= _MOST_WAITING:
            raise TooManyAttempts
        self._waiting += 1
        try:
            async with self._turn:
                if not all(self._wrong.test(self._limit, *key) for key in keys):
                    raise TooManyAttempts
                found = await run_in_threadpool(look)
                if found is None:
                    for key in keys:
                        self._wrong.hit(self._limit, *key)
                return found
        finally:
            self._waiting -= 1


def routes(logins: Logins, throttle: Throttle) -> APIRouter:
    """The routes that let a browser in and out."""
    router = APIRouter()

    @router.get("/login")
    async def show(request: Request) -> Response:
        if "user" in request.scope["state"]:
            return RedirectResponse("/", status_code=303)
        return _page(_words(request))

    @router.post("/login")
    async def sign_in(request: Request) -> Response:
        words = _words(request)
        form = await _form(request)
        who, password = form.get("username", ""), form.get("password", "")
        account = await run_in_threadpool(logins.account, who)
        address = request.client.host if request.client else ""
        try:
            user = await throttle.attempt(account, address, lambda: logins.check(who, password))
        except TooManyAttempts:
            log.warning("sign-in throttled")
            return _page(words, "sign_in.too_many", who, status=429)
        if user is None:
            log.info("sign-in failed")
            return _page(words, "sign_in.wrong", who, status=401)
        return await _let_in(request, user)

    async def _let_in(request: Request, user: User) -> Response:
        if old := request.cookies.get(COOKIE):
            await run_in_threadpool(logins.end, old)
        token = await run_in_threadpool(logins.begin, user)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(ABSOLUTE.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return response

    @router.post("/logout")
    async def sign_out(request: Request) -> Response:
        await run_in_threadpool(logins.end, request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/login", status_code=303)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    return router


async def _form(request: Request) -> dict[str, str]:
    """The fields of the form; nothing where it is not one of ours."""
    try:
        body = (await read_body(request, _LONGEST_FORM)).decode("utf-8", "replace")
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=10)
    except (BodyRefused, ValueError):
        return {}
    return {name: values[-1] for name, values in fields.items()}


def _words(request: Request) -> Words:
    return preferred(request.headers.get("accept-language"))


def _page(words: Words, problem: str | None = None, who: str = "", status: int = 200) -> HTMLResponse:
    texts = {key: words(f"sign_in.{key}") for key in ("title", "lead", "user", "password", "button")}
    told = f'<p class="problem" role="alert">{escape(words(problem))}</p>' if problem else ""
    values = {name: escape(text) for name, text in texts.items()}
    template = Template((Path(__file__).parent / "static" / "login.html").read_text(encoding="utf-8"))
    html = template.substitute(values, language=words.language, problem=told, who=escape(who))
    return HTMLResponse(html, status_code=status)
