"""Whether a draft is what was asked for.

`channel` (an e-mail unless said), `to` (the id of whom it is for), `says` and `lacks` (words that it must,
must not hold), `language` (it is written in), `shorter` (true: than the draft before it), `asks` (how many
questions it may put at most, and one at least).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.evaluation.tongues import written_in

Draft = Mapping[str, Any]


def draft_failures(spec: Mapping[str, Any], draft: Draft | None, before: Draft | None) -> Iterator[str]:
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
    asked = len(re.findall(r"[?\uff1f]", _without_quotes(body)))
    if "asks" in spec and not 1 <= asked <= spec["asks"]:
        yield f"the draft puts {asked} questions, expected 1 to {spec['asks']}"


def _without_quotes(text: str) -> str:
    return re.sub(
        r"[\u201c\u201e\u00ab\"\u300c][^\u201d\u201c\u00bb\"\u300d]*[\u201d\u201c\u00bb\"\u300d]", "", text
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
