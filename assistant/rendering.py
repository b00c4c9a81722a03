"""Text to HTML that can do nothing: no request, no script, no link, whatever the text says.

Everything that a browser sees of records, of the chat model and of users goes through here. HTML is made by
`tag` alone, which knows a short list of elements and attributes and escapes everything else, so what is not
on the list cannot come out.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

_ELEMENTS = """
article aside b blockquote br button code details div em h1 h2 h3 h4 h5 h6 header hr i li nav ol p pre
progress section span strong summary table tbody td th thead time tr ul
"""
_ATTRIBUTE_NAMES = (
    "class colspan datetime disabled hidden id lang max open role start tabindex title type value"
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a Markdown table: as it reads, and as it is shown."""

    text: str
    shown: Inert
    is_number: bool = False


# Makes a table of its heading and its rows.
TableMaker = Callable[[Sequence[Cell], Sequence[Sequence[Cell]]], Inert]


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


def markdown(text: str, table: TableMaker | None = None) -> Inert:
    """An answer's Markdown: headings, lists, tables, quotes, code and bold. All else is shown as it reads.

    Links and images stay text. A single star or underscore is no markup either: in business texts it is
    one more often than it means emphasis. `table` makes the tables, where they shall not be plain ones.
    """
    return _blocks(_parser().parse(visible(text)), table or plain_table)


def plain_table(heading: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> Inert:
    """A table as it stands."""
    head = tag("tr", *(tag("th", cell.shown, class_=_aligned(cell)) for cell in heading))
    body = [tag("tr", *(tag("td", cell.shown, class_=_aligned(cell)) for cell in row)) for row in rows]
    return tag("table", tag("thead", head), tag("tbody", *body))


def _aligned(cell: Cell) -> str | None:
    return "number" if cell.is_number else None


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


def _blocks(tokens: Sequence[Token], table: TableMaker) -> Inert:
    """What the tokens say, as elements: each opening token is closed by its closing one."""
    stack: list[list[str]] = [[]]
    cells: list[list[Cell]] = []
    opened: list[Token] = []
    for token in tokens:
        if token.nesting == 1:
            opened.append(token)
            if token.tag == "tr":
                cells.append([])
            elif token.tag not in _TABLE:
                stack.append([])
        elif token.nesting == -1:
            opener = opened.pop()
            if token.tag == "table":
                stack[-1].append(table(cells[0], cells[1:]))
                cells = []
            elif token.tag not in _TABLE:
                children = stack.pop()
                stack[-1].append(_closed(opener, children))
        elif token.type == "inline" and opened and opened[-1].tag in {"td", "th"}:
            cells[-1].append(_cell(opened[-1], token))
        elif token.type == "inline":
            stack[-1].append(_inline(token.children or []))
        elif token.type == "hr":
            stack[-1].append(tag("hr"))
        else:
            stack[-1].append(tag("pre", tag("code", token.content)))
    return inert(*stack[0])


_TABLE = frozenset({"table", "thead", "tbody", "tr", "td", "th"})


def _closed(opener: Token, children: Sequence[str]) -> Inert:
    if opener.hidden:
        return inert(*children)
    start = opener.attrGet("start") if opener.tag == "ol" else None
    return tag(opener.tag, *children, start=start)


def _cell(opener: Token, token: Token) -> Cell:
    children = token.children or []
    text = "".join(child.content or ("" if child.tag == "strong" else child.markup) for child in children)
    is_number = "right" in str(opener.attrGet("style") or "")
    return Cell(text=text, shown=_inline(children), is_number=is_number)


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
