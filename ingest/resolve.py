"""Turns the names of other records in staged rows into their ids; what cannot be found is set aside."""

from collections.abc import Iterable

from ingest.clean import Staged
from ingest.entities import Direction, RecordType, Ref
from ingest.lexicon import meanings, plain_header
from ingest.links import Directory, hinted_type, parts, shared_address
from ingest.load_report import Rejected
from ingest.roster import UNRESOLVED, why_not

_TARGETS = {
    "owner": RecordType.USER,
    "account": RecordType.ACCOUNT,
    "contact": RecordType.CONTACT,
    "converted_account": RecordType.ACCOUNT,
    "converted_contact": RecordType.CONTACT,
    "converted_opportunity": RecordType.OPPORTUNITY,
}
_SPEAKERS, _TITLE = "speakers", "named in"  # columns of transcripts; who speaks need not be on record
_QUEUE_PREFIX = "00G"  # a Salesforce group or queue: nobody's own


def resolve_links(rows: Iterable[Staged], directory: Directory) -> list[Rejected]:
    """Put ids in the place of names, in the rows themselves."""
    rejected = []
    for row in rows:
        for name, text in row.links.items():
            target = _TARGETS.get(name)
            if target is None or text is None:
                continue
            row.links[name], why = resolve_one(text, target, directory)
            if why:
                rejected.append(Rejected(file=row.file, row=row.row, field=name, value=text, why=why))
    return rejected


def resolve_one(text: str, target: RecordType, directory: Directory) -> tuple[str | None, str | None]:
    """The id that a cell names, or why there is none. Of several names the first that fits counts."""
    found = directory.find(target, text)
    if not found:
        for part in parts(text):
            if len(found := directory.find(target, part)) == 1:
                break
    if len(found) == 1:
        return found[0], None
    if target is RecordType.USER and text.startswith(_QUEUE_PREFIX) and len(text) in (15, 18):
        return None, f"{UNRESOLVED}: the owner is a queue and no user"
    return None, why_not(found)


def tell_sides(row: Staged, directory: Directory) -> None:
    """Of a message without direction or owner: who wrote to whom tells them, where one of them is a user."""
    parties: dict[str, list[str]] = {"sender": [], "recipient": []}
    for column, cell in row.about:
        if (party := meanings("parties").get(plain_header(column))) is not None:
            parties[party] += [id_ for text in parts(cell) for id_ in directory.find(RecordType.USER, text)]
    if not any(parties.values()):
        return
    if row.values.get("direction") is None:
        row.values["direction"] = Direction.OUTBOUND if parties["sender"] else Direction.INBOUND
    if row.links.get("owner") is None:
        row.links["owner"] = (parties["sender"] or parties["recipient"])[0]


def _named_in(title: str, directory: Directory) -> list[Ref]:
    """The records whose names stand in a title: the longest names, none that several records share."""
    words = title.split()
    for length in range(min(6, len(words)), 0, -1):
        found = []
        for start in range(len(words) - length + 1):
            text = " ".join(words[start : start + length])
            refs = directory.find_any(text, None) if len(text) > 3 else []
            if len(refs) == 1 or shared_address(refs):
                found += refs
        if found:
            return found
    return []


def resolve_about(row: Staged, directory: Directory) -> tuple[tuple[Ref, ...], list[Rejected]]:
    """The records that an activity is about, and the names among them that fit none."""
    found: dict[Ref, None] = {}
    rejected = []
    for column, cell in row.about:
        hint = hinted_type(column)
        named = plain_header(column)
        if named == _TITLE:
            found.update(dict.fromkeys(_named_in(cell, directory)))
            continue
        whole = directory.find_any(cell, hint)
        for text in [cell] if whole else parts(cell):
            refs = whole or directory.find_any(text, hint)
            if len(refs) == 1 or shared_address(refs):
                found.update(dict.fromkeys(refs))
            elif "@" in text and not refs and (accounts := directory.find_by_domain(text)):
                found.update(dict.fromkeys(accounts))
            elif named != _SPEAKERS and (
                refs or not directory.find(RecordType.USER, text)
            ):  # colleagues, too
                why = why_not([ref.id for ref in refs])
                rejected.append(Rejected(file=row.file, row=row.row, field="about", value=text, why=why))
    return tuple(found), rejected
