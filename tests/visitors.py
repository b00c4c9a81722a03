"""The web app served on the loopback, and visitors that speak to it as a browser would."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import update

from assistant.answer_json import as_json
from assistant.answers import Answer, AnswerKind, Draft, Finding, Listed, Step
from assistant.history import new_session
from assistant.passwords import hash_password
from assistant.settings import Settings
from assistant.web.server import create_app
from assistant.workspace import Workspace
from ingest.entities import Evidence, RecordType, Ref, User
from ingest.records import Records
from ingest.tables import users
from tests.factories import a_lead, a_user, an_activity, insert, ref

PASSWORD = "correct horse"
OnStep = Callable[[Step], None]


class Scripted(Workspace):
    """A real workspace whose answers are made up: what the web app does with answers is what is tested."""

    def ask(
        self,
        user: User,
        question: str,
        *,
        session: str | None = None,
        as_of: datetime | None = None,
        on_step: OnStep | None = None,
    ) -> Answer:
        """An answer about the first of the user's leads; some words make it slow, or fail."""
        steps = []
        for n in range(10 if "slowly" in question else 1):
            time.sleep(0.2 if "slowly" in question else 0)
            steps.append(Step(tool="find_records", arguments={"limit": n}, status="ok", elapsed_ms=1))
            if on_step:
                on_step(steps[-1])
        if "break" in question:
            raise RuntimeError("a canary: /etc/passwd")
        answer = Answer(
            question=question,
            user=user.email or user.id,
            as_of=datetime.now(UTC),
            session=session or new_session(),
            text=f"Found for **{user.id}**: {question}",
            kind=AnswerKind.CLARIFY if "which" in question else AnswerKind.ANSWER,
            findings=(self._finding(user, question),),
            steps=tuple(steps),
        )
        self.history.append(user, answer.session, question=question, answer=as_json(answer), dialogue={})
        return answer

    def _finding(self, user: User, question: str) -> Finding:
        lead = Ref(type=RecordType.LEAD, id=f"lead-of-{user.id}")
        quote = Evidence(
            ref=Ref(type=RecordType.ACTIVITY, id=f"mail-of-{user.id}"),
            field="text",
            quote=f"We need a price, wrote the customer of {user.id}.",
            about=lead,
        )
        body = f"Hello,\n\nhere is the price.\n\n{user.name}"
        return Finding(
            listed=(
                Listed(
                    ref=lead,
                    name=f"Lead of {user.name}",
                    score=0.83,
                ),
            ),
            evidence=(quote,),
            draft=Draft(channel="email", subject="The price", body=body, to=lead)
            if "mail" in question
            else None,
        )


def a_workspace(home: Path, kind: type[Workspace] = Scripted) -> Workspace:
    """Ana and Bo, reps, under Cleo, each with a lead and a mail of its customer; all with `PASSWORD`."""
    workspace = kind.open(Settings(home=home))
    insert(workspace.records, a_user(id="cleo", name="Cleo Kern", email="cleo@hotlist.test", role="manager"))
    for id, name in (("ana", "Ana Reyes"), ("bo", "Bo Lind")):
        insert(
            workspace.records,
            a_user(id=id, name=name, email=f"{id}@hotlist.test", manager_id="cleo"),
            a_lead(id=f"lead-of-{id}", name=f"Lead of {name}", owner_id=id),
            an_activity(
                id=f"mail-of-{id}",
                kind="email",
                direction="inbound",
                subject=f"canary {id}",
                text=f"We need a price, wrote the customer of {id}.",
                about=(ref(f"lead:lead-of-{id}"),),
            ),
        )
    give_passwords(workspace.records)
    return workspace


def give_passwords(records: Records) -> None:
    """Everybody may sign in with `PASSWORD`."""
    with records.writing() as connection:
        connection.execute(update(users).values(password_hash=_hash()))


@cache
def _hash() -> str:
    return hash_password(PASSWORD)


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """The address of the app, in a thread of its own, on a port of its own."""
    config = uvicorn.Config(create_app(workspace), port=0, log_level="critical", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the web app did not start")
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)


class Visitor:
    """A browser at the app, without a window: keeps its cookie, posts forms, sends events."""

    def __init__(self, address: str, who: str | None = None, password: str = PASSWORD) -> None:
        self.http = httpx.Client(base_url=address, timeout=30, trust_env=False)
        self.page = secrets.token_hex(6)
        self._config: dict[str, Any] = {}
        if who is not None:
            assert self.sign_in(who, password).status_code == 303

    def on_another_page(self) -> "Visitor":
        """The same login, another page of the app."""
        other = Visitor(str(self.http.base_url))
        other.http.cookies.update(self.http.cookies)
        return other

    def sign_in(self, who: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
        """Post the sign-in form."""
        return self.http.post("/login", data={"username": who, "password": password}, headers=headers)

    def send(self, event: str, said: dict[str, Any], **body: Any) -> httpx.Response:
        """Put an event into the queue."""
        config = self._config = self._config or self.http.get("/config").json()
        index = next(d["id"] for d in config["dependencies"] if d["targets"][0][1] == event)
        trigger = next(d["targets"][0][0] for d in config["dependencies"] if d["id"] == index)
        message = {
            "data": [],
            "event_data": said,
            "fn_index": index,
            "trigger_id": trigger,
            "session_hash": self.page,
        }
        return self.http.post("/gradio_api/queue/join", json=message | body)

    def hear(self, page: str | None = None) -> list[dict[str, Any]]:
        """All messages until the queue has nothing more for the page."""
        with self.http.stream("GET", f"/gradio_api/queue/data?session_hash={page or self.page}") as stream:
            if stream.status_code != 200:
                return [{"msg": "refused", "status": stream.status_code}]
            return [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: ")]

    def do(self, event: str, **said: Any) -> str:
        """Send an event; everything that the page is told about it, as one text."""
        assert self.send(event, said).status_code == 200
        return json.dumps(self.hear(), ensure_ascii=False)
