"""Recognises what a sheet holds: its record type and what each column means, by names and by contents."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from zoneinfo import ZoneInfo

from ingest.amounts import DecimalSign
from ingest.contents import Contents, Kind, is_email, is_number
from ingest.dates import DayOrder, order_of_pattern, read_moment
from ingest.entities import RecordType
from ingest.errors import BadMapping
from ingest.lexicon import (
    gathered_columns,
    headers,
    id_prefixes,
    identity_words,
    lifecycle,
    plain,
    plain_header,
    said_outcome,
    said_truth,
    type_words,
    weights,
)
from ingest.mapping import FileMapping
from ingest.sheets import Sheet

DATE_FIELDS = frozenset({"created_at", "closed_at", "close_on", "at"})
NUMBER_FIELDS = frozenset({"amount", "revenue", "employees"})
SEVERAL_COLUMNS = frozenset({"about", "kind"})  # fields read from all columns that bear one of their names
_WORDY = frozenset(
    {"name", "company", "first_name", "last_name", "campaign", "product", "city", "country", "subject"}
)
_SPELLED = frozenset(
    {"country", "city", "industry", "source", "campaign", "product", "status", "stage", "type"}
)
_FLAGS = (("is closed", "is won"), ("is deal closed", "is closed won"))
_ENOUGH = 3.0  # the least weight of fields that makes a record type
_SALESFORCE_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_UTC = ZoneInfo("UTC")
_ENGLISH = frozenset(
    # the words by which an English column is told from another language's
    {"id", "name", "date", "created", "closed", "owner", "email", "phone", "status", "source", "company"}
    | {"account", "amount", "value", "stage", "type", "number", "title", "country", "city", "first", "last"}
    | {"start", "end", "due", "of", "by", "at", "on", "deal", "contact", "product", "notes", "subject"}
    | {"revenue", "employees", "industry", "sector"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the rows of one sheet are read.

    `columns` gives per field its columns, `orders` and `signs` what was decided for each date and number
    column, `kinds` what the columns hold that are kept as they are.
    """

    sheet: Sheet
    type: RecordType
    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    orders: Mapping[str, DayOrder] = field(default_factory=dict)
    signs: Mapping[str, DecimalSign | None] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    after_outcome: frozenset[str] = frozenset()
    salesforce_ids: bool = False
    undecided: tuple[str, ...] = ()  # date columns whose order could not be told and was assumed
    ordered: tuple[str, ...] = ()  # date columns whose values tell their order
    pattern: str | None = None  # the order of dates that the mapping asks for
    where: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # the rows taken, of a file of two types
    spellings: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # per field, odd forms made usual
    dotless_domains: bool = False  # most addresses of the file end in a domain without a dot


def recognise_type(sheet: Sheet, contents: Mapping[str, Contents]) -> RecordType | None:
    """The record type of a sheet; None where no type fits."""
    by_ids = _type_by_ids(contents)
    if by_ids:
        return by_ids
    fits = {type_: _weight(type_, sheet, contents) for type_ in RecordType}
    best = max(fits, key=lambda type_: fits[type_])
    return best if fits[best] >= _ENOUGH else None


def _type_by_ids(contents: Mapping[str, Contents]) -> RecordType | None:
    """The type that Salesforce ids in the file's own id column give away."""
    for column, held in contents.items():
        if plain_header(column).endswith("id") and held.filled:
            if plain_header(column) != "id" and column != next(iter(contents)):
                continue
            ids = Counter(value[:3] for value in held.sample if is_salesforce_id(value))
            prefix, often = next(iter(ids.most_common(1)), ("", 0))
            if prefix in id_prefixes() and often >= 0.5 * len(held.sample):
                return RecordType(id_prefixes()[prefix])
    return None


def is_salesforce_id(value: str) -> bool:
    """Whether a value is written like a Salesforce id: 15 or 18 letters and digits."""
    return _SALESFORCE_ID.fullmatch(value) is not None


