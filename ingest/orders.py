"""Orders and invoices with a row for each article: the rows of one order become one row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.amounts import DecimalSign, read_amount
from ingest.contents import Contents
from ingest.lexicon import order_columns, plain_header
from ingest.load_report import Rejected
from ingest.sheets import Batch, BatchMaker, Sheet

ADDED = ("Order Total", "Activity Type", "Text")
_MOST_ARTICLES = 200  # that are listed in an order's text


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a sheet of order lines has what; `price` is that of one piece, `total` that of the line."""

    order: int
    article: int | None
    quantity: int | None
    price: int | None
    total: int | None
    kept: tuple[int, ...]  # the columns that say the same in all lines of an order


@dataclass(slots=True)
class _Order:
    row: int
    cells: Sequence[str]
    amount: float | None
    articles: list[str]


def join_lines(sheet: Sheet, contents: Mapping[str, Contents]) -> Sheet | None:
    """The orders of a sheet of order lines, each with its total; None where the sheet is no such thing."""
    columns = _columns(sheet, contents)
    if columns is None:
        return None
    header = tuple(sheet.header[at] for at in columns.kept)
    return replace(
        sheet,
        header=(*header, *ADDED),
        batches=_orders(sheet, columns, contents),
        note=f"the {contents[sheet.header[0]].rows} lines are read as orders, one for each "
        f"{sheet.header[columns.order]}",
    )


def _columns(sheet: Sheet, contents: Mapping[str, Contents]) -> _Columns | None:
    found: dict[str, int] = {}
    for at, column in enumerate(sheet.header):
        for name, words in order_columns().items():
            if plain_header(column) in words:
                found.setdefault(name, at)
    if "order" not in found or not ({"quantity", "price"} <= found.keys() or "total" in found):
        return None
    held = contents[sheet.header[found["order"]]]
    if held.distinct >= held.filled:
        return None  # one row for each order already
    of_a_line = {found[name] for name in ("article", "number", "quantity", "price", "total") if name in found}
    return _Columns(
        found["order"],
        found.get("article"),
        found.get("quantity"),
        found.get("price"),
        found.get("total"),
        tuple(at for at in range(len(sheet.header)) if at not in of_a_line),
    )


def _orders(
    sheet: Sheet, columns: _Columns, contents: Mapping[str, Contents]
) -> Callable[[], Iterator[Batch]]:
    signs = {
        at: contents[sheet.header[at]].decimal_sign
        for at in (columns.quantity, columns.price, columns.total)
        if at is not None
    }

    def batches() -> Iterator[Batch]:
        maker = BatchMaker(len(columns.kept) + len(ADDED))
        orders: dict[str, _Order] = {}
        for batch in sheet.batches():
            for rejected in batch.rejected:
                maker.reject(rejected)
            for row, cells in zip(batch.rows, zip(*batch.columns, strict=True), strict=True):
                rejected_value = _add(orders, sheet.file, row, cells, columns, signs)
                if rejected_value:
                    maker.reject(rejected_value)
        for order in orders.values():
            total = "" if order.amount is None else repr(round(order.amount, 6))
            kept = [order.cells[at] for at in columns.kept]
            maker.add(order.row, [*kept, total, "order", "\n".join(order.articles[:_MOST_ARTICLES])])
            if maker.full:
                yield maker.take()
        if maker:
            yield maker.take()

    return batches


def _add(
    orders: dict[str, _Order],
    file: str,
    row: int,
    cells: Sequence[str],
    columns: _Columns,
    signs: Mapping[int, DecimalSign | None],
) -> Rejected | None:
    order = orders.setdefault(cells[columns.order].strip() or f"row {row}", _Order(row, cells, None, []))
    quantity = _number(cells, columns.quantity, signs)
    amount = _number(cells, columns.total, signs)
    if (
        amount is None
        and quantity is not None
        and (price := _number(cells, columns.price, signs)) is not None
    ):
        amount = quantity * price
    if columns.article is not None and (article := cells[columns.article].strip()):
        order.articles.append(f"{quantity:g} × {article}" if quantity is not None else article)
    if amount is None:
        text = " | ".join(cells[at] for at in signs)
        return (
            Rejected(file=file, row=row, field="amount", value=text, why="not a number")
            if text.strip(" |")
            else None
        )
    order.amount = (order.amount or 0.0) + amount
    return None


def _number(cells: Sequence[str], at: int | None, signs: Mapping[int, DecimalSign | None]) -> float | None:
    amount = read_amount(cells[at], signs[at]) if at is not None and cells[at].strip() else None
    return amount.number if amount else None
