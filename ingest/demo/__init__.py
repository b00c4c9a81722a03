"""An invented company to try the product on: its outcomes follow from what was written in it."""

from ingest.demo.generator import generate

__all__ = ["generate"]
