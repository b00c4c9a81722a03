"""What a text in a file's own column looks like, in SQL: a number, a date."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Float, String, case, cast, func, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _IsNumber(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()


class _IsDate(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()


def number(text: ColumnElement[str]) -> ColumnElement[float]:
    """The text as a number; NULL where it is none."""
    return case((_IsNumber(text), cast(text, Float)))


def day(text: ColumnElement[str]) -> ColumnElement[Any]:
    """The day with which the text begins ("2026-11-24"); NULL where it begins otherwise."""
    first = func.substr(text, 1, 10, type_=String())
    return type_coerce(case((_IsDate(text), first)), Date())


@compiles(_IsNumber, "sqlite")
def _number_on_sqlite(element: _IsNumber, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"({text} glob '*[0-9]*' and {text} not glob '*[^0-9.eE+-]*')"


@compiles(_IsNumber, "postgresql")
def _number_on_postgresql(element: _IsNumber, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"({text} ~ '^[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?$')"


@compiles(_IsDate, "sqlite")
def _date_on_sqlite(element: _IsDate, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"({text} glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*')"


@compiles(_IsDate, "postgresql")
def _date_on_postgresql(element: _IsDate, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"({text} ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
