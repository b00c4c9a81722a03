"""A name as somebody types it, to the visible records that it may mean.

Knows full names, parts of names, other orders, misspellings, ids and e-mails. What it holds comes from
one user's book, so it cannot know a record that the user may not see.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from assistant.tokens import Token, between, forms, tokens
from ingest.entities import RecordType, Ref

# What a company's name ends with and nobody says.
_LEGAL = frozenset(
    [
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "llc",
        "llp",
        "lp",
        "plc",
        "gmbh",
        "ag",
        "kg",
        "kgaa",
        "ug",
        "ohg",
        "se",
        "sa",
        "sl",
        "slu",
        "srl",
        "spa",
        "sas",
        "sarl",
        "bv",
        "nv",
        "ab",
        "as",
        "oy",
        "oyj",
        "aps",
        "pty",
        "pte",
        "kk",
        "mbh",
        "ev",
        "und",
        "&",
        "and",
        "the",
    ]
)
_HAN_LEGAL = ("股份有限公司", "有限责任公司", "有限公司", "集团", "公司", "股份")
_LONGEST = 7
# Below this a candidate is not offered; from SURE on it is taken without asking.
PLAUSIBLE, SURE = 0.72, 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a record can be called by; `detail` tells namesakes apart (a company, a title)."""

    ref: Ref
    name: str
    email: str | None = None
    also: tuple[str, ...] = ()
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A record that a text may mean; `confidence` from 0 to 1, `exact` where it was named in full."""

    ref: Ref
    name: str
    confidence: float
    exact: bool
    detail: str | None = None


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
        return frozenset(c.ref.type for c in self.candidates)


class NameIndex:
    """The names of one user's book."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names = tuple(names)
        self._full: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._holds: dict[str, list[int]] = defaultdict(list)
        self._keys: list[tuple[str, ...]] = []
        self._ids: dict[str, list[int]] = defaultdict(list)
        self._emails: dict[str, list[int]] = defaultdict(list)
        self._prefixes: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, name in enumerate(self._names):
            self._enter(number, name)

    def _enter(self, number: int, name: Name) -> None:
        key = forms(name.name)
        self._keys.append(key)
        for variant in {key, _without_legal(key)} - {()}:
            self._full[variant].append(number)
        for word in set(key):
            self._holds[word].append(number)
        for known in (name.ref.id, *name.also):
            self._ids[known.casefold()].append(number)
        if name.email:
            self._emails[name.email.casefold()].append(number)
        if key and len(key) > 2 and all(len(w) == 1 and w > "\u3000" for w in key[:2]):
            for length in range(2, min(len(key), 8)):
                self._prefixes[key[:length]].append(number)

    def __len__(self) -> int:
        return len(self._names)

    @cached_property
    def _words(self) -> list[str]:
        return [w for w in self._holds if len(w) >= 3]

    def knows(self, word: str) -> bool:
        """Whether a folded word is part of some name."""
        return word in self._holds

    def by_ref(self, ref: Ref) -> Name | None:
        """The name of a record of the book."""
        return next(
            (self._names[n] for n in self._ids.get(ref.id.casefold(), ()) if self._names[n].ref == ref), None
        )

    def lookup(
        self, text: str, types: Collection[RecordType] | None = None, *, limit: int = 8
    ) -> list[Candidate]:
        """Whom a text may mean, best first; equal confidence means that it must be asked back."""
        text = text.strip()
        kind, _, known = text.partition(":")
        if kind in set(RecordType) and (exact := self._ids.get(known.strip().casefold())):
            return self._candidates(dict.fromkeys(exact, 1.0), {RecordType(kind)}, limit, exact=True)
        for table in (self._ids, self._emails):
            if numbers := table.get(text.casefold()):
                return self._candidates(dict.fromkeys(numbers, 1.0), types, limit, exact=True)
        return self._by_words(forms(text), types, limit)

    def _by_words(
        self, key: tuple[str, ...], types: Collection[RecordType] | None, limit: int
    ) -> list[Candidate]:
        if not key:
            return []
        full = self._full.get(key) or self._full.get(_without_legal(key), [])
        if found := self._candidates(dict.fromkeys(full, 1.0), types, limit, exact=True):
            return found
        if prefixed := self._candidates(dict.fromkeys(self._prefixes.get(key, ()), 0.95), types, limit):
            return prefixed
        return self._candidates(self._weighed(key), types, limit)

    def _weighed(self, key: tuple[str, ...]) -> dict[int, float]:
        """Confidence by name for a key that is nobody's full name: parts, other orders, misspellings."""
        key = _without_legal(key) or key
        total = len(self._names) + 1
        matches = [self._similar(word) for word in key]
        worth = [
            max((log(total / (len(self._holds[w]) + 0.5)) + 0.5 for w in m), default=log(total) + 0.5)
            for m in matches
        ]
        scores: dict[int, float] = defaultdict(float)
        for similar, weight in zip(matches, worth, strict=True):
            best: dict[int, float] = {}
            for word, likeness in similar.items():
                for number in self._holds[word]:
                    if likeness > best.get(number, 0.0):
                        best[number] = likeness
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
        if len(word) < 4:
            return {}
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        cutoff = 0.74 if len(word) >= 6 else 0.79
        hits = process.extract(
            word, self._words, scorer=OSA.normalized_similarity, score_cutoff=cutoff, limit=12
        )
        return {w: likeness for w, likeness, _ in hits} | {
            w: 0.9 for w in self._starting(word) if len(word) >= 4
        }

    def _starting(self, word: str) -> list[str]:
        return (
            [w for w in self._words if w.startswith(word) and len(w) > len(word)][:12]
            if len(word) >= 5
            else []
        )

    def _candidates(
        self,
        scores: dict[int, float],
        types: Collection[RecordType] | None,
        limit: int,
        *,
        exact: bool = False,
    ) -> list[Candidate]:
        fitting = [n for n in scores if types is None or self._names[n].ref.type in types]
        fitting.sort(key=lambda n: (-round(scores[n], 3), self._names[n].name, str(self._names[n].ref)))
        return [
            Candidate(
                ref=self._names[n].ref,
                name=self._names[n].name,
                confidence=round(scores[n], 3),
                exact=exact,
                detail=self._names[n].detail,
            )
            for n in fitting[:limit]
        ]

    def spot(self, question: str | Sequence[Token], known: Collection[int] = ()) -> list[NameSpan]:
        """The names in a question, longest first; `known` are tokens that have another meaning.

        A token with another meaning is part of a name only inside a full name.
        """
        words = tokens(question) if isinstance(question, str) else question
        spans: list[NameSpan] = []
        taken: set[int] = set()
        for finder in (self._handles, self._full_names, self._han_prefixes, self._parts):
            for span in finder(words, frozenset(known), taken):
                spans.append(span)
                taken.update(range(span.start, span.end))
        return sorted(spans, key=lambda s: s.start)

    def _handles(self, words: Sequence[Token], known: frozenset[int], taken: set[int]) -> Iterable[NameSpan]:
        """E-mail addresses, and ids, which may be several tokens."""
        for start, token in enumerate(words):
            if token.kind == "email" and (numbers := self._emails.get(token.form)):
                yield self._span(
                    words,
                    start,
                    start + 1,
                    self._candidates(dict.fromkeys(numbers, 1.0), None, 8, exact=True),
                )
                continue
            for end in range(min(len(words), start + _LONGEST), start, -1):
                text = between(words, start, end)
                if not any(c.isdigit() for c in text) or (
                    end - start == 1 and token.kind == "number" and len(text) < 4
                ):
                    continue
                if numbers := self._ids.get(text.casefold()):
                    yield self._span(
                        words, start, end, self._candidates(dict.fromkeys(numbers, 1.0), None, 8, exact=True)
                    )
                    break

    def _full_names(
        self, words: Sequence[Token], known: frozenset[int], taken: set[int]
    ) -> Iterable[NameSpan]:
        position = 0
        while position < len(words):
            for end in range(min(len(words), position + _LONGEST), position, -1):
                part = words[position:end]
                if taken & set(range(position, end)) or part[0].kind == "sign" or part[-1].kind == "sign":
                    continue
                key = tuple(t.form for t in part if t.kind != "sign")
                if len(key) == 1 and (position in known and not _proper(words, position)):
                    continue
                numbers = self._full.get(key)
                if numbers and not (
                    all(i in known for i in range(position, end)) and not _proper(words, position)
                ):
                    yield self._span(
                        words,
                        position,
                        end,
                        self._candidates(dict.fromkeys(numbers, 1.0), None, 40, exact=True),
                    )
                    position = end - 1
                    break
            position += 1

    def _han_prefixes(
        self, words: Sequence[Token], known: frozenset[int], taken: set[int]
    ) -> Iterable[NameSpan]:
        """The beginning of a Chinese name, the longest there is, unless all of it has another meaning."""
        position = 0
        while position < len(words) - 1:
            for end in range(min(len(words), position + 8), position + 1, -1):
                span = set(range(position, end))
                numbers = self._prefixes.get(tuple(t.form for t in words[position:end]))
                if numbers and not span <= known and not span & taken:
                    found = self._candidates({n: 0.95 for n in numbers}, None, 40)
                    yield self._span(words, position, end, found)
                    position = end - 1
                    break
            position += 1

    def _parts(self, words: Sequence[Token], known: frozenset[int], taken: set[int]) -> Iterable[NameSpan]:
        """Runs of words that no full name explains: parts of names, misspelled names, other orders."""
        for start, end in _runs(words, known, taken):
            position = start
            while position < end:
                for stop in range(end, position, -1):
                    span = self._part(words, position, stop)
                    if span is not None:
                        yield span
                        position = stop - 1
                        break
                position += 1

    def _part(self, words: Sequence[Token], start: int, end: int) -> NameSpan | None:
        key = tuple(t.form for t in words[start:end] if t.kind != "sign")
        if not key or (sum(len(w) for w in key) < 3 and not key[0] > "\u3000"):
            return None
        if all(len(w) == 1 and w > "\u3000" for w in key):
            return None
        candidates = [c for c in self._by_words(key, None, 40) if c.confidence >= PLAUSIBLE]
        if any(w.isdigit() for w in key) and not all(w in self._holds for w in key):
            return None
        if len(key) == 1:
            candidates = [c for c in candidates if _telling(key[0], c, capital=words[start].capital)]
        return self._span(words, start, end, candidates) if candidates else None

    def _span(self, words: Sequence[Token], start: int, end: int, candidates: list[Candidate]) -> NameSpan:
        text = between(words, start, end)
        typed = tuple(t.form for t in words[start:end] if t.kind != "sign")
        best = [c for c in candidates if c.confidence >= candidates[0].confidence - 0.04]
        fuzzy = not candidates[0].exact and not all(w in self._holds for w in typed)
        return NameSpan(start=start, end=end, text=text, candidates=tuple(best), fuzzy=fuzzy)


