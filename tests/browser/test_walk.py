"""The product as a rep meets it: through a real browser, over a real company."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, select

from assistant.passwords import DEMO_PASSWORD
from assistant.workspace import Workspace
from ingest.entities import Role, User
from ingest.tables import leads
from tests.browser.conftest import Sink, window

pytestmark = pytest.mark.browser
README_WINDOW = {"width": 1280, "height": 860}


def busiest_reps(workspace: Workspace, count: int) -> list[User]:
    with workspace.records.engine.connect() as connection:
        owned = connection.execute(
            select(leads.c.owner_id, func.count()).where(leads.c.outcome == "open").group_by(leads.c.owner_id)
        )
        how_many = dict(owned.all())
    reps = [user for user in workspace.records.everybody() if user.role is Role.REP]
    return sorted(reps, key=lambda user: -how_many.get(user.id, 0))[:count]


def names_of(workspace: Workspace, user: User) -> set[str]:
    with workspace.records.engine.connect() as connection:
        return set(connection.execute(select(leads.c.name).where(leads.c.owner_id == user.id)).scalars())


def test_a_rep_asks_five_questions_opens_evidence_copies_a_draft_and_leaves(
    chromium: Browser, demo: Workspace, demo_address: str, sink: Sink, request: pytest.FixtureRequest
) -> None:
    first, second = busiest_reps(demo, 2)
    only_first = names_of(demo, first) - names_of(demo, second)
    with window(chromium, demo_address, viewport=README_WINDOW) as rep:
        page = rep.page
        rep.sign_in(first.email or first.id, DEMO_PASSWORD)
        assert page.inner_text(".welcome h1") == f"Hello {first.name.split()[0]}"
        assert page.locator(".example").count() == 6

        hottest = rep.ask("Who are my hottest leads?")
        listed = page.locator("#present .records .record").all_inner_texts()
        assert listed
        assert set(listed) <= names_of(demo, first)
        assert page.locator("#present .records progress").count() == len(listed)
        assert page.locator("#present .records .reasons li").count() >= len(listed)
        assert "%" in hottest
        if picture := request.config.getoption("--screenshot", None):
            page.wait_for_timeout(500)
            page.screenshot(path=picture)
            assert Path(picture).stat().st_size < 400_000

        page.locator("#present .records .record").first.click()  # a click on a name is a question
        page.wait_for_selector(f"#present .turn.done .question:has-text({listed[0]!r})")
        evidence = page.locator("#present details.evidence")
        assert not evidence.locator("table, blockquote").first.is_visible()
        evidence.locator("> summary").click()
        assert evidence.locator("table, blockquote").first.is_visible()

        assert rep.ask("Which deals are closing this month?")
        assert rep.ask("Open pipeline by stage")
        rep.ask(f"Draft a follow-up email to {listed[0]}")
        page.click("#present .draft .copy")
        copied = page.evaluate("navigator.clipboard.readText()")
        body = page.inner_text("#present .draft .body").strip()
        assert body
        assert re.sub(r"\s+", " ", body) in re.sub(r"\s+", " ", copied)

        steps = page.locator("#present details.steps")
        steps.locator("> summary").click()
        assert steps.locator(".step.ok").first.is_visible()
        assert page.locator(".session").count() == 1
        assert page.locator(".turn").count() == 5

        page.reload()
        page.wait_for_selector("#past .turn")
        assert page.locator("#past .turn").count() == 5
        conversation = page.url
        page.click("[data-do=leave]")
        page.wait_for_url("**/login")
        page.goto(conversation)
        assert page.url.endswith("/login")
        assert rep.foreign() == []
        assert rep.complaints == []

    with window(chromium, demo_address) as other:
        other.sign_in(second.email or second.id, DEMO_PASSWORD)
        assert other.page.locator(".session").count() == 0
        other.page.goto(conversation)  # the address of the first one's conversation
        other.page.wait_for_selector(".welcome")
        assert other.page.locator(".turn").count() == 0
        told = other.ask("Who are my hottest leads?")
        told += other.ask(f"Tell me about {sorted(only_first)[0]}")
        assert not any(name in told for name in only_first if name != sorted(only_first)[0])
        content = other.page.inner_text("#side")
        assert "hottest" in content
        assert first.name not in content
        assert other.foreign() == []
    assert sink.heard == []
    print("requests to another origin: 0")


def test_conversations_are_renamed_and_deleted_by_keyboard_and_mouse(
    chromium: Browser, demo: Workspace, demo_address: str
) -> None:
    rep = busiest_reps(demo, 3)[2]
    with window(chromium, demo_address) as visitor:
        page = visitor.page
        visitor.sign_in(rep.email or rep.id, DEMO_PASSWORD)
        visitor.ask("Which leads have I neglected?")
        page.click("[data-do=fresh]")
        page.wait_for_selector(".welcome")
        page.keyboard.press("Tab")
        page.keyboard.press("/")  # from anywhere to the line to ask in
        page.keyboard.type("Open pipeline by stage")
        page.keyboard.press("Enter")
        page.wait_for_selector("#present .turn.done")
        assert page.locator(".session").count() == 2

        page.locator(".session").last.hover()
        page.locator(".session").last.locator("[data-do=rename]").click()
        page.keyboard.type("Neglected ones")
        page.keyboard.press("Enter")
        page.wait_for_selector(".session .open:text-is('Neglected ones')")

        page.click(".session .open:text-is('Neglected ones')")
        page.wait_for_selector("#past .question:text-is('Which leads have I neglected?')")
        current = page.locator(".session.current")
        assert current.inner_text() == "Neglected ones"
        current.locator("[data-do=delete]").click()
        page.click(".session .sure")
        page.wait_for_selector(".welcome")
        assert page.locator(".session").count() == 1
        assert visitor.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(chromium: Browser, demo: Workspace, demo_address: str, scheme: str) -> None:
    rep = busiest_reps(demo, 1)[0]
    phone = {"width": 390, "height": 844}
    with window(chromium, demo_address, viewport=phone, color_scheme=scheme, has_touch=True) as visitor:
        page = visitor.page
        visitor.sign_in(rep.email or rep.id, DEMO_PASSWORD)
        visitor.ask("Who are my hottest leads?")

        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert not page.locator("#side").is_visible()
        page.tap(".menu")
        page.wait_for_selector(".session .open", state="visible")
        page.tap("[data-do=fresh]")
        page.wait_for_selector(".welcome")
        page.wait_for_selector("#side", state="hidden")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (dark == "rgb(250, 248, 245)") is (scheme == "light")