def _weight(type_: RecordType, sheet: Sheet, contents: Mapping[str, Contents]) -> float:
    """How much speaks for a record type; 0 where its rows could not be told apart."""
    columns = match_columns(type_, sheet.header, contents)
    if not {"id", "name", "last_name", "email", "about", "stage", "status", "subject"} & columns.keys():
        return 0.0
    if type_ is RecordType.USER and not {"name", "last_name", "email"} & columns.keys():
        return 0.0
    fields = sum(weights(type_).get(name, 0.5) for name in columns if name != "outcome")
    words = type_words()[type_]
    named = 4.0 if _names(words, _file_words(sheet.file)) else 0.0
    first = plain_header(sheet.header[0])
    own_id = 3.0 if first.split()[-1:] in (["id"], ["number"], ["nr"]) and _names(words, first) else 0.0
    said = sum(0.75 for header in sheet.header if _names(words, " ".join(plain_header(header).split()[:1])))
    return fields + named + own_id + min(said, 3.0)


def _file_words(file: str) -> str:
    parts = file.split(" / ")
    return " ".join(
        plain_header(PurePath(part).stem if position == 0 else part) for position, part in enumerate(parts)
    )


def _names(words: Iterable[str], text: str) -> bool:
    padded = f" {text} "
    return any(
        f" {word} " in padded or ((len(word) > 6 or not word.isascii()) and word in text) for word in words
    )


def match_columns(
    type_: RecordType, header: Iterable[str], contents: Mapping[str, Contents]
) -> dict[str, tuple[str, ...]]:
    """Per field the column (or columns) that bear one of its names and hold what fits it."""
    candidates = []
    for position, column in enumerate(header):
        named = plain_header(column)
        for order, (name, names) in enumerate(headers(type_).items()):
            if named in names and _may_hold(name, contents[column]):
                candidates.append((names[named], order, position, name, column))
    found: dict[str, tuple[str, ...]] = {}
    used: set[str] = set()
    for _rank, _order, _position, name, column in sorted(candidates):
        if column not in used and (name not in found or _joins_others(name, column, found[name])):
            found[name] = (*found.get(name, ()), column)
            used.add(column)
    return _names_of_persons(type_, found)


def _joins_others(name: str, column: str, others: Iterable[str]) -> bool:
    """Whether a field is read from this column as well as from others."""
    if name in SEVERAL_COLUMNS:
        return True
    gathered = gathered_columns().get(name, frozenset())
    return all(plain_header(one) in gathered for one in (column, *others))


