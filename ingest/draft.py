"""A first guess at the mapping of a list that no record type fits: its keys, and how its rows ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.contents import Contents, Kind, is_code
from ingest.entities import RecordType
from ingest.lexicon import headers, plain_header, said_outcome, said_truth
from ingest.sheets import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A list whose rows ended one way or the other: the columns of its ids and outcomes, and their cells."""

    file: str
    id: str | None
    outcome: str
    won: tuple[str, ...]
    lost: tuple[str, ...]


def draft_of(sheet: Sheet, contents: Mapping[str, Contents]) -> Draft | None:
    """The guess; None where no column says yes or no (of several, the last one or one of a telling name)."""
    told = [column for column in sheet.header if _ends(contents[column])]
    named = [column for column in told if plain_header(column) in headers(RecordType.LEAD)["outcome"]]
    if not told:
        return None
    outcome = (named or told)[-1]
    cells = [cell.strip() for cell in contents[outcome].values if cell.strip()]
    turned = said_outcome(outcome) == "lost"  # a yes to "churned" is a loss
    won = [cell for cell in cells if _is_won(cell) != turned]
    return Draft(
        file=sheet.file,
        id=next((column for column in sheet.header if _marks_rows(contents[column])), None),
        outcome=outcome,
        won=tuple(won),
        lost=tuple(cell for cell in cells if cell not in won),
    )


def _ends(held: Contents) -> bool:
    """Whether a column's cells are two, one of them good and one bad."""
    cells = [cell for cell in held.values if cell.strip()]
    return len(cells) == 2 and {_is_won(cell) for cell in cells} == {True, False}


def _is_won(cell: str) -> bool | None:
    said = said_outcome(cell)
    return said == "won" if said in {"won", "lost"} else said_truth(cell)


def _marks_rows(held: Contents) -> bool:
    """Whether every row has a value of its own that reads like a key."""
    own = held.rows > 1 and held.filled == held.rows == held.distinct
    return own and (held.kind is Kind.IDENTIFIER or held.share(is_code) > 0.9)


def draft_lines(draft: Draft) -> Iterator[str]:
    """The guess as an entry of a mapping file."""
    import json

    def listed(cells: tuple[str, ...]) -> str:
        return "[" + ", ".join(json.dumps(cell, ensure_ascii=False) for cell in cells) + "]"

    id_ = f"id: {json.dumps(draft.id, ensure_ascii=False)}, " if draft.id else ""
    yield f"  - match: {json.dumps(draft.file, ensure_ascii=False)}"
    yield "    type: lead"
    yield f"    columns: {{{id_}outcome: {json.dumps(draft.outcome, ensure_ascii=False)}}}"
    yield f'    values: {{outcome: {{won: {listed(draft.won)}, lost: {listed(draft.lost)}, open: [""]}}}}'
