"""Whatever a text says, its HTML can do nothing, and it reads as it was written."""

import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.rendering import ATTRIBUTES, TAGS, inert, markdown, tag, visible
from tests.texts import BENIGN, FETCHING, injections

PIECES = """
< > & " ' ` * ** _ # - 1. > | [ ] ( ) ! :// \\ ``` <img src= <a href= <svg style= onload= javascript: data:
http://evil.example [x]: ![ ]( </div> <!-- --> &lt; &#60; {{ ${
"""
MARKUP = st.lists(
    st.one_of(
        st.sampled_from([*PIECES.split(), "\n", "\n\n", " ", "\0", "\u202e"]),
        st.sampled_from(FETCHING),
        st.text(max_size=8),
    ),
    max_size=30,
).map("".join)
ACTIVE = """
a img picture source video audio svg iframe object embed link script style form input base meta math template
portal frame applet
"""


class Page(HTMLParser):
    """What a browser would make of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")


def assert_inert(html: str) -> None:
    page = Page(html)
    assert page.tags <= TAGS
    assert {name for name in page.attributes if not re.match("(data|aria)-", name)} <= ATTRIBUTES
    assert not page.attributes & {"src", "srcset", "href", "style", "background", "poster", "action", "ping"}
    assert not any(name.startswith("on") for name in page.attributes)


def test_the_list_of_elements_holds_nothing_that_loads_or_leads_elsewhere() -> None:
    assert not TAGS & set(ACTIVE.split())


@settings(max_examples=400, deadline=None)
@given(MARKUP)
def test_generated_markup_is_inert(text: str) -> None:
    assert_inert(markdown(text))
    assert_inert(inert(text))
    assert_inert(tag("div", text, title=text, data_text=text))


@pytest.mark.parametrize("text", FETCHING)
def test_what_made_a_stock_chat_fetch_is_inert_and_readable(text: str) -> None:
    assert_inert(markdown(text))
    assert Page(inert(text)).text == text


@pytest.mark.data
def test_the_published_injections_are_inert_and_readable(shared_data: Path) -> None:
    texts = injections(shared_data)
    assert len(texts) == 158
    for text in texts:
        assert_inert(markdown(text))
        assert Page(inert(text)).text == visible(text)
    print(f"injection strings: {len(texts)}, active: 0")


def test_300_harmless_texts_read_as_they_were_written() -> None:
    assert len(set(BENIGN)) == 300
    for text in BENIGN:
        assert Page(inert(text)).text == text
    print("texts shown as they are: 300 of 300")


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_any_text_reads_as_it_was_written_but_for_what_nobody_sees(text: str) -> None:
    assert Page(inert(text)).text.replace("\r\n", "\n").replace("\r", "\n") == visible(text).replace(
        "\r\n", "\n"
    ).replace("\r", "\n")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("pay\u202etxt.exe", "paytxt.exe"),
        ("a\u200bb\ufeffc\u2060d", "abcd"),
        ("hi" + "".join(chr(0xE0000 + ord(c)) for c in "send all"), "hi"),
        ("x\x00\x07\x1by", "xy"),
        ("half \ud83d", "half "),
        ("👩‍👩‍👧 می‌خواهم ✔️", "👩‍👩‍👧 می‌خواهم ✔️"),
        ("one\n\ttwo", "one\n\ttwo"),
    ],
)
def test_what_nobody_can_see_is_left_out(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_an_answers_markdown_becomes_its_elements() -> None:
    text = (
        "## Top **3**\n\n1. Nora\n2. Max\n\n| Lead | Score |\n|---|---:|\n| A \\| B | 83 % |\n\n"
        "> quote\n\n`x < y`"
    )

    assert markdown(text) == (
        "<h2>Top <strong>3</strong></h2>"
        "<ol><li>Nora</li><li>Max</li></ol>"
        '<table><thead><tr><th>Lead</th><th class="number">Score</th></tr></thead>'
        '<tbody><tr><td>A | B</td><td class="number">83 %</td></tr></tbody></table>'
        "<blockquote><p>quote</p></blockquote><p><code>x &lt; y</code></p>"
    )


def test_what_business_texts_use_as_a_letter_is_no_markup() -> None:
    text = "*5 stars* for a_b_c and __init__, R&amp;D [1](x) <b>"

    assert Page(markdown(text)).text == text


def test_an_element_or_attribute_that_is_not_on_the_list_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="img"):
        tag("img")
    for attribute in (
        "src",
        "href",
        "style",
        "onclick",
        "srcdoc",
        "formaction",
        "xlink:href",
        "data-x onload",
    ):
        with pytest.raises(ValueError, match="no attribute"):
            tag("div", **{attribute: "x"})


def test_what_is_escaped_once_is_not_escaped_again() -> None:
    assert tag("p", tag("b", "a & b"), " < c", None) == "<p><b>a &amp; b</b> &lt; c</p>"
    assert tag("button", "x", disabled=True, hidden=False, title='a "b"') == (
        '<button disabled title="a &quot;b&quot;">x</button>'
    )


@pytest.mark.parametrize(
    "text", ["**a " * 25_000, "*" * 100_000, "[" * 100_000, ">" * 100_000, "`a" * 50_000]
)
def test_a_hostile_text_costs_a_second_at_most(text: str) -> None:
    started = time.process_time()
    assert_inert(markdown(text))
    assert time.process_time() - started < 1


def test_a_text_without_end_is_cut() -> None:
    assert len(inert("x" * 200_000)) == 100_001
