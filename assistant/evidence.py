"""What a turn may state: the facts of its findings, each with the names it is about. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from assistant import claims, wording
from assistant.answers import Arg, Finding, Line, Listed, Money, Share, Term, Value, Window
from assistant.claims import Piece
from ingest.entities import Evidence, Reason

Parts = tuple[int | None, ...]  # year, quarter, month and day of a date

_ESCAPE = re.compile(r"\\([^\w\s])|\*\*|__|`")
_SPACES = re.compile(r"[ \t]+")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What stands together: names (the `main` ones are the record itself) and figures.

    A number comes with its unit: "%", a currency, a unit of time, "rank", or None. A fact without names may
    be stated beside any name. `loose` facts join figures that are not said in one row.
    """

    names: frozenset[str] = frozenset()
    main: frozenset[str] = frozenset()
    numbers: tuple[tuple[Decimal, str | None], ...] = ()
    days: frozenset[Parts] = frozenset()
    clocks: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    loose: bool = False


def legible(text: str) -> str:
    """A text without Markdown's signs and extra space, so that names can be found in it."""
    return _SPACES.sub(" ", _ESCAPE.sub(lambda match: match[1] or "", text))


def folded(text: str) -> str:
    """A legible text as names are compared; every character keeps its place."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def name(text: str) -> str:
    """A name, or a text of a record, as it is compared."""
    return folded(" ".join(legible(text).split()))


@dataclass(slots=True, kw_only=True)
class Gathering:
    """A fact while it is put together, in the time zone and the way of writing of the answer."""

    timezone: ZoneInfo
    language: str
    names: set[str] = field(default_factory=set)
    main: set[str] = field(default_factory=set)
    numbers: list[tuple[Decimal, str | None]] = field(default_factory=list)
    days: set[Parts] = field(default_factory=set)
    clocks: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    def fact(self) -> Fact:
        """All of it."""
        return Fact(
            names=frozenset(self.names | self.main),
            main=frozenset(self.main),
            numbers=tuple(self.numbers),
            days=frozenset(self.days),
            clocks=frozenset(self.clocks),
            addresses=frozenset(self.addresses),
        )

    def take(self, arg: Arg) -> None:
        """What fills a line or a cell."""
        match arg:
            case str():
                self.text(arg)
            case bool() | None:
                pass
            case int() | float():
                self.number(arg)
            case datetime():
                self.moment(arg)
            case date():
                self.day(arg)
            case Window():
                self.window(arg)
            case Money():
                self.number(arg.amount, arg.currency)
            case Share():
                self.number(arg.fraction * 100, "%")
            case Term():
                self.take(arg.count)
            case Line():
                self.line(arg)
            case Reason():
                self.reason(arg)
            case Sequence():
                for item in arg:
                    self.take(item)

    def text(self, text: str, *, main: bool = False) -> None:
        """A name or a record's text: it may be repeated, and so may the figures in it."""
        if _LETTER.search(text):
            (self.main if main else self.names).add(name(text))
        self.piece(claims.read(legible(text), self.language))

    def piece(self, piece: Piece) -> None:
        """All that a piece of text claims."""
        self.numbers += [(number.value, number.unit) for number in piece.numbers]
        self.days |= {day.parts for day in piece.days}
        self.clocks |= set(piece.clocks)
        self.addresses |= {address.lower() for address in piece.addresses}

    def number(self, value: float, unit: str | None = None) -> None:
        """A figure."""
        self.numbers.append((Decimal(repr(value)), unit))

    def moment(self, moment: datetime) -> None:
        """A moment: its local day and time."""
        local = moment.astimezone(self.timezone)
        self.day(local.date())
        self.clocks.add(f"{local:%H:%M}")

    def day(self, day: date) -> None:
        """A date."""
        self.days.add((day.year, (day.month + 2) // 3, day.month, day.day))

    def window(self, window: Window) -> None:
        """A period: its first moment and its last."""
        for edge in (window.start, window.end and window.end - timedelta(microseconds=1)):
            if edge:
                self.moment(edge)
        self.piece(claims.read(window.label.replace("-W", " week "), self.language))

    def line(self, line: Line) -> None:
        """What fills a line; what its text has no place for is not said by it."""
        known = wording.texts(self.language if self.language in wording.LANGUAGES else "en")["lines"]
        template = known.get(line.key, "")
        said = template if isinstance(template, str) else " ".join(template.values())
        for place, arg in line.args.items():
            if f"{{{place}}}" in said:
                self.take(arg)

    def reason(self, reason: Reason) -> None:
        """Why a score is what it is; a column's own key is no name, since the text says it in words."""
        said = wording.reason(reason, self.language)
        for arg in reason.args.values():
            if not isinstance(arg, str) or name(arg) in name(said):
                self.take(arg)
        self.piece(claims.read(said, self.language))
        self.number(reason.weight * 100, "%")
        self.number(abs(reason.weight) * 100, "%")


def facts(
    findings: Iterable[Finding],
    *,
    question: str,
    user: str,
    at: datetime,
    timezone: ZoneInfo,
    language: str,
    fixed: Iterable[str] = (),
) -> list[Fact]:
    """All that a turn may state: what its tools found, the user's own words, and today's date.

    `fixed` are texts of the product itself, which may hold figures, too.
    """

    def gathering() -> Gathering:
        return Gathering(timezone=timezone, language=language)

    own = gathering()
    for text in (question, *fixed):
        own.piece(claims.read(legible(text), language))
    own.moment(at)
    found = [own.fact(), Fact(names=frozenset({name(user)}))]
    for finding in findings:
        found += [_listed(item, rank, gathering()) for rank, item in enumerate(finding.listed, 1)]
        found += [_value(value, gathering()) for value in finding.values]
        found += _groups(finding, gathering)
        found += [_evidence(item, gathering()) for item in finding.evidence]
        found += [_line(line, gathering()) for line in finding.lines]
        found.append(_draft(finding, gathering()))
        found.append(_counts(finding, gathering()))
    return found


def _listed(item: Listed, rank: int, gathering: Gathering) -> Fact:
    gathering.text(item.name, main=True)
    gathering.main |= {name(item.ref.id), *map(name, item.also)}
    gathering.number(rank, "rank")
    if item.score is not None:
        gathering.number(item.score * 100, "%")
    for cell in item.cells.values():
        gathering.take(cell)
    for reason in item.reasons:
        gathering.reason(reason)
    return gathering.fact()


def _value(value: Value, gathering: Gathering) -> Fact:
    for key, member in value.group.items():
        for said in () if member is None else (member, wording.member(key, member, gathering.language)):
            gathering.text(said)
            gathering.main.add(name(said))
    if value.value is not None:
        match value.unit:
            case "fraction":
                gathering.number(value.value * 100, "%")
            case "days":
                gathering.number(value.value, "day")
            case "count":
                gathering.number(value.value)
            case unit:
                gathering.number(value.value, unit)
    return gathering.fact()


def _groups(finding: Finding, gathering: Callable[[], Gathering]) -> Iterator[Fact]:
    """Several figures of one group, as one fact."""
    groups: dict[tuple[tuple[str, str | None], ...], list[Fact]] = {}
    for value in finding.values:
        groups.setdefault(tuple(value.group.items()), []).append(_value(value, gathering()))
    for members in groups.values():
        if len(members) > 1:
            numbers = tuple(number for fact in members for number in fact.numbers)
            yield replace(members[0], numbers=numbers, loose=True)


def _evidence(item: Evidence, gathering: Gathering) -> Fact:
    gathering.text(item.quote)
    gathering.names |= {name(ref.id) for ref in (item.ref, item.about) if ref}
    return gathering.fact()


def _line(line: Line, gathering: Gathering) -> Fact:
    gathering.line(line)
    return gathering.fact()


def _draft(finding: Finding, gathering: Gathering) -> Fact:
    """A draft's figures may stand beside any name: its sentences are not those of the answer."""
    if draft := finding.draft:
        for line in (draft.subject or "", *draft.body.splitlines()):
            gathering.piece(claims.read(legible(line), gathering.language))
    return gathering.fact()


def _counts(finding: Finding, gathering: Gathering) -> Fact:
    listed = len(finding.listed)
    for count in {listed, min(listed, finding.shown), listed - finding.shown}:
        if count > 0:
            gathering.number(count)
    if finding.window:
        gathering.window(finding.window)
    return Fact(
        numbers=tuple(gathering.numbers), days=frozenset(gathering.days), clocks=frozenset(gathering.clocks)
    )
