"""Quotes: what of a text is shown."""

import pytest

from assistant.tools.voices import quote


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('I need a price list."', "I need a price list."),
        ('"Nobody explained it.', "Nobody explained it."),
        ('Ann said: "We are in."', 'Ann said: "We are in."'),
        ("Die Einführung war zäh.“", "Die Einführung war zäh."),
        ("„Die Schulung gab es nie.“ Anruf folgt.", "„Die Schulung gab es nie.“ Anruf folgt."),
        ("再这样下去我们就不续约了。”", "再这样下去我们就不续约了。"),
    ],
)
def test_a_quotation_mark_without_its_other_half_is_left_out(text: str, shown: str) -> None:
    assert quote(text) == shown
