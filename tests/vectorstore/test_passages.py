"""What is worth finding by its meaning."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ingest.entities import RecordType
from vectorstore.passages import (
    activity_parts,
    activity_passages,
    content_hash,
    record_passages,
    sentences,
    without_frame,
)


def test_what_was_said_is_cut_into_sentences() -> None:
    assert activity_parts("Call", "They like it. The price is too high! When can we start?") == (
        "Call",
        "They like it.",
        "The price is too high!",
        "When can we start?",
    )


def test_quotation_marks_stay_with_their_sentence() -> None:
    assert sentences('Met Ana. "We have no budget." Will call again.') == [
        "Met Ana.",
        '"We have no budget."',
        "Will call again.",
    ]


def test_quoted_speech_stands_alone() -> None:
    assert sentences("She said: “We have no budget. Ask again in May.” Will call again.") == [
        "She said:",
        "“We have no budget.",
        "Ask again in May.”",
        "Will call again.",
    ]


def test_chinese_sentences_need_no_spaces() -> None:
    assert sentences("上线过程非常混乱。没有人来培训我们！下周再谈合同的事情。") == [
        "上线过程非常混乱。",
        "没有人来培训我们！",
        "下周再谈合同的事情。",
    ]


def test_greeting_closing_and_quoted_mail_are_left_out() -> None:
    mail = (
        "Dear Ms Weber,\nthe parcel has not arrived.\nBest regards\nJohn Smith\n\n"
        "On Mon, 3 Mar 2025 at 10:00, Weber wrote:\n> When did you order?\n"
    )
    assert without_frame(mail) == "the parcel has not arrived."


def test_quoted_mail_is_left_out_in_all_four_languages() -> None:
    for line in (
        "On Mon, 3 Mar 2025 at 10:00, Weber <w@x.example> wrote:",
        "Am 03.03.2025 um 10:00 schrieb Weber <w@x.example>:",
        "El lun, 3 mar 2025 a las 10:00, Weber escribió:",
        "在 2025年3月3日，Weber 写道：",
        "-----Original Message-----",
    ):
        assert without_frame(f"Yes, we agree to that.\n{line}\nDo you agree?") == "Yes, we agree to that."


def test_a_mail_of_nothing_but_a_greeting_is_kept() -> None:
    assert without_frame("Hello,") == "Hello,"


def test_reply_marks_are_no_part_of_a_subject() -> None:
    assert activity_parts("Re: AW: FW: Delivery date", None) == ("Delivery date",)
    assert activity_parts("回复：报价", None) == ("报价",)


def test_what_holds_no_letter_is_no_passage() -> None:
    assert activity_parts("---", "12345\n!!!") == ()
    assert activity_parts(None, None) == ()


def test_long_texts_become_overlapping_windows() -> None:
    text = " ".join(f"This is what speaker number {number} had to say about it." for number in range(200))
    windows = sentences(text)
    assert 30 <= len(windows) < 80
    for before, after in itertools.pairwise(windows):
        assert before.rsplit(". ", 1)[-1] == after.split(". ", 1)[0] + "."


@given(st.text(max_size=2000))
def test_no_text_is_lost_and_none_is_too_long(text: str) -> None:
    parts = sentences(text)
    assert all(len(part) <= 560 for part in parts)
    letters = [character for character in text if character.isalnum()]
    if len(parts) <= 32:
        assert [character for character in "".join(parts) if character.isalnum()] == letters


def test_a_run_without_gaps_is_cut() -> None:
    assert max(map(len, sentences("x" * 5000))) <= 480
    assert max(map(len, sentences("合同" * 2000))) <= 160


def test_passages_are_numbered_and_carry_the_hash_of_their_words() -> None:
    first, second = activity_passages("T1", "Visit", "We talked about the new machine.")
    assert (first.id, second.id) == ("activity:T1#0", "activity:T1#1")
    assert second.content_hash == content_hash("We talked about the new machine.")
    assert second.content_hash == activity_passages("T2", None, second.text)[0].content_hash


def test_a_record_tells_what_it_is_and_not_who_owns_it() -> None:
    lead = {
        "id": "L1",
        "name": "Ana Ruiz",
        "company": "Vega SA",
        "industry": "Logistics",
        "email": "ana@vega.example",
        "phone": "+34600000000",
        "owner_id": "U1",
        "status": "Working",
        "outcome": "open",
        "description": "Wants to automate the warehouse. Has 40 lorries.",
        "extra": {"Interest": "robots", "Lead Number": "4711", "Notes": "Has been to our stand twice. " * 4},
    }
    passages = record_passages(RecordType.LEAD, lead, {"Interest": "category"})
    assert passages[0].text == "Ana Ruiz, Vega SA, Logistics, Interest: robots"
    everything = " ".join(passage.text for passage in passages)
    assert "automate the warehouse" in everything
    assert "twice" in everything
    for left_out in ("ana@vega.example", "+346", "U1", "Working", "4711"):
        assert left_out not in everything


def test_a_profile_is_searched_too() -> None:
    passages = record_passages(
        RecordType.ACCOUNT, {"id": "A1", "name": "Vega SA"}, {}, "Worried about late deliveries."
    )
    assert [passage.text for passage in passages] == ["Vega SA", "Worried about late deliveries."]
