"""Tables that are slow to read twice (workbooks, JSON, Parquet), kept as text in a temporary file."""

import csv
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence

from ingest.load_report import Rejected
from ingest.sheets import MAX_CELL, REPEATED_HEADER, TOO_LONG, Batch, BatchMaker, Sheet, repeats_header

Numbered = tuple[int, Sequence[str]]  # a row's number and its cells


def spooled(
    file: str, header: Sequence[str], rows: Iterable[Numbered | Rejected], note: str | None = None
) -> Sheet:
    """A sheet of the given rows, which are read once, here."""
    # Everything is quoted, so that cells come back as they went in.
    # It lives as long as the sheet, which closes it.
    spool = tempfile.TemporaryFile(  # noqa: SIM115
        "w+", encoding="utf-8", errors="replace", newline=""
    )
    writer = csv.writer(spool, lineterminator="\n", quoting=csv.QUOTE_ALL)
    rejected = []
    for row in rows:
        if isinstance(row, Rejected):
            rejected.append(row)
        elif max(map(len, row[1]), default=0) > MAX_CELL:
            value = " | ".join(cell[:200] for cell in row[1])[:2000]
            rejected.append(Rejected(file=file, row=row[0], field=None, value=value, why=TOO_LONG))
        elif repeats_header(row[1], header):
            value = " | ".join(row[1])[:2000]
            rejected.append(Rejected(file=file, row=row[0], field=None, value=value, why=REPEATED_HEADER))
        elif any(cell.strip() for cell in row[1]):
            writer.writerow([row[0], *row[1]])
    width = len(header)

    def batches() -> Iterator[Batch]:
        spool.seek(0)
        maker = BatchMaker(width)
        for one in rejected:
            maker.reject(one)
        for number, *cells in csv.reader(spool):
            maker.add(int(number), cells)
            if maker.full:
                yield maker.take()
        if maker:
            yield maker.take()

    weakref.finalize(batches, spool.close)
    return Sheet(file=file, header=tuple(header), batches=batches, note=note)
