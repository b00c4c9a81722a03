"""Pages of a sync under way, on disk: what came is not asked for again, wherever the sync is cut off."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.crm.source import Kind, Page, Row

_DONE = "done"


@dataclass(frozen=True, slots=True)
class Spool:
    """The pages of one CRM, in a folder of the workspace that only its owner may enter."""

    folder: Path

    def begin(self, marks: dict[str, str | None]) -> None:
        """Go on with the pages that lie here, if they began at these marks; else begin anew."""
        began = self.folder / "began.json"
        if began.is_file() and json.loads(began.read_text(encoding="utf-8")) == marks:
            return
        self.clear()
        self.folder.mkdir(parents=True, mode=0o700)
        _write(began, marks)

    def add(self, kind: Kind, page: Page) -> None:
        """Keep a page; it is there whole or not at all."""
        number = len(self._files(kind))
        _write(self._of(kind) / f"{number:06}.json", asdict(page))

    def finish(self, kind: Kind) -> None:
        """Note that all of the kind is here."""
        _write(self._of(kind) / _DONE, True)

    def is_finished(self, kind: Kind) -> bool:
        """Whether all of the kind is here."""
        return (self._of(kind) / _DONE).is_file()

    def mark(self, kind: Kind) -> str | None:
        """As of which change the pages of the kind are complete."""
        marks = [page.mark for page in self._pages(kind) if page.mark]
        return max(marks, default=None)

    def newest(self, kind: Kind, id_column: str) -> Iterator[Row]:
        """The newest row of each id."""
        seen = self.gone(kind, id_column)
        for page in self._pages(kind, newest_first=True):
            for row in reversed(page.rows):
                id_ = str(row[id_column])
                if id_ not in seen:
                    seen.add(id_)
                    yield row

    def gone(self, kind: Kind, id_column: str) -> set[str]:
        """The ids of rows that are deleted and were not brought back later."""
        gone: set[str] = set()
        for page in self._pages(kind):
            gone -= {str(row[id_column]) for row in page.rows}
            gone |= set(page.gone)
        return gone

    def clear(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _of(self, kind: Kind) -> Path:
        folder = self.folder / kind.name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _files(self, kind: Kind) -> list[Path]:
        return sorted(self._of(kind).glob("*.json"))

    def _pages(self, kind: Kind, *, newest_first: bool = False) -> Iterator[Page]:
        files = self._files(kind)
        for file in reversed(files) if newest_first else files:
            yield Page(**json.loads(file.read_text(encoding="utf-8")))


def _write(file: Path, content: Any) -> None:
    aside = file.with_name(f".{file.name}")
    with aside.open("w", encoding="utf-8") as text:
        json.dump(content, text, ensure_ascii=False)
        text.flush()
        os.fsync(text.fileno())
    aside.replace(file)
