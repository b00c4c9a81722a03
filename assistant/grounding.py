"""Which numbers, dates, names and addresses of an answer no finding holds. Pure.

A claim must stand in a fact, and in a fact about the record that the piece of text speaks of: so a right
figure beside the wrong name is found out, too. A text with an unsupported claim does not go out.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from assistant import claims
from assistant.claims import Day, Number, Piece
from assistant.evidence import Fact, Parts, folded, legible

# Which of the given word sequences are names of records, whoever may see them.
Known = Callable[[Collection[str]], Collection[str]]

_LONGEST_NAME = 5  # words
_LONG = 25  # characters of a text that is a quote rather than a name
_LATIN = r"[^\W_\u3400-\u9fff]"  # a letter or digit, but no Chinese character
_TIGHT = Decimal("0.000001")
_ABOUT = Decimal("0.02")
_TIME = ("hour", "day", "week", "month", "year")


def ungrounded(
    text: str, held: Sequence[Fact], *, language: str, known: Known | None = None, by_rule: str | None = None
) -> tuple[str, ...]:
    """The claims of `text` that no fact holds, as they stand in it.

    `known` finds the names of records among word sequences: such a name must be in a fact. `by_rule` is what
    the rules wrote of the same findings, for a text that somebody else wrote of them: then "all", "none" and
    "highest" must stand there too, "6 deals" must not become "7 deals", and what stands in one row or beside
    one quote must stand there together.
    """
    text = legible(text)
    rules = None if by_rule is None else _Rules(legible(by_rule), held, language)
    held = [*held, *(rules.facts if rules else ())]
    names = _Names(text, held)
    found: list[str] = []
    context: tuple[str, ...] = ()
    for piece in claims.pieces(text, language, names.pattern):
        mentioned = names.mentioned(piece.text)
        subjects = names.subjects(mentioned)
        context = tuple(name for _, name in subjects) or context
        here = frozenset(name for _, name in mentioned)
        if piece.is_row and subjects:
            found += _unsupported_row(piece, held, here, subjects[0][1], strictly=rules is not None)
        else:
            found += _unsupported(piece, held, here, subjects, context)
        rest = claims.blank(piece.text, names.pattern)
        if known:
            found += [name for name in _strangers(rest, known) if rules is None or name not in rules.text]
        if rules:
            found += rules.broken(piece, mentioned, subjects, held)
    return tuple(dict.fromkeys(found))


class _Rules:
    """What the rules wrote of the findings: its pieces are facts, and its wording binds."""

    def __init__(self, text: str, held: Sequence[Fact], language: str) -> None:
        self.text = text
        self._folded = folded(text)
        names = _Names(text, held)
        self.facts: list[Fact] = []
        self._quantifiers: set[str] = set()
        self._counted: dict[str, set[Decimal]] = {}
        for piece in claims.pieces(text, language, names.pattern):
            self.facts.append(_fact(piece, names.mentioned(piece.text)))
            self._quantifiers |= set(claims.quantifiers(piece.text))
            for number in piece.numbers:
                self._counted.setdefault(number.noun or "", set()).add(number.value)

    def broken(
        self,
        piece: Piece,
        mentioned: Sequence[tuple[int, str]],
        subjects: Sequence[tuple[int, str]],
        held: Sequence[Fact],
    ) -> Iterator[str]:
        """What a piece says otherwise."""
        yield from (words for words in claims.quantifiers(piece.text) if words not in self._quantifiers)
        yield from (code for code in claims.codes(piece.text) if folded(code) not in self._folded)
        for number in piece.numbers:
            values = self._counted.get(number.noun or "", ()) if number.noun else ()
            if values and number.unit is None and number.value not in values:
                yield number.text
        for start, quote in mentioned:
            subject = _subject(start, [pair for pair in subjects if pair[1] != quote], ())
            if len(quote) >= _LONG and subject and not any({quote, subject} <= fact.names for fact in held):
                yield quote


def _fact(piece: Piece, mentioned: Sequence[tuple[int, str]]) -> Fact:
    """The fact that a piece of the rules' text is."""
    return Fact(
        names=frozenset(name for _, name in mentioned),
        numbers=tuple((n.value, "rank" if _is_rank(n, piece.text) else n.unit) for n in piece.numbers),
        days=frozenset(day.parts for day in piece.days),
        clocks=frozenset(piece.clocks),
    )


