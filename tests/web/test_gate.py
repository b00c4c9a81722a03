"""What comes in at all: nothing without a login, nothing from elsewhere, nothing of Gradio's own doors."""

import json
import re
from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import APIRoute
from limits import RateLimitItemPerMinute
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from assistant.logins import Logins
from assistant.web.gate import OPEN, SIGNED_IN, Gate
from assistant.web.login import COOKIE
from assistant.workspace import Workspace
from tests.visitors import Visitor

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FILE_ROUTE = "/gradio_api/file="
FOREIGN = [
    "http://example.com/x.png",
    "HTTP://EXAMPLE.com/x.png",
    "https://example.com/x.png",
    "https:/example.com/x.png",
    "https:\\\\example.com",
    "//example.com/x",
    "http%3A%2F%2Fexample.com%2Fx",
    "%68ttp://example.com",
    "http%253A//example.com",
    " http://example.com",
    "%09http://example.com",
    "ftp://example.com/x",
]


def is_open(method: str, path: str) -> bool:
    return any(method in methods and pattern.fullmatch(path) for methods, pattern in OPEN)


def test_every_route_but_the_way_in_and_the_program_itself_needs_a_login(
    address: str, shared_workspace: Workspace
) -> None:
    from assistant.web.server import create_app

    stranger, paths = Visitor(address), set()

    def collect(routes: list[object], prefix: str = "") -> None:
        for route in routes:
            if isinstance(route, APIRoute):
                paths.add(re.sub(r"\{[^}]*\}", "x1", prefix + route.path))
            else:
                inner = getattr(route, "original_router", route)  # how FastAPI keeps what was included
                collect(getattr(inner, "routes", None) or [], prefix + getattr(route, "path", ""))

    collect(create_app(shared_workspace).routes)
    assert len(paths) > 50
    for path in sorted(paths):
        for method in METHODS:
            answer = stranger.http.request(method, path)
            if not is_open(method, path):
                assert answer.status_code in (303, 401), f"{method} {path}: {answer.status_code}"
                assert answer.status_code == 401 or answer.headers["location"] == "/login"


def test_what_is_open_is_a_short_list() -> None:
    assert [pattern.pattern for _, pattern in OPEN][:2] == [r"/healthz", r"/login"]
    assert len(OPEN) == 4
    assert len(SIGNED_IN) == 4


@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_gradios_door_to_foreign_addresses_is_shut(
    address: str, ana: Visitor, foreign: str, method: str
) -> None:
    stranger = Visitor(address)
    for path in (
        FILE_ROUTE + foreign,
        "/gradio_api/file%3D" + quote(foreign, safe=""),
        "/gradio_api/proxy=" + foreign,
    ):
        for visitor in (ana, stranger):
            answer = visitor.http.request(method, path)
            assert 400 <= answer.status_code < 500, path
            if method == "GET":
                assert answer.json()["detail"] in ("There is nothing here.", "Sign in first.")


def traversals() -> list[str]:
    steps = [
        "../",
        "..%2f",
        "%2e%2e/",
        "%2e%2e%2f",
        "..\\",
        "..%5c",
        "....//",
        "..;/",
        "%252e%252e/",
        "./../",
    ]
    roots = ["/gradio_api/file=", "/static/", "/assets/", "/web/", "/svelte/", "/gradio_api/file/"]
    return [root + step * 6 + "etc/passwd" for root in roots for step in steps]


def test_no_file_outside_the_program_can_be_read(address: str, ana: Visitor) -> None:
    paths = [
        *traversals(),
        FILE_ROUTE + "/etc/passwd",
        "/gradio_api/file=records.sqlite",
        "/web/chat.css%00.png",
    ]
    assert len(paths) >= 60
    with httpx.Client(base_url=address, cookies=ana.http.cookies, trust_env=False) as http:
        for path in paths:
            request = http.build_request("GET", address)
            request.url = httpx.URL(address).copy_with(raw_path=path.encode())
            answer = http.send(request)
            assert answer.status_code in (400, 401, 404), path
            assert "root:" not in answer.text
            assert len(answer.content) < 300


