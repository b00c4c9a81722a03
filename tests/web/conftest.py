"""The web app, served once for the tests that change nothing the others look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.workspace import Workspace
from tests.visitors import a_workspace, served


@pytest.fixture(scope="session")
def shared_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return a_workspace(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="session")
def address(shared_workspace: Workspace) -> Iterator[str]:
    with served(shared_workspace) as address:
        yield address


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return a_workspace(tmp_path)
