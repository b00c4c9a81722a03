"""Scores that add up: what was said, what happened and what outcomes teach, with reasons."""

from assistant.scoring.scoring import Scoring

__all__ = ["Scoring"]
