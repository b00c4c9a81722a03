"""Finds, checks and renders a prompt.

Prompts are plain text with `$name` placeholders and no expression language, so that a value from a record
can never become code. A released version is never edited: a change is a new file and a new line here.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Template

ACTIVE: Mapping[str, str] = {
    "system": "system.v1",
}


def render(name: str, **variables: str) -> str:
    """The active version of the prompt `name`, filled in.

    Raises:
        KeyError: the prompt names a variable that is not given.
        ValueError: a variable is given that the prompt does not name, or the prompt has a stray `$`.
    """
    template = _template(ACTIVE[name])
    unused = set(variables) - set(template.get_identifiers())
    if unused:
        raise ValueError(f"the prompt {ACTIVE[name]} does not use {', '.join(sorted(unused))}")
    return template.substitute(variables)


@cache
def _template(version: str) -> Template:
    template = Template(
        resources.files("prompts").joinpath(f"{version}.md").read_text(encoding="utf-8").strip()
    )
    if not template.is_valid():
        raise ValueError(f"the prompt {version} has a stray $ in it")
    return template
