"""Names across scripts: "王芳" is also "Wang Fang", "Иванов" also "Ivanov"."""

from functools import cache
from pathlib import Path

from assistant.tokens import fold

_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ"
_LATIN = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i i e g"
_CYRILLIC = dict(zip(_LETTERS, _LATIN.replace("-", "").split(" "), strict=True))


@cache
def _syllables() -> dict[str, str]:
    lines = Path(__file__).with_name("pinyin.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return {character: syllable for syllable, characters in pairs for character in characters}


def latin(key: tuple[str, ...]) -> tuple[str, ...] | None:
    """The words of a name in Latin letters, or None where it is in them already or cannot be told.

    A Chinese name of a person is its family name and its given name: 王小芳 is "wang", "xiaofang".
    """
    if key and all(len(w) == 1 and w > "\u3000" for w in key):
        syllables = _syllables()
        if len(key) > 4 or any(w not in syllables for w in key):
            return None
        first, *given = (syllables[w] for w in key)
        return (first, "".join(given)) if given else (first,)
    if any("\u0400" <= c <= "\u04ff" for w in key for c in w):
        return tuple(fold("".join(_CYRILLIC.get(c, c) for c in w)) for w in key)
    return None
