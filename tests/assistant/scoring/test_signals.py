"""What is read out of texts: in four languages, with speakers, negation and quotes."""

import pytest

from assistant.scoring.signals import Signal, read


def _read(
    text: str, *, kind: str = "email", direction: str | None = "inbound", **more: object
) -> list[Signal]:
    return read(None, text, kind=kind, direction=direction, **more)  # type: ignore[arg-type]


def _says(text: str, **more: object) -> set[str]:
    found = _read(text, **more)  # type: ignore[arg-type]
    return {f"{signal.kind}.{signal.name}" for signal in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Could you send us a quote for 40 seats?", "intent.pricing"),
        ("We would like to move forward and sign this week.", "intent.purchase"),
        ("Honestly, it is too expensive for us.", "objection.price"),
        ("The board has not released any money, there is no budget this year.", "budget.none"),
        ("Könnten Sie uns bitte ein Angebot schicken?", "intent.pricing"),
        ("Das Budget wurde letzte Woche freigegeben.", "budget.approved"),
        ("Wir vergleichen gerade mit einem Mitbewerber.", "competitor.mention"),
        ("¿Cuánto cuesta la licencia anual?", "intent.pricing"),
        ("Todavía seguimos sin respuesta y estamos muy decepcionados.", "complaint.general"),
        ("Necesitamos empezar lo antes posible.", "timing.soon"),
        ("请尽快发一份报价单给我们。", "intent.pricing"),
        ("领导已经批了预算，可以签合同。", "intent.contract"),
        ("价格太高了，接受不了。", "objection.price"),
        ("明年再考虑吧。", "timing.later"),
    ],
)
def test_each_language_is_read(text: str, expected: str) -> None:
    assert expected in _says(text)


def test_a_denial_turns_what_is_said_around() -> None:
    assert "sentiment.positive" in _says("We are happy with the proposal.")
    assert "sentiment.negative" in _says("We are not happy with the proposal.")
    assert "sentiment.negative" in _says("Das gefällt uns nicht.")
    assert "sentiment.negative" in _says("同事们都不太满意。")
    assert "budget.approved" not in _says("We do not have budget.")


def test_only_the_clause_with_the_not_is_denied() -> None:
    assert "intent.pricing" in _says("We have not decided yet, but please send us the price list.")


def test_an_outbound_mail_is_the_reps_word() -> None:
    (signal, *_) = _read("Are you ready to buy?", direction="outbound")
    assert signal.speaker == "rep"


def test_a_quoted_mail_is_the_other_sides_word() -> None:
    text = "Too expensive for us.\n\nOn Mon, 3 Nov 2025, Ana Ruiz wrote:\nWe are happy to offer a discount."
    by = {(f"{signal.kind}.{signal.name}", signal.speaker) for signal in _read(text)}
    assert ("objection.price", "customer") in by
    assert ("sentiment.positive", "rep") in by
    assert ("sentiment.positive", "customer") not in by


def test_turns_of_a_transcript_have_speakers() -> None:
    text = "Maria: Are you looking at other vendors?\nMr Okafor: No, but the budget is approved."
    by = {
        (f"{signal.kind}.{signal.name}", signal.speaker)
        for signal in _read(text, kind="call", direction=None, reps=frozenset({"maria"}))
    }
    assert ("budget.approved", "customer") in by
    assert ("competitor.mention", "rep") in by


def test_a_note_about_a_call_is_nobodys_word() -> None:
    (signal, *_) = _read("They have no budget until spring.", kind="note", direction=None)
    assert (signal.kind, signal.name, signal.speaker) == ("budget", "none", None)


def test_a_quote_stands_in_the_text() -> None:
    text = "Thanks for the call. We would like a demo for the team, and the CFO wants to see the price list."
    assert all(signal.quote in text for signal in _read(text))


def test_a_refusal_is_no_interest_in_the_same_breath() -> None:
    said = _says("We are not interested in a demo, thank you.")
    assert "objection.no_interest" in said
    assert "intent.demo" not in said


def test_a_rival_is_named() -> None:
    assert "competitor.Zenflow" in _says("We are also looking at other vendors and compare you with Zenflow.")


def test_nothing_said_says_nothing() -> None:
    assert _says("") == set()
    assert read(None, None, kind="call", direction=None) == []