@pytest.mark.parametrize("name", ["a.csv", "../a.csv", "a\x00.csv", "x" * 300, "CON", "a.exe"])
def test_nothing_can_be_uploaded(ana: Visitor, name: str) -> None:
    answer = ana.http.post("/gradio_api/upload", files={"files": (name, b"x" * 1000)})

    assert answer.status_code == 404


def test_gradios_programming_interface_is_shut(ana: Visitor) -> None:
    for method, path in (
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/monitoring"),
        ("GET", "/gradio_api/queue/status"),
        ("POST", "/gradio_api/run/ask"),
        ("POST", "/gradio_api/call/ask"),
        ("POST", "/gradio_api/cancel"),
        ("POST", "/gradio_api/component_server"),
        ("GET", "/gradio_api/heartbeat/../info"),
    ):
        assert ana.http.request(method, path).status_code == 404, path


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "a b", "[::1"]
)
def test_a_name_that_is_not_ours_is_refused(address: str, host: str) -> None:
    answer = httpx.get(f"{address}/login", headers={"host": host}, trust_env=False)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:7860", "LOCALHOST", "192.168.1.20:7860", "[::1]:7860"]
)
def test_an_address_or_localhost_is_ours(address: str, host: str) -> None:
    assert httpx.get(f"{address}/login", headers={"host": host}, trust_env=False).status_code == 200


def test_a_name_that_was_given_is_ours(workspace: Workspace) -> None:
    gate = Gate(PlainTextResponse("let in"), Logins(workspace.records), hosts=["hotlist.example"])

    assert TestClient(gate, base_url="https://hotlist.example").get("/healthz").status_code == 200
    assert TestClient(gate, base_url="https://other.example").get("/healthz").status_code == 400


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "file://", "http://localhost"]
)
@pytest.mark.parametrize("path", ["/login", "/logout", "/gradio_api/queue/join"])
def test_a_post_that_comes_from_another_site_is_refused(ana: Visitor, origin: str, path: str) -> None:
    answer = ana.http.post(
        path, headers={"origin": origin}, data={"username": "ana", "password": "correct horse"}
    )

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_post_from_our_own_page_is_not(address: str) -> None:
    assert Visitor(address).sign_in("ana@hotlist.test", origin=address).status_code == 303


def test_the_login_of_a_form_counts_only_with_its_cookie(ana: Visitor, address: str) -> None:
    for cookie in ("", "x", ana.http.cookies[COOKIE][:-1], ana.http.cookies[COOKIE].swapcase()):
        with httpx.Client(base_url=address, cookies={COOKIE: cookie}, trust_env=False) as http:
            assert http.get("/config").status_code == 401


def test_a_body_that_is_too_long_or_no_event_is_refused(ana: Visitor) -> None:
    join = "/gradio_api/queue/join"
    assert ana.http.post(join, content=b"x" * 1_000_001).status_code == 413
    for body in (
        b"",
        b"[]",
        b"{",
        b'{"session_hash": ""}',
        b'{"session_hash": "' + b"x" * 65 + b'"}',
        b"\xff",
    ):
        assert ana.http.post(join, content=body).status_code == 400


@pytest.mark.parametrize("index", [-1, 999, "0", None, 1.5, [0]])
def test_an_event_that_there_is_not_ends_without_a_trace_of_the_inside(ana: Visitor, index: object) -> None:
    answer = ana.send("ask", {"question": "x"}, fn_index=index)

    told = answer.text + json.dumps(ana.hear() if answer.status_code == 200 else "")
    for inside in ("Traceback", "site-packages", ".py", "KeyError"):
        assert inside not in told


def test_a_user_who_sends_without_end_is_slowed_down_alone(workspace: Workspace) -> None:
    logins = Logins(workspace.records)
    gate = Gate(PlainTextResponse("let in"), logins, limit=RateLimitItemPerMinute(5))
    event = {"session_hash": "page", "data": []}

    def sent_by(who: str, page: str, times: int) -> list[int]:
        client = TestClient(gate, base_url="http://localhost")
        client.cookies.set(COOKIE, logins.begin(workspace.records.user(who)))
        join = "/gradio_api/queue/join"
        return [client.post(join, json=event | {"session_hash": page}).status_code for _ in range(times)]

    assert sent_by("ana", "a", 7) == [200] * 5 + [429] * 2
    assert sent_by("bo", "b", 1) == [200]
