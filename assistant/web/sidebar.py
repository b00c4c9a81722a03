"""The frame around a conversation: the sidebar, the welcome, the line to ask in."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

from assistant.history import Session
from assistant.rendering import Inert, tag
from assistant.web.words import Words
from ingest.entities import User


def sidebar(user: User, sessions: Sequence[Session], current: str | None, words: Words) -> Inert:
    """Who is signed in, and their conversations."""
    new = tag("button", _icon("plus"), words("frame.new"), type="button", class_="new", data_do="fresh")
    rows = [_session(session, session.id == current, words) for session in sessions]
    empty = None if rows else tag("p", words("frame.none_yet"), class_="none-yet")
    said = {f"data_{key}": words(f"frame.{key}") for key in ("really", "keep", "delete", "save", "rename")}
    return tag(
        "div",
        tag("header", tag("span", class_="mark", aria_hidden="true"), "Hotlist", class_="brand"),
        new,
        tag("nav", empty, tag("ul", *rows), aria_label=words("frame.conversations"), **said),
        _me(user, words),
        class_="side",
    )


def _session(session: Session, is_current: bool, words: Words) -> Inert:
    title = session.title or words("frame.new")
    return tag(
        "li",
        tag(
            "button",
            title,
            type="button",
            class_="open",
            title=title,
            data_do="open",
            aria_current="page" if is_current else None,
        ),
        _tool("pencil", "rename", words("frame.rename")),
        _tool("bin", "delete", words("frame.delete")),
        class_="session current" if is_current else "session",
        data_session=session.id,
    )


def _me(user: User, words: Words) -> Inert:
    initials = "".join(word[0] for word in user.name.split()[:2]).upper()
    return tag(
        "div",
        tag("span", initials, class_="initials", aria_hidden="true"),
        tag("span", tag("b", user.name), tag("span", words(f"frame.{user.role}")), class_="who"),
        _tool("theme", "theme", words("frame.theme")),
        _tool("leave", "leave", words("frame.sign_out")),
        class_="me",
    )


def _tool(icon: str, does: str, label: str) -> Inert:
    return tag(
        "button", _icon(icon), type="button", class_="tool", data_do=does, title=label, aria_label=label
    )


def _icon(name: str) -> Inert:
    return tag("i", class_=f"icon {name}", aria_hidden="true")


def welcome(user: User, questions: Sequence[str], words: Words) -> Inert:
    """What a conversation looks like before the first question."""
    chips = [
        tag("button", question, type="button", class_="example", data_ask=question) for question in questions
    ]
    first_name = user.name.split()[0] if user.name.strip() else user.name
    return tag(
        "section",
        tag("h1", words("ask.hello", name=first_name)),
        tag("p", words("ask.hint")),
        tag("div", *chips, class_="examples", role="group", aria_label=words("ask.try")) if chips else None,
        class_="welcome",
    )


def composer(words: Words) -> str:
    """The line to ask in: the one piece of the page that takes input, so it is a file of ours, filled in."""
    template = Template((Path(__file__).parent / "static" / "composer.html").read_text(encoding="utf-8"))
    texts = {key: escape(words(f"ask.{key}")) for key in ("placeholder", "send", "stop")}
    return template.substitute(texts, menu=escape(words("frame.menu")))
