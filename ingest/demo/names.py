"""Invented people and companies, with addresses that lead nowhere (`.example`)."""

import re
import unicodedata
from dataclasses import dataclass
from random import Random

from ingest.demo.market import Market, Option

FREE_MAIL = "mailbox.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A name as the person writes it; `latin` is its form in an address."""

    first: str
    last: str
    latin: str

    @property
    def name(self) -> str:
        """Family name first where the script says so."""
        return (
            f"{self.last}{self.first}"
            if not self.last.isascii() and _is_chinese(self.last)
            else (f"{self.first} {self.last}")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company's name and its domain."""

    name: str
    domain: str


class Namer:
    """Draws names; no two companies and no two addresses are the same."""

    def __init__(self, market: Market) -> None:
        self._people = market.names["people"]
        self._companies = market.names["companies"]
        self._domains: set[str] = set()
        self._addresses: set[str] = set()

    def person(self, rng: Random, language: str) -> Person:
        """Somebody from where `language` is spoken."""
        names = self._people[language]
        first, last = rng.randrange(len(names["first"])), rng.randrange(len(names["last"]))
        latin_first = names.get("first_latin", names["first"])[first]
        latin_last = names.get("last_latin", names["last"])[last]
        latin = f"{_ascii(latin_first)}.{_ascii(latin_last)}"
        if language == "zh" and rng.random() < 0.4:
            return Person(first=latin_first, last=latin_last, latin=latin)
        return Person(first=names["first"][first], last=names["last"][last], latin=latin)

    def company(self, rng: Random, country: Option, industry: Option) -> Company:
        """A company that does not exist."""
        if country.more["language"] == "zh" and rng.random() < 0.4:
            stems = self._companies["stems_zh"]
            which = rng.randrange(len(stems))
            name = f"{stems[which]}{industry.more['word_zh']}有限公司"
            if (
                domain := f"{self._companies['stems_zh_latin'][which]}-{_ascii(industry.name)}"
            ) not in self._domains:
                self._domains.add(domain)
                return Company(name=name, domain=f"{domain}.example")
        stem = rng.choice(self._companies["stems"]) + rng.choice(self._companies["tails"])
        word = rng.choice(industry.more["words"])
        forms = self._companies[f"forms_{country.more['language']}"]
        domain = _ascii(stem)
        if domain in self._domains:
            domain, word = f"{domain}-{_ascii(word)}", word
        while domain in self._domains:
            stem = f"{rng.choice(self._companies['stems'])}{rng.choice(self._companies['tails'])}"
            second = rng.choice(self._companies["stems"])
            stem, domain = f"{stem} {second}", f"{_ascii(stem)}-{_ascii(second)}-{rng.randrange(1000)}"
        self._domains.add(domain)
        return Company(name=f"{stem} {word} {rng.choice(forms)}".strip(), domain=f"{domain}.example")

    def address(self, person: Person, domain: str) -> str:
        """A new e-mail address of that person."""
        address = f"{person.latin}@{domain}"
        number = 2
        while address in self._addresses:
            address = f"{person.latin}{number}@{domain}"
            number += 1
        self._addresses.add(address)
        return address


def _ascii(text: str) -> str:
    text = text.lower().replace("ß", "ss").replace("ö", "oe").replace("ü", "ue").replace("ä", "ae")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _is_chinese(text: str) -> bool:
    return all("\u4e00" <= sign <= "\u9fff" for sign in text)
