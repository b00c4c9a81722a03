"""Which numbers, dates, names and addresses of an answer no finding holds. Pure.

A claim must stand in a fact, and in a fact about the record that the piece of text speaks of: so a right
figure beside the wrong name is found out, too. A text with an unsupported claim does not go out.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal

from assistant import claims
from assistant.claims import Number, Piece
from assistant.evidence import Fact, folded, legible

# Which of the given word sequences are names of records, whoever may see them.
Known = Callable[[Collection[str]], Collection[str]]

_LONGEST_NAME = 5  # words
_TIGHT = Decimal("0.000001")
_ABOUT = Decimal("0.02")
_TIME = ("hour", "day", "week", "month", "year")


def ungrounded(
    text: str, held: Sequence[Fact], *, language: str, known: Known | None = None, by_rule: str | None = None
) -> tuple[str, ...]:
    """The claims of `text` that no fact holds, as they stand in it.

    `known` finds the names of records among word sequences: such a name must be in a fact. `by_rule` is what
    the rules wrote of the same findings: "all", "none", "highest" and the like must stand there too, and the
    figures of a table's row must stand there in one piece.
    """
    text = legible(text)
    if by_rule is not None:
        held = [*held, *_stated(legible(by_rule), held, language)]
    names = _Names(text, held)
    said = None if by_rule is None else frozenset(_quantifiers(legible(by_rule), language))
    found: list[str] = []
    context: tuple[str, ...] = ()
    for piece in claims.pieces(text, language, names.pattern):
        mentioned = names.mentioned(piece.text)
        context = tuple(name for _, name in mentioned) or context
        if piece.is_row:
            found += _unsupported_row(piece, held, mentioned, strictly=by_rule is not None)
        else:
            found += _unsupported(piece, held, mentioned, context)
        if known:
            found += _strangers(claims.blank(piece.text, names.pattern), known)
        if said is not None:
            found += [words for words in claims.quantifiers(piece.text) if words not in said]
    return tuple(dict.fromkeys(found))


def _stated(by_rule: str, held: Sequence[Fact], language: str) -> Iterator[Fact]:
    """The facts of a text that the rules wrote: one a piece, with the names that stand in it."""
    names = _Names(by_rule, held)
    for piece in claims.pieces(by_rule, language, names.pattern):
        yield Fact(
            names=frozenset(name for _, name in names.mentioned(piece.text)),
            numbers=tuple((n.value, "rank" if _is_rank(n, piece.text) else n.unit) for n in piece.numbers),
            days=frozenset(day.parts for day in piece.days),
            clocks=frozenset(piece.clocks),
        )


def _quantifiers(text: str, language: str) -> Iterator[str]:
    for piece in claims.pieces(text, language):
        yield from claims.quantifiers(piece.text)


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
        """Where which names stand; of the main ones only, if there are any."""
        found = [(m.start(), folded(m[0])) for m in self.pattern.finditer(piece)] if self.pattern else []
        return [pair for pair in found if pair[1] in self._main] or found


def _bounded(name: str) -> str:
    start = r"(?<![^\W_])" if name[0].isascii() and name[0].isalnum() else ""
    end = r"(?![^\W_])" if name[-1].isascii() and name[-1].isalnum() else ""
    return start + re.escape(name) + end


def _unsupported_row(
    piece: Piece, held: Sequence[Fact], mentioned: Sequence[tuple[int, str]], *, strictly: bool
) -> Iterator[str]:
    """A row says one thing: its figures must stand together in one fact about its first name."""
    if not mentioned:
        yield from _unsupported(piece, held, (), ())
        return
    subject = mentioned[0][1]
    about = [fact for fact in held if subject in fact.names and not (strictly and fact.loose)]
    wanting = [_missing(piece, fact) for fact in about]
    if [] not in wanting:
        yield from min(wanting, key=len, default=[number.text for number in piece.numbers])


def _missing(piece: Piece, fact: Fact) -> list[str]:
    """What of a row one fact does not hold."""
    numbers = [number.text for number in piece.numbers if not _holds(fact, number, piece.text)]
    days = [day.text for day in piece.days if not any(_fits(day.parts, known) for known in fact.days)]
    return numbers + days + [clock for clock in piece.clocks if clock not in fact.clocks]


def _unsupported(
    piece: Piece, held: Sequence[Fact], mentioned: Sequence[tuple[int, str]], context: Sequence[str]
) -> Iterator[str]:
    def about(start: int) -> list[Fact]:
        subject = _subject(start, mentioned, context)
        if subject is None:
            return [fact for fact in held if not fact.names]
        return [fact for fact in held if not fact.names or subject in fact.names]

    for number in piece.numbers:
        if not any(_holds(fact, number, piece.text) for fact in about(number.start)):
            yield number.text
    for day in piece.days:
        if not any(_fits(day.parts, known) for fact in about(day.start) for known in fact.days):
            yield day.text
    clocks = {clock for fact in held for clock in fact.clocks}
    yield from (clock for clock in piece.clocks if clock not in clocks)
    addresses = {address for fact in held for address in fact.addresses}
    yield from (address for address in piece.addresses if address.lower() not in addresses)


def _subject(start: int, mentioned: Sequence[tuple[int, str]], context: Sequence[str]) -> str | None:
    """The name that a figure at `start` belongs to: the nearest before it, else the first after it."""
    before = [name for position, name in mentioned if position <= start]
    if before:
        return before[-1]
    if mentioned:
        return mentioned[0][1]
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


def _fits(claimed: Sequence[int | None], known: Sequence[int | None]) -> bool:
    return all(said is None or said == part for said, part in zip(claimed, known, strict=True))


def _strangers(text: str, known: Known) -> Iterable[str]:
    """Names of records that no fact holds, and that may not even be this user's to see."""
    spans = claims.words(text)
    runs = {
        text[spans[first][0] : spans[last][1]]
        for first in range(len(spans))
        for last in range(first, min(first + _LONGEST_NAME, len(spans)))
    }
    return sorted(known(runs)) if runs else ()
