"""Asking a server that is busy, down or cut off again, for as long and as often as is polite."""

import email.utils
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from ingest.errors import CrmUnavailable

_PASSING = {408, 425, 429, 500, 502, 503, 504}
_TIMEOUT = 120.0  # seconds for one answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often to ask, how long to wait at first (seconds; it doubles), and how long at most."""

    attempts: int = 8
    pause: float = 1.0
    longest: float = 120.0


def patiently(ask: Callable[[], requests.Response], patience: Patience, name: str) -> requests.Response:
    """The answer of a server, asked again where it is busy or cut off; any other refusal is an answer.

    Raises:
        CrmUnavailable: it asks for more time than is polite to wait, or fails every time.
    """
    for attempt in range(patience.attempts):
        wait = patience.pause * 2**attempt * random.uniform(0.75, 1.25)
        try:
            answer = ask()
        except requests.RequestException:
            time.sleep(min(wait, patience.longest))
            continue
        if answer.status_code not in _PASSING and not _cut_off(answer):
            return answer
        asked = _asked_to_wait(answer.headers.get("Retry-After"))
        if asked is not None and asked > patience.longest:
            minutes = max(1, round(asked / 60))
            raise CrmUnavailable(
                f"{name}'s limit is used up; what came so far is kept, run this again in {minutes} minutes."
            )
        time.sleep(min(wait, patience.longest) if asked is None else asked)
    raise CrmUnavailable(
        f"{name} did not answer {patience.attempts} times in a row; what came so far is kept, run this again."
    )


class PatientSession(requests.Session):
    """A session that asks again, for a client library that lets one bring one's own."""

    def __init__(self, patience: Patience, name: str) -> None:
        super().__init__()
        self._patience = patience
        self._name = name

    def request(self, *given: Any, **named: Any) -> requests.Response:
        """As `requests.Session.request`."""
        named.setdefault("timeout", _TIMEOUT)
        ask = super().request
        return patiently(
            lambda: ask(*given, **named),
            self._patience,
            self._name,
        )


def _cut_off(answer: requests.Response) -> bool:
    """Whether a good answer that says it is JSON is none, as when a proxy ended it early."""
    if not answer.ok or "json" not in answer.headers.get("Content-Type", ""):
        return False
    try:
        answer.json()
    except ValueError:
        return True
    return False


def _asked_to_wait(header: str | None) -> float | None:
    """The seconds in a Retry-After header, which may hold a moment instead."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        until = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
