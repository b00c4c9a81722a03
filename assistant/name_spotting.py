"""Names inside a question: ids and e-mails first, then full names, then parts and misspellings of names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from assistant.names import PLAUSIBLE, Candidate, Key, NameIndex, NameSpan, is_han, without_legal
from assistant.tokens import Token, between, forms
from assistant.transliteration import latin
from ingest.entities import RecordType

_LONGEST = 8  # tokens
_CLEAR, _CLEARER = 0.8, 0.83  # how near a single word alone must be, with and without a capital
_ENOUGH = 0.04  # candidates within this of the best are meant as well
_PEOPLE = (RecordType.CONTACT, RecordType.LEAD, RecordType.USER)
_JOINING = frozenset({"and", "und", "y", "e", "et"})


def spot(index: NameIndex, words: Sequence[Token], known: frozenset[int]) -> list[NameSpan]:
    """The names in a question, from left to right, none overlapping."""
    spans: list[NameSpan] = []
    taken: set[int] = set()
    spotter = _Spotter(index, words, known)
    for finder in (spotter.handles, spotter.full_names, spotter.beginnings, spotter.parts):
        for span in finder(taken):
            spans.append(span)
            taken.update(range(span.start, span.end))
    return _joined(words, sorted(spans, key=lambda s: s.start))


def _joined(words: Sequence[Token], spans: list[NameSpan]) -> list[NameSpan]:
    """Two parts of one name around an "and": "mueller und soehne"."""
    found: list[NameSpan] = []
    for span in spans:
        before = found[-1] if found else None
        if before is not None and _is_one(words, before, span):
            text = between(words, before.start, span.end)
            found[-1] = replace(span, start=before.start, text=text, fuzzy=True)
        else:
            found.append(span)
    return found


def _is_one(words: Sequence[Token], before: NameSpan, after: NameSpan) -> bool:
    between_them = [t for t in words[before.end : after.start] if t.kind != "sign"]
    if (
        len(between_them) > 1
        or any(t.form not in _JOINING for t in between_them)
        or after.start - before.end == 0
    ):
        return False
    same = before.candidates[0].ref == after.candidates[0].ref
    return same and not (before.candidates[0].exact or after.candidates[0].exact)


class _Spotter:
    """One question over one index of names."""

    def __init__(self, index: NameIndex, words: Sequence[Token], known: frozenset[int]) -> None:
        self._index, self._words, self._known = index, words, known

    def handles(self, taken: set[int]) -> Iterator[NameSpan]:
        """E-mail addresses, and ids, which may be several tokens."""
        for start, token in enumerate(self._words):
            if token.kind == "email" and (numbers := self._index.emails.get(token.form)):
                yield self._sure(start, start + 1, numbers)
                continue
            for end in range(min(len(self._words), start + _LONGEST), start, -1):
                text = between(self._words, start, end)
                short = end - start == 1 and token.kind == "number" and len(text) < 4
                numbers = (
                    None
                    if short or not any(c.isdigit() for c in text)
                    else self._index.ids.get(text.casefold())
                )
                if numbers:
                    yield self._sure(start, end, numbers)
                    break

    def full_names(self, taken: set[int]) -> Iterator[NameSpan]:
        """Names in full, in other scripts, and companies of leads."""
        position = 0
        while position < len(self._words):
            span = next((s for s in self._whole(position, taken)), None)
            if span is not None:
                yield span
            position = span.end if span is not None else position + 1

    def _whole(self, start: int, taken: set[int]) -> Iterator[NameSpan]:
        index = self._index
        for end in range(min(len(self._words), start + _LONGEST), start, -1):
            part = self._words[start:end]
            ends = (part[0], part[-1])
            if taken & set(range(start, end)) or any(t.kind == "sign" or t.form in _JOINING for t in ends):
                continue
            key = _key(part)
            spoken = all(i in self._known for i in range(start, end)) and not self._is_proper(start)
            if spoken or not key:
                continue
            if numbers := index.full.get(key):
                yield self._sure(start, end, numbers)
            elif len(key) > 1 and (key in index.others or key in index.companies):
                yield self._span(start, end, index.by_words(key))

    def beginnings(self, taken: set[int]) -> Iterator[NameSpan]:
        """The beginning of a Chinese name, the longest there is, unless all of it has another meaning."""
        position = 0
        while position < len(self._words) - 1:
            end = next((e for e in self._begun(position, taken)), None)
            if end is not None:
                yield self._span(position, end, self._index.by_words(_key(self._words[position:end])))
            position = end or position + 1

    def _begun(self, start: int, taken: set[int]) -> Iterator[int]:
        for end in range(min(len(self._words), start + _LONGEST), start + 1, -1):
            places = set(range(start, end))
            key = _key(self._words[start:end])
            if key in self._index.beginnings and not places <= self._known and not places & taken:
                yield end

    def parts(self, taken: set[int]) -> Iterator[NameSpan]:
        """Runs of words that no full name explains: parts of names, misspelled names, other orders."""
        for start, end in self._runs(taken):
            position = start
            while position < end:
                last = min(end, position + _LONGEST)
                spans = (self._part(position, stop) for stop in range(last, position, -1))
                span = next((s for s in spans if s is not None), None)
                if span is not None:
                    yield span
                position = span.end if span is not None else position + 1

    def _part(self, start: int, end: int) -> NameSpan | None:
        key = _key(self._words[start:end])
        if not key or (sum(len(w) for w in key) < 3 and not is_han(key)):
            return None
        if is_han(key):
            found = self._index.by_words(key) if len(key) in (2, 3) and latin(key) else []
            return self._span(start, end, found) if found else None
        if any(w.isdigit() for w in key) and not all(self._index.knows(w) for w in key):
            return None
        candidates = [c for c in self._index.by_words(key) if c.confidence >= PLAUSIBLE]
        key = without_legal(key)
        if len(key) == 1:
            capital = self._words[start].capital
            candidates = [c for c in candidates if _is_telling(key[0], c, capital=capital)]
        return self._span(start, end, candidates) if candidates else None

    def _runs(self, taken: set[int]) -> Iterable[tuple[int, int]]:
        start: int | None = None
        for position in range(len(self._words) + 1):
            inside = (
                position < len(self._words)
                and position not in taken
                and self._words[position].kind not in ("sign", "clitic")
                and (position not in self._known or self._is_proper(position))
            )
            if inside and start is None:
                start = position
            elif not inside and start is not None:
                yield start, position
                start = None

    def _is_proper(self, position: int) -> bool:
        """Whether a word is written like a name: a capital that the start of a sentence does not explain."""
        word = self._words[position]
        return word.capital and position > 0 and not word.text.isupper()

    def _sure(self, start: int, end: int, numbers: Sequence[int]) -> NameSpan:
        return self._span(start, end, self._index.candidates(dict.fromkeys(numbers, 1.0), exact=True))

    def _span(self, start: int, end: int, candidates: Sequence[Candidate]) -> NameSpan:
        best = tuple(c for c in candidates if c.confidence >= candidates[0].confidence - _ENOUGH)
        typed = _key(self._words[start:end])
        fuzzy = not candidates[0].exact and not all(self._index.knows(w) for w in typed)
        return NameSpan(
            start=start, end=end, text=between(self._words, start, end), candidates=best, fuzzy=fuzzy
        )


def _key(words: Sequence[Token]) -> Key:
    forms_ = tuple(t.form for t in words if t.kind != "sign")
    kept = tuple(w for w in forms_ if w not in _JOINING)
    return kept or forms_


def _is_telling(word: str, candidate: Candidate, *, capital: bool) -> bool:
    """Whether one word is enough to mean a record: a person's name, or the word a company's name begins with.

    Deals are called by more than one word, and other words of a company's name ("software") say nothing,
    unless they are written with a capital.
    """
    if candidate.exact:
        return True
    clear = _CLEAR if capital else _CLEARER
    if candidate.confidence < clear or candidate.ref.type is RecordType.OPPORTUNITY:
        return False
    return candidate.ref.type in _PEOPLE or capital or forms(candidate.name)[:1] == (word,)
