"""Columns that know the outcome are found, named and left out; honest ones stay."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from assistant.scoring import Scoring
from assistant.scoring.columns import LeftOut, Why, recognise_all
from assistant.scoring.leakage import leaks
from tests.assistant.scoring.worlds import a_world_of_leads, an_empty_workspace, write
from tests.factories import NOW, days_ago

Plant = Callable[[random.Random, bool, bool], dict[str, str]]  # rng, won, is open → the other columns


def _only(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}


# Twenty ways in which a column of an export comes to know the outcome.
PLANTED: dict[str, Plant] = {
    "Lost Reason": lambda rng, won, is_open: _only(
        "Lost Reason", "" if won or is_open else rng.choice(("price", "timing", "rival"))
    ),
    "Loss Detail": lambda rng, won, is_open: _only(
        "Loss Detail", "" if won or is_open or rng.random() < 0.5 else rng.choice(("no budget", "no need"))
    ),
    "Contract Number": lambda rng, won, is_open: _only(
        "Contract Number", f"C-{rng.randint(1, 10**9)}" if won and not is_open else ""
    ),
    "Invoice Total": lambda rng, won, is_open: _only(
        "Invoice Total", "" if is_open else str(rng.randint(100, 900)) if won else "0"
    ),
    "Tags": lambda rng, won, is_open: _only(
        "Tags",
        rng.choice(("In process", "Called"))
        if is_open
        else rng.choice(("Closed by team", "Will come back"))
        if won
        else rng.choice(("Ringing", "Lost to a rival")),
    ),
    "Lead Stage": lambda rng, won, is_open: _only(
        "Lead Stage", "Working" if is_open else "Customer" if won else "Junk"
    ),
    "Probability": lambda rng, won, is_open: _only(
        "Probability", str(rng.choice((10, 30, 60))) if is_open else "100" if won else "0"
    ),
    "Is Closed": lambda rng, won, is_open: _only("Is Closed", "false" if is_open else "true"),
    "Onboarding Owner": lambda rng, won, is_open: _only(
        "Onboarding Owner", rng.choice(("Ann", "Bo", "Cy")) if won and not is_open else ""
    ),
    "Satisfaction": lambda rng, won, is_open: _only(
        "Satisfaction", str(rng.randint(6, 10)) if won and not is_open and rng.random() < 0.7 else ""
    ),
    "Close Comment": lambda rng, won, is_open: _only(
        "Close Comment", "" if is_open else rng.choice(("done", "checked", "filed", "archived"))
    ),
    "Discount Granted": lambda rng, won, is_open: _only(
        "Discount Granted", str(rng.choice((0, 5, 10))) if won and not is_open else ""
    ),
    "Win Flag": lambda rng, won, is_open: _only("Win Flag", "" if is_open else "Y" if won else "N"),
    "Forecast Category": lambda rng, won, is_open: _only(
        "Forecast Category",
        rng.choice(("Pipeline", "Best Case")) if is_open else "Closed" if won else "Omitted",
    ),
    "Nurture Programme": lambda rng, won, is_open: _only(
        "Nurture Programme", "yearly" if not won and not is_open else ""
    ),
    "Nearly The Outcome": lambda rng, won, is_open: _only(
        "Nearly The Outcome",
        rng.choice(("a", "b")) if is_open else "a" if won == (rng.random() < 0.98) else "b",
    ),
    "Delivered": lambda rng, won, is_open: _only(
        "Delivered",
        (NOW - timedelta(days=rng.randint(1, 4))).date().isoformat() if won and not is_open else "",
    ),
    "Archive Date": lambda rng, won, is_open: _only(
        "Archive Date", "" if is_open else (NOW - timedelta(days=rng.randint(1, 4))).date().isoformat()
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_leak_is_found(name: str) -> None:
    rng = random.Random(name)
    rows = [(rng.random() < 0.45, number >= 300) for number in range(420)]
    extras = [PLANTED[name](rng, won, is_open) for won, is_open in rows]
    honest = [rng.choice(("red", "green", "blue")) for _ in rows]
    assert _left_out(rows, {name: [extra.get(name) for extra in extras], "Colour": honest}) == {name}


def _left_out(rows: list[tuple[bool, bool]], columns: dict[str, list[Any]]) -> set[str]:
    won = np.array([np.nan if is_open else float(wins) for wins, is_open in rows])
    closed = np.array([np.nan if is_open else (NOW - timedelta(days=90)).timestamp() for _, is_open in rows])
    known = [not is_open for _, is_open in rows]
    taught = {
        name: [cell for cell, use in zip(cells, known, strict=True) if use] for name, cells in columns.items()
    }
    kept, out = recognise_all(taught, {}, None)
    found = [*leaks(kept, columns, won, closed, frozenset()), *out]
    return {each.column for each in found}


def test_a_number_in_time_order_is_no_feature() -> None:
    order = np.arange(300, dtype=np.float64)
    columns = {
        "Prospect": [str(10_000 + 7 * i) for i in range(300)],
        "Size": [str((i * 37) % 101) for i in range(300)],
    }
    kept, out = recognise_all(columns, {}, order)
    assert [each.column for each in out] == ["Prospect"]
    assert out[0].why is Why.SEQUENCE
    assert [column.name for column in kept] == ["Size"]


def test_a_strong_honest_column_stays() -> None:
    rng = random.Random(5)
    rows = [(rng.random() < 0.4, number >= 300) for number in range(420)]
    visits = [str(round(rng.gauss(6 if won else 4, 1.2), 2)) for won, _ in rows]
    grade = [rng.choice("AAB" if won else "ABB") for won, _ in rows]
    missing = [
        None if rng.random() < (0.2 if won else 0.5) else "x" + str(rng.randint(1, 4)) for won, _ in rows
    ]
    assert _left_out(rows, {"Visits": visits, "Grade": grade, "Partner": missing}) == set()


def test_what_a_company_becomes_by_its_first_deal_is_a_leak() -> None:
    rng = random.Random(8)
    won, accounts, kinds, sizes = [], [], [], []
    for number in range(500):
        outcome = rng.choice((1.0, 0.0, np.nan))
        has_bought = rng.random() < 0.3  # and so it was a customer before this deal
        accounts.append(f"A{number}")
        won.append(outcome)
        kinds.append("Customer" if has_bought or outcome == 1.0 else "Prospect")
        sizes.append(rng.choice(("small", "large")))
        if has_bought:
            accounts.append(f"A{number}")
            won.append(1.0)
            kinds.append("Customer")
            sizes.append(sizes[-1])
    columns = {"account.Type": kinds, "account.Size": sizes}
    kept, _ = recognise_all(columns, {}, None)
    found = leaks(kept, columns, np.array(won), np.full(len(won), np.nan), frozenset(), accounts)
    assert [each.column for each in found] == ["account.Type"]
    assert "has not bought otherwise" in found[0].detail


def test_what_the_mapping_flags_is_left_out() -> None:
    kept, _ = recognise_all({"Tags": ["a", "b"] * 50}, {}, None)
    found = leaks(
        kept,
        {"Tags": ["a", "b"] * 50},
        np.array([1.0, 0.0, 0.0, 1.0] * 25),
        np.full(100, np.nan),
        frozenset({"Tags"}),
    )
    assert [(each.column, each.why) for each in found] == [("Tags", Why.AFTER_OUTCOME)]


@pytest.mark.parametrize("name", ["Lost Reason", "Lead Stage", "Invoice Total"])
def test_a_planted_leak_changes_no_score(tmp_path: Path, name: str) -> None:
    figures = []
    for planted in (False, True):
        records = an_empty_workspace(tmp_path / str(planted))
        a_world_of_leads(records, closed=200, waiting=40, extra=PLANTED[name] if planted else None)
        report = Scoring(records, ZoneInfo("UTC")).refresh(NOW)["report"]["lead"]
        figures.append(report["held_out"]["roc_auc"])
    assert any(out["column"] == name and out["detail"] for out in report["left_out"])
    assert figures[1] == pytest.approx(figures[0], abs=0.03)


def test_an_overwritten_status_is_named_and_takes_no_part(tmp_path: Path) -> None:
    records = an_empty_workspace(tmp_path)
    write(
        records,
        "leads",
        [
            {
                "id": f"L{i}",
                "name": f"Lead {i}",
                "status": ("Qualified", "Junk", "New")[i % 3],
                "outcome": ("won", "lost", "open")[i % 3],
                "created_at": days_ago(100 + i % 7),
                "closed_at": None if i % 3 == 2 else days_ago(50),
            }
            for i in range(240)
        ],
    )
    report = Scoring(records, ZoneInfo("UTC")).refresh(NOW)["report"]["lead"]
    assert {"column": "status", "why": "overwritten"}.items() <= report["left_out"][-1].items() or any(
        out["column"] == "status" for out in report["left_out"]
    )
    assert report["verdict"] == "no signal"


def test_each_reason_is_a_sentence() -> None:
    out = LeftOut(column="x", why=Why.EMPTY, detail="it holds nothing")
    assert out.detail
