"""After an import: signals and scores anew where something changed, and only changed texts embedded."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingest.load_report import LoadReport
from ingest.records import Records

if TYPE_CHECKING:
    from assistant.scoring import Scoring
    from vectorstore.index import Index
    from vectorstore.making import IndexReport

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What was brought up to date: the scores and the index."""

    scoring: dict[str, Any]
    index: "IndexReport"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What an import did: to the records, and to what is derived from them."""

    load: LoadReport
    derived: Derived

    def as_json(self) -> dict[str, Any]:
        """The report as `ingest --json` prints it."""
        return self.load.as_json() | {"scoring": self.derived.scoring, "index": asdict(self.derived.index)}


def refresh(
    records: Records,
    *,
    scoring: "Scoring",
    index: "Index",
    at: datetime,
    retrain: bool | None = None,
    progress: Progress,
) -> Derived:
    """Bring all that is derived from the records up to date with them.

    Signals come first, since the profiles sum them up; then the index embeds what is new, since the scorer
    learns from what was said; then scores. `retrain` None learns anew where outcomes changed.
    """
    from assistant.profiles import refresh_profiles
    from assistant.scoring.reading import read_new

    read_new(records, progress)
    refresh_profiles(records)
    indexed = index.refresh(progress)
    # What was embedded just now is read by what it means, too, and may change a profile once more.
    if read_new(records, progress) and refresh_profiles(records):
        again = index.refresh(progress)
        indexed = replace(
            again,
            embedded=indexed.embedded + again.embedded,
            removed=indexed.removed + again.removed,
            rebuilt=indexed.rebuilt or again.rebuilt,
        )
    return Derived(scoring=scoring.refresh(at, retrain=retrain, progress=progress), index=indexed)
