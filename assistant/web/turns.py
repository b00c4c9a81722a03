"""Questions being answered: each in a thread of its own, with its steps as they happen, to be stopped."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from assistant.answers import Answer, Step
from ingest.errors import HotlistError

OnStep = Callable[[Step], None]
Ask = Callable[[OnStep], Answer]

_AT_ONCE = 16
_OF_ONE_USER = 3  # turns at once: whoever asks without end waits for themselves, not others for them


class TurnStopped(BaseException):
    """Ends a turn from within: the user does not want its answer any more.

    No `Exception`, so that nothing on the way takes it for a failure to be mended.
    """


class TooManyTurns(HotlistError):
    """The user has as many questions being answered as one may have."""


@dataclass(eq=False)
class _Turn:
    said: asyncio.Queue[Step | Answer | BaseException] = field(default_factory=asyncio.Queue)
    is_stopped: bool = False


class Turns:
    """The turns at work. `key` says which one is meant: nobody can stop another user's."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, str], _Turn] = {}
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="turn")
        self._busy: Counter[str] = Counter()  # the threads of each user, also those that nobody waits for

    async def run(self, key: tuple[str, str], ask: Ask) -> AsyncIterator[Step | Answer]:
        """The steps as they are made, and the answer at the end; nothing more once it is stopped.

        Raises:
            TooManyTurns: the user has to wait for other turns to end.
            Exception: what `ask` raised.
        """
        loop, turn, user = asyncio.get_running_loop(), _Turn(), key[0]
        if self._busy[user] >= _OF_ONE_USER:
            raise TooManyTurns(
                "Other questions of yours are still being answered; wait for them, then ask again."
            )

        def on_step(step: Step) -> None:
            if turn.is_stopped:
                raise TurnStopped
            loop.call_soon_threadsafe(turn.said.put_nowait, step)

        def work() -> None:
            try:
                end: Answer | BaseException = ask(on_step)
            except BaseException as error:  # noqa: BLE001 - handed over to whoever waits for the answer
                end = error
            loop.call_soon_threadsafe(ended, end)

        def ended(end: Answer | BaseException) -> None:
            self._busy[user] -= 1
            turn.said.put_nowait(end)

        self._busy[user] += 1
        self._running[key] = turn
        self._threads.submit(work)
        try:
            while not isinstance(said := await turn.said.get(), Answer | BaseException):
                yield said
            if isinstance(said, Answer):
                yield said
            elif not isinstance(said, TurnStopped):
                raise said
        finally:
            turn.is_stopped = True
            if self._running.get(key) is turn:
                del self._running[key]

    def stop(self, key: tuple[str, str]) -> None:
        """Stop the turn: whoever waits for it goes on at once, its work ends with its next step."""
        if turn := self._running.get(key):
            turn.is_stopped = True
            turn.said.put_nowait(TurnStopped())
