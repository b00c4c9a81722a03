"""Lists of one file, loaded with a mapping and no code of their own: what is asked of them, and its truth."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assistant.evaluation.demo import in_process
from assistant.evaluation.runner import Ask
from assistant.evaluation.truth import Frame
from tests.evals.maven import ADMIN, NOW
from tests.evals.public_lists import is_right, make_list

pytestmark = [pytest.mark.slow, pytest.mark.data]
Truth = Callable[[Frame], float | Mapping[str, float]]


def count(frame: Frame, /, won: float | None = None, **where: Any) -> float:
    """How many rows fulfil the conditions; `won` also those still open (-1)."""
    for column, value in where.items():
        frame = frame[frame[column] == value]
    if won is None:
        return float(len(frame))
    return float((frame["won"].isna() if won < 0 else frame["won"] == won).sum())


def by(frame: Frame, column: str, of: str = "won") -> Mapping[str, float]:
    """The mean of a column for each value of another."""
    means: Mapping[str, float] = frame.groupby(frame[column].astype(str))[of].mean().dropna().to_dict()
    return means


def counts_by(frame: Frame, column: str, won: float | None = None) -> Mapping[str, float]:
    part = frame if won is None else frame[frame["won"] == won]
    found: Mapping[str, float] = part[column].astype(str).value_counts().to_dict()
    return found


def mean(frame: Frame, of: str, won: float) -> float:
    return float(frame[frame["won"] == won][of].mean())


QUESTIONS: dict[str, dict[str, Truth]] = {
    "bank-telemarketing": {
        "How many leads are there?": count,
        "How many clients subscribed?": partial(count, won=1),
        "conversion rate by job": partial(by, column="job"),
        "conversion rate by poutcome": partial(by, column="poutcome"),
        "average age of converted leads": partial(mean, of="age", won=1),
        "leads by education": partial(counts_by, column="education"),
        "How many married leads converted?": partial(count, won=1, marital="married"),
        "How many leads are there with age over 60?": lambda frame: float((frame["age"] > 60).sum()),
        "average euribor3m of converted leads": partial(mean, of="euribor3m", won=1),
        "median age of leads": lambda frame: float(frame["age"].median()),
    },
    "telco-churn": {
        "How many customers churned?": partial(count, won=0),
        "How many deals were renewed?": partial(count, won=1),
        "average monthly charges of churned customers": partial(mean, of="MonthlyCharges", won=0),
        "win rate by contract": partial(by, column="Contract"),
        "average tenure of churned customers": partial(mean, of="tenure", won=0),
        "average tenure by contract": partial(by, column="Contract", of="tenure"),
        "lost deals by internet service": partial(counts_by, column="InternetService", won=0),
        "How many customers with fiber optic churned?": partial(count, won=0, InternetService="Fiber optic"),
        "How many senior citizens churned?": partial(count, won=0, SeniorCitizen=1),
        "win rate by payment method": partial(by, column="PaymentMethod"),
    },
    "online-shoppers": {
        "How many leads are there?": count,
        "How many leads converted?": partial(count, won=1),
        "conversion rate by visitor type": partial(by, column="VisitorType"),
        "conversion rate by month": partial(by, column="Month"),
        "conversion rate by traffic type": partial(by, column="TrafficType"),
        "average page values of converted leads": partial(mean, of="PageValues", won=1),
        "average exit rates of lost leads": partial(mean, of="ExitRates", won=0),
        "How many returning visitors are there?": partial(count, VisitorType="Returning_Visitor"),
        "How many leads have page values over 100?": lambda frame: float((frame["PageValues"] > 100).sum()),
        "average bounce rates by visitor type": partial(by, column="VisitorType", of="BounceRates"),
    },
    "insurance-coil2000": {
        "How many customers are there?": count,
        "How many open leads are there?": partial(count, won=-1),
        "How many leads converted?": partial(count, won=1),
        "conversion rate": lambda frame: float(frame["won"].mean()),
        "conversion rate by MOSHOOFD": partial(by, column="MOSHOOFD"),
        "average MINKGEM of converted leads": partial(mean, of="MINKGEM", won=1),
        "How many leads have PPERSAUT over 5?": lambda frame: float((frame["PPERSAUT"] > 5).sum()),
        "how many leads with APERSAUT of 1 converted?": partial(count, won=1, APERSAUT=1),
        "average MGEMLEEF": lambda frame: float(frame["MGEMLEEF"].mean()),
        "average APERSAUT of converted leads": partial(mean, of="APERSAUT", won=1),
    },
    "b2b-deals-salvirt": {
        "How many deals are there?": count,
        "How many deals did we win?": partial(count, won=1),
        "win rate by deal type": partial(by, column="Deal_type"),
        "win rate by seller": partial(by, column="Seller"),
        "How many deals were lost per product?": partial(counts_by, column="Product", won=0),
        "win rate by source": partial(by, column="Source"),
        "How many deals with a clear scope were won?": partial(count, won=1, Scope="Clear"),
        "won deals by client": partial(counts_by, column="Client", won=1),
        "How many deals came from referrals?": partial(count, Source="Referral"),
        "How many strategic account deals did we win?": partial(
            count, won=1, Att_t_client="Strategic account"
        ),
    },
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_asked_of_a_public_list_is_answered_right(
    name: str, tmp_path: Path, shared_data: Path
) -> None:
    workspace, frame = make_list(name, shared_data, tmp_path)
    ask = in_process(workspace, NOW.to_pydatetime())
    wrong = []
    for number, (question, truth) in enumerate(QUESTIONS[name].items()):
        answer = ask(question, ADMIN, f"list-{number}")
        if not is_right(answer, truth(frame)):
            wrong.append((question, answer["values"][:4], truth(frame)))
    assert not wrong
    assert_the_open_ones_are_ranked(ask, "deals" if name in _DEALS else "leads", int(count(frame, won=-1)))


_DEALS = ("telco-churn", "b2b-deals-salvirt")


def assert_the_open_ones_are_ranked(ask: Ask, noun: str, open_ones: int) -> None:
    """The hottest come first, each with its reasons, and the first is explained."""
    ranked = ask(f"Who are the 7 hottest open {noun}?", ADMIN, "list-rank")
    scores = [record["score"] for record in ranked["records"]]
    assert len(scores) == min(7, open_ones)
    assert scores == sorted(scores, reverse=True)
    assert all(record["reasons"] for record in ranked["records"])
    assert ranked["records"][0]["score"] > 0.0
    why = ask("Why is the first one ranked so high?", ADMIN, "list-rank")
    assert why["kind"] == "answer"
    assert [record["id"] for record in why["records"]] == [ranked["records"][0]["id"]]
    assert why["records"][0]["reasons"]
