"""What deals bring to a customer or a user, one sum for each currency: amounts of two are never added."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, Row, func, select

from assistant.answers import Money
from assistant.book.computed import DEAL_OF
from ingest.tables import opportunities

_OUTCOMES = {"won_amount": "won", "open_amount": "open"}


class Takings:
    """The sums of one book, read once for each record type and outcome."""

    def __init__(self, rows: Callable[[Executable], Sequence[Row[Any]]]) -> None:
        self._rows = rows
        self._sums = cache(self._read)

    def of(self, record_type: str, record_id: str, name: str) -> tuple[Money, ...] | None:
        """The sums behind `won_amount` or `open_amount`, the largest first; None for any other field."""
        if record_type not in DEAL_OF or name not in _OUTCOMES:
            return None
        return self._sums(record_type, _OUTCOMES[name]).get(record_id, ())

    def _read(self, record_type: str, outcome: str) -> dict[str, tuple[Money, ...]]:
        whose, total = opportunities.c[DEAL_OF[record_type]], func.sum(opportunities.c.amount)
        statement = (
            select(whose.label("whose"), opportunities.c.currency, total.label("total"))
            .where(
                opportunities.c.outcome == outcome, opportunities.c.amount.is_not(None), whose.is_not(None)
            )
            .group_by(whose, opportunities.c.currency)
            .order_by(whose, total.desc())
        )
        found: dict[str, tuple[Money, ...]] = {}
        for row in self._rows(statement):
            found[row.whose] = (*found.get(row.whose, ()), Money(amount=row.total, currency=row.currency))
        return found
