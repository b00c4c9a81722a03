"""Any columns: types found, rare levels pooled, missing values kept as such, identifiers out."""

import numpy as np
import pytest

from assistant.scoring.columns import Column, ColumnKind, LeftOut, Why, recognise
from assistant.scoring.table import MISSING, OTHER
from assistant.scoring.values import dates, numbers


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["12", "7.5", "", "1,200"] * 10, ColumnKind.NUMBER),
        (["$1,100.50", "$900", "n/a"] * 10, ColumnKind.NUMBER),
        (["12,5", "1.234,5", "7"] * 10, ColumnKind.NUMBER),
        (["45 %", "3%", "100 %"] * 10, ColumnKind.NUMBER),
        (["yes", "no", None] * 10, ColumnKind.CATEGORY),
        (["Fintech", "Retail", "Retail"] * 10, ColumnKind.CATEGORY),
        (["2025-01-03", "2025-02-14", ""] * 10, ColumnKind.DATE),
        (["31.12.2025", "01.02.2025"] * 10, ColumnKind.DATE),
        (
            [f"A long remark about customer {i}, which nobody writes the same way twice." for i in range(30)],
            ColumnKind.TEXT,
        ),
    ],
)
def test_what_a_column_holds_is_found(cells: list[str | None], kind: ColumnKind) -> None:
    found = recognise("Something", cells)
    assert isinstance(found, Column)
    assert found.kind is kind


@pytest.mark.parametrize(
    ("name", "cells", "why"),
    [
        ("Prospect ID", [str(9_000 + 3 * (i * 37 % 101)) for i in range(100)], Why.IDENTIFIER),
        ("Reference", [f"R-{i:x}" for i in range(100)], Why.IDENTIFIER),
        ("Country", ["DE"] * 50, Why.CONSTANT),
        ("Notes", [""] * 50, Why.EMPTY),
    ],
)
def test_what_cannot_take_part_says_why(name: str, cells: list[str], why: Why) -> None:
    found = recognise(name, cells)
    assert isinstance(found, LeftOut)
    assert found.why is why


def test_rare_levels_share_one_code_and_missing_has_its_own() -> None:
    column = recognise("Plan", ["gold"] * 40 + ["Silver"] * 40 + ["odd", "strange", None])
    assert isinstance(column, Column)
    codes = column.encode(["GOLD", "silver ", "odd", "never seen", None, ""])
    assert codes[0] != codes[1]
    assert codes[2] == codes[3] == OTHER
    assert codes[4] == codes[5] == MISSING


def test_a_date_counts_in_days_before_the_moment() -> None:
    column = Column(name="Since", kind=ColumnKind.DATE)
    moment = dates(["2025-03-11"])
    assert column.at(column.encode(["2025-03-01"]), moment) == pytest.approx([10.0])


def test_a_column_that_is_mostly_empty_may_still_say_something() -> None:
    found = recognise("Referred by", [None] * 70 + [f"Person {i}" for i in range(30)])
    assert isinstance(found, Column)
    assert list(found.encode(["Ann", None])) == [1.0, 0.0]


def test_numbers_are_read_as_people_write_them() -> None:
    assert list(numbers(["1,234.50", "(500)", "USD 7", "2e3"])) == [1234.5, -500.0, 7.0, 2000.0]
    assert list(numbers(["1.234,50", "3,5"])) == [1234.5, 3.5]
    assert np.isnan(numbers(["Infinity and beyond", "nan", "", None])).all()


def test_the_order_of_day_and_month_is_taken_from_the_column() -> None:
    assert list(dates(["03/25/2025", "04/01/2025"])) == list(dates(["2025-03-25", "2025-04-01"]))
    assert list(dates(["25/03/2025", "01/04/2025"])) == list(dates(["2025-03-25", "2025-04-01"]))
    assert list(dates(["2025年3月25日"])) == list(dates(["2025-03-25"]))
