"""The tables of an answer: records with names to click and scores to see, figures with bars."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.rendering import Cell, Inert, inert, tag
from assistant.web.words import Words

Record = Mapping[str, Any]

_SHOWN = 10  # records where the text has no table of them
_REASONS_SHOWN = 3
_NUMBER = re.compile(r"[^\w]*[\d.,\u2009 ]+[^\w]*(?:[A-Z]{3})?|[–-]?")


class Tables:
    """Makes the tables of one answer, and remembers which of its records they have shown."""

    def __init__(self, answer: Mapping[str, Any], words: Words) -> None:
        self._records: Sequence[Record] = list(answer.get("records") or ())
        self._values: Sequence[Record] = list(answer.get("values") or ())
        self._has_types = len({record["type"] for record in self._records}) > 1
        self._words = words
        self._shown: set[int] = set()

    def made(self, heading: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> Inert:
        """A table of the text; a row that names a record becomes that record's."""
        found = [self._record_of(row) for row in rows]
        numeric = [_is_numeric([row[n].text for row in rows if n < len(row)]) for n in range(len(heading))]
        if any(found):
            heads = [cell.text for cell in heading]
            made = [
                tag("tr", *self._record_cells(heads, numeric, row, record))
                for row, record in zip(rows, found, strict=True)
            ]
            return _table(heading, numeric, made, "records")
        return _table(heading, numeric, self._figure_rows(rows, numeric), "figures")

    def others(self) -> Inert | None:
        """The records that no table of the text has shown."""
        left = [record for n, record in enumerate(self._records) if n not in self._shown]
        shown, rest = ([], left) if self._shown else (left[:_SHOWN], left[_SHOWN:])
        more = self._words("turn.more_records", count=len(rest))
        folded = tag("details", tag("summary", more), self._plain(rest), class_="more") if rest else None
        return inert(self._plain(shown) if shown else None, folded) if left else None

    def _record_of(self, row: Sequence[Cell]) -> Record | None:
        texts = {_squeezed(cell.text) for cell in row}
        for n, record in enumerate(self._records):
            if n not in self._shown and _squeezed(name_of(record)) in texts:
                self._shown.add(n)
                return record
        return None

    def _record_cells(
        self, heads: Sequence[str], numeric: Sequence[bool], row: Sequence[Cell], record: Record | None
    ) -> Iterator[Inert]:
        is_named = record is None
        for head, is_number, cell in zip(heads, numeric, row, strict=False):
            if head == "#":
                yield tag("td", cell.shown, class_="number rank")
            elif record is not None and not is_named and _squeezed(cell.text) == _squeezed(name_of(record)):
                is_named = True
                yield tag("td", self._named(record), class_="name")
            elif record is not None and _is_score(cell, record):
                yield tag("td", _meter(record, cell.shown), class_="number score", data_head=head)
            elif record is not None and _says_why(cell, record):
                yield tag("td", self._reasons(record), data_head=head)
            elif cell.text.strip(" –"):
                yield tag("td", cell.shown, class_=_aligned(is_number), data_head=head)
            else:
                yield tag("td", cell.shown, class_=f"nothing {_aligned(is_number) or ''}".strip())

    def _figure_rows(self, rows: Sequence[Sequence[Cell]], numeric: Sequence[bool]) -> list[Inert]:
        """Rows of figures; with a bar each where every row is one figure of the answer, none below zero."""
        figures = [float(value["value"] or 0) for value in self._values if value.get("group")]
        has_bars = len(figures) == len(rows) > 1 and min(figures) >= 0 and max(figures) > 0
        made = []
        for n, row in enumerate(rows):
            cells = [tag("td", cell.shown, class_=_aligned(numeric[m])) for m, cell in enumerate(row)]
            bar = tag("td", _bar(figures[n] / max(figures)), class_="bar") if has_bars else None
            made.append(tag("tr", *cells, bar))
        return made

    def _plain(self, records: Sequence[Record]) -> Inert:
        words = self._words
        has_score = any(record.get("score") is not None for record in records)
        has_why = any(record.get("reasons") for record in records)
        keys = ["name", *(["score"] if has_score else []), *(["why"] if has_why else [])]
        heading = [Cell(text=words(f"turn.{key}"), shown=inert(words(f"turn.{key}"))) for key in keys]
        rows = [
            tag(
                "tr",
                tag("td", self._named(record), class_="name"),
                tag("td", _meter(record), class_="number score", data_head=words("turn.score"))
                if has_score
                else None,
                tag("td", self._reasons(record), data_head=words("turn.why")) if has_why else None,
            )
            for record in records
        ]
        return _table(heading, [key == "score" for key in keys], rows, "records")

    def _named(self, record: Record) -> Inert:
        name = name_of(record)
        words = self._words(f"type.{record['type']}")
        kind = tag("span", words, class_="type") if self._has_types else None
        if record["type"] == "activity":
            return inert(tag("b", name), kind)
        about = self._words("turn.about", name=name)
        return inert(tag("button", name, type="button", class_="record", data_ask=about, title=about), kind)

    def _reasons(self, record: Record) -> Inert | None:
        reasons = [str(reason) for reason in record.get("reasons") or ()]
        items = [tag("li", reason) for reason in reasons]
        shown, rest = items[:_REASONS_SHOWN], items[_REASONS_SHOWN:]
        more = tag("summary", f"+{len(rest)}")
        folded = tag("details", more, tag("ul", *rest, class_="reasons")) if rest else None
        return inert(tag("ul", *shown, class_="reasons"), folded) if items else None


def name_of(record: Record) -> str:
    """What a record is called; its id where it has no name."""
    return str(record.get("name") or record["id"])


def _table(heading: Sequence[Cell], numeric: Sequence[bool], rows: Sequence[Inert], kind: str) -> Inert:
    heads = [
        tag("th", cell.shown, class_=_aligned(right)) for cell, right in zip(heading, numeric, strict=True)
    ]
    if rows and 'class="bar"' in rows[0]:
        heads.append(tag("th", aria_hidden="true"))
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_=kind)
    return tag("div", table, class_="scroll", tabindex=0)


def _aligned(is_number: bool) -> str | None:
    return "number" if is_number else None


def _meter(record: Record, shown: Inert | None = None) -> Inert | None:
    score = record.get("score")
    if score is None:
        return shown
    percent = round(100 * float(score))
    return tag("span", _bar(float(score)), shown or tag("b", f"{percent} %"), class_="meter")


def _bar(share: float) -> Inert:
    return tag("progress", value=round(1000 * share), max=1000, aria_hidden="true")


def _is_score(cell: Cell, record: Record) -> bool:
    score, digits = record.get("score"), cell.text.replace("%", "").replace(",", ".").strip()
    if score is None or "%" not in cell.text:
        return False
    try:
        return abs(float(digits) - 100 * float(score)) <= 0.5
    except ValueError:
        return False


def _says_why(cell: Cell, record: Record) -> bool:
    reasons = list(record.get("reasons") or ())
    return bool(reasons) and _squeezed(cell.text).startswith(_squeezed(str(reasons[0])))


def _is_numeric(texts: Sequence[str]) -> bool:
    return any(any(c.isdigit() for c in text) for text in texts) and all(map(_NUMBER.fullmatch, texts))


def _squeezed(text: str) -> str:
    return " ".join(text.split())
