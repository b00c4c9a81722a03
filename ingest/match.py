"""Decides which rows are one person or one company: pure, with a reason and a confidence for each pair.

Rows of different owners or with different e-mail addresses are never one record, whatever else they share.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import combinations

from rapidfuzz.distance import JaroWinkler

from ingest.lexicon import legal_forms, plain

MERGE_FROM = 0.9  # the confidence from which two rows become one record; below it they are only reported
REPORT_FROM = 0.7
_CROWD = 60  # rows that share a weak key (a first name, a first word) are not compared beyond this number
_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What identity rests on. `place` is a lead's company or a contact's account."""

    id: str
    order: int = 0  # earlier rows have lower numbers
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    place: str | None = None
    website: str | None = None
    city: str | None = None
    country: str | None = None
    owner: str | None = None
    created_at: datetime | None = None

    @property
    def age(self) -> tuple[datetime, int, str]:
        """Sorts the oldest first; rows without a creation date come last, in the files' order."""
        return (self.created_at or _END, self.order, self.id)


Keys = Callable[[Candidate], Iterator[Hashable]]
Judge = Callable[[Candidate, Candidate], tuple[float, str] | None]
Found = dict[tuple[str, str], tuple[Candidate, Candidate, float, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two rows that are (or may be) one; `merge` is false where they are only reported."""

    one: Candidate
    other: Candidate
    confidence: float
    reason: str
    merge: bool


@dataclass(slots=True)
class Groups:
    """Rows put together, as long as no group gets two owners or two e-mail addresses."""

    _parent: dict[str, str] = field(default_factory=dict)
    _emails: dict[str, set[str]] = field(default_factory=dict)

    def find(self, id_: str) -> str:
        """The group of a row, named by one of its rows."""
        while self._parent.get(id_, id_) != id_:
            id_ = self._parent[id_]
        return id_

    def join(self, one: Candidate, other: Candidate) -> bool:
        """Put two rows' groups together; false where they would hold two addresses."""
        first, second = self.find(one.id), self.find(other.id)
        if first == second:
            return True
        emails = self._of(first, one) | self._of(second, other)
        if len(emails) > 1:
            return False
        self._parent[second] = first
        self._emails[first] = emails
        return True

    def _of(self, group: str, one: Candidate) -> set[str]:
        return self._emails.get(group) or ({one.email.casefold()} if one.email else set())


def people(rows: Sequence[Candidate]) -> list[Pair]:
    """The pairs of rows that are one person, or may be."""
    return _decided(_compared(rows, _person_keys, _same_person))


def companies(rows: Sequence[Candidate]) -> list[Pair]:
    """The pairs of rows that are one company, or may be."""
    return _decided(_compared(rows, _company_keys, _same_company))


def grouped(rows: Sequence[Candidate], pairs: Iterable[Pair]) -> list[list[Candidate]]:
    """The groups of more than one row that the pairs make, each the oldest first."""
    groups = Groups()
    for pair in pairs:
        if pair.merge:
            groups.join(pair.one, pair.other)
    members: dict[str, list[Candidate]] = defaultdict(list)
    involved = {one.id for pair in pairs if pair.merge for one in (pair.one, pair.other)}
    for row in rows:
        if row.id in involved:
            members[groups.find(row.id)].append(row)
    return [sorted(group, key=lambda one: one.age) for group in members.values() if len(group) > 1]


def _decided(found: Found) -> list[Pair]:
    """Pairs by falling confidence; those that would bring two addresses together are only reported."""
    groups = Groups()
    pairs = []
    for one, other, confidence, reason in sorted(found.values(), key=lambda pair: (-pair[2], pair[0].age)):
        merge = confidence >= MERGE_FROM and one.owner == other.owner and groups.join(one, other)
        if confidence >= MERGE_FROM and one.owner != other.owner:
            reason += "; different owners"
        pairs.append(Pair(one=one, other=other, confidence=round(confidence, 2), reason=reason, merge=merge))
    return pairs


def _compared(rows: Iterable[Candidate], keys: Keys, judge: Judge) -> Found:
    blocks: dict[Hashable, list[Candidate]] = defaultdict(list)
    for row in rows:
        for key in keys(row):
            blocks[key].append(row)
    found: Found = {}
    for block in blocks.values():
        if 1 < len(block) <= _CROWD:
            for one, other in combinations(sorted(block, key=lambda row: row.age), 2):
                if (one.id, other.id) not in found and (verdict := judge(one, other)):
                    found[one.id, other.id] = (one, other, *verdict)
    return found


def _person_keys(row: Candidate) -> Iterator[Hashable]:
    if row.email:
        yield "email", row.email.casefold()
    if phone := _digits(row.phone):
        yield "phone", phone
    if row.name and (words := plain(row.name).split()):
        yield "name", " ".join(sorted(words))
        place = company_key(row.place) if row.place else ""
        if place:
            yield "first word at", min(words)[:3], place
            yield "last word at", max(words)[:3], place


def _same_person(one: Candidate, other: Candidate) -> tuple[float, str] | None:
    if one.email and other.email and one.email.casefold() != other.email.casefold():
        return None
    alike = _names_alike(one.name, other.name)
    same_place = bool(one.place and other.place and company_key(one.place) == company_key(other.place))
    same_phone = bool(_digits(one.phone)) and _digits(one.phone) == _digits(other.phone)
    if one.email and other.email:
        if alike >= 0.8:
            return 0.99, "same e-mail address"
        return (
            (0.75, "same e-mail address, but another name")
            if one.name and other.name
            else (0.95, "same e-mail address")
        )
    if alike < 0.9:
        return None
    exact = alike == 1.0
    if same_phone:
        return (0.97, "same name and phone") if exact else (0.92, "much the same name, same phone")
    if same_place and not (_digits(one.phone) and _digits(other.phone)):
        return (
            (0.93, "same name at the same company")
            if exact
            else (0.8, "much the same name at the same company")
        )
    return (0.75, "same name at the same company, another phone") if exact and same_place else None


def _company_keys(row: Candidate) -> Iterator[Hashable]:
    if row.name and (key := company_key(row.name)):
        yield "name", key
        yield "start", key.replace(" ", "")[:5]
        yield "end", key.replace(" ", "")[-5:]
    if row.website and (domain := domain_of(row.website)):
        yield "domain", domain


def _same_company(one: Candidate, other: Candidate) -> tuple[float, str] | None:
    if not one.name or not other.name:
        return None
    first, second = company_key(one.name), company_key(other.name)
    domains = {domain_of(row.website) for row in (one, other) if row.website}
    same_site = len(domains) == 1 and bool(one.website and other.website)
    if len(domains) > 1 or _apart(one.country, other.country) or _apart(one.city, other.city):
        return None
    if first == second:
        forms = _legal_form(one.name), _legal_form(other.name)
        if same_site or not all(forms) or forms[0] == forms[1]:
            return (0.98, "same name and website") if same_site else (0.95, "same name")
        return 0.8, "same name, another legal form"
    alike = JaroWinkler.similarity(first.replace(" ", ""), second.replace(" ", ""))
    if same_site and alike >= 0.85:
        return 0.95, "same website, much the same name"
    if alike >= 0.95 and min(len(first), len(second)) >= 8 and _numbers(first) == _numbers(second):
        return 0.8, "much the same name"
    return None


def _apart(one: str | None, other: str | None) -> bool:
    return bool(one and other and plain(one) != plain(other))


@lru_cache(maxsize=262144)
def company_key(name: str) -> str:
    """A company's name without its legal form, case and signs."""
    words = plain(name.replace("&", " and ").replace("+", " and ")).split()
    joined = _join_letters(words)
    bare = [word for word in joined if word not in legal_forms()]
    return " ".join(bare or joined)


def _join_letters(words: Sequence[str]) -> list[str]:
    """Single letters in a row are one word: "N. V." is "nv"."""
    found: list[str] = []
    run = ""
    for word in [*words, ""]:
        if len(word) == 1 and word.isascii():
            run += word
            continue
        if run:
            found.append(run)
            run = ""
        if word:
            found.append(word)
    return found


def _legal_form(name: str) -> str:
    return " ".join(word for word in _join_letters(plain(name).split()) if word in legal_forms())


@lru_cache(maxsize=65536)
def domain_of(website: str) -> str:
    """The domain of a web address, without "www."."""
    bare = re.sub(r"^[a-z]+://", "", website.strip().casefold())
    return bare.split("/")[0].removeprefix("www.")


@lru_cache(maxsize=262144)
def _digits(phone: str | None) -> str:
    """The last nine digits of a phone number: the country's code may be left out."""
    digits = "".join(letter for letter in phone or "" if letter.isdigit())
    return digits[-9:] if len(digits) >= 6 else ""


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


@lru_cache(maxsize=65536)
def _sorted_words(name: str) -> str:
    return " ".join(sorted(plain(name).split()))


def _names_alike(one: str | None, other: str | None) -> float:
    """From 0 to 1; 1 where the same words stand in any order."""
    if not one or not other:
        return 0.0
    first, second = _sorted_words(one), _sorted_words(other)
    return 1.0 if first == second else min(0.99, JaroWinkler.similarity(first, second))
