"""Questions over public database tables, loaded as CSV with a mapping; the answers are the sets' own.

python -m tests.evals.table_questions [--only DATABASE] [--held-out] [--workspace DIR] [--json FILE]

A question is answered right, wrongly (an answer that is not the set's) or declined (asked back, refused,
nothing found). Which questions are asked stands in `tables/ids.yaml`.
"""

import argparse
import csv
import json
import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from assistant.evaluation.demo import in_process
from assistant.people import add_user
from assistant.settings import Settings
from assistant.workspace import Workspace
from ingest.entities import Role

TABLES = Path(__file__).parent / "tables"
DATA = Path(__file__).parents[3] / "shared" / "data"
ADMIN = "analyst@tables.example"
# The day on which each set's "today" lies.
_SETS = {
    "table-questions-spider": datetime(2018, 12, 31, 12, tzinfo=UTC),
    "table-questions-defog": datetime(2024, 6, 12, 23, 59, tzinfo=UTC),
}
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableQuestion:
    """One question; its answer may be told in several ways, each of them a list of rows."""

    id: str
    database: str
    question: str
    answers: Sequence[Rows]
    held_out: bool

    def verdict(self, answer: Mapping[str, Any]) -> str:
        """ "right", "wrong" or "declined"."""
        if answer["kind"] != "answer":
            return "declined"
        return "right" if any(_tells(answer, rows) for rows in self.answers) else "wrong"


def table_questions(data: Path = DATA) -> list[TableQuestion]:
    """The questions of `ids.yaml` with the words and answers of the public sets."""
    listed = yaml.safe_load((TABLES / "ids.yaml").read_text(encoding="utf-8"))["sets"]
    wanted = {
        f"{one['database']}-{number}": (one["database"], held_out)
        for one in listed
        for part, held_out in (("questions", False), ("held_out", True))
        for number in one[part]
    }
    found = []
    for name in _SETS:
        for line in (data / name / "questions.jsonl").read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            if one["id"] in wanted:
                database, held_out = wanted[one["id"]]
                found.append(
                    TableQuestion(
                        id=one["id"],
                        database=database,
                        question=one["question"],
                        answers=one.get("answers") or [one["answer"]],
                        held_out=held_out,
                    )
                )
    return found


def make_tables(workspace: Workspace, data: Path, database: str, folder: Path) -> datetime:
    """Write the tables that the mapping names as CSV and load them; the moment at which all is asked."""
    mapping = TABLES / f"{database}.yaml"
    [source] = [name for name in _SETS if (data / name / f"{database}.sqlite").exists()]
    if not workspace.records.everybody():
        files = [
            _export(data / source / f"{database}.sqlite", Path(one["match"]).stem, folder)
            for one in yaml.safe_load(mapping.read_text(encoding="utf-8"))["files"]
        ]
        workspace.ingest(files, mapping=mapping, as_of=_SETS[source])
        add_user(workspace.records, ADMIN, name="Ana Analyst", role=Role.ADMIN, manager=None)
    return _SETS[source]


def _export(database: Path, table: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True) as connection:
        rows = connection.execute(f'SELECT * FROM "{table}"')
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([column[0] for column in rows.description])
            writer.writerows(rows)
    return folder / f"{table}.csv"


# Whether an answer tells what the rows hold


def _tells(answer: Mapping[str, Any], rows: Rows) -> bool:
    """Every cell is told, and nothing beyond: as many records or groups as there are rows.

    A single figure is the first that is stated; a question for the most or the least is answered by the
    first record or group.
    """
    records, values = answer["records"], answer["values"]
    distinct = {tuple(map(str, row)) for row in rows}
    if len(distinct) == 1 and len(rows[0]) == 1 and _number(rows[0][0]) is not None:
        return bool(values) and _near(values[0]["value"], float(rows[0][0])) and not values[0]["group"]
    if not all(_told(cell, answer) for row in distinct for cell in row if cell not in ("None", "")):
        return False
    if len(distinct) == 1:
        [row] = distinct
        first = " ".join(_words(answer, records[:1], values[:1]))
        return len(records) <= 1 or any(_plain(cell) in first for cell in row)
    listed = len({one["id"] for one in records})
    groups = len({tuple(one["group"].values()) for one in values if one["group"]})
    return bool({listed, groups} & {len(distinct), len(rows)})


