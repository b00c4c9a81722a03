"""Meanings of sentences: the weights that ship belong to the examples and the embedders that ship."""

from assistant.scoring import meanings
from assistant.scoring.concepts import CONCEPTS
from vectorstore.embedders import embedder


def test_the_default_embedder_has_weights_made_from_the_examples_as_they_are() -> None:
    found = meanings.packaged(embedder().fingerprint[:32])
    assert found is not None, "make them anew: see docs"
    assert found.examples == meanings.digest()


def test_every_concept_has_examples() -> None:
    assert {one.concept for one in meanings.examples()} == {*CONCEPTS, meanings.NOTHING}


# Written for this test alone; none of them stands among the examples.
IN_OTHER_WORDS = {
    "We would have to know what the subscription comes to.": "intent.pricing",
    "My colleagues are keen to see a live walkthrough.": "intent.demo",
    "Everything has been agreed, so send us the order form and we begin.": "intent.purchase",
    "That sum is out of reach for us.": "objection.price",
    "The money was released by the board yesterday.": "budget.approved",
    "Das ist für uns leider deutlich zu kostspielig.": "objection.price",
    "Wir haben einen anderen Hersteller gewählt und brauchen Sie nicht mehr.": "objection.no_interest",
    "Seit Tagen meldet sich bei Ihrem Kundendienst niemand.": "complaint.support",
    "Nuestro director financiero ya aprobó los recursos.": "budget.approved",
    "El soporte nos dejó esperando tres semanas.": "complaint.support",
    "我们现在同时在看另外两家的产品。": "competitor.mention",
    "这件事等到明年再说。": "timing.later",
}


def test_sentences_are_understood_in_other_words() -> None:
    model = embedder()
    found = meanings.packaged(model.fingerprint[:32])
    assert found is not None
    judged = found.judge(model.encode(list(IN_OTHER_WORDS)))
    meant = [CONCEPTS[row.argmax()] for row in judged]
    right = [told == wanted for told, wanted in zip(meant, IN_OTHER_WORDS.values(), strict=True)]
    assert sum(right) >= 8, list(zip(IN_OTHER_WORDS, meant, strict=True))


def test_what_says_nothing_means_nothing() -> None:
    model = embedder()
    found = meanings.packaged(model.fingerprint[:32])
    assert found is not None
    lines = [
        "The office will be repainted in March.",
        "Viele Grüße aus Hamburg",
        "Nos vemos el jueves.",
        "附件请查收。",
    ]
    assert found.judge(model.encode(lines)).max() < 0.5
