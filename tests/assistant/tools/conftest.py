"""Tools over both databases: what holds on SQLite holds on PostgreSQL."""

from tests.databases import records

__all__ = ["records"]
