"""Makes the index anew in a process of its own, whose memory has never held what was forgotten.

Chroma writes memory that it never cleared into its files; made in this process, a build could hold bytes of
a text or a vector that was read before it was erased.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from ingest.records import Records
from vectorstore.embedders import Embedder, Vectors
from vectorstore.making import Maker
from vectorstore.nearest import in_folder
from vectorstore.shelf import VECTORS, Shelf, Unsound

_SECONDS = 600.0


class _Named(Embedder):
    """An embedder by its name alone: all vectors are there already."""

    def __init__(self, name: str, fingerprint: str, dimension: int) -> None:
        self.name = name
        self._fingerprint = fingerprint
        self._dimension = dimension

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return self._dimension

    def _raw(self, texts: list[str]) -> Vectors:
        raise NotImplementedError


def build_aside(folder: Path, records: Records, embedder: Embedder) -> None:
    """Put a build in use that another process makes; the caller holds the writer's lock.

    Raises:
        Unsound: it could not be made.
    """
    url = records.engine.url
    wanted = {
        "folder": str(folder),
        "file": url.database if url.get_backend_name() == "sqlite" else None,
        "url": url.render_as_string(hide_password=False),
        "name": embedder.name,
        "fingerprint": embedder.fingerprint,
        "dimension": embedder.dimension,
    }
    places = os.pathsep.join(str(Path(one).absolute()) for one in sys.path)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "vectorstore.aside"],
            input=json.dumps(wanted),  # on no command line: an address may hold a password
            env=os.environ | {"PYTHONPATH": places},
            text=True,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unsound("damaged") from error
    if done.returncode:
        raise Unsound("damaged")


def main() -> None:
    """Build what standard input names."""
    wanted = json.load(sys.stdin)
    records = Records(Path(wanted["file"]) if wanted["file"] else wanted["url"])
    embedder = _Named(wanted["name"], wanted["fingerprint"], wanted["dimension"])
    maker = Maker(
        Shelf(Path(wanted["folder"])),
        records,
        embedder,
        lambda path, identity: in_folder(path / VECTORS, identity),
    )
    maker.build(anew=True)


if __name__ == "__main__":
    main()
