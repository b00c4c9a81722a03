"""Which kind of theme a question is about: "the main objections", "häufigste Beschwerden"."""

from assistant.understanding.items import Reading
from assistant.understanding.lexicon import lexicon


def theme_of(reading: Reading) -> str | None:
    """The kind of theme that is asked for, whatever phrase the word for it stands in."""
    words = [token.form for token in reading.tokens]
    said = lexicon(reading.language).phrases(words)
    return next((c.name for phrase in said for c in phrase.concepts if c.group == "theme"), None)
