"""The words that tell most of a record, found again in the texts of its activities."""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import select

from assistant.scoring.engagement import Seen
from assistant.scoring.features import Material
from assistant.scoring.signals import quoted
from assistant.scoring.table import Floats, Ints
from assistant.scoring.texts import HALF_LIFE, Told
from ingest.records import Select
from ingest.tables import activities
from vectorstore.passages import activity_parts

_AT_ONCE = 500

Quote = tuple[str, str]  # the activity's id and its words


def most_telling(
    run: Select, material: Material, told: Told, records: Ints, moments: Floats, signs: Floats
) -> Mapping[int, Quote]:
    """For each row the sentence that speaks most in the direction of its sign (0: none is wanted)."""
    seen = Seen.at(material.timeline, records, moments)
    names = material.timeline.activities
    number = np.array([material.places[name] for name in names], dtype=np.int64)[seen.entry]
    amount = np.nan_to_num(told.told[number]) * 0.5 ** (seen.days / HALF_LIFE) * signs[seen.row]
    best: dict[int, int] = {}
    for at in np.argsort(amount, kind="stable").tolist():  # the strongest comes last and stays
        if amount[at] > 0 and told.part[number[at]] >= 0:
            best[int(seen.row[at])] = at
    wanted = {row: (names[seen.entry[at]], int(told.part[number[at]])) for row, at in best.items()}
    words = _words(run, sorted({activity for activity, _ in wanted.values()}))
    return {
        row: (activity, quoted(words[activity][part], 0))
        for row, (activity, part) in wanted.items()
        if part < len(words.get(activity, ()))
    }


def _words(run: Select, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found = {}
    for start in range(0, len(ids), _AT_ONCE):
        wanted = activities.c.id.in_(ids[start : start + _AT_ONCE])
        for row in run(select(activities.c.id, activities.c.subject, activities.c.text).where(wanted)):
            found[row.id] = activity_parts(row.subject, row.text)
    return found
