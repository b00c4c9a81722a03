"""Persons that are one: by address, phone, name and company; where files hold more, by all that they hold."""

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler, Levenshtein

from ingest.lexicon import plain
from ingest.match import Candidate, Pair, Verdict, compared, decided, email_of
from ingest.match_companies import company_key

_SURE_BITS = 6.0  # of evidence beyond what chance needs: 64 to 1
_LIKELY_BITS = 2.0


def people(rows: Sequence[Candidate]) -> list[Pair]:
    """The pairs of rows that are one person, or may be."""
    found = compared(rows, _keys, _judged)
    if any(row.facts for row in rows):
        weighing = Weighing(rows)
        for pair, verdict in compared(rows, weighing.keys, weighing.judged).items():
            if pair not in found or found[pair][2] < verdict[2]:
                found[pair] = verdict
    return decided(found, lambda row: {"email": email} if (email := email_of(row)) else {})


def _keys(row: Candidate) -> Iterator[Hashable]:
    if email := email_of(row):
        yield "email", email
    if phone := _digits(row.phone):
        yield "phone", phone
    if row.name and row.place and (words := plain(row.name).split()):
        place = company_key(row.place)
        yield "first word at", min(words)[:3], place
        yield "last word at", max(words)[:3], place


def _judged(one: Candidate, other: Candidate) -> Verdict | None:
    first, second = email_of(one), email_of(other)
    if first and second and first != second:
        return None
    alike = names_alike(one.name, other.name)
    same_phone = bool(_digits(one.phone)) and _digits(one.phone) == _digits(other.phone)
    if first and second:
        if alike >= 0.8:
            return 0.99, "same e-mail address"
        if one.name and other.name:
            return 0.75, "same e-mail address, but another name"
        return 0.95, "same e-mail address"
    if alike < 0.9:
        return None
    if same_phone:
        return (0.97, "same name and phone") if alike == 1 else (0.92, "much the same name, same phone")
    if not (one.place and other.place and company_key(one.place) == company_key(other.place)):
        return None
    if _digits(one.phone) and _digits(other.phone):
        return (0.75, "same name at the same company, another phone") if alike == 1 else None
    if alike == 1:
        return 0.93, "same name at the same company"
    return 0.8, "much the same name at the same company"


class Weighing:
    """Weighs agreement by how rare it is (Fellegi and Sunter 1969): in bits, over name and other facts."""

    def __init__(self, rows: Sequence[Candidate]) -> None:
        self._rows = len(rows)
        self._often: dict[str, Counter[str]] = {}
        for row in rows:
            for name, text in self._told(row).items():
                self._often.setdefault(name, Counter())[text] += 1
        self._chance = math.log2(self._rows + 50)

    def _told(self, row: Candidate) -> Mapping[str, str]:
        words = {f"word {word}": word for word in _words(row.name)}
        return words | {name: plain(text) for name, text in row.facts.items() if plain(text)}

    def keys(self, row: Candidate) -> Iterator[Hashable]:
        """Rows are compared that share a rare fact, or a word of the name and any fact."""
        facts = {name: text for name, text in self._told(row).items() if name in row.facts}
        for name, text in facts.items():
            if self._often[name][text] <= 8:
                yield name, text
            for word in _words(row.name):
                yield name, text, word[:4]

    def judged(self, one: Candidate, other: Candidate) -> Verdict | None:
        """How sure it is that two rows are one person."""
        first, second = email_of(one), email_of(other)
        if first and second and first != second:
            return None
        bits = self._name_bits(one, other)
        told, also_told = self._told(one), self._told(other)
        agreeing = []
        for name in one.facts.keys() & other.facts.keys():
            if name in told and name in also_told:
                weight = self._bits(name, told[name], also_told[name])
                bits += weight
                if weight > 0:
                    agreeing.append(name)
        if not agreeing or bits < self._chance + _LIKELY_BITS:
            return None
        reason = f"much the same name, same {', '.join(sorted(agreeing))}"
        return (0.95 if bits >= self._chance + _SURE_BITS else 0.8), reason

    def _name_bits(self, one: Candidate, other: Candidate) -> float:
        mine, others = list(_words(one.name)), list(_words(other.name))
        if not mine or not others:
            return 0.0
        bits = 0.0
        for word in mine:
            best = max(others, key=lambda candidate: JaroWinkler.similarity(word, candidate), default=None)
            if best is not None and (alike := JaroWinkler.similarity(word, best)) >= 0.85:
                others.remove(best)
                rarity = self._rarity(f"word {best}", best)
                bits += rarity if alike == 1 else 0.6 * rarity
            elif others:
                bits -= 3.0
        return bits

    def _bits(self, name: str, one: str, other: str) -> float:
        if one == other:
            return self._rarity(name, one)
        alike = Levenshtein.normalized_similarity(one, other)
        if alike >= 0.8 and len(one) >= 5:
            return 0.5 * max(self._rarity(name, one), self._rarity(name, other))
        return -2.0 if alike < 0.5 else -1.0

    def _rarity(self, name: str, text: str) -> float:
        return math.log2((self._rows + 50) / max(1.0, self._often[name][text] - 0.5))


@lru_cache(maxsize=262144)
def _digits(phone: str | None) -> str:
    """The last eight digits of a phone number: the codes before them may be left out."""
    digits = "".join(letter for letter in phone or "" if letter.isdigit())
    return digits[-8:] if len(digits) >= 6 else ""


@lru_cache(maxsize=262144)
def _words(name: str | None) -> tuple[str, ...]:
    return tuple(sorted(plain(name).split())) if name else ()


def names_alike(one: str | None, other: str | None) -> float:
    """From 0 to 1; 1 where the same words stand in any order."""
    first, second = " ".join(_words(one)), " ".join(_words(other))
    if not first or not second:
        return 0.0
    return 1.0 if first == second else min(0.99, JaroWinkler.similarity(first, second))
