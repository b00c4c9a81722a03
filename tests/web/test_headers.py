"""The headers of every response, whatever the route says, and the page itself."""

import re

import httpx
import pytest

from tests.visitors import Visitor

ROUTES = [
    ("GET", "/"),
    ("HEAD", "/"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/healthz"),
    ("GET", "/config"),
    ("GET", "/theme.css"),
    ("GET", "/web/chat.css"),
    ("GET", "/web/chat.js"),
    ("GET", "/web/nothing.css"),
    ("GET", "/assets/nothing.js"),
    ("GET", "/nothing"),
    ("PUT", "/login"),
    ("POST", "/gradio_api/queue/join"),
    ("GET", "/gradio_api/queue/data?session_hash=x"),
    ("GET", "/gradio_api/queue/data"),
    ("GET", "/gradio_api/file=http://example.com"),
]


def check(answer: httpx.Response, path: str) -> None:
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "*" not in policy
    assert not re.search(r"https?:|//|\b\w+\.\w+", policy)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers or "uvicorn" in answer.headers["server"]
    kept = path.startswith(("/web/", "/assets/", "/static/")) and answer.status_code == 200
    assert kept or answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_every_answer_has_them(address: str, ana: Visitor, is_signed_in: bool) -> None:
    visitor = ana if is_signed_in else Visitor(address)
    for method, path in ROUTES:
        check(visitor.http.request(method, path), path)
    foreign = visitor.http.get("/login", headers={"host": "evil.example"})
    assert foreign.status_code == 400
    check(foreign, "/login")


def test_scripts_of_the_page_need_its_nonce_and_it_is_another_each_time(ana: Visitor) -> None:
    pages = [ana.http.get("/") for _ in range(2)]

    nonces = [re.search(r"'nonce-([\w-]{20,})'", page.headers["content-security-policy"]) for page in pages]
    first, second = (found[1] for found in nonces if found)
    assert first != second
    assert re.findall(r"<script(?! nonce=)", pages[0].text) == []
    assert f'<script nonce="{first}"' in pages[0].text
    assert (
        "'unsafe-inline'"
        not in pages[0].headers["content-security-policy"].partition("script-src")[2].split(";")[0]
    )


def test_the_page_names_no_other_site_and_is_ours(ana: Visitor) -> None:
    page = ana.http.get("/").text
    head = page.partition("</head>")[0]

    assert "<title>" not in head or "Gradio" not in head
    assert set(re.findall(r'(?:href|src|content)="(https?://[^"]+)', head)) == set()
    assert "/web/chat.js?" in head


def test_gradio_is_set_up_as_it_must_be(ana: Visitor) -> None:
    config = ana.http.get("/config").json()

    assert config["analytics_enabled"] is False
    assert config["username"] == "ana"
    assert config["show_error"] is False
    assert config["max_file_size"] == 1024 * 1024
    assert config.get("footer_links") == []
    assert not config.get("mcp_server")
    assert {d["api_visibility"] for d in config["dependencies"]} == {"private"}
    assert {d["targets"][0][1] for d in config["dependencies"]} == {
        "start",
        "ask",
        "stop",
        "fresh",
        "open",
        "rename",
        "remove",
    }
