"""Recognises what a sheet holds: its record type and what each column means, by names and by contents."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from zoneinfo import ZoneInfo

from ingest.contents import Contents, is_email, is_number
from ingest.dates import DayOrder, is_time, read_moment
from ingest.entities import RecordType
from ingest.lexicon import (
    gathered_columns,
    headers,
    id_prefixes,
    plain_header,
    planned_columns,
    said_outcome,
    said_truth,
    type_words,
    weights,
)
from ingest.links import hinted_type
from ingest.sheets import Sheet

DATE_FIELDS = frozenset({"created_at", "closed_at", "close_on", "at", "last_contact_at"})
NUMBER_FIELDS = frozenset({"amount", "revenue", "employees"})
MOMENTS = frozenset({"at", "closed_at"})  # read from the first of their columns that a row has filled
SEVERAL_COLUMNS = frozenset({"about", "kind"}) | MOMENTS  # read from all columns that bear a name of theirs
_WORDY = frozenset(
    {
        "name",
        "company",
        "first_name",
        "last_name",
        "campaign",
        "product",
        "city",
        "country",
        "subject",
        "text",
    }
)
_SHARED = 0.75  # of the columns bear the record's name as their first word
_ENOUGH = 3.0  # the least weight of fields that makes a record type
_SALESFORCE_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_DIGIT = re.compile(r"\d")
_SOMETHING_ELSE = "something else"  # a Salesforce object that is no record type of the product
_UTC = ZoneInfo("UTC")


def recognise_type(sheet: Sheet, contents: Mapping[str, Contents]) -> RecordType | None:
    """The record type of a sheet; None where no type fits."""
    by_ids = _type_by_ids(contents)
    if by_ids:
        return None if by_ids == _SOMETHING_ELSE else RecordType(by_ids)
    fits = {type_: _weight(type_, sheet, contents) for type_ in RecordType}
    best = max(fits, key=lambda type_: fits[type_])
    return best if fits[best] >= _ENOUGH else None


def _type_by_ids(contents: Mapping[str, Contents]) -> str | None:
    """The type that Salesforce ids in the file's own id column give away."""
    for column, held in contents.items():
        if plain_header(column).endswith("id") and held.filled:
            if plain_header(column) != "id" and column != next(iter(contents)):
                continue
            ids = Counter(
                value[:3] for value in held.sample if is_salesforce_id(value) and _DIGIT.search(value)
            )
            prefix, often = next(iter(ids.most_common(1)), ("", 0))
            if often >= 0.5 * len(held.sample):
                return id_prefixes().get(prefix) or _SOMETHING_ELSE
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
    header = tuple(header)
    prefix = _shared_word(header)
    for position, column in enumerate(header):
        named = plain_header(column)
        bare = named.removeprefix(f"{prefix} ") if prefix else named
        for order, (name, names) in enumerate(headers(type_).items()):
            ranks = [names[one] for one in (named, bare) if one in names]
            if ranks and _may_hold(name, contents[column]):
                candidates.append((min(ranks), order, position, name, column))
    found: dict[str, tuple[str, ...]] = {}
    used: set[str] = set()
    for _rank, _order, _position, name, column in sorted(candidates):
        if (
            name == "about"
            and (hint := hinted_type(column))
            and hint in map(hinted_type, found.get(name, ()))
        ):
            continue  # "Contact Name" beside "Contact ID" says nothing new
        if column not in used and (name not in found or _joins_others(name, column, found[name])):
            found[name] = (*found.get(name, ()), column)
            used.add(column)
    for name in MOMENTS & found.keys():
        found[name] = _best_informed_first(type_, name, found[name], contents)
    return _names_of_persons(type_, {name: columns for name, columns in found.items() if columns})


def _shared_word(header: Iterable[str]) -> str | None:
    """The word before each of the columns ("Deal - Title", "Deal - Value"): the record's own name."""
    firsts = Counter(plain_header(column).split(" ")[0] for column in header)
    word, often = firsts.most_common(1)[0] if firsts else ("", 0)
    shared = often >= 4 and often >= _SHARED * firsts.total()
    return word if shared and any(word in words for words in type_words().values()) else None


def _best_informed_first(
    type_: RecordType, name: str, columns: Iterable[str], contents: Mapping[str, Contents]
) -> tuple[str, ...]:
    """What took place before what is due, moments before mere dates, and behind these a mere time of day."""
    planned = planned_columns(type_, name)
    times = [column for column in columns if contents[column].share(is_time) >= 0.5]
    dates = sorted(
        (column for column in columns if column not in times),
        key=lambda column: (plain_header(column) in planned, contents[column].share(_has_time) < 0.5),
    )
    return (*dates, *times) if dates else ()


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
        return held.share(_is_moment) >= 0.5 or (name == "at" and held.share(is_time) >= 0.5)
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


def _has_time(value: str) -> bool:
    moment = read_moment(value, DayOrder.DAY_FIRST, _UTC) or read_moment(value, DayOrder.MONTH_FIRST, _UTC)
    return moment is not None and moment.has_time


def _has_digits(value: str) -> bool:
    return sum(letter.isdigit() for letter in value) >= 5
