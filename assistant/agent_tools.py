"""A toolbox's methods as the tools of a chat model."""

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from langchain_core.tools.base import create_schema_from_function
from pydantic import BaseModel

from assistant.answers import Finding
from assistant.tools import Toolbox

# Runs one tool by its name and arguments.
Call = Callable[[str, Mapping[str, Any]], Finding]
# What the chat model reads of a finding.
Reading = Callable[[Finding], str]


def tool_names() -> list[str]:
    """The abilities of a toolbox: its public methods."""
    return [name for name, _ in inspect.getmembers(Toolbox, inspect.isfunction) if not name.startswith("_")]


def tools_of(call: Call, reading: Reading) -> list[BaseTool]:
    """One tool per ability; who asks is settled in `call`, and no argument can say otherwise."""
    return [_tool(name, call, reading) for name in tool_names()]


def _tool(name: str, call: Call, reading: Reading) -> BaseTool:
    def run(**arguments: Any) -> tuple[str, Finding]:
        finding = call(name, arguments)
        return reading(finding), finding

    return StructuredTool(
        name=name,
        description=inspect.getdoc(getattr(Toolbox, name)) or "",
        args_schema=_schema(name),
        func=run,
        response_format="content_and_artifact",
    )


@cache
def _schema(name: str) -> type[BaseModel]:
    schema = create_schema_from_function(name, getattr(Toolbox, name), filter_args=["self"])
    assert issubclass(schema, BaseModel)
    return schema