def _told(cell: str, answer: Mapping[str, Any]) -> bool:
    number = _number(cell)
    if number is not None and any(_near(value["value"], number) for value in answer["values"]):
        return True
    told = " ".join(_words(answer, answer["records"], answer["values"]))
    told = f"{told} {_plain(answer['answer'])}"
    return any(form in told for form in _forms(cell))


def _words(
    answer: Mapping[str, Any], records: Sequence[Mapping[str, Any]], values: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    for record in records:
        yield f"#{_plain(record['id'])}# {_plain(record['name'])}"
    for value in values:
        yield from (_plain(str(member)) for member in value["group"].values())
    if len(answer["records"]) == 1:
        yield _plain(answer["answer"])


def _forms(cell: str) -> Iterator[str]:
    """How a cell may be written in an answer: as it stands, an id as one, a date as people write it."""
    yield _plain(cell) if _number(cell) is None else f"#{_plain(cell)}#"
    if _number(cell) is not None:
        yield f" {_plain(cell)} "
    if found := re.match(r"(\d{4})-(\d\d)(?:-(\d\d))?", cell):
        year, month, day = found.groups()
        moment = datetime(int(year), int(month), int(day or 1), tzinfo=UTC)
        yield f"{moment.day} {moment:%b %Y}".casefold() if day else f"{moment:%Y-%m}"
        yield f"{moment:%Y-%m-%d}"


def _number(cell: object) -> float | None:
    try:
        return float(str(cell))
    except ValueError:
        return None


def _near(value: object, number: float) -> bool:
    return isinstance(value, int | float) and abs(value - number) <= max(0.0051, 1e-6 * abs(number))


def _plain(text: str) -> str:
    return " ".join(str(text).replace("\\", "").split()).casefold()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", help="one database")
    parser.add_argument("--held-out", action="store_true", help="count the untouched questions too")
    parser.add_argument("--workspace", type=Path, help="kept between runs; built where there is none")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    questions = [
        one
        for one in table_questions()
        if (given.held_out or not one.held_out) and given.only in (None, one.database)
    ]
    with tempfile.TemporaryDirectory() as fresh:
        verdicts = ask_all(questions, DATA, given.workspace or Path(fresh))
    counts = Counter(verdict for verdict, _ in verdicts.values())
    print(
        ", ".join(f"{counts[name]} {name}" for name in ("right", "wrong", "declined")), "of", len(questions)
    )
    for one in questions:
        verdict, answer = verdicts[one.id]
        if verdict != "right" and not one.held_out:
            print(f"  {verdict}: {one.id}: {one.question}")
            print(f"      {answer['kind']}: {' '.join(answer['answer'].split())[:160]}")
    if given.json:
        given.json.write_text(json.dumps({"of": len(questions), **counts}), encoding="utf-8")


def ask_all(
    questions: Sequence[TableQuestion], data: Path, folder: Path
) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Verdict and answer of each question, each asked in a conversation of its own."""
    verdicts = {}
    for database in dict.fromkeys(one.database for one in questions):
        home = folder / database
        home.mkdir(parents=True, exist_ok=True)
        workspace = Workspace.open(Settings(home=home))
        ask = in_process(workspace, make_tables(workspace, data, database, home / "tables"))
        for one in questions:
            if one.database == database:
                answer = ask(one.question, ADMIN, f"evaluation-{one.id}")
                verdicts[one.id] = (one.verdict(answer), answer)
    return verdicts


if __name__ == "__main__":
    main()
