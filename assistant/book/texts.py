"""What a text in a file's own column means, in SQL: a number ("€1.250,00"), a day ("31.12.2026").

Such columns keep their text as it stood in the file; it is read when a question compares it.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Float, String, case, cast, func, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

# What may stand around an amount and is no part of the number.
_AROUND = ("$", "€", "£", "¥", "%", " ", "\u00a0", "\u202f", "'", "’", "USD", "EUR", "GBP", "CHF", "CNY")


class _IsNumber(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()


class _IsDay(FunctionElement[bool]):
    """Whether the text begins with a day of the calendar as ISO 8601 writes it."""

    inherit_cache = True
    type = Boolean()


class _AsDay(FunctionElement[Any]):
    """The day that the text's first ten letters are."""

    inherit_cache = True
    type = Date()


class _OfFile(FunctionElement[str]):
    """A text of a file's own column; PostgreSQL is to compare it as it does the records' own fields."""

    inherit_cache = True
    type = String()


class _Part(FunctionElement[str]):
    """The first, second or third part of a date with strokes."""

    inherit_cache = True
    type = String()


class _First(_Part):
    inherit_cache = True


class _Second(_Part):
    inherit_cache = True


class _Third(_Part):
    inherit_cache = True


def of_file(extra: ColumnElement[Any], column: str) -> ColumnElement[str]:
    """What stands in a file's own column; NULL where it is empty."""
    return func.nullif(_OfFile(extra[column].as_string()), "", type_=String())


def number(text: ColumnElement[str]) -> ColumnElement[float]:
    """The text as a number; NULL where it is none."""
    bare: ColumnElement[Any] = text
    for sign in _AROUND:
        bare = func.replace(bare, sign, "")
    no_points, no_commas = func.replace(bare, ".", ""), func.replace(bare, ",", "")
    plain = case(
        # A comma after a point is the decimal one, and so is a lone comma that does not set off thousands.
        (bare.like("%.%,%"), func.replace(no_points, ",", ".")),
        (bare.like("%,%.%"), no_commas),
        (bare.like("%.%.%"), no_points),
        (or_(bare.like("%,%,%"), bare.like("%,___")), no_commas),
        else_=func.replace(bare, ",", "."),
    )
    return case((_IsNumber(plain), cast(plain, Float)))


def day(text: ColumnElement[str], *, day_first: bool) -> ColumnElement[Any]:
    """The day in the text; NULL where it holds none. `day_first` says how 3/12/2026 is meant."""
    strokes = func.replace(func.replace(text, ".", "/"), "-", "/", type_=String())
    days, months = (_First(strokes), _Second(strokes)) if day_first else (_Second(strokes), _First(strokes))
    parts = func.substr(_Third(strokes), 1, 4) + "-" + _padded(months) + "-" + _padded(days)
    found = case((_IsDay(text), text), (strokes.like("%/%/____%"), parts))
    return case((_IsDay(found), _AsDay(found)))


def shows_month_first(text: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the text is a date that can only be meant with the month first (12/31/2026)."""
    middle = func.substr(text, func.length(_First(text)) + 2, 2, type_=String())
    return text.like("%/__/____%") & (middle > "12")


def _padded(part: ColumnElement[str]) -> ColumnElement[str]:
    return case((func.length(part) == 1, "0" + part), else_=part)


@compiles(_IsNumber, "sqlite")
def _number_on_sqlite(element: _IsNumber, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"({text} glob '*[0-9]*' and {text} not glob '*[^0-9.eE+-]*')"


@compiles(_IsNumber, "postgresql")
def _number_on_postgresql(element: _IsNumber, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"({text} ~ '^[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?$')"


@compiles(_OfFile, "sqlite")
def _of_file_on_sqlite(element: _OfFile, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return text


@compiles(_OfFile, "postgresql")
def _of_file_on_postgresql(element: _OfFile, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f'({text} collate "C")'


# A day that the calendar does not have (31.02.2026) is none: PostgreSQL would refuse it, SQLite shift it.
_DAY_ON_SQLITE = (
    "({0} glob '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]*'"
    " and date(substr({0}, 1, 10), '+0 days') = substr({0}, 1, 10) and {0} > '0001')"
)
_DAY_ON_POSTGRESQL = (
    "(case when {0} ~ '^[0-9]{{4}}-(0[1-9]|1[0-2])-[0-3][0-9]' and {0} > '0001'"
    " then substr({0}, 9, 2) between '01' and to_char("
    "cast(substr({0}, 1, 7) || '-01' as date) + interval '1 month' - interval '1 day', 'DD') else false end)"
)


@compiles(_IsDay, "sqlite")
def _is_day_on_sqlite(element: _IsDay, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return _DAY_ON_SQLITE.format(text)


@compiles(_IsDay, "postgresql")
def _is_day_on_postgresql(element: _IsDay, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return _DAY_ON_POSTGRESQL.format(text)


@compiles(_AsDay, "sqlite")
def _as_day_on_sqlite(element: _AsDay, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"substr({text}, 1, 10)"


@compiles(_AsDay, "postgresql")
def _as_day_on_postgresql(element: _AsDay, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"cast(substr({text}, 1, 10) as date)"


_PARTS_ON_SQLITE = {
    _First: "substr({0}, 1, instr({0}, '/') - 1)",
    _Second: "substr(substr({0}, instr({0}, '/') + 1), 1, instr(substr({0}, instr({0}, '/') + 1), '/') - 1)",
    _Third: "substr(substr({0}, instr({0}, '/') + 1), instr(substr({0}, instr({0}, '/') + 1), '/') + 1)",
}


@compiles(_Part, "sqlite")
def _part_on_sqlite(element: _Part, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return _PARTS_ON_SQLITE[type(element)].format(text)


@compiles(_Part, "postgresql")
def _part_on_postgresql(element: _Part, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"split_part({text}, '/', {(_First, _Second, _Third).index(type(element)) + 1})"
