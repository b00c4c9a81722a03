"""Whose words the sentences of an activity are: the customer's, or a rep's who notes them down."""

from dataclasses import dataclass
from typing import Any

import pytest

from assistant.scoring.listening import customers_parts


@dataclass
class Row:
    """An activity as it is read for this."""

    kind: str
    text: str
    direction: str | None = None
    subject: str | None = None


def heard(row: Any) -> list[tuple[str, bool]]:
    return [(text, own) for _, text, own in customers_parts(row, frozenset())]


def test_quoted_speech_in_a_reps_note_is_the_customers_own() -> None:
    row = Row(
        "call",
        "Had Mrs Lang on the line. She said: “It costs too much. We had better wait.” Sent the slides.",
    )
    assert heard(row) == [
        ("Had Mrs Lang on the line. She said:", False),
        ("“It costs too much.", True),
        ("We had better wait.”", True),
    ]


@pytest.mark.parametrize(
    "act",
    [
        "Sent the quote as requested.",
        "Angebot verschickt wie besprochen.",
        "Le ofrecí un descuento.",
        "已发送报价。",
    ],
)
def test_what_a_rep_did_is_nothing_that_the_customer_said(act: str) -> None:
    assert heard(Row("note", act)) == []


def test_a_subject_counts_only_where_there_is_nothing_else() -> None:
    mail = Row("email", "All is fine with us, thanks.", "inbound", "Cancellation")
    assert heard(mail) == [("All is fine with us, thanks.", True)]
    assert heard(Row("email", "", "inbound", "Cancellation")) == [("Cancellation", True)]


def test_an_outbound_mail_is_all_the_reps() -> None:
    assert heard(Row("email", "Is the price too high for you?", "outbound")) == []
