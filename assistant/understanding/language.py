"""Which of the known languages a question is in."""

from collections.abc import Sequence

from assistant.tokens import Token
from assistant.understanding.lexicon import LANGUAGES, lexicon

# Groups whose words are loans everywhere ("lead", "pipeline", "score") or names, and so say little.
_LOANS = frozenset(
    {"record", "noun", "kind", "field", "currency", "number", "scale", "month", "draft", "measure"}
)
# Words that carry the sentence: a question may name a value in another language.
_CARRYING = frozenset({"stop", "logic", "bound", "question", "time"})
_LETTERS = {"de": "äöüß", "es": "ñ¿¡áéíóú"}


def detect(text: str, found: Sequence[Token], before: str | None = None) -> str:
    """The language of a question; where it does not say, `before`, that of the conversation so far."""
    words = [t.form for t in found if t.kind in ("word", "han", "clitic")]
    if not words:
        return before or "en"
    han = sum(t.kind == "han" for t in found)
    latin = sum(t.kind == "word" for t in found)
    if (han >= 2 and han >= latin / 3) or (han and not latin):
        return "zh"
    scores = {language: _score(words, language) for language in LANGUAGES if language != "zh"}
    for language, letters in _LETTERS.items():
        scores[language] += 0.6 * any(c in letters for c in text.lower())
    best = max(scores.values())
    leaders = [language for language, score in scores.items() if score >= best - 0.3]
    if best <= 0.3 or before in leaders:
        return before or ("en" if "en" in leaders else leaders[0])
    return "en" if "en" in leaders else leaders[0]


def _score(words: Sequence[str], language: str) -> float:
    """How much of the text are phrases of the language; each word counts once."""
    covered: dict[int, float] = {}
    for phrase in lexicon(language).phrases(words):
        loan = all(c.group in _LOANS for c in phrase.concepts)
        carrying = all(c.group in _CARRYING for c in phrase.concepts)
        worth = (0.25 if loan else 1.6 if carrying else 1.0) * (
            1.0 if phrase.weight >= phrase.end - phrase.start else 0.5
        )
        for position in range(phrase.start, phrase.end):
            covered[position] = max(covered.get(position, 0.0), worth)
    return sum(covered.values())
