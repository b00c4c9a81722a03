"""A user's book of business: every question that can be asked of the records they see."""

from assistant.book.book import Book

__all__ = ["Book"]
