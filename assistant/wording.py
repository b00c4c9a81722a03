"""Findings to words: the texts by language, and the Markdown made of them.

A `Line` is a key of the wording files and what fills it. A text is a template, or one for `one` and one for
`other` where its `count` decides. Names and quotes go in as they stand; only what breaks a table is changed.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from assistant import formats
from assistant.answers import Arg, Finding, Line, Listed, Money, Share, Term, Value, Window
from ingest.entities import Reason

LANGUAGES = ("en", "zh", "de", "es")
_LIST_SEPARATORS = {"zh": "、"}
_SINGLE = ("- ", "> ", "| ")
_BEGINS_WITH = re.compile(r"[^\w{]*\{(\w+)\}")
_COUNTED_PERIOD = re.compile(r"(last|past|next) (\d+) (hour|day|week|month|quarter|year)s?")
_BOUND_PERIOD = re.compile(r"(since|after|from|before|until|till) (\d{4}-\d{2}-\d{2})")
_QUARTER = re.compile(r"(\d{4})-q([1-4])")
_WEEK = re.compile(r"(\d{4})-w(\d{2})")
_REASONS_IN_TABLE = 2
# A value of a field that a hosted model may read as it stands: short, no sentence, and not typed in freely.
_PLAIN_VALUE = re.compile(r"[\w&+./%\- ]{1,40}")
_MOST_WORDS = 3
_FREE_TEXT = frozenset(
    {"company", "account", "contact", "title", "email", "phone", "website", "subject", "text", "description"}
)


@cache
def texts(language: str) -> Mapping[str, Mapping[str, Any]]:
    """The wording file of a language."""
    file = resources.files("assistant").joinpath("wordings", f"{language}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def render(findings: Finding | Sequence[Finding] | Sequence[Line], language: str) -> str:
    """The answer as Markdown in the language; a language that we do not write gets English."""
    writer = _Writer(language=language if language in LANGUAGES else "en")
    if isinstance(findings, Finding):
        return writer.finding(findings)
    parts = [
        writer.lines((one,), Finding()) if isinstance(one, Line) else writer.finding(one) for one in findings
    ]
    return "\n\n".join(part for part in parts if part)


def phrase(line: Line, language: str) -> str:
    """One line as plain text, without Markdown's emphasis."""
    return _Writer(language=language if language in LANGUAGES else "en").line(line).replace("**", "")


def member(key: str, of: str, language: str) -> str:
    """A group's name as an answer's table shows it: the words of the product are in its language."""
    return _Writer(language=language if language in LANGUAGES else "en").member(key, of)


def for_model(finding: Finding) -> str:
    """What a hosted chat model reads: figures, dates, closed words; records as L1…, quotes as E1….

    The handles count the finding's `listed` and `evidence` from 1.
    """
    handles = {one.quote: f"E{n}" for n, one in reversed(list(enumerate(finding.evidence, 1)))}
    handles |= {one.name: f"L{n}" for n, one in reversed(list(enumerate(finding.listed, 1)))}
    return _Writer(language="en", handles=handles).finding(finding)


def reason(of: Reason, language: str) -> str:
    """A reason as a sentence."""
    from assistant.scoring.reasons import render as said

    return said(of, language if language in LANGUAGES else "en")


