"""The tables of an answer: records with names to click and scores to see, figures with bars."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant import formats
from assistant.answers import Share
from assistant.rendering import Cell, Inert, inert, tag
from assistant.web.words import Words

Record = Mapping[str, Any]

_SHOWN = 10  # records where the text has no table of them
_MOST_WITH_BARS = 5  # columns
_NOTHING = " –-"
_NUMBER = re.compile(r"[^\w]*[\d.,\u2009 ]+[^\w]*(?:[A-Z]{3})?|[–-]?")


class Tables:
    """Makes the tables of one answer, and remembers which of its records they have shown."""

    def __init__(self, answer: Mapping[str, Any], words: Words) -> None:
        self._records: Sequence[Record] = list(answer.get("records") or ())
        self._values: Sequence[Record] = list(answer.get("values") or ())
        self._is_choice = answer.get("kind") == "clarify"
        self._has_types = len({record["type"] for record in self._records}) > 1
        self._words = words
        self._shown: set[int] = set()

    def made(self, heading: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> Inert:
        """A table of the text; a row that names a record becomes that record's, its reasons below it."""
        found = [self._record_of(row) for row in rows]
        numeric = [_is_numeric([row[n].text for row in rows if n < len(row)]) for n in range(len(heading))]
        if not any(found):
            return _table(heading, numeric, self._figure_rows(rows, numeric), "figures")
        why = {n for row, record in zip(rows, found, strict=True) for n in _why_columns(row, record)}
        kept = [n for n in range(len(heading)) if n not in why and _says_something(n, rows)]
        heads = [heading[n] for n in kept]
        made: list[Inert] = []
        for row, record in zip(rows, found, strict=True):
            cells = self._record_cells(heads, [row[n] for n in kept if n < len(row)], record)
            made += self._with_reasons(list(cells), record)
        return _table(heads, [numeric[n] for n in kept], made, "records")

    def others(self, text: str = "") -> Inert | None:
        """The records that no table of the text has shown; a single one that the text names needs none."""
        left = [record for n, record in enumerate(self._records) if n not in self._shown]
        if not left or (len(self._records) == 1 and name_of(self._records[0]) in text):
            return None
        if self._is_choice:
            chips = [self._named(record, "candidate", has_type=True) for record in left]
            label = self._words("turn.clarify")
            return tag("div", *chips, class_="candidates", role="group", aria_label=label)
        # What the text has said of them already is folded away: there is nothing more to see.
        is_said = all(name_of(record) in text for record in left) and not any(r.get("reasons") for r in left)
        shown, rest = ([], left) if self._shown or is_said else (left[:_SHOWN], left[_SHOWN:])
        more = self._words("turn.more_records" if self._shown or shown else "turn.records", count=len(rest))
        folded = tag("details", tag("summary", more), self._plain(rest), class_="more") if rest else None
        return inert(self._plain(shown) if shown else None, folded)

    def _record_of(self, row: Sequence[Cell]) -> Record | None:
        texts = {_squeezed(cell.text) for cell in row}
        for n, record in enumerate(self._records):
            if n not in self._shown and _squeezed(name_of(record)) in texts:
                self._shown.add(n)
                return record
        return None

    def _record_cells(
        self, heads: Sequence[Cell], row: Sequence[Cell], record: Record | None
    ) -> Iterator[Inert]:
        is_named = record is None
        for head, cell in zip(heads, row, strict=False):
            if head.text == "#":
                yield tag("td", cell.shown, class_="number rank")
            elif record is not None and not is_named and _squeezed(cell.text) == _squeezed(name_of(record)):
                is_named = True
                yield tag("td", self._named(record), class_="name")
            elif record is not None and _is_score(cell, record):
                yield tag(
                    "td",
                    _meter(record, self._words.language, cell.shown),
                    class_="number score",
                    data_head=head.text,
                )
            elif cell.text.strip(_NOTHING):
                is_number = bool(_NUMBER.fullmatch(cell.text))
                yield tag("td", cell.shown, class_=_aligned(is_number), data_head=head.text)
            else:
                yield tag("td", cell.shown, class_="nothing")

    def _with_reasons(self, cells: Sequence[Inert], record: Record | None) -> Iterator[Inert]:
        reasons = [tag("li", str(reason)) for reason in (record or {}).get("reasons") or ()]
        if not reasons:
            yield tag("tr", *cells)
            return
        yield tag("tr", *cells, class_="has-why")
        label = tag("span", f"{self._words('turn.why')}: ", class_="unseen")
        yield tag(
            "tr", tag("td", label, tag("ul", *reasons, class_="reasons"), colspan=len(cells)), class_="why"
        )

    def _figure_rows(self, rows: Sequence[Sequence[Cell]], numeric: Sequence[bool]) -> list[Inert]:
        """Rows of figures, each with a bar where the rows are the groups of the answer's first figure."""
        shares = self._shares()
        has_bars = len(shares) == len(rows) > 1 and len(numeric) < _MOST_WITH_BARS
        made = []
        for n, row in enumerate(rows):
            cells = [tag("td", cell.shown, class_=_aligned(numeric[m])) for m, cell in enumerate(row)]
            made.append(tag("tr", *cells, tag("td", _bar(shares[n]), class_="bar") if has_bars else None))
        return made

    def _shares(self) -> list[float]:
        """The first figure of each group by the largest in its currency; nothing if one is negative."""
        grouped = [value for value in self._values if value.get("group")]
        first = [value for value in grouped if value["label"] == grouped[0]["label"]]
        figures = [(value.get("unit"), float(value.get("value") or 0)) for value in first]
        if any(figure < 0 for _, figure in figures):
            return []
        most = {unit: max(figure for other, figure in figures if other == unit) for unit, _ in figures}
        return [figure / most[unit] if most[unit] else 0.0 for unit, figure in figures]

    def _plain(self, records: Sequence[Record]) -> Inert:
        has_score = any(record.get("score") is not None for record in records)
        labels = [self._words(f"turn.{key}") for key in ("name", *(["score"] if has_score else []))]
        rows: list[Inert] = []
        for record in records:
            meter = (
                tag("td", _meter(record, self._words.language), class_="number score", data_head=labels[-1])
                if has_score
                else None
            )
            named = self._named(record, has_type=self._has_types)
            cells = [tag("td", named, class_="name"), *([meter] if meter else [])]
            rows += self._with_reasons(cells, record)
        heading = [Cell(text=label, shown=inert(label)) for label in labels]
        return _table(heading, [False, True][: len(labels)], rows, "records")

    def _named(self, record: Record, class_: str = "record", *, has_type: bool = False) -> Inert:
        """The name; a click on it asks about the record, or settles which one is meant."""
        name = name_of(record)
        words = self._words(f"type.{record['type']}")
        kind = tag("span", words, class_="type") if has_type else None
        if record["type"] == "activity":
            return inert(tag("b", name), kind)
        asks = self._choice(record) if self._is_choice else self._words("turn.about", name=name)
        return inert(tag("button", name, type="button", class_=class_, data_ask=asks, title=asks), kind)

    def _choice(self, record: Record) -> str:
        """What says which one is meant: the name, with the id where two have it."""
        name = name_of(record)
        namesakes = sum(name_of(other) == name for other in self._records)
        return name if namesakes == 1 else f"{name} ({record['id']})"


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


def _meter(record: Record, language: str, shown: Inert | None = None) -> Inert | None:
    score = record.get("score")
    if score is None:
        return shown
    percent = formats.share(Share(fraction=float(score)), language, decimals=0)
    return tag("span", _bar(float(score)), shown or tag("b", percent), class_="meter")


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


def _why_columns(row: Sequence[Cell], record: Record | None) -> Iterator[int]:
    """Where the row gives the record's reasons."""
    reasons = list((record or {}).get("reasons") or ())
    for n, cell in enumerate(row):
        if reasons and _squeezed(cell.text).startswith(_squeezed(str(reasons[0]))):
            yield n


def _says_something(column: int, rows: Sequence[Sequence[Cell]]) -> bool:
    return any(row[column].text.strip(_NOTHING) for row in rows if column < len(row))


def _is_numeric(texts: Sequence[str]) -> bool:
    return any(any(c.isdigit() for c in text) for text in texts) and all(map(_NUMBER.fullmatch, texts))


def _squeezed(text: str) -> str:
    return " ".join(text.split())
