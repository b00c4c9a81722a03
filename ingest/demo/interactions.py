"""Activities on their way into the export: a customer's timeline, written as tasks and events."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from ingest.demo.clock import DAY, HOUR, date_text, day_of, stamp, working_moment
from ingest.demo.exports import Exports, Tables, salesforce_id
from ingest.demo.voices import Said, Voice

_CUSTOMER_KINDS = ("Email",) * 9 + ("Call",) * 5 + ("Meeting",) * 3 + ("Chat",) * 2 + ("Form",)
_REP_KINDS = ("Email",) * 11 + ("Note",) * 4 + ("Call",) * 2
_DURATIONS = (30, 30, 45, 60, 60, 90)


@dataclass(slots=True, kw_only=True)
class Heard:
    """What has come of a customer's activities so far: all that an outcome may follow from."""

    themes: set[str] = field(default_factory=set)
    activities: int = 0
    voiced: int = 0  # those in which the customer speaks
    meetings: int = 0
    visits: int = 0

    def add(self, said: Said) -> None:
        """Take one more activity into account."""
        self.activities += 1
        self.themes.update(said.themes)
        self.voiced += said.speaker == "customer"
        self.meetings += said.kind == "Meeting"
        self.visits += said.kind == "Web Visit"

    @property
    def engagement(self) -> float:
        """How much their behaviour, apart from their words, adds to the log-odds."""
        if not self.activities:
            return -0.4
        answered = (self.voiced + 1.0) / (self.activities + 2.4)
        return 1.6 * (answered - 0.45) + 0.35 * (self.meetings > 0) + 0.15 * min(self.visits, 3) - 0.15


class Journal:
    """Writes activities and what is true about them."""

    def __init__(self, rng: Random, exports: Exports, truth: Tables, *, now: int) -> None:
        self._rng = rng
        self._exports = exports
        self._truth = truth
        self._now = now
        self.tasks = 0
        self.events = 0

    def write(self, said: Said, at: int, *, who: str, what: str, owner: str, language: str) -> None:
        """One activity that has taken place; it was logged then or soon after."""
        rng = self._rng
        late = DAY * rng.random() if rng.random() < 0.05 else HOUR * rng.random() * 0.2
        logged = stamp(min(at + late, self._now))
        if said.kind == "Meeting":
            identity = self._event(
                said,
                at,
                logged=stamp(max(at - rng.randrange(1, 9) * DAY, 0)),
                who=who,
                what=what,
                owner=owner,
            )
        else:
            identity = self._task(said, at, logged=logged, who=who, what=what, owner=owner, done=True)
        self._truth.write(
            "themes",
            {
                "type": "activity",
                "id": identity,
                "language": language,
                "speaker": said.speaker,
                "themes": ";".join(said.themes),
                "negated": ";".join(said.negated),
                "raised_by_rep": ";".join(said.raised_by_rep),
            },
        )

    def plan(self, said: Said, at: int, *, who: str, what: str, owner: str, since: int) -> None:
        """A meeting or a task still to come, entered before now and after the record."""
        entered = stamp(max(self._now - int((0.1 + 6 * self._rng.random()) * DAY), since))
        if said.kind == "Meeting":
            self._event(said, at, logged=entered, who=who, what=what, owner=owner)
        else:
            self._task(said, at, logged=entered, who=who, what=what, owner=owner, done=False)

    def _task(self, said: Said, at: int, *, logged: str, who: str, what: str, owner: str, done: bool) -> str:
        self.tasks += 1
        identity = salesforce_id("Task", self.tasks)
        self._exports.write(
            "Task",
            {
                "Id": identity,
                "Subject": said.subject,
                "Type": said.kind,
                "Status": "Completed" if done else "Not Started",
                "ActivityDate": date_text(at),
                "CompletedDateTime": stamp(at) if done else "",
                "CreatedDate": logged,
                "Direction__c": said.direction,
                "Description": said.text,
                "WhoId": who,
                "WhatId": what,
                "OwnerId": owner,
            },
        )
        return identity

    def _event(self, said: Said, at: int, *, logged: str, who: str, what: str, owner: str) -> str:
        self.events += 1
        identity = salesforce_id("Event", self.events)
        length = _DURATIONS[self._rng.randrange(len(_DURATIONS))]
        self._exports.write(
            "Event",
            {
                "Id": identity,
                "Subject": said.subject,
                "Type": "Meeting",
                "StartDateTime": stamp(at),
                "EndDateTime": stamp(at + length * 60),
                "DurationInMinutes": length,
                "CreatedDate": logged,
                "Location": ("Online", "On site", "Phone bridge")[self._rng.randrange(3)],
                "Description": said.text,
                "WhoId": who,
                "WhatId": what,
                "OwnerId": owner,
            },
        )
        return identity


def next_said(rng: Random, voice: Voice, *, openness: float) -> Said:
    """The next activity; the more open a customer, the more often it is they who speak."""
    draw = rng.random()
    if draw < openness:
        return voice.customer(_CUSTOMER_KINDS[rng.randrange(len(_CUSTOMER_KINDS))])
    if draw > 0.94 - 0.1 * openness:
        return voice.visit()
    return voice.rep(_REP_KINDS[rng.randrange(len(_REP_KINDS))])


def moments(rng: Random, count: int, start: float, end: float) -> list[int]:
    """`count` moments in office hours between start and end, in order."""
    return sorted(working_moment(rng, start, end) for _ in range(count)) if end - start > 2 else []


def freshen(rng: Random, times: list[int], start: int, now: int) -> list[int]:
    """Move the newest of an active record's moments close to now, so that this week is never empty."""
    if not times:
        return times
    draw = rng.random()
    since = day_of(now) if draw < 0.12 else now - 5 * DAY if draw < 0.45 else None
    if since is None:
        return times
    earliest = max(since, start + 60)
    if now - earliest < 120:
        return times
    newest = (
        earliest + int(rng.random() * (now - earliest)) if draw < 0.12 else working_moment(rng, earliest, now)
    )
    return sorted([*times[:-1], newest])


def shares(weights: Sequence[float], total: int) -> list[int]:
    """Whole numbers in proportion to the weights that add up to `total`."""
    factor = total / (sum(weights) or 1.0)
    counts, reached, given = [], 0.0, 0
    for weight in weights:
        reached += weight * factor
        counts.append(int(reached + 0.5) - given)
        given += counts[-1]
    if counts:
        counts[-1] += total - given
    return counts
