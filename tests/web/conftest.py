"""The web app, served once for the tests that change nothing the others look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.workspace import Workspace
from tests.visitors import Visitor, a_workspace, served


@pytest.fixture(scope="session")
def shared_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return a_workspace(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="session")
def address(shared_workspace: Workspace) -> Iterator[str]:
    with served(shared_workspace) as address:
        yield address


@pytest.fixture(scope="session")
def logins(address: str) -> dict[str, Visitor]:
    return {id: Visitor(address, f"{id}@hotlist.test") for id in ("ana", "bo", "cleo")}


@pytest.fixture
def ana(logins: dict[str, Visitor]) -> Visitor:
    return logins["ana"].on_another_page()


@pytest.fixture
def bo(logins: dict[str, Visitor]) -> Visitor:
    return logins["bo"].on_another_page()


@pytest.fixture
def cleo(logins: dict[str, Visitor]) -> Visitor:
    return logins["cleo"].on_another_page()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return a_workspace(tmp_path)
