"""Full text: the words of a question in the passages."""

from pathlib import Path

import pytest

from vectorstore.fulltext import FullText, FullTextWriter
from vectorstore.words import index_tokens, query_terms, words

TEXTS = {
    "h1": "The invoices were wrong again.",
    "h2": "Die Rechnungen stimmen nicht, Größe falsch.",
    "h3": "发票开错了，请重新开。",
    "h4": "Hay un error en la facturación del almacén.",
    "h5": "They connect everything to SAP.",
}


@pytest.fixture
def full_text(tmp_path: Path) -> FullText:
    writer = FullTextWriter(tmp_path / "words.sqlite")
    writer.add(TEXTS.items())
    writer.close()
    return FullText(tmp_path / "words.sqlite")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("SAP", "h5"),
        ("who has a wrong invoice", "h1"),
        ("wer hat eine falsche Rechnung", "h2"),
        ("GROSSE", "h2"),
        ("谁的发票有错", "h3"),
        ("facturacion", "h4"),
        ("almacen", "h4"),
    ],
)
def test_words_are_found_without_regard_to_case_accents_and_inflection(
    full_text: FullText, question: str, found: str
) -> None:
    coverage = full_text.shares(question).best(10)
    assert max(coverage, key=lambda one: coverage[one]) == found


def test_coverage_is_the_share_of_the_questions_words(full_text: FullText) -> None:
    assert full_text.shares("wrong invoices").best(10) == {"h1": 1.0}
    assert full_text.shares("wrong machine").best(10) == {"h1": 0.5}
    assert full_text.shares("invoice").best(10) == {"h1": pytest.approx(0.7)}


def test_the_share_among_some_passages_is_the_same(full_text: FullText) -> None:
    shares = full_text.shares("wrong invoices")
    assert shares.among(["h1", "h2", "h9"]) == {"h1": 1.0}
    assert shares.among([]) == {}
    assert full_text.shares("invoices SAP").best(1).keys() == {"h1"}


def test_what_nobody_said_is_not_found(full_text: FullText) -> None:
    assert full_text.shares("helicopter").best(10) == {}
    assert full_text.shares("").best(10) == {}


@pytest.mark.parametrize(
    "question", ['"', "' or 1=1 --", "NEAR(", "a* AND (", "words:sap^", "\x00", "-" * 500]
)
def test_no_question_is_taken_for_a_command(full_text: FullText, question: str) -> None:
    full_text.shares(question).best(10)


def test_what_is_taken_out_is_not_found(tmp_path: Path) -> None:
    writer = FullTextWriter(tmp_path / "words.sqlite")
    writer.add(TEXTS.items())
    writer.remove(["h5"])
    writer.add([("h6", "SAP is what they use.")])
    writer.close()
    assert FullText(tmp_path / "words.sqlite").shares("SAP").best(10) == {"h6": 1.0}


def test_the_file_keeps_no_sentence(tmp_path: Path) -> None:
    writer = FullTextWriter(tmp_path / "words.sqlite")
    writer.add([("h1", "Zanzibar Quagmire ordered forty helicopters")])
    writer.close()
    content = (tmp_path / "words.sqlite").read_bytes().lower()
    assert b"zanzibar quagmire" not in content
    assert b"ordered forty" not in content


def test_questions_keep_the_words_that_name_the_topic() -> None:
    assert [word for word, _ in query_terms("who complained about onboarding?")] == [
        "complained",
        "onboarding",
    ]
    assert [word for word, _ in query_terms("wer hat sich über die Lieferung beschwert")] == [
        "lieferung",
        "beschwert",
    ]
    assert [word for word, _ in query_terms("谁提到了价格")] == ["价格"]
    assert [word for word, _ in query_terms("who")] == ["who"]


def test_wide_scripts_are_compared_by_pairs() -> None:
    assert words("上线培训 2.0 SSO") == ["上线", "线培", "培训", "2", "0", "sso"]
    assert words("サーバー") == ["サー", "ーバ", "バー"]
    assert "价" in index_tokens("价").split()
