"""The next planned talk, and with whom: "prepare me for tomorrow's meeting"."""

from assistant.answers import AnswerKind, Finding, Line
from assistant.book.demands import Condition
from assistant.book.found import Found
from assistant.tools.answered import Answered
from assistant.tools.asking import Asking
from assistant.tools.coming import planned_with
from assistant.tools.listing import cell
from assistant.tools.meant import Meant
from ingest.entities import ActivityKind

# A planned talk may be noted months ahead; one further away than this is not what "next" means.
_AHEAD = "next 90 days"
_KINDS = {
    "next meeting": (ActivityKind.MEETING,),
    "next call": (ActivityKind.CALL, ActivityKind.MEETING),
}
# With whom a talk is, the most telling record first.
_CLOSEST = ("lead", "contact", "opportunity", "account")
_OTHERS = 3


def next_talk(asking: Asking, text: str, period: str | None) -> Meant | None:
    """With whom the next talk is, where `text` asks for one; None where it names a record.

    The notes say when it is, and what else is planned in the period.

    Raises:
        Answered: nothing of that kind is planned with anybody.
    """
    kinds = _KINDS.get(text.strip().lower())
    if kinds is None:
        return None
    book = asking.book
    window = book.window(period or _AHEAD, planned=True)
    kind = Condition(field="kind", op="in", value=[one.value for one in kinds])
    talks = [
        (one, min(whom, key=lambda ref: _CLOSEST.index(ref.type.value)), whom)
        for one, whom in planned_with(book, window, (kind,))
        if whom
    ]
    if not talks:
        lines = (Line(key="steps.none", args={"window": window}),)
        raise Answered(Finding(kind=AnswerKind.EMPTY, lines=lines, window=window))
    (first, ref, whom), *others = talks
    notes = [_said(asking, "talk.next", first, whom[ref])]
    notes += [
        _said(asking, "talk.also", one, names[other]) for one, other, names in others[:_OTHERS] if period
    ]
    return Meant(ref=ref, name=whom[ref], notes=tuple(notes))


def _said(asking: Asking, key: str, talk: Found, name: str) -> Line:
    at, kind = (cell(asking.book, talk, path) for path in ("at", "kind"))
    return Line(key=key, args={"at": at, "kind": kind, "subject": talk.name, "name": name})
