"""Two small servers on the loopback that behave like Salesforce and HubSpot, and fail as told."""

import json
import os
import re
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Record = dict[str, Any]
PAGE = 40
_QUERY = r"select (.+) from (\w+)(?: where SystemModstamp >= (\S+))? order by SystemModstamp, Id"
_BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(slots=True)
class World:
    """What a CRM holds: by kind, the columns and the records by id. `at` stamps each change."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    second: int = 0

    def put(self, kind: str, id_: str, **values: Any) -> None:
        """Make or change a record."""
        self.second += 1
        held = self.records.setdefault(kind, {}).setdefault(id_, {"id": id_, "deleted": False})
        held |= values | {"stamp": self.stamp}

    def delete(self, kind: str, id_: str) -> None:
        """Delete a record as a CRM does: it stays in the bin."""
        self.put(kind, id_, deleted=True)

    @property
    def stamp(self) -> str:
        """The moment of the last change."""
        return (_BEGINNING + timedelta(seconds=self.second)).isoformat(timespec="milliseconds")

    def alive(self, kind: str) -> dict[str, Record]:
        """The records of a kind that are not deleted."""
        return {id_: one for id_, one in self.records.get(kind, {}).items() if not one["deleted"]}


class Server:
    """Answers as `answer` says, but for the faults: the next one meets the request that comes next."""

    def __init__(
        self, world: World, answer: Callable[[str, str, Mapping[str, Any]], tuple[int, Any]]
    ) -> None:
        self.faults: deque[str] = deque()
        self.met: list[str] = []
        self.requests = 0
        self.every = 1  # a fault meets each so-manieth request
        self.victim: Callable[[], int | None] = lambda: None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._answer(self, "GET", answer)

            def do_POST(self) -> None:
                outer._answer(self, "POST", answer)

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(datetime.fromisoformat(world.stamp), usegmt=False)

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def _answer(self, handler: BaseHTTPRequestHandler, method: str, answer: Any) -> None:
        self.requests += 1
        length = int(handler.headers.get("Content-Length") or 0)
        parts = urlsplit(handler.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if length:
            asked |= json.loads(handler.rfile.read(length))
        fault = self.faults.popleft() if self.faults and self.requests % self.every == 0 else None
        if fault:
            self.met.append(fault)
        if fault == "kill" and (pid := self.victim()):
            os.kill(pid, signal.SIGKILL)
            return
        if fault == "hang up":
            handler.close_connection = True
            return
        if fault in ("429", "500", "502", "503"):
            self._send(handler, int(fault), [{"errorCode": "BUSY", "message": "busy"}], wait=fault == "429")
            return
        status, document = answer(method, parts.path, asked)
        if fault and fault.startswith("{"):
            status, document = 400, [json.loads(fault)]
        self._send(handler, status, document, cut=fault == "cut")

    def _send(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        document: Any,
        *,
        wait: bool = False,
        cut: bool = False,
    ) -> None:
        body = json.dumps(document).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        if wait:
            handler.send_header("Retry-After", "0")
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2] if cut else body)
        handler.close_connection = handler.close_connection or cut

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()


def salesforce(world: World) -> Server:
    """A Salesforce that describes its objects and answers queryAll in pages."""
    open_queries: dict[str, list[Record]] = {}

    def row(kind: str, one: Record, columns: Iterable[str]) -> Record:
        known = {"Id": one["id"], "SystemModstamp": one["stamp"].replace("+00:00", "+0000"),
                 "IsDeleted": one["deleted"]}  # fmt: skip
        return {"attributes": {"type": kind}} | {name: known.get(name, one.get(name)) for name in columns}

    def page(rows: list[Record]) -> Record:
        here, rest = rows[:PAGE], rows[PAGE:]
        document = {"totalSize": len(rows), "done": not rest, "records": here}
        if rest:
            locator = f"01g{len(open_queries)}-{PAGE}"
            open_queries[locator] = rest
            document["nextRecordsUrl"] = f"/services/data/v59.0/query/{locator}"
        return document

    def answer(_method: str, path: str, asked: Mapping[str, Any]) -> tuple[int, Any]:
        if described := re.search(r"/sobjects/(\w+)/describe$", path):
            kind = described[1]
            if kind not in world.columns:
                return 404, [{"errorCode": "NOT_FOUND", "message": "no such object"}]
            fields = ["Id", "SystemModstamp", "IsDeleted", *world.columns[kind]]
            listed = [{"name": name, "type": "string"} for name in fields]
            return 200, {"fields": [*listed, {"name": "Address", "type": "address"}]}
        if path.endswith("/queryAll/"):
            query = re.fullmatch(
                r"select (.+) from (\w+)(?: where SystemModstamp >= (\S+))? order by SystemModstamp, Id",
                asked["q"],
            )
            if query is None:
                return 400, [{"errorCode": "MALFORMED_QUERY", "message": asked["q"]}]
            columns, kind, since = query[1].split(", "), query[2], query[3]
            known = {"Id", "SystemModstamp", "IsDeleted", *world.columns[kind]}
            if set(columns) - known:
                return 400, [{"errorCode": "INVALID_FIELD", "message": "no such column"}]
            found = [
                one for one in world.records.get(kind, {}).values()
                if since is None or one["stamp"][:19] >= since[:19]
            ]  # fmt: skip
            found.sort(key=lambda one: (one["stamp"], one["id"]))
            return 200, page([row(kind, one, columns) for one in found])
        locator = path.rpartition("/")[2]
        if locator not in open_queries:
            return 400, [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "gone"}]
        return 200, page(open_queries[locator])

    return Server(world, answer)


def hubspot(world: World) -> Server:
    """A HubSpot that lists, searches and links its objects; `links` of a record are ids by kind."""

    def shown(one: Record, properties: Iterable[str], *, linked: bool) -> Record:
        told = {name: one.get(name) for name in properties}
        document = {"id": one["id"], "properties": told, "updatedAt": one["stamp"].replace("+00:00", "Z"),
                    "archived": one["deleted"]}  # fmt: skip
        if one["deleted"]:
            document["archivedAt"] = document["updatedAt"]
        if linked and one.get("links"):
            document["associations"] = {
                kind: {"results": [{"id": id_, "type": "x"} for id_ in ids]}
                for kind, ids in one["links"].items()
            }
        return document

    def page(rows: list[Record], after: int) -> Record:
        document: Record = {"results": rows[after : after + PAGE]}
        if len(rows) > after + PAGE:
            document["paging"] = {"next": {"after": str(after + PAGE)}}
        return document

    def answer(method: str, path: str, asked: Mapping[str, Any]) -> tuple[int, Any]:
        after = int(asked.get("after") or 0)
        match path.strip("/").split("/"):
            case ["crm", "v3", "owners"]:
                owners = sorted(world.alive("owners").values(), key=lambda one: one["id"])
                return 200, page([{"id": one["id"], **one["owner"]} for one in owners], after)
            case ["crm", "v3", "properties", kind]:
                return 200, {"results": [
                    {"name": name, "label": label}
                    for name, label in (pair.split("=") for pair in world.columns[kind])
                ]}  # fmt: skip
            case ["crm", "v3", "pipelines", "deals"]:
                stages = [
                    {"id": id_, "label": label, "metadata": {"isClosed": closed, "probability": probability}}
                    for id_, label, closed, probability in (
                        ("s1", "Contract Sent", "false", "0.5"),
                        ("s2", "Gewonnen", "true", "1.0"),
                        ("s3", "Verloren", "true", "0.0"),
                    )
                ]
                return 200, {"results": [{"id": "p", "stages": stages}]}
            case ["crm", "v3", "objects", kind, "search"]:
                since = int(asked["filterGroups"][0]["filters"][0]["value"]) / 1000
                found = [one for one in world.alive(kind).values() if _seconds(one["stamp"]) >= since]
                found.sort(key=lambda one: one["stamp"])
                return 200, page([shown(one, asked["properties"], linked=False) for one in found], after)
            case ["crm", "v3", "objects", kind] if method == "GET":
                wanted = asked.get("archived") == "true"
                found = [one for one in world.records.get(kind, {}).values() if one["deleted"] is wanted]
                found.sort(key=lambda one: one["id"])
                properties = asked.get("properties", "").split(",")
                return 200, page([shown(one, properties, linked=not wanted) for one in found], after)
            case ["crm", "v4", "associations", kind, target, "batch", "read"]:
                found = [world.records[kind][one["id"]] for one in asked["inputs"]]
                return 200, {"results": [
                    {"from": {"id": one["id"]},
                     "to": [{"toObjectId": id_} for id_ in one["links"][target]]}
                    for one in found if (one.get("links") or {}).get(target)
                ]}  # fmt: skip
        return 404, {"message": path}

    return Server(world, answer)


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()
