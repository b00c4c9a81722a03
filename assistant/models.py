"""The hosted chat model: any endpoint of the OpenAI protocol. (The other one is `assistant.planner`.)"""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog

from assistant.settings import Settings
from ingest.errors import ModelUnavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

REQUEST_SECONDS = 15.0  # one request, reading included; the turn has a deadline of its own
RETRIES = 1  # so two requests a call
LARGEST_REPLY = 2_000_000  # bytes; no answer to a rep is longer

log = structlog.get_logger()


def hosted(settings: Settings) -> "BaseChatModel":
    """The endpoint's model. langchain_openai costs a second to import, so it is imported here."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    if settings.openai_api_key is None and settings.openai_base_url is None:
        raise ModelUnavailable(
            "The chat model needs OPENAI_API_KEY, or OPENAI_BASE_URL for your own server; set one of them."
        )
    return ChatOpenAI(
        model=settings.model.removeprefix("openai:"),
        api_key=settings.openai_api_key or SecretStr("none"),
        base_url=settings.openai_base_url,
        timeout=REQUEST_SECONDS,
        max_retries=RETRIES,
        use_responses_api=False,
        stream_usage=True,
        http_async_client=_bounded_client(),
    )


def try_out(settings: Settings) -> None:
    """Ask the endpoint for one word.

    Raises:
        ModelUnavailable: it does not answer; says what to check.
    """

    async def said() -> str:
        async with asyncio.timeout(REQUEST_SECONDS):
            return str((await hosted(settings).ainvoke("Answer with the word: ready")).text)

    try:
        well = bool(asyncio.run(said()).strip())
    except ModelUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - the border around a chat model: clients raise what they like
        log.warning("chat model failed", kind=type(error).__name__)
        well = False
    if not well:
        raise ModelUnavailable(
            f"The chat model {settings.model} does not answer; check its name, OPENAI_API_KEY and "
            "OPENAI_BASE_URL. Until then the offline planner answers."
        )


def _bounded_client() -> Any:
    """A client that stops reading an overlong reply, and follows no redirect with the key in hand."""
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> Any:
            left = LARGEST_REPLY
            async for piece in self._stream:
                left -= len(piece)
                if left < 0:
                    raise ModelUnavailable("The chat model's reply is too long.")
                yield piece

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def bound(response: Any) -> None:
        response.stream = Bounded(response.stream)

    return httpx2.AsyncClient(event_hooks={"response": [bound]}, timeout=REQUEST_SECONDS)


class Circuit:
    """Leaves an endpoint in peace for `pause` seconds once it has failed `most` times in a row."""

    def __init__(
        self, *, most: int = 5, pause: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._pause, self._clock = most, pause, clock
        self._failures = 0
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether it is too early to ask again."""
        return self._clock() < self._until

    def failed(self) -> None:
        """The endpoint failed once more."""
        self._failures += 1
        if self._failures >= self._most:
            self._until = self._clock() + self._pause

    def worked(self) -> None:
        """The endpoint answered."""
        self._failures = 0
        self._until = 0.0
