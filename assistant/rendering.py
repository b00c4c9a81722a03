"""Text to HTML that can do nothing: no request, no script, no link, whatever the text says.

Everything that a browser sees of records, of the chat model and of users goes through here. HTML is made by
`tag` alone, which knows a short list of elements and attributes and escapes everything else, so what is not
on the list cannot come out.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

_ELEMENTS = """
article aside b blockquote br button code details div em h1 h2 h3 h4 h5 h6 header hr i li nav ol p pre
progress section span strong summary table tbody td th thead time tr ul
"""
_ATTRIBUTE_NAMES = "class datetime disabled hidden id lang max open role start tabindex title type value"
TAGS = frozenset(_ELEMENTS.split())
ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_VOID = frozenset({"br", "hr"})
_NAME = re.compile(r"(data|aria)-[a-z]+(-[a-z]+)*")

_LONGEST = 100_000  # of a text that is shown, in characters
# Marks that nobody sees and that turn, hide or smuggle what is read: controls, direction overrides,
# zero-width characters (the joiners that scripts and emoji need stay), halves of characters, tag characters,
# extra variation selectors.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)


class Inert(str):
    """HTML made by `tag`: safe to show as it stands."""

    __slots__ = ()


def tag(name: str, *children: str | None, **attributes: str | int | float | bool | None) -> Inert:
    """One element. Children that are not inert are escaped, None is left out.

    Attributes are written `data_ask="…"`, and `class_` for a class; True stands for an attribute without a
    value, None and False leave it out.

    Raises:
        ValueError: the element or an attribute is not on the list.
    """
    if name not in TAGS:
        raise ValueError(f"no element {name!r}")
    written = []
    for key, value in attributes.items():
        attribute = key.rstrip("_").replace("_", "-")
        if attribute not in ATTRIBUTES and not _NAME.fullmatch(attribute):
            raise ValueError(f"no attribute {attribute!r}")
        if value is True:
            written.append(f" {attribute}")
        elif value is not None and value is not False:
            written.append(f' {attribute}="{escape(visible(str(value)))}"')
    start = f"<{name}{''.join(written)}>"
    return Inert(start if name in _VOID else f"{start}{inert(*children)}</{name}>")


def inert(*parts: str | None) -> Inert:
    """The parts one after the other, each shown exactly as it reads unless it is inert already."""
    return Inert("".join(_shown(part) for part in parts if part is not None))


def visible(text: str) -> str:
    """The text without what nobody can see."""
    return _UNSEEN.sub("", text[:_LONGEST] + "…" if len(text) > _LONGEST else text)


def markdown(text: str) -> Inert:
    """An answer's Markdown: headings, lists, tables, quotes, code and bold. All else is shown as it reads.

    Links and images stay text. A single star or underscore is no markup either: in business texts it is
    one more often than it means emphasis.
    """
    return _blocks(_parser().parse(visible(text)))


def _shown(part: str) -> str:
    return part if isinstance(part, Inert) else escape(visible(part))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "linkify": False, "typographer": False, "maxNesting": 20})
    return parser.enable(
        [
            "blockquote",
            "fence",
            "heading",
            "hr",
            "list",
            "table",
            "backticks",
            "emphasis",
            "escape",
            "newline",
        ]
    ).enable(["balance_pairs", "fragments_join"])


def _blocks(tokens: Sequence[Token]) -> Inert:
    """What the tokens say, as elements: each opening token is closed by its closing one."""
    stack: list[list[str]] = [[]]
    attributes: list[dict[str, str | None]] = []
    for token in tokens:
        if token.nesting == 1:
            stack.append([])
            attributes.append(_kept_attributes(token))
        elif token.nesting == -1:
            children = stack.pop()
            made = inert(*children) if token.hidden else tag(token.tag, *children, **attributes[-1])
            attributes.pop()
            stack[-1].append(made)
        elif token.type == "inline":
            stack[-1].append(_inline(token.children or []))
        elif token.type == "hr":
            stack[-1].append(tag("hr"))
        else:
            stack[-1].append(tag("pre", tag("code", token.content)))
    return inert(*stack[0])


def _kept_attributes(token: Token) -> dict[str, str | None]:
    if token.tag in {"td", "th"}:
        return {"class_": "number" if "right" in str(token.attrGet("style") or "") else None}
    if token.tag == "ol":
        return {"start": str(token.attrGet("start") or 1)}
    return {}


def _inline(tokens: Iterable[Token]) -> Inert:
    stack: list[list[str]] = [[]]
    for token in tokens:
        bold = token.tag == "strong" and token.markup == "**"  # "__init__" is a name
        if bold and token.nesting == 1:
            stack.append([])
        elif bold and token.nesting == -1:
            words = stack.pop()
            stack[-1].append(tag("strong", *words))
        elif token.type == "code_inline":
            stack[-1].append(tag("code", token.content))
        elif token.type in {"softbreak", "hardbreak"}:
            stack[-1].append(tag("br"))
        else:
            stack[-1].append(token.content or token.markup)
    return inert(*stack[0])
