"""What can be done with a book: one method per ability, each returns what it found as data."""

from assistant.tools.toolbox import Toolbox

__all__ = ["Toolbox"]
