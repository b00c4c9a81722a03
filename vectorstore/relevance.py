"""How surely a passage speaks of what was asked: from its nearness and the words it shares; pure.

Measured on questions and notes in English, Chinese, German and Spanish (tests/bench); it depends on the
question and the passage alone, so what somebody else's records hold moves nothing.
"""

import math

RELEVANT = 0.5  # from here on a passage is more likely on the topic than not

# Log-odds, fitted by tests/bench/calibrate.py.
_BASE = -4.0
_NEARNESS = 9.0
_WORDS = 3.0


def relevance(nearness: float, coverage: float) -> float:
    """The probability (0 to 1) that a passage is on the topic of a question.

    `nearness` is the cosine of both; `coverage` is the share of the question's words in the passage.
    """
    return 1.0 / (1.0 + math.exp(-(_BASE + _NEARNESS * nearness + _WORDS * coverage)))
