"""What a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.entities import Ref
from vectorstore.relevance import RELEVANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A record that speaks of what was searched, by its best passage.

    `similarity` is the cosine of both meanings (-1 to 1); `relevance` the probability (0 to 1) that the
    passage is on the topic. `passage_id` is the record and the number of the passage: "activity:00T1#2".
    """

    ref: Ref
    passage_id: str
    similarity: float
    relevance: float


def relevant(hits: Sequence[Hit]) -> list[Hit]:
    """The hits that are more likely on the topic than not."""
    return [hit for hit in hits if hit.relevance >= RELEVANT]
