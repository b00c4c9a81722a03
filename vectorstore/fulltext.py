"""Full text beside the vectors: which passages hold the words of a question.

A file of its own inside a build of the index. It keeps which words occur under which content hash, and no
text. A build is written once and read by many.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.words import index_tokens, query_terms

_BY_BEGINNING = 0.7  # what a word counts when only its beginning is there
_AT_ONCE = 500


class FullTextWriter:
    """Brings the full text of one build up to date; used by one process at a time."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("pragma journal_mode = off")
        self._connection.execute("pragma synchronous = off")
        self._connection.execute(
            "create table if not exists texts (id integer primary key, hash text unique)"
        )
        self._connection.execute(
            "create virtual table if not exists tokens using fts5 (words, content = '', detail = none, "
            "tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\")"
        )
        self._connection.execute("begin")

    def add(self, texts: Iterable[tuple[str, str]]) -> None:
        """Take in passages, each a content hash and its text."""
        for content_hash, text in texts:
            added = self._connection.execute("insert or ignore into texts (hash) values (?)", (content_hash,))
            if added.rowcount:
                self._connection.execute(
                    "insert into tokens (rowid, words) values (?, ?)", (added.lastrowid, index_tokens(text))
                )

    def remove(self, hashes: Iterable[str]) -> None:
        """Take out passages; their words stay in the file until it is made anew, and find nothing."""
        self._connection.executemany("delete from texts where hash = ?", ((one,) for one in hashes))

    def close(self) -> None:
        """Write everything."""
        self._connection.execute("commit")
        self._connection.close()


class FullText:
    """The full text of one build, read-only."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._asking = threading.Lock()

    def shares(self, question: str) -> "Shares":
        """How many of the question's words each passage holds."""
        terms = query_terms(question)
        with self._asking:
            size = self._connection.execute("select coalesce(max(id), 0) from texts").fetchone()[0] + 1
            held = np.zeros(size, dtype=np.float32)
            for word, beginning in terms:
                counted = np.zeros(size, dtype=np.float32)
                if beginning:
                    counted[self._holding(beginning, size)] = _BY_BEGINNING
                counted[self._holding(word, size)] = 1.0
                held += counted
        held /= max(1, len(terms))
        return Shares(self, held)

    def hashes(self, rows: Sequence[int]) -> dict[int, str]:
        """The content hash of each row that is still there."""
        return dict(self._select("id, hash", "id", rows))

    def rows(self, hashes: Iterable[str]) -> dict[str, int]:
        """The row of each content hash."""
        return {one: row for row, one in self._select("id, hash", "hash", list(hashes))}

    def close(self) -> None:
        """Give the file back."""
        with self._asking:
            self._connection.close()

    def _holding(self, token: str, size: int) -> NDArray[np.int64]:
        """The rows below `size` that hold a token; a killed writer may have left one without a text."""
        # One text of all numbers is read three times as fast as a row for each.
        select = "select group_concat(rowid) from tokens where tokens match ?"
        numbers = self._connection.execute(select, (f'"{token}"',)).fetchone()[0]
        rows = np.fromstring(numbers or "", dtype=np.int64, sep=",")
        return rows[rows < size]

    def _select(self, columns: str, key: str, values: Sequence[int | str]) -> Iterator[tuple[int, str]]:
        for start in range(0, len(values), _AT_ONCE):
            some = values[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            with self._asking:
                found = self._connection.execute(
                    f"select {columns} from texts where {key} in ({marks})", some
                ).fetchall()
            yield from found


class Shares:
    """The share of a question's words (0 to 1) that each passage holds.

    It depends on the question and the passage alone, not on what else is in the index.
    """

    def __init__(self, full_text: FullText, held: NDArray[np.float32]) -> None:
        self._full_text = full_text
        self._held = held

    def best(self, count: int) -> dict[str, float]:
        """The passages that hold most, by content hash; those that hold nothing are left out."""
        rows = np.flatnonzero(self._held)
        if len(rows) > count:
            rows = rows[np.argsort(-self._held[rows], kind="stable")[:count]]
        return {one: float(self._held[row]) for row, one in self._full_text.hashes(rows.tolist()).items()}

    def among(self, hashes: Iterable[str]) -> dict[str, float]:
        """What these passages hold; those that hold nothing are left out."""
        if not self._held.any():
            return {}
        rows = self._full_text.rows(hashes)
        return {one: share for one, row in rows.items() if (share := float(self._held[row]))}
