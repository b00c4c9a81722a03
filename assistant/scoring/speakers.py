"""Who says which sentence: an e-mail and what it quotes, a transcript and its turns."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from ingest.entities import ActivityKind, Direction

# What stands before the mail that another one answers.
_QUOTE_BEGINS = re.compile(
    r"^\s*(>|-{2,}\s*(original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|"
    r"mensaje original|mensaje reenviado|原始邮件|转发邮件)|"
    r"(on|am|el|on the)\b.{4,100}(wrote|schrieb|escribió)\b.*:?\s*$|"
    r"(from|von|de|发件人)\s*[:：].*$|在.{4,60}写道[:：])",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"^\s*(from|to|cc|bcc|sent|date|subject|von|an|gesendet|datum|betreff|de|para|enviado|fecha|asunto|"
    r"发件人|收件人|抄送|发送时间|主题|日期)\s*[:：]",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"^\s*(?:\[[^\]]{1,20}\]\s*|\(\d[^)]{1,18}\)\s*)?([^\W\d_][\w .'’\-]{0,40}?)"
    r"\s*(?:\([^)]{1,30}\))?\s*[:：]\s*(?=\S)"
)
_CUSTOMER = re.compile(
    r"^(customer|client|prospect|lead|buyer|caller|contact|guest|visitor|kunde|kundin|interessent\w*|"
    r"anrufer\w*|cliente|comprador\w*|prospecto|interesad[oa]|visitante|客户|顾客|客人|买家|来电者|访客|甲方)$",
    re.IGNORECASE,
)
_REP = re.compile(
    r"^(rep|sales rep|sales|agent|seller|me|i|account executive|ae|sdr|bdr|csm|support|advisor|consultant|"
    r"vertrieb|verkäufer\w*|berater\w*|ich|wir|mitarbeiter\w*|vendedor\w*|agente|asesor\w*|comercial|"
    r"representante|yo|nosotros|ejecutiv[oa]|销售|客服|业务员|顾问|我|我方|乙方|坐席)$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r".+?(?:[.!?…]+(?=\s|$)|[。！？；]+|;(?=\s)|\n|$)", re.DOTALL)
_FIELD_LABEL = re.compile(
    r"^(notes?|next steps?|summary|outcome|agenda|topic|subject|re|fwd|aw|wg|action items?|http|https|"
    r"attendees|participants|date|time|duration|location|status|result|budget|timeline|authority|need|pain|"
    r"notiz|ergebnis|"
    r"nächste schritte|teilnehmer|thema|zusammenfassung|nota|notas|resumen|resultado|próximos pasos|"
    r"asistentes|"
    r"备注|总结|结果|下一步|主题|参会人|纪要|ps|p\.s\.|hi|hello|dear|hallo|hola)$",
    re.IGNORECASE,
)


class Speaker(StrEnum):
    """The customer or the rep; whom a note quotes is often nobody's to say (None)."""

    CUSTOMER = "customer"
    REP = "rep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One sentence as it stands in the text."""

    sentence: str
    speaker: Speaker | None


def sentences(
    text: str, *, kind: str, direction: str | None, reps: frozenset[str] = frozenset()
) -> Iterator[Said]:
    """The sentences of an activity's text with their speakers; `reps` are lower-case names of users."""
    speaker = author(kind, direction)
    turns = _has_turns(text, reps)
    quoted = False
    for line in text.splitlines():
        if _QUOTE_BEGINS.match(line):
            # What follows is the other side's earlier mail; a ">" holds for its own line alone.
            if line.lstrip().startswith(">"):
                yield from _said(line.lstrip("> \t"), _other(speaker))
                continue
            quoted = True
            continue
        if _HEADER.match(line) and kind == ActivityKind.EMAIL:
            continue
        turn = _TURN.match(line) if turns else None
        if turn and (said_by := _turn_speaker(turn[1], reps)) is not None:
            speaker, quoted = said_by, False
            line = line[turn.end() :]
        yield from _said(line, _other(speaker) if quoted else speaker)


def _said(line: str, speaker: Speaker | None) -> Iterator[Said]:
    for match in _SENTENCE.finditer(line):
        sentence = match.group().strip()
        if len(sentence) > 1:
            yield Said(sentence=sentence, speaker=speaker)


def author(kind: str, direction: str | None) -> Speaker | None:
    if direction == Direction.INBOUND:
        return Speaker.CUSTOMER
    # A call or a meeting that the rep arranged is still told in notes about the customer.
    if direction == Direction.OUTBOUND and kind not in (
        ActivityKind.CALL,
        ActivityKind.MEETING,
        ActivityKind.NOTE,
    ):
        return Speaker.REP
    return Speaker.CUSTOMER if kind in (ActivityKind.FORM, ActivityKind.WEB_VISIT) else None


def is_rep_act(sentence: str) -> bool:
    """Whether a sentence of a rep's note tells what the rep did or will do: "Sent the quote"."""
    return sentence.lower().lstrip("-–•* ").startswith(_acts())


@cache
def _acts() -> tuple[str, ...]:
    source = resources.files("assistant.scoring") / "acts.toml"
    acts = tomllib.loads(source.read_text(encoding="utf-8"))["acts"]
    return tuple(beginning for some in acts.values() for beginning in some)


def _other(speaker: Speaker | None) -> Speaker | None:
    if speaker is None:
        return None
    return Speaker.REP if speaker is Speaker.CUSTOMER else Speaker.CUSTOMER


def _has_turns(text: str, reps: frozenset[str]) -> bool:
    labels = [turn[1].strip().lower() for line in text.splitlines() if (turn := _TURN.match(line))]
    if any(_CUSTOMER.match(label) or _REP.match(label) or _is_rep(label, reps) for label in labels):
        return True
    return len(labels) >= 4 and 2 <= len(set(labels)) <= len(labels) // 2


def _turn_speaker(label: str, reps: frozenset[str]) -> Speaker | None:
    name = label.strip().lower()
    if _FIELD_LABEL.match(name):
        return None
    if _REP.match(name) or _is_rep(name, reps):
        return Speaker.REP
    return Speaker.CUSTOMER


def _is_rep(name: str, reps: frozenset[str]) -> bool:
    return name in reps
