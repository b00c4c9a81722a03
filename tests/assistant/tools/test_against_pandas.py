"""Figures over public data, worked out a second time by pandas on the rows that the asking user may see."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from assistant.answers import Finding
from assistant.book import Book
from assistant.tools import Toolbox
from ingest.load import load
from ingest.records import Records
from tests.factories import a_user, insert

pytestmark = pytest.mark.data

AT = datetime(2018, 1, 1, 9, 0, tzinfo=UTC)
AGENT, MANAGER, ADMIN = "Darcel Schlecht", "Dustin Brinkmann", "admin@maven.test"
WON = [{"field": "outcome", "op": "is", "value": "won"}]
OPEN = [{"field": "outcome", "op": "is", "value": "open"}]
Ask = Callable[..., Finding]


@pytest.fixture(scope="module")
def maven(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Records, pd.DataFrame]:
    folder = shared_data / "crm-maven"
    records = Records(tmp_path_factory.mktemp("maven") / "records.db")
    load(records, [folder], mapping=None, now=AT, timezone=ZoneInfo("UTC"), progress=lambda *_: None)
    insert(records, a_user(id="admin", name="Addy Min", email=ADMIN, role="admin"))
    deals = pd.read_csv(folder / "sales_pipeline.csv", parse_dates=["engage_date", "close_date"])
    deals["product"] = deals["product"].replace("GTXPro", "GTX Pro")
    deals = deals.merge(pd.read_csv(folder / "sales_teams.csv"), on="sales_agent", how="left")
    deals = deals.merge(pd.read_csv(folder / "accounts.csv"), on="account", how="left")
    return records, deals.merge(pd.read_csv(folder / "products.csv"), on="product", how="left")


@pytest.fixture(params=[AGENT, MANAGER, ADMIN])
def asked(
    request: pytest.FixtureRequest, maven: tuple[Records, pd.DataFrame]
) -> tuple[Toolbox, pd.DataFrame]:
    """The toolbox of an agent, a manager and an admin, and the rows that each may see."""
    records, deals = maven
    user = records.user(request.param)
    seen = {AGENT: deals["sales_agent"] == AGENT, MANAGER: deals["manager"] == MANAGER}
    mine = deals[seen[request.param]] if request.param in seen else deals
    with records.seen_by(user, AT) as select:
        yield Toolbox(Book(select, user, AT, ZoneInfo("UTC"))), mine


def groups(found: Finding, label: str) -> dict[str | None, Any]:
    return {next(iter(value.group.values())): value.value for value in found.values if value.label == label}


def figure(found: Finding, label: str) -> Any:
    return next(value.value for value in found.values if value.label == label)


def won(deals: pd.DataFrame) -> pd.DataFrame:
    return deals[deals["deal_stage"] == "Won"]


def closed(deals: pd.DataFrame) -> pd.DataFrame:
    return deals[deals["deal_stage"].isin(["Won", "Lost"])]


def rate(deals: pd.DataFrame, by: str) -> dict[str, float]:
    return {
        str(name): float(value)
        for name, value in (closed(deals)["deal_stage"] == "Won").groupby(deals[by]).mean().items()
    }


def test_how_many_deals_are_open(asked: tuple[Toolbox, pd.DataFrame]) -> None:
    tools, deals = asked
    found = tools.summarise_records(record_type="opportunity", conditions=OPEN)
    assert figure(found, "open deals") == len(deals) - len(closed(deals))


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("owner", "sales_agent"),
        ("owner.manager", "manager"),
        ("owner.regional_office", "regional_office"),
        ("account.industry", "sector"),
        ("product", "product"),
        ("series", "series"),
        ("account.office_location", "office_location"),
    ],
)
def test_revenue_by(asked: tuple[Toolbox, pd.DataFrame], path: str, column: str) -> None:
    tools, deals = asked
    found = tools.summarise_records(
        record_type="opportunity", measure="sum", conditions=WON, group_by=[path], limit=200
    )
    assert groups(found, "won amount") == won(deals).groupby(column)["close_value"].sum().to_dict()


@pytest.mark.parametrize(
    ("path", "column"), [("owner", "sales_agent"), ("account.industry", "sector"), ("product", "product")]
)
def test_win_rate_by(asked: tuple[Toolbox, pd.DataFrame], path: str, column: str) -> None:
    tools, deals = asked
    found = tools.summarise_records(record_type="opportunity", measure="win_rate", group_by=[path], limit=200)
    assert groups(found, "win rate") == pytest.approx(rate(deals, column))


@pytest.mark.parametrize("quarter", ["2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4"])
def test_revenue_of_a_quarter(asked: tuple[Toolbox, pd.DataFrame], quarter: str) -> None:
    tools, deals = asked
    found = tools.summarise_records(record_type="opportunity", measure="sum", conditions=WON, period=quarter)
    mine = won(deals)
    inside = mine["close_date"].dt.to_period("Q") == pd.Period(quarter.replace("-", ""))
    assert figure(found, "won amount") == mine[inside]["close_value"].sum()


def test_deals_won_by_month(asked: tuple[Toolbox, pd.DataFrame]) -> None:
    tools, deals = asked
    found = tools.summarise_records(record_type="opportunity", conditions=WON, group_by=["closed_at:month"])
    by_month = won(deals)["close_date"].dt.strftime("%Y-%m").value_counts().to_dict()
    assert groups(found, "won deals") == by_month


@pytest.mark.parametrize(
    ("measure", "how"), [("average", "mean"), ("median", "median"), ("max", "max"), ("min", "min")]
)
def test_the_size_of_won_deals(asked: tuple[Toolbox, pd.DataFrame], measure: str, how: str) -> None:
    tools, deals = asked
    found = tools.summarise_records(
        record_type="opportunity", measure=measure, field="amount", conditions=WON
    )
    assert found.values[0].value == pytest.approx(getattr(won(deals)["close_value"], how)())


def test_the_sales_cycle_by_sector(asked: tuple[Toolbox, pd.DataFrame]) -> None:
    tools, deals = asked
    found = tools.summarise_records(
        record_type="opportunity",
        measure="average",
        field="cycle_days",
        conditions=WON,
        group_by=["industry"],
    )
    mine = won(deals)
    days = (mine["close_date"] - mine["engage_date"]).dt.days.groupby(mine["sector"]).mean().to_dict()
    assert groups(found, "average days to close") == pytest.approx(days)


def test_the_best_customers(asked: tuple[Toolbox, pd.DataFrame]) -> None:
    tools, deals = asked
    found = tools.find_records(
        record_type="account",
        conditions=[{"field": "won_count", "op": ">", "value": 0}],
        order_by="won_amount",
        limit=5,
    )
    by_account = won(deals).groupby("account")["close_value"].sum().sort_values(ascending=False)
    assert [one.ref.id for one in found.listed] == list(by_account.index[:5])


def test_the_largest_won_deals_of_a_sector(asked: tuple[Toolbox, pd.DataFrame]) -> None:
    tools, deals = asked
    sector = {"field": "account.industry", "op": "is", "value": "Retail"}
    found = tools.find_records(
        record_type="opportunity", conditions=[*WON, sector], order_by="amount", limit=3
    )
    mine = won(deals)
    amounts = mine[mine["sector"] == "retail"]["close_value"].nlargest(3).tolist()
    assert [one.cells["amount"].amount for one in found.listed] == amounts  # type: ignore[union-attr]


def test_deals_between_two_amounts(asked: tuple[Toolbox, pd.DataFrame]) -> None:
    tools, deals = asked
    between = {"field": "amount", "op": "between", "value": [500, 1000]}
    found = tools.summarise_records(record_type="opportunity", conditions=[*WON, between])
    assert figure(found, "won deals") == won(deals)["close_value"].between(500, 1000).sum()


def test_a_quarter_against_the_one_before(asked: tuple[Toolbox, pd.DataFrame]) -> None:
    tools, deals = asked
    found = tools.summarise_records(
        record_type="opportunity", measure="sum", conditions=WON, period="2017-Q4", compare_to="previous"
    )
    mine = won(deals)
    by_quarter = mine["close_value"].groupby(mine["close_date"].dt.quarter).sum()
    assert [value.value for value in found.values[:2]] == [by_quarter[4], by_quarter[3]]


def test_another_agents_figures_are_refused_to_an_agent(maven: tuple[Records, pd.DataFrame]) -> None:
    records, _ = maven
    user = records.user(AGENT)
    with records.seen_by(user, AT) as select:
        tools = Toolbox(Book(select, user, AT, ZoneInfo("UTC")))
        found = tools.summarise_records(
            record_type="opportunity", conditions=[{"field": "owner", "op": "is", "value": "Anna Snelling"}]
        )
    assert found.kind == "refused"
    assert found.values == ()
