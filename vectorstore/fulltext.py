"""Full text beside the vectors: which passages hold the words of a question.

A file of its own inside a build of the index. It keeps which words occur under which content hash, and no
text. A build is written once and read by many.
"""

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

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

    def coverage(self, question: str) -> dict[str, float]:
        """The share of the question's words that a passage holds (0 to 1), by content hash; zeros left out.

        It depends on the question and the passage alone, not on what else is in the index.
        """
        with self._asking:
            return self._coverage(query_terms(question))

    def _coverage(self, terms: list[tuple[str, str | None]]) -> dict[str, float]:
        held: defaultdict[int, float] = defaultdict(float)
        for word, beginning in terms:
            whole = self._holding(word)
            for row in whole:
                held[row] += 1.0
            for row in self._holding(beginning) - whole if beginning else ():
                held[row] += _BY_BEGINNING
        found = sorted(held)
        shares: dict[str, float] = {}
        for start in range(0, len(found), _AT_ONCE):
            some = found[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            rows = self._connection.execute(f"select id, hash from texts where id in ({marks})", some)
            shares.update((content_hash, held[row] / len(terms)) for row, content_hash in rows)
        return shares

    def _holding(self, token: str) -> set[int]:
        rows = self._connection.execute("select rowid from tokens where tokens match ?", (f'"{token}"',))
        return {row for (row,) in rows}

    def close(self) -> None:
        """Give the file back."""
        with self._asking:
            self._connection.close()
