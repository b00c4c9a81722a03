"""Reads all that features are made of, for some records, as of the reader's moment."""

from collections.abc import Sequence

from assistant.scoring import said
from assistant.scoring.features import Material
from assistant.scoring.snapshot import Past, Surroundings, read_cohort, read_timeline
from ingest.entities import RecordType
from ingest.records import Select


def read_material(
    run: Select, type_: RecordType, ids: Sequence[str], around: Surroundings, past: Past
) -> Material:
    """The records of a type with these ids (sorted), what happened with them, and what was said."""
    cohort = read_cohort(run, type_, ids, around)
    timeline = read_timeline(run, cohort)
    places = said.places_of(timeline)
    return Material(
        cohort=cohort,
        timeline=timeline,
        past=past,
        signals=said.read_signals(run, cohort, places),
        places=places,
    )
