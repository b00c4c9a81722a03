"""Questions of meaning over 100,000 passages: how long a rep, a manager and an admin wait, and the memory.

`pytest -s -m bench tests/bench/test_meaning.py`. The vectors are prepared: made of those of a few dozen
sentences with some noise, since to embed 100,000 texts is another figure.
"""

import resource
import statistics
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import insert

from assistant.answer_json import as_json
from assistant.scoring.reading import read_new
from assistant.settings import Settings
from assistant.workspace import Workspace
from ingest.records import set_fact
from ingest.tables import activities, activity_about, leads, users
from tests.bench.test_scale import give_scores
from vectorstore.embedders import normalised
from vectorstore.kept import write_vectors
from vectorstore.passages import activity_passages

pytestmark = pytest.mark.bench

PASSAGES, LEADS, REPS = 100_000, 4_000, 20
SAID = (
    "The onboarding was chaotic and nobody answered our questions",
    "Your price is far above what we can pay this year",
    "The invoices are wrong again and accounting is annoyed",
    "We need more seats for the new team in Hamburg",
    "The software is slow every Monday morning",
    "Security wants to know where our data is stored",
    "They are thinking about cancelling at the end of the contract",
    "The budget was approved by the board yesterday",
    "A competitor offered the same for less",
    "They asked for a demo of the reporting module",
    "Delivery came two weeks late",
    "The training was excellent and everybody liked it",
    "We would like to connect it to our ERP",
    "Nobody in support calls us back",
    "They want to start a trial next month",
    "The decision was postponed to the next quarter",
)
QUESTIONS = (
    "Who complained about onboarding?", "Who said that we are too expensive?",
    "anyone unhappy with invoices?",
    "who needs more seats?", "Which customers complained that the software is slow?",
    "who worries about where data is stored?", "anyone thinking of cancelling?", "whose budget is approved?",
    "who is talking to a competitor?", "who asked for a demo?", "who complained about late delivery?",
    "who liked the training?", "which leads need us to connect to their ERP?", "who waits for support?",
    "Wer ist mit den Rechnungen unzufrieden?", "谁抱怨价格太高？",
)  # fmt: skip


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A company whose customers said 100,000 things."""
    workspace = Workspace.open(Settings(home=tmp_path_factory.mktemp("meaning")))
    now, pick = datetime.now(UTC), np.random.default_rng(1)
    kept = {"extra": {}, "also": [], "row_hash": ""}
    embedder = workspace.index.embedder
    themes = embedder.encode(SAID)
    chosen = pick.integers(len(SAID), size=PASSAGES)
    texts = [f"{SAID[theme]} with order {number}." for number, theme in enumerate(chosen)]
    with workspace.records.writing() as connection:
        people = [("A", "admin", None), ("M", "manager", None)]
        people += [(f"R{number}", "rep", "M" if number % 2 else None) for number in range(REPS)]
        connection.execute(
            insert(users),
            [
                {"id": id_, "name": f"Person {id_}", "email": f"{id_}@us.example", "role": role,
                 "manager_id": boss, **kept}
                for id_, role, boss in people
            ],
        )  # fmt: skip
        connection.execute(
            insert(leads),
            [
                {"id": f"L{number}", "name": f"Lead Number{number}", "company": f"Firm {number}",
                 "owner_id": f"R{number % REPS}", "outcome": "open", "created_at": now - timedelta(days=400),
                 **kept}
                for number in range(LEADS)
            ],
        )  # fmt: skip
        connection.execute(
            insert(activities),
            [
                {"id": f"T{number}", "kind": "email", "direction": "inbound", "text": text,
                 "at": now - timedelta(minutes=5 + number), **kept}
                for number, text in enumerate(texts)
            ],
        )  # fmt: skip
        connection.execute(
            insert(activity_about),
            [
                {"activity_id": f"T{number}", "type": "lead", "record_id": f"L{number % LEADS}"}
                for number in range(PASSAGES)
            ],
        )
        set_fact(connection, "generation", "1")
        for start in range(0, PASSAGES, 5_000):
            part = range(start, min(start + 5_000, PASSAGES))
            noise = pick.normal(size=(len(part), embedder.dimension)).astype(np.float32)
            vectors = normalised(themes[chosen[part.start : part.stop]] + 0.6 * normalised(noise))
            hashes = [activity_passages(f"T{number}", None, texts[number])[0].content_hash for number in part]
            write_vectors(connection, embedder.key, hashes, vectors)
    give_scores(workspace, now)
    read_new(workspace.records, lambda _what, _done: None)
    started = time.perf_counter()
    made = workspace.index.refresh()
    took = time.perf_counter() - started
    print(f"\n{made.passages:,} passages indexed in {took:.0f} s, {made.embedded} of them embedded")
    return workspace


def test_a_question_of_meaning_takes_no_second(talkative: Workspace) -> None:
    for name in ("R3", "M", "A"):
        user, times, worked, answered = talkative.records.user(name), [], [], 0
        for question in QUESTIONS:  # warm
            talkative.ask(user, question)
        for question in QUESTIONS:
            started, begun = time.perf_counter(), time.process_time()
            answer = as_json(talkative.ask(user, question))
            times.append(time.perf_counter() - started)
            worked.append(time.process_time() - begun)
            searched = "search_activities" in {step["tool"] for step in answer["steps"]}
            answered += searched and bool(answer["evidence"])
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"{user.role:8} median {statistics.median(times) * 1000:5.0f} ms, p95 {p95 * 1000:5.0f} ms, "
              f"of the processor {statistics.quantiles(worked, n=20)[-1] * 1000:5.0f} ms, "
              f"{answered} of {len(QUESTIONS)} answered with evidence")  # fmt: skip
        assert answered > len(QUESTIONS) / 2
        assert p95 <= 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"memory {memory:.2f} GB")
    assert memory <= 2
