"""One file that holds two kinds of records: its rows are shared out by what a column says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from ingest.contents import Contents
from ingest.entities import RecordType
from ingest.lexicon import lifecycle, plain, plain_header
from ingest.load_report import Rejected
from ingest.mapping import FileMapping
from ingest.sheets import Batch, Sheet

Where = Mapping[str, Sequence[str]]  # column: the cells that a row may have there


def share_out(sheet: Sheet, wheres: Sequence[Where]) -> list[Sheet]:
    """One sheet for each condition; a row that meets none of them is set aside with the first."""
    return [
        replace(sheet, batches=_chosen(sheet, where, wheres if position == 0 else ()))
        for position, where in enumerate(wheres)
    ]


def by_lifecycle(sheet: Sheet, contents: Mapping[str, Contents]) -> list[FileMapping] | None:
    """How to share out an export of contacts that says how far each one has come; None where it does not.

    Whoever has a stage was a lead once; from the stage of an opportunity on they are a contact, too.
    """
    column = next((name for name in sheet.header if plain_header(name) == "lifecycle stage"), None)
    if column is None:
        return None
    stages = [value.strip() for value in contents[column].values]
    early = [stage for stage in dict.fromkeys(stages) if lifecycle().get(plain(stage)) == "lead"]
    late = [stage for stage in dict.fromkeys(stages) if lifecycle().get(plain(stage)) == "contact"]
    others = [stage for stage in dict.fromkeys(stages) if stage not in {*early, *late}]
    if not early:
        return None
    return [
        FileMapping(match=sheet.file, type=RecordType.LEAD, where={column: tuple(early + late)}),
        FileMapping(match=sheet.file, type=RecordType.CONTACT, where={column: tuple(late + others)}),
    ]


def _chosen(sheet: Sheet, where: Where, all_wheres: Sequence[Where]) -> Callable[[], Iterator[Batch]]:
    def batches() -> Iterator[Batch]:
        for batch in sheet.batches():
            meets = _meets(sheet, batch, where)
            lost = _lost(sheet, batch, all_wheres) if all_wheres else []
            yield replace(
                batch,
                rows=[row for row, chosen in zip(batch.rows, meets, strict=True) if chosen],
                columns=[
                    [cell for cell, chosen in zip(cells, meets, strict=True) if chosen]
                    for cells in batch.columns
                ],
                rejected=(*batch.rejected, *lost) if all_wheres else (),
            )

    return batches


def _meets(sheet: Sheet, batch: Batch, where: Where) -> list[bool]:
    found = [True] * len(batch.rows)
    for column, wanted in where.items():
        allowed = {cell.strip().casefold() for cell in wanted}
        cells = batch.columns[sheet.header.index(column)]
        found = [
            before and cell.strip().casefold() in allowed for before, cell in zip(found, cells, strict=True)
        ]
    return found


def _lost(sheet: Sheet, batch: Batch, wheres: Sequence[Where]) -> list[Rejected]:
    met = [any(ones) for ones in zip(*(_meets(sheet, batch, where) for where in wheres), strict=True)]
    columns = sorted({column for where in wheres for column in where})
    return [
        Rejected(
            file=sheet.file,
            row=row,
            field=None,
            value=" | ".join(cells[at] for cells in batch.columns)[:2000],
            why=f"no entry of the mapping takes what this row has in {', '.join(columns)}",
        )
        for at, (row, taken) in enumerate(zip(batch.rows, met, strict=True))
        if not taken
    ]
