"""All that is decided about one sheet before its rows are read: by a mapping, else by what is there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ingest.amounts import DecimalSign
from ingest.columns import DATE_FIELDS, MOMENTS, NUMBER_FIELDS, is_salesforce_id, match_columns
from ingest.contents import Contents, Kind, is_code, is_email, is_number
from ingest.dates import DayOrder, depends_on_order, order_of_pattern
from ingest.entities import ActivityKind, RecordType
from ingest.errors import BadMapping
from ingest.lexicon import id_prefixes, identity_words, plain, plain_header
from ingest.mapping import FileMapping
from ingest.sheets import Sheet

FLAGS = (("is closed", "is won"), ("closed", "won"), ("is deal closed", "is closed won"))


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


def identity_columns(plan: Plan) -> frozenset[str]:
    """The columns, kept as they are, that tell one person from another."""
    return frozenset(
        column
        for column, kind in plan.kinds.items()
        if kind is Kind.IDENTIFIER or set(plain_header(column).split()) & identity_words()
    )


def _only_kinds(held: Contents) -> bool:
    """Whether a column says no more than the kind of an activity."""
    return all(plain(value) in set(ActivityKind) for value in held.values if value.strip())


def _is_dotless(value: str) -> bool:
    return is_email(value) and "." not in value.partition("@")[2]


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
        columns = _with_key(columns, sheet.header[0], contents)
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
    kept = set(sheet.header) - used - ignore | set(columns.get("last_contact_at", ()))
    kept |= {column for column in columns.get("kind", ()) if not _only_kinds(contents[column])}
    # Of several moments the best-informed one is the field, and the others stay beside it.
    kept |= {column for name in MOMENTS for column in columns.get(name, ())[1:]}
    return Plan(
        sheet=sheet,
        type=type_,
        columns=columns,
        values=mapping.values if mapping else {},
        orders=orders,
        signs=_signs(numbers, contents),
        kinds={column: contents[column].kind for column in sheet.header if column in kept},
        ignore=ignore,
        after_outcome=frozenset(
            {
                *(column_named(sheet, name) for name in (mapping.after_outcome if mapping else ())),
                *columns.get("closed_at", ())[1:],
            }
        ),
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
    for closed, won in FLAGS:
        if type_ is RecordType.OPPORTUNITY and {closed, won} <= by_name.keys():
            return {**columns, "outcome": (by_name[closed], by_name[won])}
    if type_ is RecordType.LEAD and "lifecycle stage" in by_name:
        stage = by_name["lifecycle stage"]
        others = [column for column in columns.get("status", ()) if column != stage]
        linked = {"converted_contact": columns["id"]} if "id" in columns else {}
        return {**linked, **columns, "outcome": (stage, *others)}
    if type_ is RecordType.OPPORTUNITY and "outcome" not in columns and "stage" in columns:
        return {**columns, "outcome": columns["stage"]}
    converted = by_name.get("is converted") or by_name.get("converted")
    if type_ is RecordType.LEAD and converted and "status" in columns:
        return {**columns, "outcome": (converted, *columns["status"])}
    if type_ is RecordType.LEAD and "outcome" not in columns and "status" in columns:
        return {**columns, "outcome": columns["status"]}
    return columns


def _with_key(
    columns: dict[str, tuple[str, ...]], first: str, contents: Mapping[str, Contents]
) -> dict[str, tuple[str, ...]]:
    """Where no column is called an id, the first one is, if each row has its own code there ("V-0012")."""
    held = contents[first]
    used = {column for names in columns.values() for column in names}
    own = held.rows > 1 and held.filled == held.rows == held.distinct
    if "id" in columns or first in used or not own or held.share(_is_lettered_code) < 1:
        return columns
    return {"id": (first,), **columns}


def _is_lettered_code(value: str) -> bool:
    """Whether a cell is a key with letters in it: a mere number may be the row's."""
    return is_code(value) and any(map(str.isalpha, value)) and "@" not in value


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


_SPELLED = frozenset(
    {"country", "city", "industry", "source", "campaign", "product", "status", "stage", "type"}
)
