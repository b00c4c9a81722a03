"""The body of a request: read up to a length and within a time, or not at all."""

import asyncio

from starlette.requests import Request

_SECONDS = 15


class BodyRefused(Exception):
    """Too long (413), or too slow (408)."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


async def read_body(request: Request, longest: int) -> bytes:
    """The whole body.

    Raises:
        BodyRefused: it is longer than `longest` bytes, or does not come within 15 seconds.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > longest:
                    raise BodyRefused(413, "This is too long.")
    except TimeoutError:
        raise BodyRefused(408, "This came too slowly.") from None
    return bytes(body)
