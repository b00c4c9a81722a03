"""Numbers as files write them."""

import pytest

from ingest.amounts import Amount, DecimalSign, currency_in, decimal_sign, read_amount


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("€1.250,00", Amount(1250.0, "EUR")),
        ("1.250,00 €", Amount(1250.0, "EUR")),
        ("1,250.00", Amount(1250.0, None)),
        ("50k", Amount(50_000.0, None)),
        ("$2.5M", Amount(2_500_000.0, "USD")),
        ("1 250,50", Amount(1250.5, None)),
        ("1'250.00", Amount(1250.0, None)),
        ("(12.50)", Amount(-12.5, None)),
        ("USD 1,250", Amount(1250.0, "USD")),
        ("1,5 Mio. €", Amount(1_500_000.0, "EUR")),
        ("50万元", Amount(500_000.0, "CNY")),
        ("1e5", Amount(100_000.0, None)),
        ("-3", Amount(-3.0, None)),
    ],
)
def test_an_amount_is_read_with_its_currency(cell: str, expected: Amount) -> None:
    assert read_amount(cell, None) == expected


@pytest.mark.parametrize("cell", ["", "abc", "1.2.3", "10-20", "12 apples", "tbd", "2024-01-31", "(5"])
def test_other_text_is_no_amount(cell: str) -> None:
    assert read_amount(cell, None) is None


def test_a_point_before_three_digits_means_what_the_column_says() -> None:
    assert decimal_sign(["1.250", "99,50"]) is DecimalSign.COMMA
    assert read_amount("1.250", DecimalSign.COMMA) == Amount(1250.0, None)
    assert read_amount("1.250", DecimalSign.POINT) == Amount(1.25, None)


def test_a_columns_name_may_state_the_currency() -> None:
    assert currency_in("Amount (EUR)") == "EUR"
    assert currency_in("Betrag in €") == "EUR"
    assert currency_in("Amount in company currency") is None


def test_a_key_is_no_amount() -> None:
    assert read_amount("K-00012", None) is None
    assert read_amount("M-7", None) is None
    assert read_amount("-7M", None) is not None
