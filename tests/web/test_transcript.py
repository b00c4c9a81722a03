"""How a turn is shown: its tables, its draft, its evidence."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assistant.web.sources import Source, sources_of
from assistant.web.transcript import Transcript
from assistant.web.words import words
from ingest.records import Records
from tests.factories import a_lead, a_user, an_activity, insert, ref

NORA = {
    "type": "lead",
    "id": "L1",
    "name": "Nora Diaz",
    "score": 0.834,
    "reasons": ["asked for a price", "VP"],
}
STARS = {"type": "lead", "id": "L2", "name": "*5 stars* | Co", "score": 0.2, "reasons": []}
RANKED = """Your hottest:

| # | Name | Score | City | Why |
|---|---|---|---|---|
| 1 | Nora Diaz | 83% | Bonn | asked for a price; VP |
| 2 | *5 stars* \\| Co | 20% | – |  |
"""


def shown(answer: dict[str, Any], sources: dict[str, Source] | None = None, language: str = "en") -> str:
    transcript = Transcript(words(language), ZoneInfo("Europe/Berlin"))
    return transcript.answered("why?", {"kind": "answer", "model": "offline", **answer}, sources or {})


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_a_record_of_the_text_gets_a_name_to_click_a_score_to_see_and_its_reasons() -> None:
    html = shown({"answer": RANKED, "records": [NORA, STARS]})

    assert 'data-ask="Tell me about Nora Diaz"' in html
    assert '<progress value="834" max="1000" aria-hidden="true">' in html
    assert html.count("<progress") == 2
    assert "<li>asked for a price</li><li>VP</li>" in html
    assert 'data-ask="Tell me about *5 stars* | Co"' in html
    assert "<th>Why</th>" not in html  # the reasons stand below the record
    assert text_of(html).count("Nora Diaz") == 1


def test_records_that_the_text_does_not_table_are_listed_below() -> None:
    more = [
        {"type": "lead", "id": f"L{n}", "name": f"Lead {n}", "score": None, "reasons": []} for n in range(14)
    ]

    listed = shown({"answer": "Here they are.", "records": [NORA, *more]})
    assert listed.count('class="record"') == 15
    assert "Show 5 more" in listed

    also = shown({"answer": RANKED, "records": [NORA, STARS, *more]})
    assert "Show 14 more" in also
    assert also.count("<table") == 2


def test_what_the_text_has_said_of_records_is_not_said_again() -> None:
    plain = [
        {"type": "contact", "id": f"C{n}", "name": f"Person {n}", "score": None, "reasons": []}
        for n in range(3)
    ]

    assert "<table" not in shown({"answer": "Nora Diaz converts.", "records": [NORA]})
    folded = shown({"answer": "Person 0, Person 1, Person 2", "records": plain})
    assert '<details class="more"><summary>Records (3)</summary>' in folded


def test_a_candidate_is_chosen_by_name_and_by_id_where_two_share_it() -> None:
    twins = [
        {"type": "lead", "id": id, "name": name, "score": None, "reasons": []}
        for id, name in (("L1", "Ana"), ("L2", "Ana"), ("L3", "Anatol"))
    ]
    html = shown({"answer": "Which one?", "kind": "clarify", "records": twins})

    assert re.findall(r'data-ask="([^"]+)"', html) == ["Ana (L1)", "Ana (L2)", "Anatol"]
    assert "Tell me about" not in html


def test_figures_get_bars_by_currency_and_none_where_one_is_negative() -> None:
    table = "| Stage | Open |\n|---|---|\n| A | $50 |\n| B | $100 |\n| C | €10 |\n"
    values = [
        {"label": "open", "group": {"stage": stage}, "value": value, "unit": unit}
        for stage, value, unit in (("A", 50.0, "USD"), ("B", 100.0, "USD"), ("C", 10.0, "EUR"))
    ]

    html = shown({"answer": table, "values": values})
    assert re.findall(r'<progress value="(\d+)"', html) == ["500", "1000", "1000"]
    assert '<td class="number">$50</td>' in html
    assert "<progress" not in shown({"answer": table, "values": [values[0] | {"value": -1.0}, *values[1:]]})
    assert "<progress" not in shown({"answer": table, "values": values[:2]})


def test_a_draft_stands_in_its_box_and_not_in_the_text_too() -> None:
    draft = {"channel": "email", "subject": "The price", "body": "Hi,\n\nhere it is.\n\nAna", "to": None}
    text = f"A draft for **Nora**:\n\n**Subject:** The price\n\n{draft['body']}\n\nNothing has been sent."
    html = shown({"answer": text, "draft": draft})

    assert text_of(html).count("here it is.") == 1
    assert text_of(html).count("The price") == 1
    assert 'data-copy="The price\n\nHi,\n\nhere it is.\n\nAna"' in html
    assert "Nothing has been sent." in html


def test_evidence_says_what_was_said_when_and_by_whom(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.sqlite")
    late = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)  # the next day in Berlin
    mail = {"id": "T1", "kind": "email", "direction": "inbound", "at": late, "subject": "Re: offer"}
    call = {"id": "T2", "kind": "call", "direction": "outbound", "at": late + timedelta(days=1)}
    signal = {"activity_id": "T2", "position": 0, "kind": "intent", "name": "no", "strength": 1.0}
    insert(
        records,
        a_user(id="ana", name="Ana"),
        a_user(id="bo", name="Bo"),
        a_lead(id="L1", name="Nora Diaz", owner_id="ana"),
        an_activity(**mail, about=(ref("lead:L1"),)),
        an_activity(**call, about=(ref("lead:L1"),)),
        ("signals", {**signal, "quote": "Stop calling.", "speaker": "customer"}),
    )
    about = {"type": "lead", "id": "L1"}
    answer = {
        "answer": "Not now.",
        "records": [NORA],
        "evidence": [
            {"type": "activity", "id": "T1", "field": "text", "quote": "Too dear.", "about": about},
            {"type": "activity", "id": "T2", "field": "text", "quote": "Stop calling.", "about": about},
            {"type": "activity", "id": "T2", "field": "text", "quote": "Something else.", "about": about},
            {"type": "lead", "id": "L1", "field": "city", "quote": "Bonn", "about": None},
        ],
    }
    html = shown(answer, sources_of(records, records.user("ana"), [answer]), "de")
    text = text_of(html)

    assert "Belege (4)" in text
    assert "Too dear. E-Mail · 4. November 2026 · der Kunde · Nora Diaz · Re: offer" in text
    assert "Stop calling. Anruf · 5. November 2026 · der Kunde" in text  # who called is not who spoke
    assert "Something else. Anruf · 5. November 2026 · Nora Diaz" in text
    assert "Nora Diaz Ort Bonn" in text
    assert sources_of(records, records.user("bo"), [answer]) == {}


def test_steps_say_what_was_done_with_what_and_whether_it_worked() -> None:
    steps = [
        {"tool": "rank_leads", "arguments": {"limit": 5, "conditions": []}, "status": "ok", "elapsed_ms": 12},
        {"tool": "write_draft", "arguments": {"record": "x" * 90}, "status": "error", "elapsed_ms": 3},
    ]
    text = text_of(shown({"answer": "x", "steps": steps, "elapsed_ms": 1234}))

    assert "2 steps · 1.2 s · offline" in text
    assert "Ranked by score limit: 5 12 ms" in text
    assert "Wrote a draft did not work record: " + "x" * 59 + "… 3 ms" in text


@pytest.mark.parametrize("broken", [{}, {"answer": ""}, {"answer": None, "records": None, "steps": None}])
def test_an_answer_without_anything_is_still_a_turn(broken: dict[str, Any]) -> None:
    assert "There is nothing to show." in shown(broken)
