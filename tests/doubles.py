"""A small server on the loopback that speaks the OpenAI chat protocol, and breaks it on request."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Call = tuple[str, Mapping[str, Any] | str]  # a tool and its arguments; a string is sent as it stands


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the server says to one request; with the defaults it says it well.

    `body` replaces the whole answer, `raw` is merged into the JSON. `stall` waits (seconds) before the
    headers, `stall_inside` in the middle of the body, where `cut` closes the connection; with `drip` the
    second half comes byte by byte, each after so many seconds.
    """

    text: str | None = None
    calls: Sequence[Call] = ()
    finish: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)
    stall: float = 0.0
    stall_inside: float = 0.0
    cut: bool = False
    drip: float = 0.0
    call_ids: Sequence[str] = ()

    def message(self) -> dict[str, Any]:
        calls = [
            {
                "id": self.call_ids[i] if self.call_ids else f"call_{i}_{id(self)}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
                },
            }
            for i, (name, arguments) in enumerate(self.calls)
        ]
        message: dict[str, Any] = {"role": "assistant", "content": self.text}
        return message | ({"tool_calls": calls} if calls else {})

    @property
    def finish_reason(self) -> str:
        return self.finish or ("tool_calls" if self.calls else "stop")


Script = Callable[[dict[str, Any]], Reply]


class ChatServer:
    """Answers from `script` (a function of the request, or replies in a row); keeps what it was asked."""

    def __init__(self, script: Script | Sequence[Reply]) -> None:
        if callable(script):
            self._next: Script = script
        else:
            left = deque(script)
            self._next = lambda _request: left.popleft() if left else Reply(text="")
        self.requests: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self._stop = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._answer(self)

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def _answer(self, http: BaseHTTPRequestHandler) -> None:
        request = json.loads(http.rfile.read(int(http.headers["Content-Length"])))
        self.requests.append(request)
        broken = broken_rule(request["messages"])
        if broken:
            self.refused.append(broken)
            _send(
                http,
                400,
                json.dumps({"error": {"message": broken, "type": "invalid_request_error"}}).encode(),
            )
            return
        reply = self._next(request)
        self._stop.wait(reply.stall)
        try:
            if request.get("stream") and reply.body is None and reply.status == 200:
                self._stream(http, request, reply)
            else:
                self._whole(http, request, reply)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def _whole(self, http: BaseHTTPRequestHandler, request: dict[str, Any], reply: Reply) -> None:
        if reply.status != 200:
            body = reply.body or json.dumps({"error": {"message": "no", "type": "server_error"}}).encode()
        elif reply.body is not None:
            body = reply.body
        else:
            body = json.dumps(
                {
                    "id": "chatcmpl-1",
                    "object": "chat.completion",
                    "created": int(time.time()),
                    "model": request["model"],
                    "choices": [
                        {"index": 0, "message": reply.message(), "finish_reason": reply.finish_reason}
                    ],
                    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
                }
                | reply.raw
            ).encode()
        if not (reply.cut or reply.stall_inside or reply.drip):
            _send(http, reply.status, body, reply.headers)
            return
        _head(http, reply.status, len(body), reply.headers)
        half = len(body) // 2
        http.wfile.write(body[:half])
        http.wfile.flush()
        if reply.cut:
            http.close_connection = True
            return
        self._stop.wait(reply.stall_inside)
        for byte in body[half:]:
            http.wfile.write(bytes([byte]))
            http.wfile.flush()
            if self._stop.wait(reply.drip):
                return

    def _stream(self, http: BaseHTTPRequestHandler, request: dict[str, Any], reply: Reply) -> None:
        http.send_response(200)
        http.send_header("Content-Type", "text/event-stream")
        http.end_headers()
        http.close_connection = True

        def event(delta: dict[str, Any], finish: str | None = None, **more: Any) -> None:
            chunk = {
                "id": "chatcmpl-1",
                "object": "chat.completion.chunk",
                "created": int(time.time()),
                "model": request["model"],
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            }
            http.wfile.write(b"data: " + json.dumps(chunk | more).encode() + b"\n\n")
            http.wfile.flush()

        message = reply.message()
        event({"role": "assistant", "content": ""})
        words = (message["content"] or "").split(" ")
        for i, word in enumerate(words):
            if reply.cut and i >= len(words) // 2:
                return
            event({"content": word if i == 0 else f" {word}"})
        for i, call in enumerate(message.get("tool_calls", [])):
            function = call["function"]
            event(
                {
                    "tool_calls": [
                        {"index": i, **call, "function": {"name": function["name"], "arguments": ""}}
                    ]
                }
            )
            for piece in _pieces(function["arguments"]):
                event({"tool_calls": [{"index": i, "function": {"arguments": piece}}]})
        event({}, reply.finish_reason)
        if (request.get("stream_options") or {}).get("include_usage"):
            event({}, choices=[], usage={"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15})
        http.wfile.write(b"data: [DONE]\n\n")

    @contextmanager
    def running(self) -> Iterator["ChatServer"]:
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def broken_rule(messages: Sequence[Mapping[str, Any]]) -> str | None:
    """The protocol's rule of tool replies: each call is answered, at once, before anything else is said."""
    waiting: set[str] = set()
    for i, message in enumerate(messages):
        if message["role"] == "tool":
            if message.get("tool_call_id") not in waiting:
                return f"messages[{i}]: role 'tool' must answer a preceding tool_calls"
            waiting.discard(message["tool_call_id"])
        elif waiting:
            return f"tool_calls must be followed by tool messages; missing {sorted(waiting)}"
        waiting |= {call["id"] for call in message.get("tool_calls") or []}
    return f"missing tool replies {sorted(waiting)}" if waiting else None


def _pieces(text: str, size: int = 7) -> Iterator[str]:
    yield from (text[i : i + size] for i in range(0, len(text), size))


def _head(http: BaseHTTPRequestHandler, status: int, length: int, headers: Mapping[str, str]) -> None:
    http.send_response(status)
    for name, value in ({"Content-Type": "application/json"} | dict(headers)).items():
        http.send_header(name, value)
    http.send_header("Content-Length", str(length))
    http.end_headers()


def _send(
    http: BaseHTTPRequestHandler, status: int, body: bytes, headers: Mapping[str, str] | None = None
) -> None:
    _head(http, status, len(body), headers or {})
    http.wfile.write(body)