def _names_of_persons(type_: RecordType, found: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """A lone "Nombre" is the whole name; beside "Apellidos" it is the first one."""
    if "last_name" in found and "first_name" not in found and "name" in found:
        if plain_header(found["name"][0]) in headers(type_).get("first_name", {}):
            found["first_name"] = found.pop("name")
    elif "first_name" in found and "last_name" not in found and "name" not in found:
        found["name"] = found.pop("first_name")
    return found


def _may_hold(name: str, held: Contents) -> bool:
    """Whether what a column holds can be the field that its name promises."""
    if not held.filled:
        return True
    if name in DATE_FIELDS:
        return held.share(_is_moment) >= 0.5
    if name in NUMBER_FIELDS:
        return held.share(is_number) >= 0.5
    if name == "email":
        return held.share(is_email) >= 0.3
    if name == "phone":
        return held.share(_has_digits) >= 0.5
    if name == "outcome":
        return (
            held.share(lambda value: said_outcome(value) is not None or said_truth(value) is not None) >= 0.9
        )
    if name in _WORDY:
        return held.share(is_number) < 0.7
    if name in {"account", "company"}:  # "Client: new | current" names no company
        return not (held.filled > 50 and held.distinct <= 3)
    if name == "kind":
        return held.distinct <= 100
    return True


def _is_moment(value: str) -> bool:
    return (
        read_moment(value, DayOrder.DAY_FIRST, _UTC) is not None
        or read_moment(value, DayOrder.MONTH_FIRST, _UTC) is not None
    )


def identity_columns(plan: Plan) -> frozenset[str]:
    """The columns, kept as they are, that tell one person from another."""
    return frozenset(
        column
        for column, kind in plan.kinds.items()
        if kind is Kind.IDENTIFIER or set(plain_header(column).split()) & identity_words()
    )


def _is_dotless(value: str) -> bool:
    return is_email(value) and "." not in value.partition("@")[2]


def _has_digits(value: str) -> bool:
    return sum(letter.isdigit() for letter in value) >= 5


def make_plan(
    sheet: Sheet, contents: Mapping[str, Contents], type_: RecordType, mapping: FileMapping | None
) -> Plan:
    """Everything that is decided about one sheet, by the mapping where it says so, else by what is there.

    Raises:
        BadMapping: the mapping names a column that the file does not have.
    """
    given = mapping.columns if mapping else None
    if given is None:
        columns = _with_outcome(type_, match_columns(type_, sheet.header, contents), sheet.header)
    else:
        columns = {
            name: tuple(column_named(sheet, wanted) for wanted in wanted_ones)
            for name, wanted_ones in given.items()
        }
    dated = [column for name in columns if name in DATE_FIELDS for column in columns[name]]
    pattern = mapping.dates if mapping else None
    orders, undecided = _orders(dated, contents, sheet, pattern)
    numbers = [column for name in columns if name in NUMBER_FIELDS for column in columns[name]]
    used = {column for names in columns.values() for column in names}
    ignore = frozenset(column_named(sheet, name) for name in mapping.ignore) if mapping else frozenset()
    # What an activity's kind is read from says more than the kind, so it is kept, too.
    kept = set(sheet.header) - used - ignore | set(columns.get("kind", ()))
    return Plan(
        sheet=sheet,
        type=type_,
        columns=columns,
        values=mapping.values if mapping else {},
        orders=orders,
        signs=_signs(numbers, contents),
        kinds={column: contents[column].kind for column in sheet.header if column in kept},
        ignore=ignore,
        after_outcome=frozenset(column_named(sheet, name) for name in mapping.after_outcome)
        if mapping
        else frozenset(),
        salesforce_ids=any(_own_prefix(type_, contents[column]) for column in columns.get("id", ())),
        undecided=undecided,
        ordered=tuple(column for column in dated if contents[column].day_order is not None),
        pattern=pattern,
        where=mapping.where if mapping else {},
        spellings={
            name: odd
            for name, names in columns.items()
            if name in _SPELLED and len(names) == 1 and (odd := contents[names[0]].spellings())
        },
        dotless_domains=any(contents[column].share(_is_dotless) > 0.5 for column in columns.get("email", ())),
    )


def column_named(sheet: Sheet, wanted: str) -> str:
    """The file's column of this name, whatever its case and spaces."""
    if wanted in sheet.header:
        return wanted
    for column in sheet.header:
        if plain(column) == plain(wanted):
            return column
    raise BadMapping(
        f"The mapping names a column {wanted!r} that {sheet.file} does not have; "
        f"it has {', '.join(sheet.header)}."
    )


def _with_outcome(
    type_: RecordType, columns: dict[str, tuple[str, ...]], header: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """The columns that tell how it ended: flags where there are any, else the stage or status itself."""
    by_name = {plain_header(column): column for column in header}
    for closed, won in _FLAGS:
        if type_ is RecordType.OPPORTUNITY and {closed, won} <= by_name.keys():
            return {**columns, "outcome": (by_name[closed], by_name[won])}
    if type_ is RecordType.LEAD and "lifecycle stage" in by_name:
        stage = by_name["lifecycle stage"]
        others = [column for column in columns.get("status", ()) if column != stage]
        linked = {"converted_contact": columns["id"]} if "id" in columns else {}
        return {**linked, **columns, "outcome": (stage, *others)}
    if type_ is RecordType.OPPORTUNITY and "outcome" not in columns and "stage" in columns:
        return {**columns, "outcome": columns["stage"]}
    if type_ is RecordType.LEAD and "is converted" in by_name and "status" in columns:
        return {**columns, "outcome": (by_name["is converted"], *columns["status"])}
    if type_ is RecordType.LEAD and "outcome" not in columns and "status" in columns:
        return {**columns, "outcome": columns["status"]}
    return columns


def _own_prefix(type_: RecordType, held: Contents) -> bool:
    own = {prefix for prefix, owner in id_prefixes().items() if owner == type_}
    return held.share(lambda value: is_salesforce_id(value) and value[:3] in own) >= 0.5


def _orders(
    columns: Iterable[str], contents: Mapping[str, Contents], sheet: Sheet, pattern: str | None
) -> tuple[dict[str, DayOrder], tuple[str, ...]]:
    """The order of day and month per date column: the mapping's, its own, or that of the file's others."""
    if pattern is not None:
        asked = order_of_pattern(pattern) or DayOrder.DAY_FIRST
        return dict.fromkeys(columns, asked), ()
    told = {column: contents[column].day_order for column in columns}
    others = [order for order in told.values() if order]
    assumed = max(set(others), key=others.count) if others else _usual_order(sheet, contents, told)
    undecided = tuple(
        column
        for column, order in told.items()
        if order is None and not others and _hangs_on_order(contents[column])
    )
    return {column: order or assumed for column, order in told.items()}, undecided


def _hangs_on_order(held: Contents) -> bool:
    from ingest.dates import depends_on_order

    return depends_on_order(held.values)


def _usual_order(sheet: Sheet, contents: Mapping[str, Contents], columns: Iterable[str]) -> DayOrder:
    """Where nothing tells: dots and other languages than English put the day first, slashes the month."""
    dotted = any(
        re.match(r"\d{1,2}\.\d{1,2}\.", value) for column in columns for value in contents[column].sample
    )
    if dotted or any(sign is DecimalSign.COMMA for sign in _signs(sheet.header, contents).values()):
        return DayOrder.DAY_FIRST
    foreign = sum(1 for column in sheet.header if not _is_english(column))
    return DayOrder.DAY_FIRST if foreign > len(sheet.header) / 3 else DayOrder.MONTH_FIRST


def _is_english(column: str) -> bool:
    words = plain_header(column).split()
    return not words or any(word in _ENGLISH for word in words)


def _signs(columns: Iterable[str], contents: Mapping[str, Contents]) -> dict[str, DecimalSign | None]:
    """The decimal sign per number column: its own, or that of the file's other numbers."""
    told = {
        column: contents[column].decimal_sign if contents[column].share(is_number) > 0.5 else None
        for column in columns
    }
    others = {sign for sign in told.values() if sign}
    shared = next(iter(others)) if len(others) == 1 else None
    return {column: sign or shared for column, sign in told.items()}


Reader = Callable[[str], str | None]


def outcome_reader(plan: Plan) -> Callable[[tuple[str, ...]], str | None]:
    """A function that gives the outcome of one row's outcome cells; None where a word has no meaning."""
    columns = plan.columns.get("outcome", ())
    if "outcome" in plan.values:
        return _spelled_out(plan.values["outcome"])
    names = [plain_header(column) for column in columns]
    if tuple(names) in _FLAGS:
        return _from_flags
    if names[:1] == ["lifecycle stage"] and plan.type is RecordType.LEAD:
        return _from_lifecycle
    if names[:1] == ["is converted"] and len(names) == 2:
        return _from_conversion
    if set(columns) <= {*plan.columns.get("stage", ()), *plan.columns.get("status", ())}:
        return lambda cells: next((said for cell in cells if (said := said_outcome(cell))), "open")
    return _from_words


def _spelled_out(values: Mapping[str, tuple[str, ...]]) -> Callable[[tuple[str, ...]], str | None]:
    exact = {cell.strip(): meaning for meaning, cells in values.items() for cell in cells}
    folded = {cell.casefold(): meaning for cell, meaning in exact.items()}

    def read(cells: tuple[str, ...]) -> str | None:
        said = " / ".join(cell.strip() for cell in cells)
        return (
            exact.get(said) or folded.get(said.casefold()) or (None if any(map(str.strip, cells)) else "open")
        )

    return read


def _from_flags(cells: tuple[str, ...]) -> str | None:
    closed, won = (said_truth(cell) if cell.strip() else False for cell in cells)
    if closed is None or won is None:
        return None
    return "won" if won else "lost" if closed else "open"


def _from_lifecycle(cells: tuple[str, ...]) -> str | None:
    if lifecycle().get(plain(cells[0])) == "contact":
        return "won"
    return "lost" if any(said_outcome(cell) == "lost" for cell in cells[1:]) else "open"


def _from_conversion(cells: tuple[str, ...]) -> str | None:
    converted = said_truth(cells[0]) if cells[0].strip() else False
    if converted is None:
        return None
    return "won" if converted else "lost" if said_outcome(cells[1]) == "lost" else "open"


def _from_words(cells: tuple[str, ...]) -> str | None:
    said = " ".join(cells).strip()
    if not said:
        return "open"
    if outcome := said_outcome(said):
        return outcome
    truth = said_truth(said)
    return None if truth is None else "won" if truth else "lost"
