"""The language of a question."""

import pytest

from assistant.tokens import clean, tokens
from assistant.understanding.language import detect


def language(text: str, before: str | None = None) -> str:
    return detect(clean(text), tokens(clean(text)), before)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("who are my hottest leads", "en"),
        ("Wer sind meine heißesten Leads?", "de"),
        ("¿Cuáles son mis leads más calientes?", "es"),
        ("我这周最热的线索", "zh"),
        ("介绍一下John Smith", "zh"),
        ("Umsatz pro Quartal", "de"),
        ("ingresos por mes", "es"),
    ],
)
def test_a_question_tells_its_language(text: str, expected: str) -> None:
    assert language(text) == expected


def test_a_bare_name_stays_in_the_language_of_the_conversation() -> None:
    assert language("Konex", "de") == "de"
    assert language("Konex") == "en"
