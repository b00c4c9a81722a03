"""One question's hands: the book, the resolver of names, and what most tools do with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from assistant.answers import AnswerKind, Arg, Finding, Line, Term, Value, Window
from assistant.book import Book
from assistant.book.demands import Demand, UnknownField, field_names, outcomes_asked
from assistant.book.fields import plain
from assistant.tools.answered import Answered, refused
from assistant.tools.filters import field_term, filters, noun
from assistant.tools.meant import Names, known_type
from assistant.tools.resolving import Resolver
from assistant.wording import phrase
from ingest.entities import RecordType, Ref


class Hit(Protocol):
    """A passage near in meaning; `relevance` is the probability that it is on the topic."""

    @property
    def ref(self) -> Ref: ...
    @property
    def similarity(self) -> float: ...
    @property
    def relevance(self) -> float: ...


class Meaning(Protocol):
    """The index: ids by meaning. Whatever it returns is read through the book."""

    def search(self, text: str, *, k: int, types: Sequence[RecordType] | None = None) -> Sequence[Hit]: ...
    def similar_to(self, ref: Ref, *, k: int) -> Sequence[Hit]: ...
    def matters(self, text: str) -> Mapping[str, float]: ...


@dataclass(slots=True, kw_only=True)
class Asking:
    """What the tools of one question share."""

    book: Book
    meaning: Meaning | None = None
    names: Names | None = None
    score_as_of: Callable[[datetime], None] | None = None
    language: str = "en"
    resolver: Resolver = field(init=False)

    def __post_init__(self) -> None:
        self.resolver = Resolver(self.book, self.names)

    def demands(
        self, record_type: str, conditions: Sequence[Mapping[str, Any] | Demand]
    ) -> tuple[Demand, ...]:
        """The conditions with names settled; ends the tool where a field does not exist.

        Raises:
            Answered: a name or a field that fits nothing.
        """
        demands = self.resolver.demands(known_type(record_type), conditions)
        try:
            self.book.check(record_type, demands)
        except UnknownField as unknown:
            raise Answered(unknown_field(unknown)) from unknown
        return demands

    def period(
        self, record_type: str, period: str | None, period_on: str | None, demands: Sequence[Demand]
    ) -> tuple[str, Window] | None:
        """The period with the date that it applies to."""
        if period is None:
            return None
        on = period_on or default_date(record_type, demands)
        try:
            return on, self.book.window(period, planned=self.book.plans_with(record_type, on))
        except UnknownField as unknown:
            raise Answered(unknown_field(unknown)) from unknown

    def lies_ahead(self, record_type: str, period: tuple[str, Window] | None) -> bool:
        """Whether planned activities are asked for: those of a period that is still to come."""
        if record_type != "activity" or period is None or period[0] != "at":
            return False
        return period[1].start is not None and period[1].start >= self.book.at

    def notes(self) -> tuple[Line, ...]:
        """What has to be said of the names: which record was taken, that only own records are counted."""
        return tuple(self.resolver.notes)

    def scope(
        self, record_type: str, demands: Sequence[Demand], period: tuple[str, Window] | None = None
    ) -> tuple[Line, ...]:
        """Conditions, period and notes."""
        return (*filters(self.book, record_type, demands, period), *self.notes())

    def nothing(
        self, record_type: str, demands: Sequence[Demand], period: tuple[str, Window] | None = None
    ) -> Finding:
        """The answer where no record matches: why, and the nearest useful thing."""
        missing = [
            name
            for name in field_names(demands)
            if plain(name) not in ("owner", "outcome", "id") and self._is_unknown(record_type, name)
        ]
        if missing:
            return refused("field.unfilled", field=field_term(missing[0]), what=Term(key=record_type))
        lines = [Line(key="empty.heading", args={"what": noun(record_type, demands, None)})]
        lines += self.scope(record_type, demands, period)
        if period is not None and not self.lies_ahead(record_type, period):
            without = self.book.count(record_type, demands)
            if without:
                what = noun(record_type, demands, without)
                lines.append(Line(key="empty.without_period", args={"count": without, "what": what}))
        return Finding(kind=AnswerKind.EMPTY, lines=tuple(lines), window=period[1] if period else None)

    def _is_unknown(self, record_type: str, name: str) -> bool:
        if self.book.source(record_type).field(name) is None:
            return False
        return not self.book.is_filled(record_type, name)


def default_date(record_type: str, demands: Sequence[Demand]) -> str:
    """Which date a period applies to when none is named."""
    if record_type == "activity":
        return "at"
    asked = outcomes_asked(demands)
    return (
        "closed_at"
        if asked and "open" not in asked and record_type in ("lead", "opportunity")
        else "created_at"
    )


def unknown_field(unknown: UnknownField) -> Finding:
    """The data hold no such field."""
    return refused("field.unknown", field=field_term(unknown.field), what=Term(key=unknown.record_type))


def counted(what: Arg, count: int) -> Value:
    """A count as a figure of the answer."""
    said = Line(key="value.count", args={"what": what})
    return Value(label=phrase(said, "en"), value=count, unit="count", said=said)
