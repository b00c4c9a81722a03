"""What can go wrong, in one sentence for the user that says what to do next.

HotlistError
├── UnknownUser          nobody by that name, e-mail or id
├── UnknownSession       no such conversation of this user
├── UnreadableFile       a file that cannot be read at all
├── BadMapping           a mapping file that does not fit the files
├── WorkspaceLocked      another process writes this workspace
├── WorkspaceUnusable    a workspace that cannot be opened
├── ModelUnavailable     the chat model does not answer
├── EmbedderUnavailable  the embedding model cannot be loaded or does not answer
├── CrmUnavailable       the CRM refuses, or does not answer
└── BadRequest           an argument that makes no sense
"""


class HotlistError(Exception):
    """A failure that is explained to the user as it stands."""


class UnknownUser(HotlistError):
    """Nobody by that name, e-mail or id."""


class UnknownSession(HotlistError):
    """No such conversation of this user, whoever else may have one by that id."""


class UnreadableFile(HotlistError):
    """A file that cannot be read at all."""


class BadMapping(HotlistError):
    """A mapping file that does not fit the files or the record types."""


class WorkspaceLocked(HotlistError):
    """Another process writes this workspace."""


class WorkspaceUnusable(HotlistError):
    """A workspace that cannot be opened."""


class ModelUnavailable(HotlistError):
    """The chat model does not answer, or answers nonsense."""


class EmbedderUnavailable(HotlistError):
    """The embedding model cannot be loaded, is not the one expected, or does not answer."""


class CrmUnavailable(HotlistError):
    """The CRM refuses, or does not answer."""


class BadRequest(HotlistError):
    """An argument that makes no sense."""
