"""E-mails as files: single messages (EML) and mailboxes (mbox)."""

import email
import email.policy
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import cast

from ingest.delimited import Opener
from ingest.errors import UnreadableFile
from ingest.load_report import Rejected
from ingest.sheets import Sheet
from ingest.spool import Numbered, spooled

HEADER = ("Message ID", "Activity Type", "Date", "From", "To", "Cc", "Subject", "Body")
MAX_TEXT = 100_000  # characters of a message's text that are kept
_MAX_MESSAGE = 50_000_000  # bytes
_SPACES = re.compile(r"\s+")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def read_message(file: str, opener: Opener) -> Sheet:
    """The one message in a file.

    Raises:
        UnreadableFile: it is no message.
    """
    with opener() as raw:
        row = _row(raw.read(_MAX_MESSAGE))
    if row is None:
        raise UnreadableFile(f"{file} is no e-mail that can be read.")
    return spooled(file, HEADER, [(1, row)])


def read_mailbox(file: str, opener: Opener) -> Sheet:
    """The messages of a mailbox; what lies between them and is none is set aside.

    Raises:
        UnreadableFile: it holds no message.
    """
    rows = list(_messages(file, opener))
    if not any(not isinstance(row, Rejected) for row in rows):
        raise UnreadableFile(f"{file} holds no e-mail that can be read.")
    return spooled(file, HEADER, rows)


def _messages(file: str, opener: Opener) -> Iterator[Numbered | Rejected]:
    number, lines = 0, list[bytes]()
    with opener() as raw:
        for line in raw:
            if line.startswith(b"From ") and lines:
                number += 1
                yield _numbered(file, number, lines)
                lines = []
            lines.append(line)
    if lines:
        yield _numbered(file, number + 1, lines)


def _numbered(file: str, number: int, lines: list[bytes]) -> Numbered | Rejected:
    start = 1 if lines[0].startswith(b"From ") else 0
    row = _row(_QUOTED_FROM.sub(rb"\1", b"".join(lines[start:])))
    if row is None:
        first = b"".join(lines[:3]).decode("utf-8", "replace").strip()
        return Rejected(
            file=file, row=number, field=None, value=first, why="unreadable row: no e-mail message"
        )
    return number, row


def _row(content: bytes) -> list[str] | None:
    try:
        return _cells(email.message_from_bytes(content, policy=email.policy.default))
    except (MessageError, IndexError, LookupError, ValueError, TypeError, AttributeError):
        return None  # the parser fails on damaged headers in all these ways


def _cells(message: EmailMessage) -> list[str] | None:
    if not (message["From"] or message["To"] or message["Subject"]):
        return None
    return [
        str(message["Message-ID"] or "").strip().strip("<>"),
        "email",
        _date(message),
        *(_addresses(message, name) for name in ("From", "To", "Cc")),
        " ".join(str(message["Subject"] or "").split()),
        _body(message)[:MAX_TEXT],
    ]


def _date(message: EmailMessage) -> str:
    moment = getattr(message["Date"], "datetime", None)
    return moment.isoformat() if moment else str(message["Date"] or "")


def _addresses(message: EmailMessage, name: str) -> str:
    found = [address for header in message.get_all(name, []) for address in getattr(header, "addresses", ())]
    return "; ".join(address.addr_spec for address in found if "@" in address.addr_spec)


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):  # an unknown encoding
        text = cast(bytes, part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return as_plain_text(text) if part.get_content_subtype() == "html" else text.strip()


class _Text(HTMLParser):
    """Keeps what a reader of a page would see."""

    _BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3"})
    _UNSEEN = frozenset({"script", "style", "head", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in self._UNSEEN
        if tag in self._BREAKS:
            self.seen.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in self._UNSEEN and self._unseen > 0

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.seen.append(_SPACES.sub(" ", data))


def as_plain_text(page: str) -> str:
    """The text of an HTML page, without its markup."""
    parser = _Text()
    parser.feed(page)
    lines = (" ".join(line.split()) for line in "".join(parser.seen).splitlines())
    return "\n".join(line for line in lines if line)
