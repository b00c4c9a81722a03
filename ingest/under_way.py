"""A load under way: what it has read so far, what it knows, and what it had to set aside."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ingest.activity_stage import ActivityStage
from ingest.entities import RecordType
from ingest.links import Directory
from ingest.load_report import Merged, Rejected
from ingest.plan import Plan
from ingest.recognition import Recognised
from ingest.staging import Stage

Progress = Callable[[str, float], None]  # told the step, and which share of it is done


@dataclass(slots=True)
class Counts:
    """What became of the rows of one file."""

    read: int = 0
    loaded: int = 0
    set_aside: int = 0
    repeated: int = 0


@dataclass(slots=True)
class UnderWay:
    """One load under way."""

    connection: Connection
    timezone: ZoneInfo
    latest: datetime  # later than this nothing can have happened
    progress: Progress
    recognised: Recognised
    gone: Mapping[RecordType, Collection[str]] = field(default_factory=dict)  # deleted by their source
    stage: Stage = field(default_factory=Stage)
    directory: Directory = field(default_factory=Directory)
    rejected: list[Rejected] = field(default_factory=list)
    matches: list[Merged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counts: dict[tuple[str, RecordType], Counts] = field(default_factory=dict)
    activities: ActivityStage | None = None

    def plans(self, *, activities: bool) -> list[Plan]:
        """The files of activities, or those of all other records."""
        return [plan for plan in self.recognised.plans if (plan.type is RecordType.ACTIVITY) == activities]


def file_key(plan: Plan) -> tuple[str, RecordType]:
    """A file counts apart for each type of record that it holds."""
    return plan.sheet.file, plan.type
