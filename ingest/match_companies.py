"""Companies that are one: by name without its legal form, by website, and misspelled ones with a reason."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from ingest.lexicon import legal_forms, plain
from ingest.match import MERGE_FROM, Candidate, Found, Pair, Verdict, compared, decided

_ALIKE = 0.88  # from this share of equal letters on, two names may be one with a slip of the pen
_SLIP = 0.95  # from this share on, one letter in twenty, it is a slip of the pen
_SHORT = 6  # names with fewer letters are not compared by letters
_MANY, _OVER_AND_OVER = 200, 3.0  # so many rows, each name so often on average, are a list of mentions
_COMMON = 150  # a word that more names share says nothing


def companies(rows: Sequence[Candidate]) -> list[Pair]:
    """The pairs of rows that are one company, or may be.

    Accounts bear mostly names of their own, so that names which differ are only reported. A list of mentions
    (of payers, of applicants) names the same few companies over and over: there, another spelling is far
    likelier one more of these than a new one, and is merged.
    """
    found = compared(rows, _keys, _judged)
    _add_alike(rows, found)
    if not _are_mentions(rows):
        return decided(found, _marks)
    for ids, (one, other, confidence, reason) in found.items():
        if confidence < MERGE_FROM:
            found[ids] = (one, other, MERGE_FROM, f"{reason}, in a list that repeats its companies")
    return decided(found, lambda _row: {})


def _are_mentions(rows: Sequence[Candidate]) -> bool:
    """Whether each name stands, on average, in several rows of one owner."""
    named = [(row.owner, key) for row in rows if row.name and (key := company_key(row.name)) and not row.made]
    return len(named) >= _MANY and len(named) >= _OVER_AND_OVER * len(set(named))


def _marks(row: Candidate) -> dict[str, Hashable]:
    """What the rows of one company cannot differ in: "Acme" may be "Acme GmbH", and then not "Acme Ltd"."""
    return {"form": form} if row.name and (form := legal_form(row.name)) else {}


def _keys(row: Candidate) -> Iterator[Hashable]:
    if row.name and (key := company_key(row.name)):
        yield "name", key.replace(" ", "")
        yield "name and form", key.replace(" ", ""), legal_form(row.name)
    if row.website and (domain := domain_of(row.website)):
        yield "domain", domain


def _judged(one: Candidate, other: Candidate) -> Verdict | None:
    if not one.name or not other.name or _contradict(one, other):
        return None
    first, second = company_key(one.name), company_key(other.name)
    same_site = bool(one.website and other.website)  # those that differ contradict each other
    if first.replace(" ", "") == second.replace(" ", ""):
        forms = {legal_form(one.name), legal_form(other.name)} - {""}
        if len(forms) > 1:
            return 0.8, "same name, another legal form"
        return (0.98, "same name and website") if same_site else (0.95, "same name")
    if same_site and (_letters_alike(first, second) >= 0.8 or _contains(first, second)):
        return 0.95, "same website, much the same name"
    return (0.7, "same website") if same_site else None


def _contradict(one: Candidate, other: Candidate) -> bool:
    sites = bool(one.website and other.website) and domain_of(one.website or "") != domain_of(
        other.website or ""
    )
    return sites or _apart(one.country, other.country) or _apart(one.city, other.city)


def _add_alike(rows: Sequence[Candidate], found: Found) -> None:
    """Compare names that differ: one row for each name, names that share a word or a beginning."""
    oldest: dict[str, Candidate] = {}
    for row in sorted(rows, key=lambda row: row.age):
        if row.name and (key := company_key(row.name)):
            oldest.setdefault(key, row)
    shared: dict[Hashable, list[str]] = defaultdict(list)
    for key in oldest:
        for block in _blocks(key):
            shared[block].append(key)
    seen: set[tuple[str, str]] = set()
    for keys in shared.values():
        if len(keys) > _COMMON:
            continue
        for position, first in enumerate(keys):
            for second in keys[position + 1 :]:
                pair = (first, second) if first < second else (second, first)
                if pair not in seen:
                    seen.add(pair)
                    _compare_alike(oldest[first], oldest[second], first, second, found)


def _compare_alike(one: Candidate, other: Candidate, first: str, second: str, found: Found) -> None:
    older, newer = (one, other) if one.age < other.age else (other, one)
    if (older.id, newer.id) in found or _contradict(one, other):
        return
    if (alike := _letters_alike(first, second)) >= _ALIKE:
        sure = alike >= _SLIP or bool(one.city and other.city)  # cities that differ contradict each other
        verdict = (0.9 if sure else 0.8), "much the same name"
    elif _contains(first, second):
        verdict = (0.7, "one name holds the other")
    else:
        return
    found[older.id, newer.id] = (older, newer, *verdict)


def _blocks(key: str) -> Iterator[Hashable]:
    letters = key.replace(" ", "")
    yield "start", letters[:5]
    yield "end", letters[-5:]
    for word in key.split():
        if len(word) >= 4:
            yield "word", word[:7]


def _letters_alike(first: str, second: str) -> float:
    """The share of equal letters; 0 for short names and for names with different numbers."""
    first, second = first.replace(" ", ""), second.replace(" ", "")
    if min(len(first), len(second)) < _SHORT or re.findall(r"\d+", first) != re.findall(r"\d+", second):
        return 0.0
    return OSA.normalized_similarity(first, second, score_cutoff=0.75)


def _contains(first: str, second: str) -> bool:
    """Whether all words of one name stand in the other, which has at most three more."""
    shorter, longer = sorted((set(first.split()), set(second.split())), key=len)
    return shorter < longer and len(longer) - len(shorter) <= 3 and any(len(word) >= 4 for word in shorter)


def _apart(one: str | None, other: str | None) -> bool:
    return bool(one and other and plain(one) != plain(other))


@lru_cache(maxsize=262144)
def company_key(name: str) -> str:
    """A company's name without legal form (and what follows it) and signs: "ACME N.V., NL" is "acme"."""
    words = _words(name.split(",")[0]) if "," in name and legal_form(name.split(",")[0]) else _words(name)
    bare = [word for word in words if word not in legal_forms()]
    return " ".join(bare or words)


@lru_cache(maxsize=262144)
def legal_form(name: str) -> str:
    """The legal form in a company's name, "" where it names none."""
    return " ".join(word for word in _words(name) if word in legal_forms())


def _words(name: str) -> list[str]:
    """Plain words; letters that stand alone side by side are one word: "N. V." is "nv"."""
    found: list[str] = []
    run = ""
    for word in [*plain(name.replace("&", " and ").replace("+", " and ")).split(), ""]:
        if len(word) == 1 and word.isascii():
            run += word
            continue
        if run:
            found.append(run)
            run = ""
        if word:
            found.append(word)
    return found


@lru_cache(maxsize=65536)
def domain_of(website: str) -> str:
    """The domain of a web address, without "www."."""
    bare = re.sub(r"^[a-z]+://", "", website.strip().casefold())
    return bare.split("/")[0].removeprefix("www.")
