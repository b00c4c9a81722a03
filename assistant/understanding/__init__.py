"""Understands a question: a typed frame in layers, then tool calls. No language model."""

from assistant.understanding.calls import Call
from assistant.understanding.dialogue import Dialogue
from assistant.understanding.plan import Plan
from assistant.understanding.turn import understand
from assistant.understanding.vocabulary import Vocabularies, Vocabulary, VocabularySource

__all__ = ["Call", "Dialogue", "Plan", "Vocabularies", "Vocabulary", "VocabularySource", "understand"]
