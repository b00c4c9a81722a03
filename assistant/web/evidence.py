"""The evidence under an answer: what was said, by whom and when, and the fields that it rests on."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from assistant import wording
from assistant.rendering import Inert, tag
from assistant.web.sources import Source
from assistant.web.words import Words

_MOST = 40  # pieces of evidence on the page; the answer object holds them all
_LONGEST_QUOTE = 600


def evidence(
    answer: Mapping[str, Any], sources: Mapping[str, Source], words: Words, timezone: ZoneInfo
) -> Inert | None:
    """What the answer rests on, folded; None where it rests on nothing."""
    pieces = list(answer.get("evidence") or ())
    if not pieces:
        return None
    names = {(record["type"], record["id"]): record.get("name") for record in answer.get("records") or ()}
    said = [piece for piece in pieces if piece["type"] == "activity" and piece["id"] in sources]
    stands = [piece for piece in pieces if not (piece["type"] == "activity" and piece["id"] in sources)]
    quotes = [_quote(piece, sources[piece["id"]], names, words, timezone) for piece in said[:_MOST]]
    fields = _fields(stands[:_MOST], names, words)
    return tag(
        "details",
        tag("summary", f"{words('turn.evidence')} ({len(pieces)})"),
        tag("ul", *quotes, class_="quotes") if quotes else None,
        fields,
        class_="evidence",
    )


def _quote(
    piece: Mapping[str, Any],
    source: Source,
    names: Mapping[tuple[str, str], str | None],
    words: Words,
    timezone: ZoneInfo,
) -> Inert:
    quote = str(piece.get("quote") or "")
    speaker = source.speaker_of(quote)
    about = piece.get("about") or {}
    subject = source.subject if piece.get("field") != "subject" else None
    facts = [
        words(f"kind.{source.kind}"),
        words.day(source.at.astimezone(timezone)) if source.at else None,
        words(f"turn.{speaker}") if speaker else None,
        names.get((about.get("type", ""), about.get("id", ""))),
        subject,
    ]
    return tag(
        "li",
        tag("blockquote", _cut(quote)),
        tag(
            "p", " · ".join(fact for fact in facts if fact), class_="source", title=f"activity:{piece['id']}"
        ),
    )


def _fields(
    pieces: Sequence[Mapping[str, Any]], names: Mapping[tuple[str, str], str | None], words: Words
) -> Inert | None:
    if not pieces:
        return None
    rows = [
        tag(
            "tr",
            tag(
                "td",
                names.get((piece["type"], piece["id"])) or piece["id"],
                title=f"{piece['type']}:{piece['id']}",
            ),
            tag("td", _field(str(piece.get("field") or ""), words.language)),
            tag("td", _cut(str(piece.get("quote") or ""))),
        )
        for piece in pieces
    ]
    heads = [tag("th", words(f"turn.{key}")) for key in ("name", "field", "value")]
    return tag("div", tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows)), class_="scroll")


def _field(name: str, language: str) -> str:
    """What an answer calls a field; a column of a file goes by its own name."""
    return str(wording.texts(language)["fields"].get(name) or name.replace("_", " "))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE].rstrip() + "…"