class _Names:
    """The names of the facts that stand in a text; a longer name hides a shorter one within it."""

    def __init__(self, text: str, held: Sequence[Fact]) -> None:
        main = {name for fact in held for name in fact.main}
        text = folded(text)
        present = {name for fact in held for name in fact.names if len(name) > 1 and name in text}
        longest_first = sorted(present, key=lambda name: (-len(name), name))
        self._main = main & present
        self.pattern = (
            re.compile("|".join(_bounded(name) for name in longest_first), re.IGNORECASE)
            if longest_first
            else None
        )

    def mentioned(self, piece: str) -> list[tuple[int, str]]:
        """Where which names stand."""
        return [(m.start(), folded(m[0])) for m in self.pattern.finditer(piece)] if self.pattern else []

    def subjects(self, mentioned: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """The names of records among them; where there are none, all."""
        return [pair for pair in mentioned if pair[1] in self._main] or mentioned


def _bounded(name: str) -> str:
    """The name as a word of its own; Chinese characters stand beside a Latin name without a space."""
    # The signs beside a name have no case: to look for both would make the pattern slow to build.
    start = rf"(?-i:(?<!{_LATIN}))" if name[0].isascii() and name[0].isalnum() else ""
    end = rf"(?-i:(?!{_LATIN}))" if name[-1].isascii() and name[-1].isalnum() else ""
    return start + re.escape(name) + end


def _unsupported_row(
    piece: Piece, held: Sequence[Fact], here: frozenset[str], subject: str, *, strictly: bool
) -> Iterator[str]:
    """A row says one thing: it must stand together in one fact about its first name."""
    about = [fact for fact in held if subject in fact.names and not (strictly and fact.loose)]
    wanting = [_missing(piece, fact, here if strictly else frozenset()) for fact in about]
    if [] not in wanting:
        yield from min(wanting, key=len, default=[number.text for number in piece.numbers])


def _missing(piece: Piece, fact: Fact, here: frozenset[str]) -> list[str]:
    """What of a row one fact does not hold."""
    numbers = [number.text for number in piece.numbers if not _holds(fact, number, piece.text)]
    days = [day.text for day in piece.days if not any(_fits(day, known) for known in fact.days)]
    clocks = [clock for clock in piece.clocks if clock not in fact.clocks]
    return [*numbers, *days, *clocks, *sorted(here - fact.names)]


def _unsupported(
    piece: Piece,
    held: Sequence[Fact],
    here: frozenset[str],
    subjects: Sequence[tuple[int, str]],
    context: Sequence[str],
) -> Iterator[str]:
    def about(start: int) -> list[Fact]:
        subject = _subject(start, subjects, context)
        # A fact that is said whole may stand here, whichever of its names comes first.
        return [fact for fact in held if fact.names <= here or subject in fact.names]

    for number in piece.numbers:
        if not any(_holds(fact, number, piece.text) for fact in about(number.start)):
            yield number.text
    for day in piece.days:
        if not any(_fits(day, known) for fact in about(day.start) for known in fact.days):
            yield day.text
    clocks = {clock for fact in held for clock in fact.clocks}
    yield from (clock for clock in piece.clocks if clock not in clocks)
    addresses = {address for fact in held for address in fact.addresses}
    yield from (address for address in piece.addresses if address.lower() not in addresses)


def _subject(start: int, subjects: Sequence[tuple[int, str]], context: Sequence[str]) -> str | None:
    """The name that a figure at `start` belongs to: the nearest before it, else the first after it."""
    before = [name for position, name in subjects if position <= start]
    if before:
        return before[-1]
    if subjects:
        return subjects[0][1]
    return context[-1] if context else None


def _holds(fact: Fact, claimed: Number, text: str) -> bool:
    ranks = _is_rank(claimed, text)
    figures = [(value, unit) for value, unit in fact.numbers if unit != "rank" or ranks]
    if any(_same(claimed, value, unit, _TIGHT) for value, unit in figures):
        return True
    rounded = claims.is_rounded(text[: claimed.start])
    return rounded and any(_same(claimed, value, unit, abs(value) * _ABOUT) for value, unit in figures)


def _is_rank(number: Number, text: str) -> bool:
    """Whether the number is the first thing in a row: the place of what is listed."""
    return text.lstrip().startswith("|") and not text[: number.start].strip(" |")


def _same(claimed: Number, value: Decimal, unit: str | None, off: Decimal) -> bool:
    """Equal in the same unit, but for rounding to the last digit shown and for `off`."""
    if claimed.unit not in (None, unit) and not (unit is None and claimed.unit in _TIME):
        return False
    if claimed.unit is None and unit == "%":
        value /= 100  # a share may be written as a fraction
    return abs(claimed.value - value) <= claimed.step / 2 + off


def _fits(claimed: Day, known: Parts) -> bool:
    if not all(said is None or said == part for said, part in zip(claimed.parts, known, strict=True)):
        return False
    year, _, month, day = known
    if claimed.weekday is None or year is None or month is None or day is None:
        return True
    return date(year, month, day).weekday() == claimed.weekday


def _strangers(text: str, known: Known) -> Iterable[str]:
    """Names of records that no fact holds, and that may not even be this user's to see."""
    spans = claims.words(text)
    runs = {
        text[spans[first][0] : spans[last][1]]
        for first in range(len(spans))
        for last in range(first, min(first + _LONGEST_NAME, len(spans)))
    }
    return sorted(known(runs)) if runs else ()
