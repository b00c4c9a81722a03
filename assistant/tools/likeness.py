"""Records that are alike: what two have in common, field by field, and what was said about both."""

from dataclasses import dataclass

from assistant.answers import AnswerKind, Arg, Finding, Line, Listed, Term
from assistant.book.demands import Condition, Demand
from assistant.book.found import Found
from assistant.tools.asking import Asking, counted
from assistant.tools.filters import noun
from assistant.tools.listing import columns, fetched, listed
from ingest.entities import Evidence, Ref
from ingest.errors import BadRequest

# What likeness rests on, and how much each counts.
_FIELDS = {
    "lead": {"industry": 3.0, "product": 2.0, "source": 1.0, "campaign": 1.0, "country": 1.0, "title": 1.5},
    "account": {"industry": 3.0, "country": 1.0, "city": 0.5},
    "opportunity": {"product": 3.0, "account.industry": 2.0, "type": 1.0, "account.country": 1.0},
    "contact": {"title": 2.0, "account.industry": 2.0, "account.country": 1.0},
}
# Numbers are alike where one is at most twice the other.
_NUMBERS = {
    "lead": {"employees": 1.5, "revenue": 1.0},
    "account": {"employees": 1.5, "revenue": 1.0},
    "opportunity": {"amount": 1.5},
    "contact": {},
}
_MEANING = 3.0
_CANDIDATES = 400
_LEAST = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Like:
    found: Found
    weight: float
    shared: tuple[str, ...]


def similar(asking: Asking, record: str, outcome: str | None, limit: int) -> Finding:
    """The records most like one, with what they share."""
    book = asking.book
    meant = asking.resolver.record(record)
    kind = meant.ref.type.value
    if kind not in _FIELDS:
        raise BadRequest("Likeness is known for leads, opportunities, accounts and contacts.")
    compared = (*_FIELDS[kind], *_NUMBERS[kind])
    one = book.get(meant.ref, compared)
    assert one is not None
    demands = _demands(asking, kind, outcome)
    near = _near(asking, meant.ref)
    candidates = _candidates(asking, one, demands, compared, near)
    ranked = sorted(
        (_likeness(one, other, kind, near.get(other.ref, 0.0)) for other in candidates),
        key=lambda like: (-like.weight, like.found.ref),
    )
    best = [like for like in ranked if like.weight >= _LEAST and like.shared][: max(1, limit)]
    if not best:
        lines = (*meant.notes, Line(key="similar.none", args={"name": one.name}))
        return Finding(kind=AnswerKind.EMPTY, lines=lines, focus=meant.ref)
    what = noun(kind, demands, len(best))
    shown = (
        "shared",
        *columns(book, kind, demands, ("outcome" if kind in ("lead", "opportunity") else None,))[:3],
    )
    return Finding(
        lines=(
            *meant.notes,
            Line(key="similar.heading", args={"name": one.name, "count": len(best), "what": what}),
            *asking.scope(kind, demands),
            Line(key="table"),
        ),
        listed=tuple(_listed(asking, like, shown) for like in best),
        columns=shown,
        shown=len(best),
        values=(counted(noun(kind, demands, None), len(best)),),
        evidence=tuple(
            Evidence(ref=like.found.ref, field=name, quote=str(like.found[name]), about=meant.ref)
            for like in best
            for name in like.shared
            if "." not in name
        ),
        focus=meant.ref,
    )


def _demands(asking: Asking, kind: str, outcome: str | None) -> tuple[Demand, ...]:
    if outcome is None:
        return ()
    if kind in ("lead", "opportunity"):
        return asking.demands(kind, [{"field": "outcome", "op": "is", "value": outcome}])
    count = {"won": "won_count", "lost": "lost_count", "open": "open_count"}.get(outcome)
    if count is None:
        raise BadRequest("An outcome is open, won or lost.")
    return asking.demands(kind, [{"field": count, "op": ">", "value": 0}])


def _near(asking: Asking, ref: Ref) -> dict[Ref, float]:
    """What the index holds to be near in meaning; ids only, so the book decides what of it exists."""
    if asking.meaning is None:
        return {}
    hits = asking.meaning.similar_to(ref, k=_CANDIDATES)
    return {hit.ref: max(0.0, hit.similarity) for hit in hits if hit.ref.type is ref.type and hit.ref != ref}


def _candidates(
    asking: Asking,
    one: Found,
    demands: tuple[Demand, ...],
    compared: tuple[str, ...],
    near: dict[Ref, float],
) -> list[Found]:
    kind = one.ref.type.value
    others = Condition(field="id", op="is not", value=one.ref.id)
    found: dict[Ref, Found] = {}
    for name, _ in sorted(_FIELDS[kind].items(), key=lambda item: -item[1]):
        if one[name]:
            same = Condition(field=name, op="is", value=one[name])
            some = asking.book.find(
                kind, (*demands, others, same), order_by="created_at", limit=_CANDIDATES, fetch=compared
            )
            found |= {other.ref: other for other in some}
    if near:
        chosen = Condition(field="id", op="in", value=[ref.id for ref in near])
        some = asking.book.find(kind, (*demands, others, chosen), limit=_CANDIDATES, fetch=compared)
        found |= {other.ref: other for other in some}
    return list(found.values())


def _likeness(one: Found, other: Found, kind: str, meaning: float) -> _Like:
    shared, weight = [], _MEANING * meaning
    for name, worth in _FIELDS[kind].items():
        if one[name] and other[name] and str(one[name]).lower() == str(other[name]).lower():
            shared.append(name)
            weight += worth
    for name, worth in _NUMBERS[kind].items():
        first, second = one[name], other[name]
        if first and second and max(first, second) <= 2 * min(first, second):
            shared.append(name)
            weight += worth
    return _Like(found=other, weight=weight, shared=tuple(shared))


def _listed(asking: Asking, like: _Like, shown: tuple[str, ...]) -> Listed:
    kind = like.found.ref.type.value
    common: list[Arg] = [Term(key=f"field.{name.rsplit('.', 1)[-1]}") for name in like.shared]
    found = asking.book.get(like.found.ref, fetched(asking.book, kind, shown[1:])) or like.found
    return listed(asking.book, found, shown[1:], more={"shared": common})