@dataclass(slots=True, kw_only=True)
class _Writer:
    """Writes in one language; with `handles`, names and quotes are replaced by them."""

    language: str
    handles: Mapping[str, str] | None = None
    _texts: Mapping[str, Mapping[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self._texts = texts(self.language)

    def finding(self, finding: Finding) -> str:
        return self.lines(finding.lines, finding)

    def lines(self, lines: Iterable[Line], finding: Finding) -> str:
        """The lines as paragraphs; items and quotes stand close together."""
        text, close = "", False
        for line in lines:
            part = self._block(line, finding)
            if not part:
                continue
            single = part.startswith(_SINGLE)
            text += ("\n" if single and close else "\n\n") if text else ""
            text, close = text + part, single
        return text

    def _block(self, line: Line, finding: Finding) -> str:
        match line.key:
            case "table":
                return self._records(finding)
            case "values":
                return self._values(finding)
            case "draft":
                return self._draft(finding)
            case _:
                return self._capital(line, self.line(line))

    def _capital(self, line: Line, text: str) -> str:
        """A sentence begins with a capital, unless it begins with a name as somebody writes it."""
        first = _BEGINS_WITH.match(self._template(line))
        if first and isinstance(line.args.get(first[1]), str):
            return text
        start = next((n for n, letter in enumerate(text) if letter.isalnum()), 0)
        return text[:start] + text[start : start + 1].upper() + text[start + 1 :]

    def line(self, line: Line) -> str:
        """One line filled in."""
        args = {
            name: self.arg(value, " · " if name == "filters" else None) for name, value in line.args.items()
        }
        return self._template(line).format_map(args)

    def _template(self, line: Line) -> str:
        template = self._texts["lines"][line.key]
        if isinstance(template, str):
            return template
        return str(template["one" if _is_one(line.args.get("count")) else "other"])

    def arg(self, value: Arg, separator: str | None = None) -> str:
        """What fills a place, as the language writes it."""
        match value:
            case None:
                return "–"
            case str():
                return self._own_words(value)
            case Line():
                return self.line(value)
            case Term():
                return self.term(value)
            case Money():
                return formats.money(value, self.language)
            case Share():
                return formats.share(value, self.language)
            case Reason():
                return reason(value, self.language)
            case Window():
                return self.period(value)
            case datetime():
                return formats.moment(value, self.language)
            case date():
                return formats.day(value, self.language)
            case int() | float():
                return formats.number(value, self.language)
        joined = separator or _LIST_SEPARATORS.get(self.language, ", ")
        return joined.join(self.arg(item) for item in value)

    def term(self, term: Term) -> str:
        """A word of the product; a column of a file goes by its own name."""
        group, _, name = term.key.partition(".")
        if group == "field":
            return str(self._texts["fields"].get(name) or formats.column_name(name))
        word = self._texts["terms"].get(term.key)
        if word is None:
            return term.key.rsplit(".", 1)[-1].replace("_", " ")
        if isinstance(word, str):
            return word
        # A count goes before a measure word in Chinese; `name` is the word by itself.
        form = "one" if term.count == 1 else "name" if term.count is None else "other"
        return str(word.get(form, word["other"]))

    def period(self, window: Window) -> str:
        """A period in words with its days."""
        words, days = self._period_words(window.label), formats.span(window, self.language)
        if words and days and words != days:
            return str(self._texts["lines"]["period.named"]).format(words=words, days=days)
        return words or days or window.label

    def _period_words(self, label: str) -> str | None:
        periods = self._texts["periods"]
        if label in periods:
            return str(periods[label])
        if counted := _COUNTED_PERIOD.fullmatch(label):
            direction = "next" if counted[1] == "next" else "last"
            form = "one" if counted[2] == "1" else "other"
            words = periods[f"{direction} {counted[3]}s"]
            return str(words if isinstance(words, str) else words[form]).format(count=counted[2])
        if bound := _BOUND_PERIOD.fullmatch(label):
            word = {"from": "since", "till": "until"}.get(bound[1], bound[1])
            day = formats.day(date.fromisoformat(bound[2]), self.language)
            return str(periods[word]).format(day=day)
        if quarter := _QUARTER.fullmatch(label):
            return str(periods["quarter"]).format(quarter=quarter[2], year=quarter[1])
        if week := _WEEK.fullmatch(label):
            return str(periods["week"]).format(week=int(week[2]), year=week[1])
        return label if re.fullmatch(r"\d{4}", label) else None

    def _own_words(self, text: str) -> str:
        if self.handles is None:
            return text
        if text in self.handles:
            return self.handles[text]
        is_value = _PLAIN_VALUE.fullmatch(text) and len(text.split()) <= _MOST_WORDS
        return text if is_value else "…"

    def _records(self, finding: Finding) -> str:
        shown = finding.listed[: finding.shown]
        if not shown:
            return ""
        scored = any(one.score is not None for one in shown)
        reasoned = any(one.reasons for one in shown)
        heads = ["#", self._texts["terms"]["name"], *([self._texts["fields"]["score"]] if scored else [])]
        heads += [self.term(Term(key=f"field.{column.rsplit('.', 1)[-1]}")) for column in finding.columns]
        heads += [self._texts["terms"]["why"]] if reasoned else []
        rows = [
            [
                str(rank),
                self._own_words(one.name),
                *([self._score(one.score)] if scored else []),
                *(self._cell_of(one, column) for column in finding.columns),
                *([self._reasons(one)] if reasoned else []),
            ]
            for rank, one in enumerate(shown, 1)
        ]
        return _table(heads, rows)

    def _cell_of(self, one: Listed, column: str) -> str:
        value = one.cells.get(column)
        if self.handles is not None and isinstance(value, str) and column.rsplit(".", 1)[-1] in _FREE_TEXT:
            return self.handles.get(value, "…")
        return self.arg(value)

    def _score(self, score: float | None) -> str:
        if score is None:
            return "–"
        return formats.share(Share(fraction=score), self.language, decimals=0 if 0.01 <= score <= 0.99 else 1)

    def _reasons(self, one: Listed) -> str:
        return "; ".join(reason(of, self.language) for of in one.reasons[:_REASONS_IN_TABLE])

    def _values(self, finding: Finding) -> str:
        """Figures by group: a row for each group and currency, a column for each kind of figure."""
        rows: dict[tuple[Any, ...], dict[str, str]] = {}
        labels: dict[str, None] = {}
        keys = list(dict.fromkeys(key for value in finding.values for key in value.group))
        for value in finding.values:
            label = self.arg(value.said) if value.said is not None else value.label
            labels[label] = None
            members = tuple(value.group.get(key) for key in keys)
            # Amounts of two currencies are two rows; what has no currency joins the group's first row.
            row = next((r for r in rows if r[0] == members and label not in rows[r]), None)
            if row is None:
                row = (members, len(rows))
                rows[row] = {}
            rows[row][label] = self.value(value)
        heads = [self.term(Term(key=f"field.{key}")) for key in keys]
        body = [
            [
                *(self.member(keys[n], member) for n, member in enumerate(row[0])),
                *(cells.get(label, "") for label in labels),
            ]
            for row, cells in list(rows.items())[: finding.shown]
        ]
        return _table([*heads, *labels], body)

    def member(self, key: str, member: str | None) -> str:
        """A group's name in the answer's language."""
        if member is None:
            return str(self._texts["terms"]["nothing"])
        if key in ("kind", "outcome", "direction", "role"):
            return self.term(Term(key=f"{key}.{member.replace(' ', '_')}"))
        return self._own_words(member)

    def value(self, value: Value) -> str:
        """A figure with its unit."""
        if value.value is None:
            return "–"
        match value.unit:
            case "fraction":
                return formats.share(Share(fraction=value.value), self.language)
            case "count" | "days" | None:
                return formats.number(round(value.value, 2), self.language)
            case currency:
                return formats.money(Money(amount=value.value, currency=currency), self.language)

    def _draft(self, finding: Finding) -> str:
        draft = finding.draft
        if draft is None or self.handles is not None:
            return ""
        subject = f"**{self._texts['terms']['subject']}:** {draft.subject}\n\n" if draft.subject else ""
        return subject + draft.body


def _is_one(count: Arg) -> bool:
    return isinstance(count, int | float) and count == 1


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = [head[:1].upper() + head[1:] for head in heads]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split()) or " "
