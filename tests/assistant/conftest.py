"""Real records in a temporary folder, and the books and toolboxes of their users."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.book import Book
from assistant.tools import Toolbox
from ingest.records import Records
from tests.factories import NOW

OpenBook = Callable[..., Book]
OpenToolbox = Callable[..., Toolbox]


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """An empty workspace's records."""
    return Records(tmp_path / "records.db")


@pytest.fixture
def book_of(records: Records) -> Iterator[OpenBook]:
    """Opens the book of a user by id, as of `NOW` unless told otherwise."""
    with ExitStack() as stack:

        def opened(user_id: str, at: datetime = NOW, zone: str = "UTC") -> Book:
            user = records.user(user_id)
            select = stack.enter_context(records.seen_by(user, at))
            return Book(select, user, at, ZoneInfo(zone))

        yield opened


@pytest.fixture
def tools_of(book_of: OpenBook) -> OpenToolbox:
    """The toolbox of a user by id, without an index unless one is given."""

    def opened(user_id: str, at: datetime = NOW, zone: str = "UTC", **given: object) -> Toolbox:
        return Toolbox(book_of(user_id, at, zone), **given)  # type: ignore[arg-type]

    return opened
