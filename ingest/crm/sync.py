"""From a CRM into the workspace: fetch what changed, then load it as files are loaded, in one transaction."""

import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ingest.crm.source import Crm, Kind
from ingest.crm.spool import Spool
from ingest.entities import RecordType
from ingest.load import load
from ingest.load_report import LoadReport
from ingest.records import Records
from ingest.under_way import Progress


def sync(
    records: Records, crm: Crm, folder: Path, *, now: datetime, timezone: ZoneInfo, progress: Progress
) -> LoadReport:
    """Bring the workspace up to date with the CRM; it is as before, or as the CRM.

    `folder` keeps what was fetched until it is published: a sync that was cut off goes on there. The marks
    up to which everything is known are written in the transaction of the records themselves.

    Raises:
        CrmUnavailable: the CRM refuses or does not answer.
        WorkspaceLocked: another load was published meanwhile.
    """
    source = crm.source
    spool = Spool(folder / source.name)
    marks = {kind.name: records.fact(_fact(crm, kind)) for kind in source.kinds}
    spool.begin(marks)
    for number, kind in enumerate(source.kinds):
        progress(f"fetching {kind.name}", number / len(source.kinds))
        _fetch(crm, kind, spool, marks[kind.name])
    known = {
        _fact(crm, kind): max(mark for mark in (spool.mark(kind), marks[kind.name], "") if mark is not None)
        for kind in source.kinds
    }
    report = load(
        records,
        _files(crm, spool),
        mapping=None,
        now=now,
        timezone=timezone,
        progress=progress,
        gone=_gone(crm, spool),
        marks={fact: mark for fact, mark in known.items() if mark},
    )
    spool.clear()
    return report


def _fetch(crm: Crm, kind: Kind, spool: Spool, since: str | None) -> None:
    if spool.is_finished(kind):
        return
    for page in crm.pages(kind, spool.mark(kind) or since):
        if page.rows or page.gone or page.mark:
            spool.add(kind, page)
    spool.finish(kind)


def _files(crm: Crm, spool: Spool) -> list[Path]:
    """One file for each kind that has rows, as an export of the CRM would be."""
    target = spool.folder / "files"
    target.mkdir(mode=0o700, exist_ok=True)
    files = []
    for kind in crm.source.kinds:
        file = target / f"{kind.name}.jsonl"
        with file.open("w", encoding="utf-8") as text:
            for row in spool.newest(kind, crm.source.id_column):
                text.write(json.dumps(row, ensure_ascii=False) + "\n")
        if file.stat().st_size:
            files.append(file)
    return files


def _gone(crm: Crm, spool: Spool) -> dict[RecordType, set[str]]:
    gone: dict[RecordType, set[str]] = defaultdict(set)
    for kind in crm.source.kinds:
        for type_ in kind.gone_as:
            gone[type_] |= spool.gone(kind, crm.source.id_column)
    return gone


def _fact(crm: Crm, kind: Kind) -> str:
    return f"sync:{crm.source.name}:{kind.name}"
