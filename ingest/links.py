"""Who and what there is, and which of them a cell names: by id, by e-mail address, or by name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ingest.entities import RecordType, Ref
from ingest.lexicon import plain, plain_header, type_words
from ingest.match_companies import company_key, domain_of

# In which order a cell without a hint is looked up.
SEARCHED = (RecordType.CONTACT, RecordType.LEAD, RecordType.OPPORTUNITY, RecordType.ACCOUNT)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;:]+")


@dataclass(slots=True)
class Directory:
    """The ids, addresses and names of all records: those of the workspace and those of this load."""

    _ids: dict[RecordType, dict[str, str]] = field(
        default_factory=lambda: {type_: {} for type_ in RecordType}
    )
    _emails: dict[RecordType, dict[str, list[str]]] = field(
        default_factory=lambda: {type_: {} for type_ in RecordType}
    )
    _names: dict[RecordType, dict[str, list[str]]] = field(
        default_factory=lambda: {type_: {} for type_ in RecordType}
    )

    _domains: dict[str, list[str]] = field(default_factory=dict)  # accounts, by the domain of their website
    _twins: set[str] = field(default_factory=set)  # ids under which a person is both, lead and contact
    _companies: dict[str, list[str]] = field(default_factory=dict)  # accounts, without their legal form

    def add(
        self,
        type_: RecordType,
        id_: str,
        name: str | None,
        email: str | None = None,
        website: str | None = None,
    ) -> None:
        """Make a record known. A Salesforce id is known by its first 15 characters too."""
        self._ids[type_][id_] = id_
        if len(id_) == 18 and id_.isalnum():
            self._ids[type_].setdefault(id_[:15], id_)
        if email:
            _append(self._emails[type_], email.casefold(), id_)
        if website and (domain := domain_of(website)):
            _append(self._domains, domain, id_)
        if name:
            _append(self._names[type_], compact(name), id_)
            if type_ is RecordType.ACCOUNT:
                _append(self._companies, company_key(name), id_)

    def alias(self, type_: RecordType, id_: str, into: str) -> None:
        """From now on `id_` means the record `into`, with which it was merged."""
        ids = self._ids[type_]
        ids[id_] = into
        if len(id_) == 18 and ids.get(id_[:15]) == id_:
            ids[id_[:15]] = into

    def add_twin(self, id_: str) -> None:
        """Make known that the lead and the contact of this id are one person."""
        self._twins.add(id_)

    def canonical(self, type_: RecordType, id_: str) -> str:
        """The record that an id stands for: itself, or what it was merged into."""
        return self._ids[type_].get(id_, id_)

    def ids(self, type_: RecordType) -> Iterable[str]:
        """All ids of a type, merged ones too."""
        return self._ids[type_].keys()

    def empty(self, type_: RecordType) -> bool:
        """Whether no record of this type is known."""
        return not self._ids[type_]

    def find(self, type_: RecordType, text: str) -> list[str]:
        """The ids of the records of one type that a cell names: several where they share a name."""
        ids = self._ids[type_]
        if (found := ids.get(text)) is not None:
            return [found]
        if len(text) == 18 and text.isalnum() and (found := ids.get(text[:15])) is not None:
            return [found]
        named = self._by_email(type_, text) if "@" in text else None
        if named is None:
            named = self._names[type_].get(compact(text), [])
        if not named and type_ is RecordType.ACCOUNT:
            named = self._companies.get(company_key(text), [])
        return list(dict.fromkeys(ids[id_] for id_ in named))

    def find_by_domain(self, address: str) -> list[Ref]:
        """The account whose website has the domain of an address."""
        domain = address.rpartition("@")[2].strip("<>() ").casefold()
        ids = dict.fromkeys(self.canonical(RecordType.ACCOUNT, id_) for id_ in self._domains.get(domain, []))
        return [Ref(type=RecordType.ACCOUNT, id=id_) for id_ in ids] if len(ids) == 1 else []

    def _by_email(self, type_: RecordType, text: str) -> list[str] | None:
        """By the address that a cell is, or holds ("Ann Lee (ann@x.com)")."""
        emails = self._emails[type_]
        if (found := emails.get(text.casefold())) is not None:
            return found
        inside = address_in(text)
        return emails.get(inside.casefold()) if inside else None

    def find_any(self, text: str, hint: RecordType | None) -> list[Ref]:
        """The records of whatever type that a cell names.

        An address names the lead and the contact who both have it; a name must fit one record alone. Several
        are given where a name is shared.
        """
        for type_ in (hint,) if hint else ():
            if found := self.find(type_, text):
                twins = [id_ for id_ in found if type_ is RecordType.CONTACT and id_ in self._twins]
                return [Ref(type=type_, id=id_) for id_ in found] + [
                    Ref(type=RecordType.LEAD, id=self.canonical(RecordType.LEAD, id_)) for id_ in twins
                ]
        by_id = [Ref(type=type_, id=self._ids[type_][text]) for type_ in SEARCHED if text in self._ids[type_]]
        if by_id:
            return by_id
        return [Ref(type=type_, id=id_) for type_ in SEARCHED for id_ in self.find(type_, text)]


def address_in(text: str) -> str | None:
    """The e-mail address that a text is, or holds."""
    inside = _ADDRESS.search(text)
    return inside[0] if inside else None


def _append(index: dict[str, list[str]], key: str, id_: str) -> None:
    held = index.setdefault(key, [])
    if id_ not in held:
        held.append(id_)


@lru_cache(maxsize=262144)
def compact(text: str) -> str:
    """A name without spaces, case and signs: "GTXPro" and "GTX Pro" are one."""
    return plain(text).replace(" ", "") or text.strip().casefold()


@lru_cache(maxsize=512)
def hinted_type(column: str) -> RecordType | None:
    """The record type that a linking column's name speaks of ("Associated Deal IDs")."""
    words = f" {plain_header(column)} "
    for type_ in (RecordType.OPPORTUNITY, RecordType.CONTACT, RecordType.LEAD, RecordType.ACCOUNT):
        if any(f" {word} " in words for word in type_words()[type_]):
            return type_
    return None


@lru_cache(maxsize=512)
def customer_column(column: str) -> bool:
    """Whether a linking column holds customers ("CustomerID"), and not colleagues or other things."""
    words = set(plain_header(column).split())
    return bool(
        words & {"customer", "client", "kunde", "kunden", "kundennummer", "cliente", "account", "company"}
    ) or any(word in column for word in ("客户", "公司"))


def parts(cell: str) -> Iterator[str]:
    """The single names in a cell that lists several, split at semicolons, commas, bars or line breaks."""
    for sign in (";", "|", "\n", ","):
        if sign in cell:
            yield from (part for piece in cell.split(sign) if (part := piece.strip()))
            return
    yield cell


def shared_address(refs: Iterable[Ref]) -> bool:
    """Whether these are one person as lead and as contact, and not two records that share a name."""
    types = [ref.type for ref in refs]
    return (
        bool(types) and len(types) == len(set(types)) and set(types) <= {RecordType.LEAD, RecordType.CONTACT}
    )
