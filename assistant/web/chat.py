"""The chat: what the server does when somebody asks, opens, renames or stops.

From the browser come the words of a question and the id of a conversation, nothing else; who asks is known
from the login, and what was said before is read from the server's own history.
"""

import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import structlog

from assistant.answer_json import as_json
from assistant.answers import Answer, Step
from assistant.history import new_session
from assistant.rendering import Inert, inert, tag
from assistant.web.examples import examples
from assistant.web.sidebar import composer, sidebar, welcome
from assistant.web.sources import sources_of
from assistant.web.transcript import Transcript
from assistant.web.turns import OnStep, TooManyTurns, Turns
from assistant.web.words import Words, preferred
from ingest.entities import User
from ingest.errors import HotlistError, UnknownSession

if TYPE_CHECKING:
    from assistant.workspace import Workspace

_TURNS_SHOWN = 20

# Gives the events of the page to chat.js; the names are those of `_EVENTS`.
_BRIDGE = "window.hotlist.connect(trigger) // 'start' 'ask' 'stop' 'fresh' 'open' 'rename' 'remove'"

log = structlog.get_logger()
Shown = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """Who is at the page, and what it speaks."""

    user: User
    words: Words
    transcript: Transcript


class Chat:
    """The events of the page. Each gives the sidebar, the past turns and the present turn."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._turns = Turns()

    def start(self, event: gr.EventData, request: gr.Request) -> Shown:
        """The page has been opened, perhaps with a conversation in its address."""
        visit = self._visit(request)
        session = self._own(visit.user, _text(event, "session"))
        return (*self._conversation(visit, session), composer(visit.words))

    def open(self, event: gr.EventData, request: gr.Request) -> Shown:
        """A conversation was chosen; `all` asks for its earlier turns too."""
        visit = self._visit(request)
        session = self._own(visit.user, _text(event, "session"))
        return self._conversation(visit, session, everything=_text(event, "all") == "yes")

    def fresh(self, _event: gr.EventData, request: gr.Request) -> Shown:
        """A new conversation."""
        return self._conversation(self._visit(request), None)

    def rename(self, event: gr.EventData, request: gr.Request) -> Shown:
        """A conversation got another title."""
        visit = self._visit(request)
        try:
            self._workspace.history.rename(visit.user, _text(event, "session"), _text(event, "title"))
        except HotlistError:
            log.info("rename refused")
        current = self._own(visit.user, _text(event, "current"))
        return self._sidebar(visit, current), gr.skip(), gr.skip()

    def remove(self, event: gr.EventData, request: gr.Request) -> Shown:
        """A conversation was deleted; the page shows the present one, or a new one if it was this."""
        visit = self._visit(request)
        try:
            self._workspace.history.delete(visit.user, _text(event, "session"))
        except UnknownSession:
            log.info("unknown session")
        current = self._own(visit.user, _text(event, "current"))
        if current is not None:
            return self._sidebar(visit, current), gr.skip(), gr.skip()
        return self._conversation(visit, None)

    def stop(self, event: gr.EventData, request: gr.Request) -> None:
        """The answer is not wanted any more."""
        self._turns.stop((request.username or "", _text(event, "turn")))

    async def ask(self, event: gr.EventData, request: gr.Request) -> AsyncIterator[Shown]:
        """A question: its steps as they are made, then its answer."""
        question, turn = _text(event, "question").strip(), _text(event, "turn")
        if not question:
            return
        visit = self._visit(request)
        transcript, user = visit.transcript, visit.user
        session = self._own(user, _text(event, "session")) or new_session()
        steps: list[Step] = []
        yield gr.skip(), self._past(visit, session), _present(session, transcript.working(question, []), turn)

        def answer(on_step: OnStep) -> Answer:
            return self._workspace.ask(user, question, session=session, on_step=on_step)

        shown = transcript.told(question, visit.words("turn.stopped"), is_problem=False)
        try:
            async for said in self._turns.run((user.id, turn), answer):
                if isinstance(said, Step):
                    steps.append(said)
                    working = transcript.working(question, steps)
                    yield gr.skip(), gr.skip(), _present(session, working, turn)
                else:
                    shown = self._answered(visit, question, said)
        except TooManyTurns:
            shown = transcript.told(question, visit.words("turn.too_many"), is_problem=True)
        except HotlistError as error:
            shown = transcript.told(question, str(error), is_problem=True)
        except Exception as error:  # noqa: BLE001 - the border of the window: one sentence for the user
            log.error("turn failed", kind=type(error).__name__, place=_place(error))
            shown = transcript.told(question, visit.words("turn.failed"), is_problem=True)
        yield self._sidebar(visit, session), gr.skip(), _present(session, shown, turn)

    def _visit(self, request: gr.Request) -> _Visit:
        # The name is the id that the gate read from the login; nothing of it comes from the page.
        user = self._workspace.records.user(request.username or "")
        words = preferred(request.headers.get("accept-language"))
        return _Visit(user=user, words=words, transcript=Transcript(words, self._workspace.timezone))

    def _own(self, user: User, session: str) -> str | None:
        """The session, if it is the user's: another user's is unknown like one that never was."""
        return session if self._workspace.history.has(user, session) else None

    def _sidebar(self, visit: _Visit, session: str | None) -> Inert:
        return sidebar(visit.user, self._workspace.history.sessions(visit.user), session, visit.words)

    def _conversation(self, visit: _Visit, session: str | None, *, everything: bool = False) -> Shown:
        side = self._sidebar(visit, session)
        if session is None:
            questions = examples(self._workspace.records, visit.user, datetime.now(UTC), visit.words)
            return side, "", welcome(visit.user, questions, visit.words)
        return side, self._past(visit, session, everything=everything), _present(session)

    def _past(self, visit: _Visit, session: str, *, everything: bool = False) -> Inert:
        try:
            turns = self._workspace.history.turns(visit.user, session)
        except UnknownSession:
            return Inert("")
        shown = turns if everything else turns[-_TURNS_SHOWN:]
        sources = sources_of(self._workspace.records, visit.user, [turn.answer for turn in shown])
        earlier = len(turns) - len(shown)
        label = visit.words("frame.earlier", count=earlier)
        more = tag("button", label, type="button", class_="earlier", data_do="earlier") if earlier else None
        return inert(more, *(visit.transcript.answered(t.question, t.answer, sources) for t in shown))

    def _answered(self, visit: _Visit, question: str, answer: Answer) -> Inert:
        document = as_json(answer)
        sources = sources_of(self._workspace.records, visit.user, [document])
        return visit.transcript.answered(question, document, sources)


def _present(session: str, shown: Inert | None = None, turn: str | None = None) -> Inert:
    """The present turn; the page learns here which conversation and which of its questions it is."""
    return tag("div", shown, data_session=session, data_turn=turn, class_="present")


def _text(event: gr.EventData, name: str) -> str:
    """What the browser says under `name`, if it is a text at all."""
    data = event._data
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def _place(error: Exception) -> str:
    """Where it happened. The message stays out of the log: it may hold customers' words."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def page(workspace: "Workspace") -> gr.Blocks:
    """The page of the chat."""
    chat = Chat(workspace)
    with gr.Blocks(title="Hotlist", analytics_enabled=False, fill_width=True) as blocks:
        side = gr.HTML(elem_id="side", apply_default_css=False, js_on_load=None)
        past = gr.HTML(elem_id="past", apply_default_css=False, js_on_load=None)
        present = gr.HTML(elem_id="present", apply_default_css=False, js_on_load=None)
        line = gr.HTML(elem_id="composer", apply_default_css=False, js_on_load=_BRIDGE)
        conversation = [side, past, present]
        line.start(chat.start, None, [*conversation, line], **_QUIETLY)
        line.ask(chat.ask, None, conversation, concurrency_limit=None, **_QUIETLY)  # `Turns` has the limits
        line.stop(chat.stop, None, None, **_QUIETLY)
        for name in ("fresh", "open", "rename", "remove"):
            getattr(line, name)(getattr(chat, name), None, conversation, **_QUIETLY)
    blocks.queue(default_concurrency_limit=8, max_size=100, api_open=False)
    return blocks


_QUIETLY = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "multiple"}
