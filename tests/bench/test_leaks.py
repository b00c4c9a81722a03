"""Twenty columns that know the outcome, planted in public data: each is found, and none changes the ranking.

pytest -s -m bench tests/bench/test_leaks.py
"""

import random
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assistant.scoring.folds import divided
from assistant.scoring.leakage import roc_auc
from assistant.scoring.table import Bools, Floats
from tests.bench.public_outcomes import PublicSet, public_sets, taught

pytestmark = [pytest.mark.bench, pytest.mark.data]

Cell = Callable[[random.Random, bool, bool, int], str]  # chance, won, is open, row → the planted cell
_WORDS = ("after the demo", "by phone", "by mail", "at the fair")


def _when(closed: str, while_open: str = "") -> Cell:
    return lambda rng, won, is_open, row: while_open if is_open else closed


PLANTED: dict[str, Cell] = {
    "Lost Reason": lambda r, won, is_open, n: "" if won or is_open else r.choice(("price", "timing")),
    "Some Lost Reason": lambda r, won, is_open, n: (
        "" if won or is_open or r.random() < 0.6 else r.choice(("price", "timing"))
    ),
    "Contract Number": lambda r, won, is_open, n: f"C-{r.randint(1, 10**9)}" if won and not is_open else "",
    "Invoice": lambda r, won, is_open, n: "" if is_open else str(r.randint(100, 900)) if won else "0",
    "Closed By": lambda r, won, is_open, n: "" if is_open else r.choice(("Ann", "Bo", "Cy")),
    "Stage": lambda r, won, is_open, n: r.choice(("New", "Working")) if is_open else "Won" if won else "Lost",
    "Status": lambda r, won, is_open, n: (
        r.choice(("Open", "Called"))
        if is_open
        else r.choice(("Client", "Buyer") if won else ("Junk", "Dead"))
    ),
    "Tags": lambda r, won, is_open, n: (
        r.choice(("Called", "Mailed"))
        if is_open or r.random() < 0.5
        else r.choice(("Signed", "Welcome") if won else ("Ringing", "Invalid number"))
    ),
    "Probability": lambda r, won, is_open, n: (
        str(r.choice((10, 30, 60))) if is_open else "100" if won else "0"
    ),
    "Is Closed": _when("true", "false"),
    "Win Flag": lambda r, won, is_open, n: "" if is_open else "Y" if won else "N",
    "Outcome Copy With Errors": lambda r, won, is_open, n: (
        r.choice("ab") if is_open else "a" if won == (r.random() < 0.98) else "b"
    ),
    "Value With Noise": lambda r, won, is_open, n: f"{(0.5 if is_open else won) + r.gauss(0, 0.3):.3f}",
    "Calls Logged": lambda r, won, is_open, n: str(
        r.randint(0, 3) if is_open else r.randint(9, 30) if won else r.randint(0, 8)
    ),
    "Close Comment": lambda r, won, is_open, n: (
        "" if is_open else f"closed because they {'signed' if won else 'declined'} {r.choice(_WORDS)} {n}"
    ),
    "Survey": lambda r, won, is_open, n: (
        str(r.randint(6, 10)) if won and not is_open and r.random() < 0.5 else ""
    ),
    "Onboarding Date": lambda r, won, is_open, n: (
        f"2026-0{r.randint(1, 9)}-1{r.randint(0, 9)}" if won and not is_open else ""
    ),
    "Archived On": lambda r, won, is_open, n: (
        "" if is_open else f"2026-0{r.randint(1, 9)}-1{r.randint(0, 9)}"
    ),
    "Prospect ID": lambda r, won, is_open, n: str(100_000 + 7 * n),
    "Nurture": lambda r, won, is_open, n: "yearly" if not won and not is_open else "",
}
SETS = ("b2b-deals-salvirt", "telco-churn", "online-shoppers", "insurance-coil2000")


@cache
def _split(data: Path, name: str) -> tuple[PublicSet, Bools]:
    public = next(one for one in public_sets(data) if one.name == name)
    return public, divided(public.groups, public.won, 4)[0]


@cache
def _bare(data: Path, name: str) -> Floats:
    public, out = _split(data, name)
    return taught(public, ~out, out)[0]


@pytest.mark.parametrize(("number", "name"), list(enumerate(PLANTED)), ids=list(PLANTED))
def test_a_planted_leak_is_found_and_changes_no_ranking(shared_data: Path, number: int, name: str) -> None:
    where = SETS[number % len(SETS)]
    public, out = _split(shared_data, where)
    rng = random.Random(number)
    rows = zip((public.won > 0.5).tolist(), out.tolist(), range(len(out)), strict=True)
    cells = [PLANTED[name](rng, won, is_open, row) for won, is_open, row in rows]
    planted = replace(public, columns=pd.concat([public.columns, pd.Series(cells, name=name)], axis=1))
    before = _bare(shared_data, where)
    after, left_out = taught(planted, ~out, out)
    found = {one["column"]: one["why"] for one in left_out}
    areas = [roc_auc(chance, public.won[out]) for chance in (before, after)]
    error = _error(before, after, public.won[out])
    sys.stdout.write(
        f"\n{name} in {where}: {found.get(name)}; ROC-AUC {areas[0]:.4f} without, {areas[1]:.4f} with"
    )
    assert name in found
    assert abs(areas[1] - areas[0]) <= error


def _error(one: Floats, other: Floats, won: Floats) -> float:
    """The standard error of the difference, over redrawn rows."""
    rng = np.random.default_rng(5)
    drawn = (rng.integers(0, len(won), len(won)) for _ in range(200))
    return float(np.std([roc_auc(one[rows], won[rows]) - roc_auc(other[rows], won[rows]) for rows in drawn]))
