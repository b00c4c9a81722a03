"""Embeddings from an endpoint, through the real client and a real server on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from ingest.errors import EmbedderUnavailable
from vectorstore.embedders import embedder


class Endpoint(ThreadingHTTPServer):
    """Speaks the embeddings part of the protocol; `fault` is how it fails."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.fault: str | None = None
        self.release = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(asked)
        self.server.keys.append(self.headers.get("Authorization", ""))
        if self.server.fault == "stalls":
            self.server.release.wait(10)
        status = {"overloaded": 429, "broken": 500}.get(self.server.fault or "", 200)
        body = self._body(asked["input"])
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self, texts: list[str]) -> bytes:
        if self.server.fault == "html":
            return b"<html>gateway</html>"
        if self.server.fault == "empty":
            return json.dumps({"object": "list", "data": []}).encode()
        rows = [
            {"object": "embedding", "index": number, "embedding": [float(len(text)), 1.0, 2.0]}
            for number, text in enumerate(texts)
        ]
        if self.server.fault == "one short":
            rows.pop()
        return json.dumps({"object": "list", "model": "m", "data": rows[::-1], "usage": {}}).encode()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()


def test_texts_are_embedded_in_their_order(endpoint: Endpoint) -> None:
    hosted = embedder("openai:my-model", base_url=endpoint.url, api_key="sk-1")
    vectors = hosted.encode(["a", "bbbb", "cc"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0)
    assert np.argsort(vectors[:, 0]).tolist() == [0, 2, 1]
    assert hosted.dimension == 3
    assert endpoint.requests[0]["model"] == "my-model"
    assert endpoint.requests[0]["encoding_format"] == "float"
    assert endpoint.keys[0] == "Bearer sk-1"


def test_many_texts_go_in_batches(endpoint: Endpoint) -> None:
    hosted = embedder("openai:my-model", base_url=endpoint.url)
    assert hosted.encode([f"text {n}" for n in range(300)]).shape == (300, 3)
    assert [len(asked["input"]) for asked in endpoint.requests] == [128, 128, 44]


def test_a_server_of_ones_own_needs_no_key(endpoint: Endpoint) -> None:
    assert embedder("openai:my-model", base_url=endpoint.url).dimension == 3


def test_fingerprints_tell_models_and_servers_apart(endpoint: Endpoint) -> None:
    first = embedder("openai:one", base_url=endpoint.url).fingerprint
    assert first != embedder("openai:two", base_url=endpoint.url).fingerprint
    assert first != embedder("openai:one", base_url="http://127.0.0.1:9/v1").fingerprint
    assert endpoint.requests == []


@pytest.mark.parametrize("fault", ["overloaded", "broken", "html", "empty", "one short", "stalls"])
def test_every_failure_ends_in_one_sentence_and_few_requests(endpoint: Endpoint, fault: str) -> None:
    endpoint.fault = fault
    hosted = embedder("openai:my-model", base_url=endpoint.url, api_key="sk-secret", timeout=0.3)
    with pytest.raises(EmbedderUnavailable) as failure:
        hosted.encode(["a", "b"])
    assert "my-model" in str(failure.value)
    assert "sk-secret" not in str(failure.value)
    assert len(endpoint.requests) <= 3


def test_nobody_there_ends_in_one_sentence() -> None:
    with pytest.raises(EmbedderUnavailable, match="OPENAI_BASE_URL"):
        embedder("openai:my-model", base_url="http://127.0.0.1:9/v1", timeout=0.3).encode(["a"])
