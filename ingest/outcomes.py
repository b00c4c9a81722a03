"""What the cells of a row say of how it ended: open, won or lost."""

from collections.abc import Callable, Mapping

from ingest.entities import RecordType
from ingest.lexicon import lifecycle, plain, plain_header, said_outcome, said_truth
from ingest.plan import FLAGS, Plan


def outcome_reader(plan: Plan) -> Callable[[tuple[str, ...]], str | None]:
    """A function that gives the outcome of one row's outcome cells; None where a word has no meaning."""
    columns = plan.columns.get("outcome", ())
    if "outcome" in plan.values:
        return _spelled_out(plan.values["outcome"])
    names = [plain_header(column) for column in columns]
    if tuple(names) in FLAGS:
        return _from_flags
    if names[:1] == ["lifecycle stage"] and plan.type is RecordType.LEAD:
        return _from_lifecycle
    if names[:1] in (["is converted"], ["converted"]) and len(names) == 2:
        return _from_conversion
    if set(columns) <= {*plan.columns.get("stage", ()), *plan.columns.get("status", ())}:
        return lambda cells: next((said for cell in cells if (said := said_outcome(cell))), "open")
    return _from_words


def _spelled_out(values: Mapping[str, tuple[str, ...]]) -> Callable[[tuple[str, ...]], str | None]:
    exact = {cell.strip(): meaning for meaning, cells in values.items() for cell in cells}
    folded = {cell.casefold(): meaning for cell, meaning in exact.items()}

    def read(cells: tuple[str, ...]) -> str | None:
        said = " / ".join(cell.strip() for cell in cells)
        return (
            exact.get(said) or folded.get(said.casefold()) or (None if any(map(str.strip, cells)) else "open")
        )

    return read


def _from_flags(cells: tuple[str, ...]) -> str | None:
    closed, won = (said_truth(cell) if cell.strip() else False for cell in cells)
    if closed is None or won is None:
        return None
    return "won" if won else "lost" if closed else "open"


def _from_lifecycle(cells: tuple[str, ...]) -> str | None:
    if lifecycle().get(plain(cells[0])) == "contact":
        return "won"
    return "lost" if any(said_outcome(cell) == "lost" for cell in cells[1:]) else "open"


def _from_conversion(cells: tuple[str, ...]) -> str | None:
    converted = said_truth(cells[0]) if cells[0].strip() else False
    if converted is None:
        return None
    return "won" if converted else "lost" if said_outcome(cells[1]) == "lost" else "open"


def _from_words(cells: tuple[str, ...]) -> str | None:
    said = " ".join(cells).strip()
    if not said:
        return "open"
    if outcome := said_outcome(said):
        return outcome
    truth = said_truth(said)
    return None if truth is None else "won" if truth else "lost"
