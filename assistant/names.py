"""A name as somebody types it, to the visible records that it may mean.

Knows full names, parts of names, other orders, misspellings, other scripts, ids and e-mails. What it holds
comes from one user's book, so it cannot know a record that the user may not see.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from assistant.tokens import Token, forms, tokens
from assistant.transliteration import latin
from ingest.entities import RecordType, Ref

# What a company's name ends with and nobody says.
_LEGAL = frozenset({
    "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "llp", "lp",
    "plc", "gmbh", "ag", "kg", "kgaa", "ug", "ohg", "se", "sa", "sl", "slu", "srl", "spa", "sas", "sarl",
    "bv", "nv", "ab", "as", "oy", "oyj", "aps", "pty", "pte", "kk", "mbh", "ev",
})  # fmt: skip
_JOINING = frozenset({"and", "und", "y", "e", "et"})
_HAN_LEGAL = ("股份有限公司", "有限责任公司", "有限公司", "集团", "公司", "股份")
# Below PLAUSIBLE a candidate is not offered; how near a typed word must be to one of a name.
PLAUSIBLE = 0.72
_ALIKE = 0.74
_OTHER_SCRIPT, _BEGINNING, _COMPANY = 0.93, 0.95, 0.95
_GENITIVE = 0.97
_REMEMBERED = 2_000

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a record can be called by; `detail` tells namesakes apart (a company, a title)."""

    ref: Ref
    name: str
    email: str | None = None
    also: tuple[str, ...] = ()
    detail: str | None = None
    company: str | None = None  # of a lead, by which it can be found too


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A record that a text may mean; `confidence` from 0 to 1, `exact` where it was named in full."""

    ref: Ref
    name: str
    confidence: float
    exact: bool
    detail: str | None = None
    by_company: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSpan:
    """A name spotted in the tokens [start, end) of a question, with whom it may mean, best first."""

    start: int
    end: int
    text: str
    candidates: tuple[Candidate, ...]
    fuzzy: bool = False

    @property
    def types(self) -> frozenset[RecordType]:
        """The kinds of record it may mean."""
        return frozenset(c.ref.type for c in self.candidates)


class NameIndex:
    """The names of one user's book."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names = tuple(names)
        self._keys: list[Key] = []
        self.full: dict[Key, list[int]] = defaultdict(list)
        self.beginnings: dict[Key, list[int]] = defaultdict(list)  # of Chinese names
        self.others: dict[Key, list[int]] = defaultdict(list)  # in Latin letters
        self.companies: dict[Key, list[int]] = defaultdict(list)
        self.ids: dict[str, list[int]] = defaultdict(list)
        self.emails: dict[str, list[int]] = defaultdict(list)
        self._holds: dict[str, list[int]] = defaultdict(list)
        self._alike: dict[str, dict[str, float]] = {}  # typed words looked up before
        for number, name in enumerate(self._names):
            self._enter(number, name)

    def _enter(self, number: int, name: Name) -> None:
        key = plain(name.name)
        self._keys.append(key)
        for variant in {key, without_legal(key)} - {()}:
            self.full[variant].append(number)
        for word in set(key):
            self._holds[word].append(number)
        for known in (name.ref.id, *name.also):
            self.ids[known.casefold()].append(number)
        if name.email:
            self.emails[name.email.casefold()].append(number)
        if is_han(key) and len(key) > 2:
            for length in range(2, min(len(key), 8)):
                self.beginnings[key[:length]].append(number)
        if other := latin(key):
            for variant in {other, other[::-1], ("".join(other),)}:
                self.others[variant].append(number)
        if name.company:
            company = plain(name.company)
            for variant in {company, without_legal(company)} - {(), key}:
                self.companies[variant].append(number)

    def __len__(self) -> int:
        return len(self._names)

    def knows(self, word: str) -> bool:
        """Whether a folded word is part of some name."""
        return word in self._holds

    def lookup(
        self, text: str, types: Collection[RecordType] | None = None, *, limit: int = 8
    ) -> list[Candidate]:
        """Whom a text may mean, best first; equal confidence means that it must be asked back."""
        text = text.strip()
        kind, _, known = text.partition(":")
        if kind in set(RecordType) and (exact := self.ids.get(known.strip().casefold())):
            return self.candidates(dict.fromkeys(exact, 1.0), {RecordType(kind)}, limit, exact=True)
        for table in (self.ids, self.emails):
            if found := self.candidates(
                dict.fromkeys(table.get(text.casefold(), ()), 1.0), types, limit, exact=True
            ):
                return found
        return self.by_words(plain(text), types, limit)

    def by_words(
        self, key: Key, types: Collection[RecordType] | None = None, limit: int = 40
    ) -> list[Candidate]:
        """Whom the words of a name may mean: in full, in another script, by the company, in part."""
        if not key:
            return []
        bare = without_legal(key)
        other = latin(key)
        steps: tuple[tuple[list[int], float, bool, bool], ...] = (
            (_any(self.full, key, bare), 1.0, True, False),
            (_any(self.beginnings, key), _BEGINNING, False, False),
            (_any(self.others, key), _OTHER_SCRIPT, False, False),
            (_any(self.full, other, other[::-1]) if other else [], _OTHER_SCRIPT, False, False),
            (_any(self.companies, key, bare), _COMPANY, False, True),
        )
        for numbers, confidence, exact, by_company in steps:
            scores = dict.fromkeys(numbers, confidence)
            if found := self.candidates(scores, types, limit, exact=exact, by_company=by_company):
                return found
        return self.candidates(self._weighed(bare or key), types, limit)

    def _weighed(self, key: Key) -> dict[int, float]:
        """Confidence by name for a key that is nobody's full name: parts, other orders, misspellings."""
        total = len(self._names) + 1
        matches = [self._similar(word) for word in key]
        rare = log(total) + 0.5
        worth = [
            max((log(total / (len(self._holds[w]) + 0.5)) + 0.5 for w in similar), default=rare)
            for similar in matches
        ]
        scores: dict[int, float] = defaultdict(float)
        for similar, weight in zip(matches, worth, strict=True):
            best: dict[int, float] = {}
            for word, likeness in similar.items():
                for number in self._holds[word]:
                    best[number] = max(best.get(number, 0.0), likeness)
            for number, likeness in best.items():
                scores[number] += likeness * weight
        whole = sum(worth)
        return {
            number: score / whole * (0.92 + 0.08 * min(1.0, len(key) / max(1, len(self._keys[number]))))
            for number, score in scores.items()
            if score / whole >= PLAUSIBLE
        }

    def _similar(self, word: str) -> dict[str, float]:
        """Words of names that a typed word may stand for, with their likeness."""
        if word in self._holds:
            return {word: 1.0}
        if len(word) >= 4 and word.endswith("s") and word[:-1] in self._holds:
            return {word[:-1]: _GENITIVE}  # "Lenas Kunden"
        if len(word) < 3 or not word.isalpha():
            return {}
        if word not in self._alike:
            if len(self._alike) >= _REMEMBERED:
                self._alike.clear()
            self._alike[word] = self._searched(word)
        return self._alike[word]

    def _searched(self, word: str) -> dict[str, float]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        among = self._words if len(word) >= 6 else self._by_initial.get(word[0], [])
        hits = process.extract(word, among, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE, limit=12)
        begun = (
            [w for w in self._by_initial.get(word[0], ()) if w.startswith(word)][:12]
            if len(word) >= 5
            else []
        )
        return dict.fromkeys(begun, 0.9) | {w: likeness for w, likeness, _ in hits}

    @cached_property
    def _words(self) -> list[str]:
        return [w for w in self._holds if len(w) >= 3]

    @cached_property
    def _by_initial(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            found[word[0]].append(word)
        return found

    def candidates(
        self,
        scores: Mapping[int, float],
        types: Collection[RecordType] | None = None,
        limit: int = 40,
        *,
        exact: bool = False,
        by_company: bool = False,
    ) -> list[Candidate]:
        """Numbered names with their confidence, best first."""
        fitting = [n for n in scores if types is None or self._names[n].ref.type in types]
        fitting.sort(key=lambda n: (-round(scores[n], 3), self._names[n].name, str(self._names[n].ref)))
        return [
            Candidate(
                ref=self._names[n].ref,
                name=self._names[n].name,
                confidence=round(scores[n], 3),
                exact=exact,
                detail=self._names[n].detail,
                by_company=by_company,
            )
            for n in fitting[:limit]
        ]

    def spot(self, question: str | Sequence[Token], known: Collection[int] = ()) -> list[NameSpan]:
        """The names in a question, from left to right; `known` are tokens that have another meaning.

        A token with another meaning is part of a name only inside a full name.
        """
        from assistant.name_spotting import spot

        words = tokens(question) if isinstance(question, str) else question
        return spot(self, words, frozenset(known))


def _any(table: Mapping[Key, list[int]], *keys: Key) -> list[int]:
    return next((numbers for key in keys if (numbers := table.get(key))), [])


def plain(text: str) -> Key:
    """The words of a name, without those that only join: "Müller & Söhne" is "Müller und Söhne"."""
    key = forms(text)
    kept = tuple(w for w in key if w not in _JOINING)
    return kept or key


def is_han(key: Key) -> bool:
    """Whether a key is Chinese characters."""
    return bool(key) and all(len(w) == 1 and w > "\u3000" for w in key)


def without_legal(key: Key) -> Key:
    """A company's name without its legal form."""
    joined = "".join(key)
    for ending in _HAN_LEGAL:
        if joined.endswith(ending) and len(key) > len(ending) + 1:
            return key[: -len(ending)]
    end = len(key)
    while end > 1 and key[end - 1] in _LEGAL:
        end -= 1
    start = 1 if end > 1 and key[0] == "the" else 0
    return key[start:end]