def _telling(word: str, candidate: Candidate, *, capital: bool) -> bool:
    """Whether one word is enough to mean a record: a person's name, or the word a company's name begins with.

    Deals are called by more than one word, and other words of a company's name ("software") say nothing,
    unless they are written with a capital.
    """
    if candidate.exact or candidate.ref.type in (RecordType.CONTACT, RecordType.LEAD, RecordType.USER):
        return True
    if candidate.ref.type is RecordType.OPPORTUNITY:
        return False
    return capital or forms(candidate.name)[:1] == (word,)


def _without_legal(key: tuple[str, ...]) -> tuple[str, ...]:
    joined = "".join(key)
    for ending in _HAN_LEGAL:
        if joined.endswith(ending) and len(key) > len(ending) + 1:
            return key[: -len(ending)]
    end = len(key)
    while end > 1 and key[end - 1] in _LEGAL:
        end -= 1
    start = 1 if end > 1 and key[0] == "the" else 0
    return key[start:end]


def _proper(words: Sequence[Token], position: int) -> bool:
    """Whether a word is written like a name: a capital that the start of a sentence does not explain."""
    return words[position].capital and position > 0 and not words[position].text.isupper()


def _runs(words: Sequence[Token], known: frozenset[int], taken: set[int]) -> Iterable[tuple[int, int]]:
    start: int | None = None
    for position in range(len(words) + 1):
        inside = (
            position < len(words)
            and position not in taken
            and words[position].kind not in ("sign", "clitic")
            and (position not in known or _proper(words, position))
        )
        if inside and start is None:
            start = position
        elif not inside and start is not None:
            yield start, position
            start = None
