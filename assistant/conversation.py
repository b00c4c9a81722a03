"""One user's conversation: the turn put together out of the workspace's parts, and kept when it is over."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assistant import audit
from assistant.agent import Agent, Hosted, Question, Told
from assistant.agent_tools import Call
from assistant.agent_watch import OnStep
from assistant.answer_json import as_json
from assistant.answers import Answer, Finding
from assistant.book import Book
from assistant.models import hosted
from assistant.planner import PlannerChatModel
from assistant.settings import OFFLINE
from assistant.tools import Toolbox
from assistant.understanding import Call as PlannedCall
from assistant.understanding import Dialogue, Plan, understand
from assistant.understanding.frame import Frame
from assistant.understanding.vocabulary import Vocabulary
from ingest.entities import RecordType, Ref, User
from ingest.errors import ModelUnavailable, UnknownSession

if TYPE_CHECKING:
    from assistant.workspace import Workspace

_TURNS_REMEMBERED = 6
_RECORDS_REMEMBERED = 20


class Conversation:
    """A session of one user, at one moment that stands for now (`fixed` if the user set it)."""

    def __init__(
        self, workspace: "Workspace", user: User, session: str, at: datetime, *, fixed: bool
    ) -> None:
        self._workspace, self._user, self._session, self._at = workspace, user, session, at
        self._fixed = fixed
        key = f"{user.id} {at.isoformat()}" if fixed else user.id
        self._vocabulary = workspace.vocabularies.of(key, workspace.records.generation, self._read_vocabulary)

    def ask(self, question: str, on_step: OnStep | None = None) -> Answer:
        """Answer, and keep the question, the answer and where the dialogue stands."""
        workspace, user, session = self._workspace, self._user, self._session
        dialogue = Dialogue.from_json(workspace.history.dialogue(user, session))
        plan = understand(
            question,
            dialogue=dialogue,
            vocabulary=self._vocabulary,
            at=self._at,
            timezone=workspace.timezone,
            user=user,
        )
        answer = self._answered(question, plan, on_step)
        done = plan if answer.model == OFFLINE else _as_carried_out(answer, plan)
        workspace.history.append(
            user,
            session,
            question=question,
            answer=as_json(answer),
            dialogue=dialogue.after(done, answer.findings).as_json(),
        )
        audit.note(workspace.records, "ask", user=user, detail=audit.of_answer(answer))
        return answer

    def _answered(self, question: str, plan: Plan, on_step: OnStep | None) -> Answer:
        workspace = self._workspace
        asked = Question(
            text=question, user=self._user, at=self._at, timezone=workspace.timezone, session=self._session
        )
        planner = PlannerChatModel(plan_for=lambda _question: plan)
        agent = Agent(asked, planner=planner, plan=plan, call=self._caller(plan.language), on_step=on_step)
        if workspace.settings.model == OFFLINE:
            return agent.offline()
        if workspace.circuit.is_open:
            return agent.offline(notice="offline")
        try:
            answer = agent.hosted(self._hosted())
        except ModelUnavailable:
            workspace.circuit.failed()
            return agent.offline(notice="offline")
        workspace.circuit.worked()
        return answer

    def _hosted(self) -> Hosted:
        settings = self._workspace.settings
        return Hosted(
            name=settings.model,
            model=lambda: hosted(settings),
            told=self._told(),
            known=self._workspace.all_names.among,
        )

    def _told(self) -> tuple[Told, ...]:
        try:
            turns = self._workspace.history.turns(self._user, self._session)[-_TURNS_REMEMBERED:]
        except UnknownSession:
            return ()
        return tuple(Told(question=turn.question, listed=_listed(turn.answer)) for turn in turns)

    def _caller(self, language: str) -> Call:
        """Runs one tool over the user's book; each call opens a reader of its own."""
        workspace, names = self._workspace, self._vocabulary.names

        def call(tool: str, arguments: Mapping[str, Any]) -> Finding:
            if _reads_scores(tool, arguments):
                workspace.score_for(self._at, exactly=self._fixed)
            with workspace.records.seen_by(self._user, self._at) as select:
                book = Book(select, self._user, self._at, workspace.timezone)
                toolbox = Toolbox(book, workspace.meaning, names, workspace.scoring.ensure, language)
                finding: Finding = getattr(toolbox, tool)(**arguments)
            return finding

        return call

    def _read_vocabulary(self) -> Vocabulary:
        with self._workspace.records.seen_by(self._user, self._at) as select:
            return Vocabulary.read(select)


def _reads_scores(tool: str, arguments: Mapping[str, Any]) -> bool:
    """Whether scores as of the moment must be there; a count or a sum without a word of them needs none."""
    return tool != "summarise_records" or any(
        word in repr(arguments) for word in ("score", "weighted", "probability")
    )


def _listed(answer: Mapping[str, Any]) -> tuple[tuple[Ref, str], ...]:
    """The records of an answer object."""
    return tuple(
        (Ref(type=RecordType(one["type"]), id=one["id"]), one["name"])
        for one in answer.get("records", ())[:_RECORDS_REMEMBERED]
    )


def _as_carried_out(answer: Answer, plan: Plan) -> Plan:
    """The plan that a hosted model's tool calls amount to, for the planner to build on."""
    calls = tuple(PlannedCall(tool=step.tool, arguments=dict(step.arguments)) for step in answer.steps)
    if not calls:
        return plan
    last = calls[-1]
    return Plan(
        calls=calls, language=plan.language, frame=Frame.from_json({"tool": last.tool, **last.arguments})
    )
