"""Whether a draft is what was asked for.

`channel` (an e-mail unless said), `to` (the id of whom it is for), `says` and `lacks` (words that it must,
must not hold), `language` (it is written in), `shorter` (true: than the draft before it), `asks` (how many
questions it may put at most, and one at least), `takes_up` (true: it repeats words of the customer's latest).
No letter may hold a figure that neither the question nor anything known of whom it is for holds.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.evaluation.tongues import written_in
from assistant.evaluation.truth import Frame, Frames

Draft = Mapping[str, Any]
_LATEST = 3  # of the customer's texts: which of them a letter takes up is a matter of taste
_RUN = 4  # so many words in a row are a quote
_LETTERS = ("email", "message")


def draft_failures(
    spec: Mapping[str, Any], draft: Draft | None, before: Draft | None, frames: Frames, asked: str
) -> Iterator[str]:
    """What is wrong with it, in sentences."""
    if draft is None:
        yield "there is no draft"
        return
    if draft["channel"] != spec.get("channel", "email"):
        yield f"the draft is a {draft['channel']!r}, expected {spec.get('channel', 'email')!r}"
    if "to" in spec and (draft["to"] or {}).get("id") != spec["to"]:
        yield f"the draft goes to {draft['to']}, expected {spec['to']}"
    body = str(draft["body"])
    text = _plain(f"{draft['subject']} {body}")
    yield from (
        f"the draft does not say {words!r}" for words in spec.get("says", []) if _plain(words) not in text
    )
    yield from (f"the draft says {words!r}" for words in spec.get("lacks", []) if _plain(words) in text)
    if not body.strip():
        yield "the draft is empty"
    if "language" in spec and not written_in(_without_quotes(body), spec["language"]):
        yield f"the draft is not in {spec['language']!r}: {body[:60]!r}"
    if spec.get("shorter") and (before is None or len(body) >= len(before["body"])):
        yield f"the draft has {len(body)} characters and is not shorter than the one before it"
    questions = len(re.findall(r"[?\uff1f]", _without_quotes(body)))
    if "asks" in spec and not 1 <= questions <= spec["asks"]:
        yield f"the draft puts {questions} questions, expected 1 to {spec['asks']}"
    if draft["channel"] in _LETTERS and draft["to"]:
        known = _Known(frames, str(draft["to"]["id"]))
        if spec.get("takes_up") and known.said and not known.is_taken_up(body):
            yield f"the draft takes up nothing of {[said[:80] for said in known.said]}"
        if invented := sorted(_figures(body) - known.figures - _figures(asked)):
            yield f"nothing holds the draft's {invented}"


class _Known:
    """What is known of whom a letter is for: what was said last, and all figures around the record."""

    def __init__(self, frames: Frames, identity: str) -> None:
        rows = [
            frames[part][frames[part]["id"] == identity]
            for part in ("leads", "contacts", "deals", "accounts")
        ]
        linked = {identity, *(str(one) for row in rows if "account_id" in row for one in row["account_id"])}
        talks = [_about(frames["activities"], linked), _about(frames["planned"], linked)]
        done = _about(frames["activities"], {identity}).sort_values("at")
        own = [
            text
            for text, to_us in zip(done["text"], done["direction"], strict=True)
            if _customers(text, to_us)
        ]
        self.said = own[-_LATEST:]
        cells = [str(cell) for row in rows for cells in row.to_numpy() for cell in cells]
        texts = [str(cell) for talk in talks for part in ("subject", "text") for cell in talk[part]]
        days = [f"{at:%Y %m %d %H %M} {at.day} {at.month}" for talk in talks for at in talk["at"].dropna()]
        self.figures = _figures(" ".join([*cells, *texts, *days]))

    def is_taken_up(self, body: str) -> bool:
        """Whether a stretch of what was said stands in the body."""
        words = _plain(re.sub(r"[^\w\s]", " ", body))
        return any(run in words for said in self.said for run in _runs(said))


def _about(activities: Frame, ids: set[str]) -> Frame:
    return activities[activities["about"].map(lambda about: bool(set(about) & ids))]


def _customers(text: str, direction: str) -> bool:
    """Whether a text holds words of the customer's: their own message, or quoted in a note."""
    return bool(text.strip()) and (direction == "inbound" or re.search('[“„«「"]', text) is not None)


def _runs(said: str) -> Iterator[str]:
    words = _plain(re.sub(r"[^\w\s]", " ", said)).split()
    if len(words) < _RUN:  # Chinese stands without spaces
        yield from words
    for start in range(len(words) - _RUN + 1):
        yield " ".join(words[start : start + _RUN])


def _figures(text: str) -> set[str]:
    return {one.lstrip("0") or "0" for one in re.findall(r"\d+", text)}


def _without_quotes(text: str) -> str:
    return re.sub(
        r"[\u201c\u201e\u00ab\"\u300c][^\u201d\u201c\u00bb\"\u300d]*[\u201d\u201c\u00bb\"\u300d]", "", text
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
