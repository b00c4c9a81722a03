"""Hostile text in every place of the page, in a real browser: nothing is fetched, runs or leads away."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from assistant.rendering import TAGS, visible
from assistant.workspace import Workspace
from ingest.tables import users
from tests.browser.conftest import Sink, window
from tests.factories import a_lead, insert
from tests.texts import BENIGN, FETCHING, injections
from tests.visitors import PASSWORD, a_workspace, served

pytestmark = pytest.mark.browser
AT_ONCE = 20


def generated(count: int) -> Iterator[str]:
    """Mark-up put together at random, always the same."""
    pick = random.Random(20)
    pieces = [
        *FETCHING,
        "**",
        "](",
        "![",
        "|",
        "\n| a |\n|---|\n| b |",
        "```",
        "<",
        ">",
        '"',
        "'",
        "{{x}}",
        "${x}",
        " ",
    ]
    for _ in range(count):
        yield "".join(pick.choice(pieces) for _ in range(pick.randint(1, 8)))


def an_answer(texts: list[str]) -> dict[str, Any]:
    """An answer object with the texts wherever an answer can hold text."""
    lead = {"type": "lead", "id": "L1"}
    rows = "".join(f"| {text} | 83% |\n" for text in texts if "|" not in text and "\n" not in text)
    return {
        "answer": "\n\n".join(texts) + f"\n\n| Name | Score |\n|---|---|\n{rows}",
        "kind": "answer",
        "records": [
            {"type": "lead", "id": text, "name": text, "score": 0.83, "reasons": [text]} for text in texts
        ],
        "values": [{"label": text, "group": {text: text}, "value": 1.0, "unit": text} for text in texts],
        "evidence": [
            {"type": "lead", "id": text, "field": text, "quote": text, "about": lead} for text in texts
        ]
        + [
            {"type": "activity", "id": "mail-of-ana", "field": "text", "quote": text, "about": lead}
            for text in texts
        ],
        "draft": {"channel": texts[0], "subject": texts[0], "body": "\n".join(texts), "to": lead},
        "steps": [
            {"tool": text, "arguments": {text[:30]: text}, "status": "ok", "elapsed_ms": 1} for text in texts
        ],
        "model": texts[0],
        "elapsed_ms": 1,
    }


def keep(workspace: Workspace, texts: list[str], session: str) -> int:
    user = workspace.records.user("ana")
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        workspace.history.append(user, session, question="\n".join(some), answer=an_answer(some), dialogue={})
    return -(-len(texts) // AT_ONCE)


ELEMENTS = """
() => ['side', 'past', 'present']
  .flatMap(id => [...document.querySelectorAll(`#${id} .html-container > div *`)])
  .map(e => [e.tagName.toLowerCase(), ...[...e.attributes].map(a => a.name)])
"""


@pytest.mark.data
def test_no_text_makes_the_page_fetch_run_or_lead_elsewhere(
    chromium: Browser, tmp_path: Path, shared_data: Path, sink: Sink
) -> None:
    texts = [
        text.replace("SINK", "sink.example")
        for text in (*injections(shared_data), *FETCHING, *generated(500))
    ]
    workspace = a_workspace(tmp_path)
    hostile = FETCHING[3].replace("SINK", "sink.example")
    with workspace.records.writing() as connection:
        connection.execute(update(users).where(users.c.id == "ana").values(name=hostile))
    insert(workspace.records, a_lead(id="L9", name='<img src="//sink.example">', owner_id="ana"))
    turns = keep(workspace, texts, "hostile")
    for n, text in enumerate(texts[:60]):
        workspace.history.append(
            workspace.records.user("ana"), f"title-{n}", question=text, answer=an_answer([text]), dialogue={}
        )
    with served(workspace) as address, window(chromium, address) as visitor:
        page = visitor.page
        visitor.sign_in("ana", PASSWORD)
        page.wait_for_selector(".session")
        page.goto(f"{address}/?c=hostile")
        page.wait_for_selector("#past .turn")
        if turns > 20:
            page.click(".earlier")
        page.wait_for_function(
            "count => document.querySelectorAll('#past .turn').length === count", arg=turns
        )
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        elements = page.evaluate(ELEMENTS)
        for text in FETCHING:
            visitor.ask(" ".join(text.replace("SINK", "sink.example").split()))
        page.wait_for_timeout(1500)

        elements += page.evaluate(ELEMENTS)
        attributes = {name for _, *names in elements for name in names}
        assert len(elements) > 5000
        assert {element for element, *_ in elements} <= TAGS
        assert not attributes & {"src", "srcset", "href", "style", "background", "poster", "action", "ping"}
        assert not any(name.startswith("on") for name in attributes)
        assert visitor.complaints == []
        assert visitor.foreign() == []
    assert sink.heard == []
    print(f"texts shown in every place: {len(texts)}; outbound requests 0, remote images 0, foreign links 0")


def test_harmless_texts_read_as_they_were_written(chromium: Browser, tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    keep(workspace, BENIGN, "harmless")
    with served(workspace) as address, window(chromium, address) as visitor:
        visitor.sign_in("ana", PASSWORD)
        visitor.page.goto(f"{address}/?c=harmless")
        visitor.page.wait_for_selector("#past .turn")
        shown = visitor.page.evaluate(
            "() => [...document.querySelectorAll('#past .quotes blockquote')].map(e => e.textContent)"
        )
        questions = visitor.page.evaluate(
            "() => [...document.querySelectorAll('#past .question')].map(e => e.textContent)"
        )

    assert len(BENIGN) == 300
    assert shown == BENIGN
    assert "\n".join(questions) == "\n".join(BENIGN)
    assert all(visible(text) == text for text in BENIGN)
    print(f"texts shown as they are: {len(shown)} of 300")
