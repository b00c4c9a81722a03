"""A real browser, and proof of where it sent its requests."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from assistant.demo import Size, build
from assistant.settings import Settings
from assistant.workspace import Workspace
from tests.visitors import served

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SMALL = Size(leads=500, accounts=60, opportunities=200, activities=3000, months=18)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshot", metavar="FILE", help="write the README's picture of the chat here")


_ANSWERED = "asked => document.querySelector('#present .turn:not(.working) .question')?.textContent === asked"


class Sink:
    """Where every host but our own leads: keeps the names that whoever comes asks for."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            with caller, contextlib.suppress(OSError):
                caller.settimeout(1)
                names = re.findall(rb"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", caller.recv(4000))
                self.heard.append(names[0].decode() if names else "?")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.close()


@pytest.fixture(scope="session")
def chromium(sink: Sink) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}; on Debian 'apt-get install chromium' brings it")
    # What the browser asks its own vendor is no request of a page.
    vendor = "MAP *.googleapis.com ~NOTFOUND, MAP *.google.com ~NOTFOUND, MAP *.gvt1.com ~NOTFOUND"
    mapped = f"--host-resolver-rules={vendor}, MAP * 127.0.0.1:{sink.port}, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, mapped])
        yield browser
        browser.close()


class Watched:
    """A browser window with its own cookies; remembers every request that it made and every complaint."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        context.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        self.page.on(
            "console",
            lambda said: (
                self.complaints.append(said.text) if "Content Security Policy" in said.text else None
            ),
        )

    def foreign(self) -> list[str]:
        """The requests that did not go to our own server."""
        ours = urlsplit(self.address).netloc
        return [
            url
            for url in self.requests
            if urlsplit(url).netloc != ours and not url.startswith(("data:", "blob:"))
        ]

    def sign_in(self, who: str, password: str) -> None:
        self.page.goto(self.address)
        self.page.fill("input[name=username]", who)
        self.page.fill("input[name=password]", password)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_selector(".welcome")

    def ask(self, question: str) -> str:
        """Ask and wait; the answer as it reads on the page."""
        self.page.fill(".line textarea", question)
        self.page.press(".line textarea", "Enter")
        self.page.wait_for_function(
            _ANSWERED,
            arg=question,
            timeout=60_000,
        )
        return self.page.inner_text("#present .answer")


@contextmanager
def window(chromium: Browser, address: str, **options: object) -> Iterator[Watched]:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"], **options)  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    try:
        yield Watched(context, address)
    finally:
        context.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small demo company, made and loaded as `hotlist demo` does it."""
    workspace = Workspace.open(Settings(home=tmp_path_factory.mktemp("demo")))
    build(workspace, seed=7, size=SMALL, progress=lambda _what, _done: None)
    return workspace


@pytest.fixture(scope="session")
def demo_address(demo: Workspace) -> Iterator[str]:
    with served(demo) as address:
        yield address
