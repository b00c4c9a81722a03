"""How a rep or a team is doing: open leads and deals, what was won, what waits."""

from assistant.answers import AnswerKind, Arg, Finding, Line, Listed, Money, Share, Term, Value, Window
from assistant.book.demands import Condition, Demand
from assistant.tools.asking import Asking, counted
from assistant.tools.meant import Meant
from assistant.wording import phrase
from ingest.entities import Evidence, Role

_OPEN = Condition(field="outcome", op="is", value="open")
_WON = Condition(field="outcome", op="is", value="won")
_CLOSED = Condition(field="outcome", op="is", value="closed")
_PERIOD = "this quarter"


def describe_user(asking: Asking, meant: Meant) -> Finding:
    """A user's figures, or a team's where the user leads one; only who may see their book gets them."""
    book = asking.book
    user = book.users[meant.ref.id]
    manager = book.users.get(user.manager_id or "")
    facts: list[Line] = [
        Line(key="describe.heading", args={"name": user.name, "what": Term(key=f"role.{user.role}")}),
        *(
            [Line(key="fact", args={"field": Term(key="field.email"), "value": user.email})]
            if user.email
            else []
        ),
        *(
            [Line(key="fact", args={"field": Term(key="field.manager"), "value": manager.name})]
            if manager
            else []
        ),
    ]
    one = Listed(ref=meant.ref, name=user.name)
    evidence = (Evidence(ref=meant.ref, field="role", quote=user.role.value),)
    if not book.sees_book_of(user.id):
        return Finding(
            kind=AnswerKind.REFUSED,
            lines=(*meant.notes, *facts, Line(key="owner.refused")),
            listed=(one,),
            evidence=evidence,
            focus=meant.ref,
        )
    team = book.team(user.id)
    lines, values = _figures(asking, team if user.role is not Role.REP and len(team) > 1 else {user.id})
    about = [Line(key="describe.team", args={"count": len(team) - 1})] if len(team) > 1 else []
    return Finding(
        lines=(*meant.notes, *facts, *about, *lines),
        listed=(one,),
        values=tuple(values),
        evidence=evidence,
        focus=meant.ref,
        window=book.window(_PERIOD),
    )


def _figures(asking: Asking, owners: frozenset[str] | set[str]) -> tuple[list[Line], list[Value]]:
    book = asking.book
    mine: Demand = Condition(field="owner", op="in", value=sorted(owners))
    window = book.window(_PERIOD)
    today = book.window("today")
    values = [
        counted(Term(key="lead.open"), book.count("lead", (mine, _OPEN))),
        counted(Term(key="opportunity.open"), book.count("opportunity", (mine, _OPEN))),
        *_sums(asking, "value.open_pipeline", (mine, _OPEN), None),
        *_sums(asking, "value.won_amount", (mine, _WON), window),
        *_win_rate(asking, mine, window),
    ]
    recent = book.count("activity", (mine,), period=("at", book.window("last 30 days")))
    overdue = book.count("opportunity", (mine, _OPEN, Condition(field="close_on", op="<", value=today)))
    later = [counted(Term(key="opportunity.overdue"), overdue), counted(Term(key="activity.recent"), recent)]
    lines = [_stated(value, window) for value in (*values, *later)]
    return lines, [*values, *later]


def _stated(value: Value, window: Window) -> Line:
    assert value.said is not None
    shown: Arg = value.value
    if value.unit == "fraction":
        shown = Share(fraction=value.value or 0.0)
    elif value.unit != "count":
        shown = Money(amount=value.value or 0.0, currency=value.unit)
    in_period = value.said.key in ("value.won_amount", "value.win_rate")
    args: dict[str, Arg] = {"field": value.said, "value": shown}
    return Line(key="fact_in" if in_period else "fact", args=args | ({"window": window} if in_period else {}))


def _sums(asking: Asking, key: str, demands: tuple[Demand, ...], window: Window | None) -> list[Value]:
    within = ("closed_at", window) if window else None
    groups, _ = asking.book.summarise("opportunity", "sum", "amount", demands=demands, period=within)
    said = Line(key=key)
    return [
        Value(label=phrase(said, "en"), value=group.value, unit=group.currency, said=said)
        for group in groups
        if group.value is not None
    ]


def _win_rate(asking: Asking, mine: Demand, window: Window) -> list[Value]:
    groups, _ = asking.book.summarise(
        "opportunity", "win_rate", demands=(mine, _CLOSED), period=("closed_at", window)
    )
    said = Line(key="value.win_rate")
    return [
        Value(label=phrase(said, "en"), value=group.value, unit="fraction", said=said)
        for group in groups
        if group.value is not None
    ]
