"""Which language a text is written in, by its small words: enough to see that an answer slipped."""

import re

_SMALL = {
    "en": set(
        re.findall(r"\w+", "the and you your with are of for to that this have was by from about which we")
    ),
    "de": set(
        re.findall(r"\w+", "der die das und ist sind mit für von zu nicht ein eine keine seit ohne oder auf")
    ),
    "es": set(re.findall(r"\w+", "el los las de y con para que una por del sin se está más es la le")),
}
_LEAST = 3  # so many small words tell a language


def written_in(text: str, language: str) -> bool:
    """Whether the text may be in this language; a text of names and figures is in any."""
    chinese = len(re.findall(r"[\u4e00-\u9fff]", text))
    if language == "zh":
        return chinese > 0
    letters = len(re.findall(r"[^\W\d_]", text))
    if chinese > max(letters * 0.3, 8):
        return False
    words = re.findall(r"[^\W\d_]+", text.casefold())
    counts = {name: sum(word in small for word in words) for name, small in _SMALL.items()}
    return max(counts.values()) < max(_LEAST, 2 * counts[language] + 1)
