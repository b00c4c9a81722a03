"""Reads single cells: addresses, phone numbers, currencies, and words that have one of a few meanings."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from ingest.amounts import currency_in
from ingest.contents import is_number
from ingest.entities import ActivityKind
from ingest.lexicon import meanings, plain, plain_header, said_truth, total_words
from ingest.plan import Plan

_EMAIL = re.compile(
    r"[A-Za-z0-9._%+'&/=?^{|}~#$!*-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)


_IN_ANGLES = re.compile(r"[^<>]*<([^<>\s]+)>")


_PHONE = re.compile(
    r"(?:tel[.:]*\s*)?\+?[\d\s().\-/–]{5,32}(?:\s*(?:ext|x|ext\.|app|durchwahl|#)\.?\s*\d{1,6})?",
    re.IGNORECASE,
)


@lru_cache(maxsize=65536)
def read_email(text: str) -> str | None:
    """The address in a cell ("Anna <anna@x.com>" too); None where it is none."""
    if angled := _IN_ANGLES.fullmatch(text):
        text = angled[1]
    text = text.removeprefix("mailto:")
    if _EMAIL.fullmatch(text) and ".." not in text and not text.startswith(".") and ".@" not in text:
        return text
    if text.isascii() or "@" not in text:
        return None
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def name_in_address(email: str) -> str:
    """The name that an address tells ("raj.patel@x.com": "Raj Patel"), else the address itself."""
    words = re.split(r"[._+-]+", email.partition("@")[0])
    told = all(word.isalpha() for word in words) and len("".join(words)) > 2
    return " ".join(word.capitalize() for word in words) if told else email


def read_phone(text: str) -> str | None:
    """The number in a cell as it stands; None where it is none (6 to 15 digits, no words)."""
    if not _PHONE.fullmatch(text):
        return None
    main = re.split(r"(?:ext|x|app|durchwahl|#)", text, flags=re.IGNORECASE)[0]
    return text if 6 <= sum(letter.isdigit() for letter in main) <= 15 else None


def read_currency(cell: str) -> str | None:
    text = cell.strip()
    return (currency_in(text) or text.upper()) if text else None


def meaning_reader(
    name: str, columns: Sequence[str], spelled_out: Mapping[str, Sequence[str]] | None
) -> Callable[[tuple[str, ...]], str | None]:
    given = {
        cell.strip().casefold(): meaning for meaning, cells in (spelled_out or {}).items() for cell in cells
    }

    # A yes in a column "Super Admin" says what the column is called.
    called = [meanings(name).get(plain_header(column).removeprefix("is ")) for column in columns]

    @lru_cache(maxsize=4096)
    def read(cells: tuple[str, ...]) -> str | None:
        said = [
            given.get(cell.strip().casefold())
            or meanings(name).get(plain(cell))
            or (own if said_truth(cell) else None)
            for cell, own in zip(cells, called, strict=True)
            if cell.strip()
        ]
        known = [one for one in said if one]
        return next((one for one in known if one != ActivityKind.NOTE), known[0] if known else None)

    return read


def default_kind(plan: Plan) -> ActivityKind:
    """The kind of activities whose file says nothing of it: by the file's name, else by its columns'."""
    file = set(plain_header(plan.sheet.file).split()) | set(plain(plan.sheet.file).split())
    columns = {word for column in plan.sheet.header for word in plain_header(column).split()}
    for words in (file, columns - _ADDRESSES):
        for kind, marks in _KIND_MARKS:
            if words & marks:
                return kind
    return ActivityKind.NOTE


_ADDRESSES = frozenset({"email", "emails", "mail"})  # a column of addresses does not make a file of mails
_KIND_MARKS: tuple[tuple[ActivityKind, frozenset[str]], ...] = (
    (
        ActivityKind.MEETING,
        frozenset({"event", "events", "calendar", "meeting", "meetings", "termine", "reuniones"}),
    ),
    (ActivityKind.CHAT, frozenset({"chat", "chats", "convo", "conversation", "conversations", "dialogue"})),
    (ActivityKind.EMAIL, frozenset({"email", "emails", "mails", "sender", "inbox", "correos"})),
    (ActivityKind.CALL, frozenset({"call", "calls", "anrufe", "llamadas"})),
    (ActivityKind.WEB_VISIT, frozenset({"visit", "visits", "visitor", "pageviews"})),
    (ActivityKind.ORDER, frozenset({"order", "orders", "invoice", "invoices", "bestellungen", "pedidos"})),
)


def joined(columns: Sequence[Sequence[str]], name: str) -> list[str | None]:
    """The cells of one row's columns as one text: all of them, of a subject the first."""
    if len(columns) == 1:
        return [cell.strip() or None for cell in columns[0]]
    if name == "subject":
        return [
            next((text for cell in cells if (text := cell.strip())), None)
            for cells in zip(*columns, strict=True)
        ]
    return [
        "\n".join(text for cell in cells if (text := cell.strip())) or None
        for cells in zip(*columns, strict=True)
    ]


def person(parts: Sequence[str]) -> str | None:
    """A first and a last name; Chinese names have the family name first and no space."""
    texts = [text for part in parts if (text := part.strip())]
    if len(texts) == 2 and all("\u4e00" <= letter <= "\u9fff" for text in texts for letter in text):
        return texts[1] + texts[0]
    return " ".join(texts) or None


def adds_up(columns: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a row only says "Total" and numbers: the last line of many a list."""
    first = next((column[at] for column in columns if column[at]), "")
    if first.strip().casefold() not in total_words():
        return False
    others = [cell for column in columns[1:] if (cell := column[at].strip()) and cell != first.strip()]
    return all(map(is_number, others)) and len(others) < len(columns) - 1
