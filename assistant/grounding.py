"""Which numbers, dates, names and addresses of an answer no finding holds. Pure.

A claim must stand in a fact, and in a fact about the record that the piece of text speaks of: so a right
figure beside the wrong name is found out, too. A text with an unsupported claim does not go out.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from assistant import claims
from assistant.claims import Number, Piece
from assistant.evidence import Fact, Gathering, folded, legible

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
    the rules wrote of the same findings; "all", "none", "highest" and the like must stand there too.
    """
    text = legible(text)
    names = _Names(text, held)
    allowed = None if by_rule is None else frozenset(claims.quantifiers(legible(by_rule)))
    found: list[str] = []
    context: tuple[str, ...] = ()
    for piece in claims.pieces(text, language, names.pattern):
        mentioned = names.mentioned(piece.text)
        context = tuple(name for _, name in mentioned) or context
        found += _unsupported(piece, held, mentioned, context)
        if known:
            found += _strangers(claims.blank(piece.text, names.pattern), known)
        if allowed is not None:
            found += [word for word in claims.quantifiers(piece.text) if word not in allowed]
    return tuple(dict.fromkeys(found))


def stated(by_rule: str, held: Sequence[Fact], *, language: str, timezone: ZoneInfo) -> list[Fact]:
    """The facts of a text that the rules wrote: one a piece, with the names that stand in it."""
    text = legible(by_rule)
    names = _Names(text, held)
    found = []
    for piece in claims.pieces(text, language, names.pattern):
        gathering = Gathering(timezone=timezone, language=language)
        gathering.piece(piece)
        gathering.names |= {name for _, name in names.mentioned(piece.text)}
        found.append(gathering.fact())
    return found


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


def _unsupported(
    piece: Piece, held: Sequence[Fact], mentioned: Sequence[tuple[int, str]], context: Sequence[str]
) -> Iterator[str]:
    def about(start: int) -> list[Fact]:
        subject = _subject(start, mentioned, context)
        return [fact for fact in held if subject is None or not fact.names or subject in fact.names]

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
    rounded = claims.is_rounded(text[: claimed.start])
    return any(_same(claimed, value, unit, rounded) for value, unit in fact.numbers)


def _same(claimed: Number, value: Decimal, unit: str | None, rounded: bool) -> bool:
    """Equal but for rounding to the last digit shown, in the same unit."""
    if claimed.unit not in (None, unit) and not (unit is None and claimed.unit in _TIME):
        return False
    if claimed.unit is None and unit == "%":
        value /= 100  # a share may be written as a fraction
    tolerance = claimed.step / 2 + _TIGHT
    if rounded:
        tolerance = max(tolerance, abs(value) * _ABOUT)
    return abs(claimed.value - value) <= tolerance


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
