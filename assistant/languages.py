"""Which of the known languages a customer writes in. Pure."""

import re
from collections.abc import Iterable

# Words of the grammar, that no text of a few sentences does without, and that the others do not have.
_WORDS = {
    "en": "the and you we for with that is are our have this would can not your please thanks has was been "
    "to it of in on at be will they their from there do does an us",
    "de": "der die das und wir ist nicht mit sie ich für ein eine auf bitte danke uns haben noch zu hat "
    "unser unsere den dem des im vom zum bei wird wurde sind kein keine sehr von einen einem als auch nach "
    "bis mir ihr ihre ihnen",
    "es": "el los las que por para con una es estamos nos gracias su muy pero del como necesitamos y lo "
    "nuestro nuestra se ha han al más hay está este esta sus le ya sin son fue",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENOUGH = 2


def language_of(texts: Iterable[str]) -> str | None:
    """The language of the texts taken together; None where they are too short to tell."""
    text = " ".join(texts).lower()
    if len(_HAN.findall(text)) >= 4:
        return "zh"
    words = re.findall(r"[^\W\d_]+", text)
    counts = {language: sum(word in known for word in words) for language, known in _SETS.items()}
    best = max(counts, key=lambda language: counts[language])
    others = max(count for language, count in counts.items() if language != best)
    return best if counts[best] >= _ENOUGH and counts[best] > 1.5 * others else None
