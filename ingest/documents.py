"""JSON, JSON Lines and Parquet: objects become rows, nested ones columns like "Owner.Name"."""

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ingest.delimited import Opener, find_encoding
from ingest.errors import UnreadableFile
from ingest.load_report import Rejected
from ingest.sheets import Sheet, header_names
from ingest.spool import Numbered, spooled
from ingest.transcripts import as_sheet
from ingest.workbooks import as_text

Object = dict[str, str]
_SPEAKERS = {"speaker", "role", "who"}
_WORDS = {"content", "text", "utterance", "message", "said"}


def read_json(file: str, opener: Opener) -> list[Sheet]:
    """The tables of a JSON document: a list of objects, or named lists of objects.

    Raises:
        UnreadableFile: it is no JSON, or holds no objects.
    """
    try:
        with opener() as raw, io.TextIOWrapper(raw, encoding=find_encoding(opener)) as text:
            document = json.load(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{file} is no JSON that can be read: {error}".splitlines()[0]) from error
    tables = dict(_tables(document))
    if not tables:
        raise UnreadableFile(f"{file} holds no list of objects.")
    return [
        _table(file if len(tables) == 1 else f"{file} / {name}", objects) for name, objects in tables.items()
    ]


def read_json_lines(file: str, opener: Opener) -> Sheet:
    """The table in a file with one JSON object a line; lines that are none are set aside.

    Raises:
        UnreadableFile: no line holds an object.
    """
    rows = list(_lines(file, opener))
    if not any(not isinstance(row, Rejected) for row in rows):
        raise UnreadableFile(f"{file} holds no JSON objects.")
    return _sheet(file, rows)


def read_parquet(file: str, opener: Opener) -> Sheet:
    """The table in a Parquet file.

    Raises:
        UnreadableFile: it is no Parquet file.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        with opener() as raw:
            table = pyarrow.parquet.ParquetFile(io.BytesIO(raw.read()))
            header = header_names(table.schema_arrow.names)
            rows = (
                [_text(value) for value in values]
                for batch in table.iter_batches(batch_size=5_000)
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True)
            )
            return spooled(file, header, enumerate(rows, start=1))
    except pyarrow.ArrowException as error:
        raise UnreadableFile(f"{file} is no Parquet file that can be read.") from error


def _table(file: str, objects: Sequence[Mapping[str, Any]]) -> Sheet:
    """A table of the objects; where they are the turns of a talk, the talk."""
    names = set(objects[0])
    who, said = next(iter(names & _SPEAKERS), None), next(iter(names & _WORDS), None)
    if who and said and len(names) <= 4:
        return as_sheet(file, ((_text(one.get(who)), _text(one.get(said))) for one in objects))
    return _sheet(file, enumerate(map(_flat, objects), start=1))


def _tables(document: Any) -> Iterator[tuple[str, list[Any]]]:
    if _are_objects(document):
        yield "", document
    elif isinstance(document, dict):
        for name, value in document.items():
            if _are_objects(value):
                yield name, value


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _lines(file: str, opener: Opener) -> Iterator[tuple[int, Object] | Rejected]:
    encoding = find_encoding(opener)
    with opener() as raw, io.TextIOWrapper(raw, encoding=encoding, errors="replace") as text:
        for number, line in enumerate(text, start=1):
            if not line.strip():
                continue
            try:
                document = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
            except (ValueError, RecursionError):
                document = None
            if isinstance(document, dict):
                yield number, _flat(document)
            else:
                why = "unreadable row: the line is no JSON object"
                yield Rejected(file=file, row=number, field=None, value=line.strip()[:2000], why=why)


def _sheet(file: str, rows: Iterable[tuple[int, Object] | Rejected]) -> Sheet:
    rows = list(rows)
    names: dict[str, None] = {}
    for row in rows:
        if not isinstance(row, Rejected):
            names.update(dict.fromkeys(row[1]))
    return spooled(file, header_names(list(names)), _in_columns(rows, list(names)))


def _in_columns(
    rows: Iterable[tuple[int, Object] | Rejected], names: Sequence[str]
) -> Iterator[Numbered | Rejected]:
    for row in rows:
        yield row if isinstance(row, Rejected) else (row[0], [row[1].get(name, "") for name in names])


def _flat(document: Mapping[str, Any], path: str = "") -> Object:
    """An object without nesting. What APIs wrap around it ("properties", "attributes") is taken off."""
    found: Object = {}
    for name, value in document.items():
        full = f"{path}.{name}" if path else name
        if isinstance(value, dict) and _are_objects(value.get("results")):
            found[full] = _text(value["results"])
        elif isinstance(value, dict):
            found |= _flat(value, path if name in {"properties", "attributes"} else full)
        else:
            found[full] = _text(value)
    return found


def _text(value: Any) -> str:
    """A value as text; of listed objects their ids, as a list of them."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, list) and value and all(_is_turn(one) for one in value):
        return "\n".join(f"{who}: {said}" for who, said in value)
    if isinstance(value, list | tuple):
        return "; ".join(
            str(one["id"]) if isinstance(one, dict) and "id" in one else _text(one) for one in value
        )
    return value.hex() if isinstance(value, bytes) else as_text(value)


def _is_turn(value: Any) -> bool:
    """Whether a pair is who spoke and what they said."""
    return isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) for one in value)
