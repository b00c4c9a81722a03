"""Numbers and amounts as people write them."""

import pytest

from assistant.tokens import clean, tokens
from assistant.understanding import numbers
from assistant.understanding.lexicon import lexicon
from assistant.understanding.numbers import Number


def read(text: str, language: str) -> list[Number]:
    found = tokens(clean(text))
    return numbers.find(found, list(lexicon(language).phrases([t.form for t in found])), language)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "50k", 50_000), ("en", "1.5 million", 1_500_000), ("en", "50,000", 50_000),
        ("en", "two hundred", 200),
        ("en", "twenty five", 25), ("en", "a dozen", 12), ("en", "1,234.50", 1234.5),
        ("de", "50.000", 50_000), ("de", "1,5 Mio", 1_500_000), ("de", "20 Tsd", 20_000),
        ("de", "fünfzig", 50),
        ("es", "50 mil", 50_000), ("es", "2,5 millones", 2_500_000), ("es", "10.000", 10_000),
        ("zh", "五万", 50_000), ("zh", "1.5亿", 150_000_000), ("zh", "两百五十", 250), ("zh", "十二", 12),
    ],
)  # fmt: skip
def test_a_number_has_the_value_that_its_language_gives_it(language: str, text: str, value: float) -> None:
    assert [n.value for n in read(text, language)] == [value]


@pytest.mark.parametrize(
    ("text", "currency"), [("$50k", "USD"), ("€ 20,000", "EUR"), ("300 euros", "EUR"), ("10,000", None)]
)
def test_an_amount_keeps_its_currency(text: str, currency: str | None) -> None:
    (found,) = read(text, "en")
    assert found.currency == currency


def test_a_percentage_is_a_fraction() -> None:
    (found,) = read("over 80%", "en")
    assert (found.percent, found.fraction) == (True, 0.8)
