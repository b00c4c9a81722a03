"""What was recognised, as the text of a mapping file: to be read, saved, corrected and passed back."""

from collections.abc import Iterable, Sequence
from typing import Any

from ingest.columns import DATE_FIELDS
from ingest.draft import draft_lines
from ingest.entities import RecordType
from ingest.mapping import FIELDS
from ingest.outcomes import outcome_reader
from ingest.plan import Plan
from ingest.recognition import Recognised

_MANY = 40  # values of an outcome column that are spelled out


def as_mapping_file(recognised: Recognised) -> str:
    """The YAML text of a mapping that loads the files just as they would be loaded without it.

    Where nothing would be loaded, it is a guess to correct.
    """
    lines = ["# What was recognised. Correct what is wrong and pass the file back with --mapping."]
    lines += _comments(recognised)
    guessed = not recognised.plans  # where nothing is sure, what is likely is something to start from
    lines.append("files:" if recognised.plans or recognised.drafts else "files: []")
    for plan in recognised.plans:
        lines += _entry(plan)
    if recognised.drafts:
        lines.append("  # A guess, which nothing is loaded by: is this how these rows ended?")
    for draft in recognised.drafts:
        lines += [line if guessed else f"  # {line}" for line in draft_lines(draft)]
    return "\n".join(lines) + "\n"


def _comments(recognised: Recognised) -> Iterable[str]:
    for lookup in recognised.lookups:
        yield f"# {lookup.sheet.file}: joined by {lookup.key!r} to {', '.join(lookup.joined_to)}"
    for skipped in recognised.skipped:
        yield f"# {skipped.file}: not loaded: {skipped.why}"
    if not recognised.drafts and any("no record type" in skipped.why for skipped in recognised.skipped):
        yield "# To load such a file, say what it holds:"
        yield "#   - match: FILE"
        yield f"#     type: {' | '.join(RecordType)}"
        yield '#     columns: {id: "COLUMN", name: "COLUMN", outcome: "COLUMN"}'
        yield '#     values: {outcome: {won: ["yes"], lost: ["no"], open: [""]}}'


def _entry(plan: Plan) -> Iterable[str]:
    yield f"  - match: {_quoted(plan.sheet.file)}"
    yield f"    type: {plan.type}"
    if plan.where:
        yield "    where:"
        for column, taken in plan.where.items():
            yield f"      {_quoted(column)}: [{', '.join(map(_quoted, taken))}]"
    yield "    columns:"
    for name in FIELDS[plan.type]:
        if columns := plan.columns.get(name):
            yield f"      {name}: {_flow(columns)}"
    if "outcome" in plan.columns and (values := _outcome_values(plan)):
        yield "    values:"
        yield "      outcome:"
        for outcome, cells in values.items():
            yield f"        {outcome}: [{', '.join(map(_quoted, cells))}]"
    if pattern := _dates(plan):
        yield f"    dates: {_quoted(pattern)}" + (
            "  # assumed: the file does not tell" if plan.undecided else ""
        )
    if plan.ignore:
        yield f"    ignore: [{', '.join(map(_quoted, sorted(plan.ignore)))}]"
    if plan.after_outcome:
        yield f"    after_outcome: [{', '.join(map(_quoted, sorted(plan.after_outcome)))}]"
    if plan.kinds:
        kept = ", ".join(f"{column} ({kind})" for column, kind in plan.kinds.items())
        yield f"    # kept as they are: {kept}".replace("\n", " ")


def _outcome_values(plan: Plan) -> dict[str, list[str]]:
    """The cells of the outcome columns, by what they are taken to mean; unclear ones are left out."""
    read = outcome_reader(plan)
    positions = [plan.sheet.header.index(column) for column in plan.columns["outcome"]]
    found: dict[str, dict[str, None]] = {"won": {}, "lost": {}, "open": {}}
    for batch in plan.sheet.batches():
        for cells in set(zip(*(batch.columns[position] for position in positions), strict=True)):
            if (outcome := read(cells)) is not None:
                found[outcome][" / ".join(cell.strip() for cell in cells)] = None
    if sum(map(len, found.values())) > _MANY:
        return {}
    return {outcome: sorted(cells) for outcome, cells in found.items() if cells}


def _dates(plan: Plan) -> str | None:
    """The order of day and month, where a date column is written so that it matters."""
    if plan.pattern:
        return plan.pattern
    columns = [column for name in plan.columns if name in DATE_FIELDS for column in plan.columns[name]]
    orders = {plan.orders[column] for column in columns if column in plan.ordered or column in plan.undecided}
    return str(next(iter(orders))) if len(orders) == 1 else None


def _flow(texts: Sequence[str]) -> str:
    return _quoted(texts[0]) if len(texts) == 1 else f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: Any) -> str:
    """A YAML text in double quotes."""
    import json

    return json.dumps(str(text), ensure_ascii=False)
