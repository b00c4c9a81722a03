"""One turn: a question, tools that the chat model calls for it, and the answer made of what was found."""

import asyncio
import re
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog
from langchain.agents import create_agent
from langchain.agents.middleware.types import InputAgentState
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langsmith import tracing_context

from assistant import prompts, wording
from assistant.agent_tools import Call, tools_of
from assistant.agent_watch import OnStep, Watch
from assistant.answers import Answer, AnswerKind, Arg, Finding, Line, Step, Term
from assistant.evidence import Fact, facts
from assistant.grounding import Known, ungrounded
from assistant.handles import Handles
from assistant.settings import OFFLINE
from assistant.understanding.plan import Plan
from ingest.entities import Ref, User
from ingest.errors import ModelUnavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

HOSTED_SECONDS = 20.0  # what is left of 30 is for the planner, should the endpoint fail
_LIMIT: RunnableConfig = {"recursion_limit": 50}  # far above what the watch lets through

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, by whom, in which conversation, and the moment that stands for now."""

    text: str
    user: User
    at: datetime
    timezone: ZoneInfo
    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An earlier turn of the conversation: what was asked, and which records were listed."""

    question: str
    listed: tuple[tuple[Ref, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """The endpoint of a turn: its name, how to reach it, what was told before, who is a known name."""

    name: str
    model: Callable[[], "BaseChatModel"]
    told: tuple[Told, ...]
    known: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a chat model made of a question."""

    text: str
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...]


class Agent:
    """Answers one question: with the planner that understood it (`plan`), or with a hosted model."""

    def __init__(
        self,
        question: Question,
        *,
        planner: "BaseChatModel",
        plan: Plan,
        call: Call,
        on_step: OnStep | None = None,
    ) -> None:
        self._question, self._planner, self._plan, self._call = question, planner, plan, call
        self._on_step = on_step
        self._started = time.perf_counter()

    def offline(self, *, notice: str | None = None) -> Answer:
        """The planner's answer; `notice` is a key of `notices.toml` for what to say before it."""
        watch = Watch(self._on_step)
        agent = create_agent(
            self._planner, tools_of(self._call, lambda finding: finding.kind), middleware=[watch]
        )
        with tracing_context(enabled=False):
            state = agent.invoke({"messages": [HumanMessage(self._question.text)]}, _LIMIT)
        said = self._with_reply(_said(state["messages"], watch.steps))
        held = self._facts(said.findings)
        loose = ungrounded(said.text, held, language=self._plan.language)
        return self._answer(said, model=OFFLINE, notice=notice, loose=loose)

    def hosted(self, hosted: Hosted) -> Answer:
        """The hosted model's answer, if every claim in it stands in a finding; else what the rules write.

        Raises:
            ModelUnavailable: the endpoint failed, took too long, or made nothing of the question.
        """
        handles = Handles([pair for told in hosted.told for pair in told.listed])
        try:
            with tracing_context(enabled=False):
                said = asyncio.run(self._hosted(hosted, handles))
        except ModelUnavailable:
            raise
        except Exception as error:  # the border around a turn
            log.warning("chat model failed", kind=type(error).__name__)
            raise ModelUnavailable("The chat model did not answer.") from error
        return self._checked(said, hosted, handles)

    async def _hosted(self, hosted: Hosted, handles: Handles) -> _Said:
        watch = Watch(self._on_step, handles.resolved)
        agent = create_agent(
            hosted.model(),
            tools_of(
                lambda name, arguments: self._call(name, handles.resolved(arguments)),
                lambda finding: handles.shown(finding, wording.for_model(finding)),
            ),
            system_prompt=self._system_prompt(),
            middleware=[watch],
        )
        told = list(_remembered(hosted.told, handles))
        asked: InputAgentState = {"messages": [*told, HumanMessage(self._question.text)]}
        async with asyncio.timeout(HOSTED_SECONDS):
            state = await agent.ainvoke(asked, _LIMIT)
        return _said(state["messages"][len(told) :], watch.steps)

    def _checked(self, said: _Said, hosted: Hosted, handles: Handles) -> Answer:
        """The model's text, if every claim in it stands in a finding; else what the rules write."""
        said, language = self._with_reply(said), self._plan.language
        if not said.findings:
            raise ModelUnavailable("The chat model answered without looking at the records.")
        by_rule = wording.render(said.findings, language)
        if any(finding.draft for finding in said.findings):
            return self._answer(replace(said, text=by_rule), model=hosted.name)
        held = self._facts(said.findings)
        text = handles.filled_in(said.text)
        loose = ungrounded(text, held, language=language, known=hosted.known, by_rule=by_rule)
        if loose or handles.unknown(said.text):
            log.warning("chat model claimed what no finding holds", claims=len(loose))
            return self._answer(replace(said, text=by_rule), model=hosted.name, notice="by_rule")
        return self._answer(replace(said, text=text), model=hosted.name)

    def _answer(
        self, said: _Said, *, model: str, notice: str | None = None, loose: tuple[str, ...] = ()
    ) -> Answer:
        text = said.text
        if notice:
            text = f"*{_notice(notice, self._plan.language)}*\n\n{text}"
        question = self._question
        return Answer(
            question=question.text,
            user=question.user.email or question.user.id,
            as_of=question.at,
            session=question.session,
            text=text,
            kind=_kind(said.findings),
            language=self._plan.language,
            findings=said.findings,
            steps=said.steps,
            model=model,
            ungrounded=loose,
            elapsed_ms=round((time.perf_counter() - self._started) * 1000),
        )

    def _with_reply(self, said: _Said) -> _Said:
        """Where no tool found anything: with the reply that needed none, if there is one."""
        reply = self._plan.reply
        return replace(said, findings=(reply,)) if reply and not said.findings else said

    def _facts(self, findings: Sequence[Finding]) -> list[Fact]:
        question = self._question
        return facts(
            findings,
            question=question.text,
            user=question.user.name,
            at=question.at,
            timezone=question.timezone,
            language=self._plan.language,
            fixed=fixed_texts(findings, self._plan.language),
        )

    def _system_prompt(self) -> str:
        question = self._question
        local = question.at.astimezone(question.timezone)
        return prompts.render(
            "system",
            user_name=question.user.name,
            role=question.user.role,
            now=f"{local:%A, %Y-%m-%d %H:%M}",
            timezone=question.timezone.key,
        )


@cache
def _notices() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resources.files("assistant").joinpath("notices.toml").read_text(encoding="utf-8"))


def _notice(key: str, language: str) -> str:
    said = _notices()[key]
    return said.get(language, said["en"])


def fixed_texts(findings: Sequence[Finding], language: str) -> Iterator[str]:
    """The product's own texts that a rendering of the findings holds, without what is filled in."""
    known = wording.texts(language if language in wording.LANGUAGES else "en")
    for section, key in {used for finding in findings for line in finding.lines for used in _used(line)}:
        template = known[section].get(key, "")
        texts = [template] if isinstance(template, str) else template.values()
        yield from (re.sub(r"\{\w*\}", "", text) for text in texts)


def _used(arg: Arg) -> Iterator[tuple[str, str]]:
    """Which texts a line uses, those of the lines within it too."""
    match arg:
        case Line():
            yield "lines", arg.key
            for inner in arg.args.values():
                yield from _used(inner)
        case Term():
            yield "terms", arg.key
        case list() | tuple():
            for inner in arg:
                yield from _used(inner)


def _said(messages: Sequence[BaseMessage], steps: tuple[Step, ...]) -> _Said:
    findings = [
        m.artifact for m in messages if isinstance(m, ToolMessage) and isinstance(m.artifact, Finding)
    ]
    return _Said(text=messages[-1].text, findings=tuple(findings), steps=steps)


def _remembered(told: Sequence[Told], handles: Handles) -> Iterator[AnyMessage]:
    """The conversation so far, as far as the model may see it: the user's words, and handles."""
    for turn in told:
        yield HumanMessage(turn.question)
        listed = ", ".join(f"{handles.of(ref)} ({ref.type})" for ref, _ in turn.listed)
        yield AIMessage(f"I answered and listed {listed}." if listed else "I answered.")


def _kind(findings: Sequence[Finding]) -> AnswerKind:
    """What kind of answer several findings make together: whatever was found counts first."""
    kinds = {finding.kind for finding in findings}
    order = (AnswerKind.ANSWER, AnswerKind.CLARIFY, AnswerKind.EMPTY, AnswerKind.REFUSED)
    return next((kind for kind in order if kind in kinds), AnswerKind.REFUSED)
