"""What moved the score of one record since a moment: the difference of its parts, with the evidence."""

from assistant.answers import AnswerKind, Arg, Finding, Line, Share
from assistant.book.demands import Condition
from assistant.book.talk import moves, scores_of, scores_then
from assistant.tools.answered import Answered
from assistant.tools.asking import Asking
from assistant.tools.changes import change, differences, moment, scored_since
from assistant.tools.explaining import explain, part_line
from assistant.tools.listing import listed
from assistant.tools.ranking import reason_evidence, strongest
from ingest.entities import RecordType

SINCE = "last 30 days"


def moved(asking: Asking, record: str, record_type: str | None, since: str | None) -> Finding:
    """The score of one record now and then, and the reasons that make the difference.

    Where there was no score then to compare with, the score as it stands is explained.
    """
    meant = asking.resolver.record(record, [record_type] if record_type else None)
    if meant.ref.type not in (RecordType.LEAD, RecordType.OPPORTUNITY):
        return explain(asking, record, record_type)
    book, kind = asking.book, meant.ref.type.value
    try:
        stood = scored_since(asking, kind, moment(asking, since or SINCE))
    except Answered:
        return explain(asking, record, record_type)
    day = book.local(stood).date()
    mine = Condition(field="id", op="in", value=[meant.ref.id])
    found = moves(book, kind, (mine,), stood)
    if not found:
        if not scores_then(book, kind, [meant.ref.id], stood):
            return explain(asking, record, record_type)
        unmoved = Line(key="scores.unmoved", args={"name": meant.name, "day": day})
        known = book.many([meant.ref], ("score",))
        rows = tuple(listed(book, one, ()) for one in known.values())
        return Finding(kind=AnswerKind.EMPTY, lines=(*meant.notes, unmoved), listed=rows, focus=meant.ref)
    one, now = found[0], scores_of(book, [meant.ref])[meant.ref]
    then = scores_then(book, kind, [meant.ref.id], stood).get(meant.ref.id)
    rising = one.now > one.before
    reasons = differences(now, then, rising=rising) + differences(now, then, rising=not rising)
    row = listed(book, book.many([meant.ref])[meant.ref], (), score=one.now, reasons=strongest(reasons))
    args: dict[str, Arg] = {
        "name": meant.name,
        "before": Share(fraction=one.before),
        "now": Share(fraction=one.now),
        "change": Share(fraction=one.now - one.before, signed=True),
        "day": day,
    }
    return Finding(
        lines=(
            *meant.notes,
            Line(key="scores.record", args=args),
            *(part_line(meant.name, reason) for reason in reasons),
        ),
        listed=(row,),
        values=(change(one, {kind: meant.name}),),
        evidence=reason_evidence([now]),
        focus=meant.ref,
    )
