"""The headers of every response, and the page of the chat as it goes out.

Two content policies: nothing at all for whatever is not the chat's page, and for that page its own origin,
with scripts that carry this response's nonce. So a script that got into the page by its text would not run.
"""

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.words import preferred

_PLAIN = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# Gradio compiles its templates in the browser ('unsafe-eval') and sets styles on elements.
_CHAT = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'self'; object-src 'none'; frame-src 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_KEPT = ("/assets/", "/static/", "/web/")  # the program itself, the same for everybody


class SafeHeaders:
    """Sets the headers on whatever the application answers, its errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers[name] = value
                headers.setdefault("Content-Security-Policy", _PLAIN)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
                if not (scope["path"].startswith(_KEPT) and message["status"] == 200):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class ChatPage:
    """Gradio's page, made ours on its way out: our head, a nonce on each script, no address of a stranger."""

    def __init__(self, app: ASGIApp, head: str) -> None:
        self._app = app
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/":
            await self._change(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _change(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The page must come uncompressed to be read here.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        language = preferred(Headers(scope=scope).get("accept-language")).language
        start: Message = {}
        body = b""

        async def send_page(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await self._send_out(language, start, body, send)

        await self._app({**scope, "headers": headers}, receive, send_page)

    async def _send_out(self, language: str, start: Message, body: bytes, send: Send) -> None:
        headers = MutableHeaders(scope=start)
        if start["status"] == 200 and body:
            nonce = secrets.token_urlsafe(16)
            body = _ours(body.decode(), self._head, nonce, language).encode()
            headers["Content-Security-Policy"] = _CHAT.format(nonce=nonce)
            headers["Content-Length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})


_STRANGERS = re.compile(r'<meta\b[^>]*\b(?:property|name)="(?:og|twitter):[^>]*>')
_SCRIPT = re.compile(r"<script(?=[\s>])")


def _ours(html: str, head: str, nonce: str, language: str) -> str:
    start, end, rest = html.partition("</head>")
    start = _STRANGERS.sub("", start).replace('lang="en"', f'lang="{language}"', 1)
    return _SCRIPT.sub(f'<script nonce="{nonce}"', start + head + end + rest)
