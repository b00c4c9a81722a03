"""What customers said, as a question asks for it: "customers with an approved budget", "who might not renew".

The usual words for it are known (`assistant/tools/topics.toml`). A question that asks who said such a thing
is a search, whatever else its words could mean; the rest of it tells of which records, whose and when.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from assistant.tools.topics import lexicon, places
from assistant.understanding.frame import Frame
from assistant.understanding.items import Reading
from assistant.understanding.work import Work

Composed = tuple[Frame | None, Work]

# Abilities whose words may as well stand for what was said.
_YIELDING = frozenset(
    {
        "find_records",
        "summarise_records",
        "rank_leads",
        "find_neglected",
        "search_activities",
        "find_cross_sell",
    }
)
_SAYING = frozenset({"lead", "opportunity", "account", "contact"})
_WORD_END = re.compile(r"\w*")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Where a question names what was said; `by_verb` where a verb of saying or wanting leads to it."""

    start: int
    end: int
    by_verb: bool


def meant(frame: Frame | None, work: Work, again: Callable[[str], Composed]) -> Frame | None:
    """The search that a question asks for, or None where it asks for something else.

    `again` composes a question without the words that say what is looked for.
    """
    reading = work.reading
    if frame is not None and (
        frame.tool not in _YIELDING or frame.lowest or frame.group_by or frame.period_on == "close_on"
    ):
        return None
    if not _asks_who(reading, work):
        return None
    span = _span(reading.text)
    if (
        span is None
        or _is_other(reading, span)
        or (not span.by_verb and (_ranks(frame) or _is_condition(frame)))
    ):
        return None
    topic = reading.text[span.start : span.end].strip()
    if frame is not None and frame.tool == "search_activities" and _same(frame.topic, topic):
        return frame
    rest, left = again(reading.text[: span.start] + " " + reading.text[span.end :])
    kind = left.record_type if left.noun is not None and left.record_type in _SAYING else None
    conditions = rest.conditions if rest is not None and rest.tool in _YIELDING and not rest.group_by else ()
    return Frame(
        tool="search_activities",
        record_type=kind,
        topic=topic,
        conditions=tuple(one for one in conditions if one.get("field") != "won_count"),
        period=left.period,
        limit=left.limit,
        record=rest.record if rest is not None and rest.tool in _YIELDING else None,
    )


def _asks_who(reading: Reading, work: Work) -> bool:
    return reading.any("question", "who", "which", "whose", "whom") or (
        work.noun is not None and work.record_type in _SAYING
    )


def _is_other(reading: Reading, span: _Span) -> bool:
    """A figure, or "which of them want a demo"; "whose budget", "who needs it soon" ask for neither."""
    tokens = reading.tokens
    return any(
        (i.has("pronoun") and not i.has("pronoun", "it") and tokens[i.start].end <= span.start)
        or (i.has("measure") and not span.start <= tokens[i.start].start < span.end)
        for i in reading.items
    )


def _ranks(frame: Frame | None) -> bool:
    """ "who is ready to buy": the likeliest ones."""
    return frame is not None and frame.tool == "rank_leads"


def _is_condition(frame: Frame | None) -> bool:
    """Whether the records are narrowed by values of theirs, which may be what the words stand for."""
    return frame is not None and any(c.get("field") not in ("owner", "won_count") for c in frame.conditions)


def _same(topic: str | None, other: str) -> bool:
    """Whether both name the same things."""
    return {one.matter for one in places(topic or "")} == {one.matter for one in places(other)}


def _span(text: str) -> _Span | None:
    """From the verb, where one leads to what was said, to the end of its last word."""
    found = places(text)
    if not found:
        return None
    words = lexicon()
    start = min(one.start for one in found)
    end = max(one.end for one in found)
    end += len(_WORD_END.match(text, end).group()) if not _HAN.search(text[end - 1]) else 0  # type: ignore[union-attr]
    alone = any(one.matter in words["alone"]["matters"] for one in found)
    verbs = [m for m in _any_of("verbs").finditer(text.lower()) if not _own(text.lower(), m.start())]
    if not verbs and not alone:
        return None
    leading = [m.start() for m in verbs if m.start() < start] + [
        m.start() for m in _any_of("negations").finditer(text.lower(), max(0, start - 12), start)
    ]
    trailing = [m.end() for m in verbs if m.start() >= end]
    return _Span(start=min([start, *leading]), end=max([end, *trailing]), by_verb=bool(verbs))


def _own(lowered: str, at: int) -> bool:
    """Whether it is the asking user who wants or says it."""
    before = lowered[max(0, at - 12) : at].split()
    return (bool(before) and before[-1] in lexicon()["own"]["words"]) or lowered[:at].endswith("我")


@cache
def _any_of(part: str) -> re.Pattern[str]:
    words = sorted(lexicon()[part]["words"], key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in words if not _HAN.search(word))
    han = "|".join(re.escape(word) for word in words if _HAN.search(word))
    return re.compile(rf"\b(?:{latin})\w*|(?:{han})")
