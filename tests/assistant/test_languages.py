"""The language that a customer writes in is told by the words of its grammar."""

import pytest

from assistant.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We need better dashboards for our management.", "en"),
        ("Unser Finanzchef hat zugestimmt, wir melden uns.", "de"),
        ("Nos gustaría seguir adelante con el proyecto.", "es"),
        ("我们需要更好的报表。", "zh"),
        ("OK", None),
        ("", None),
    ],
)
def test_a_text_has_a_language(text: str, language: str | None) -> None:
    assert language_of([text]) == language


def test_many_short_texts_tell_together() -> None:
    assert language_of(["Danke!", "Ich melde mich.", "Das passt."]) == "de"
