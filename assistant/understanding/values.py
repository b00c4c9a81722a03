"""Values of the vocabulary as conditions: in, not in, or, each on the field that is meant."""

from assistant.understanding.fields import DOWN, path_of
from assistant.understanding.frame import Condition
from assistant.understanding.items import Item
from assistant.understanding.polarity import polarity
from assistant.understanding.vocabulary import FieldValue
from assistant.understanding.work import Work

# Where a value fits several fields of the same record, the first of these is meant.
_PREFERRED = (
    "stage", "status", "industry", "country", "city", "source", "campaign", "product", "type",
    "currency", "title",
)  # fmt: skip
# Meanings that leave room for a value with the same word.
_WEAK = frozenset({"stop", "time", "bound", "field", "number", "draft", "follow", "unit"})
_TWO_FOLD = ("due", "cross_sell")


_TWINS = {"stage": ("status",), "status": ("stage",)}


def value_conditions(work: Work, prefer: str | None = None) -> None:
    """Conditions from values of the vocabulary. `prefer` is the type of record spoken of."""
    target = work.record_type or "lead"
    negated = polarity(work)
    chosen: dict[tuple[str, bool], list[str]] = {}
    meant: dict[int, tuple[str, bool]] = {}
    linked: dict[tuple[str, bool], list[Condition]] = {}
    for item in work.items:
        if not item.values or not work.free(item) or not is_value(work, item):
            continue
        value = choose(work, item, target, prefer)
        if value is None:
            continue
        work.use(item, field_beside(work, item, value))
        where = path_of(target, value.type, value.field)
        flag = negated[item.start]
        if where is not None:
            meant[item.start] = (where, flag)
            texts = chosen.setdefault((where, flag), [])
            texts.extend(t for t in _texts(item, value) if t not in texts)
        elif str(value.type) in DOWN[target]:
            inner = {"field": value.field, "op": "is", "value": value.value}
            linked.setdefault((str(value.type), flag), []).append(inner)
    _unheard_of(work, meant, chosen)
    for (where, flag), texts in chosen.items():
        if len(texts) == 1:
            work.add(where, "is not" if flag else "is", texts[0])
        else:
            work.add(where, "not in" if flag else "in", texts)
    for (kind, flag), inner_conditions in linked.items():
        _link(work, kind, inner_conditions, absent=flag)


def _unheard_of(
    work: Work, meant: dict[int, tuple[str, bool]], chosen: dict[tuple[str, bool], list[str]]
) -> None:
    """ "Spain or Wakanda": what stands in a list of values joined by "or" is one too, held or not."""
    if not work.reading.any("logic", "or"):
        return
    for _ in range(2):  # from the left, then what only its right neighbour tells
        for run in _unknown_runs(work):
            left, right = list(work.before(run[0], steps=2)), list(work.after(run[-1], steps=2))
            for beside in (left, right):
                joined = len(beside) == 2 and beside[0].has("logic", "or", "and")
                if joined and beside[1].start in meant:
                    where = meant[beside[1].start]
                    chosen[where].append(work.reading.span(run[0], run[-1]))
                    meant.update({i.start: where for i in run})
                    work.use(*run, beside[0])
                    break


def _unknown_runs(work: Work) -> list[list[Item]]:
    """Unknown words side by side."""
    runs: list[list[Item]] = []
    for item in work.items:
        if not (item.unknown and not item.sign and work.free(item)):
            continue
        if runs and runs[-1][-1].end == item.start:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _link(work: Work, kind: str, conditions: list[Condition], *, absent: bool) -> None:
    """Values of linked records: one of several is enough, unless both are asked for."""
    by_field: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_field.setdefault(str(condition["field"]), []).append(condition)
    both = not absent and work.reading.any("logic", "and") and not work.reading.any("logic", "or")
    first = [
        c[0] if both or len(c) == 1 else {**c[0], "op": "in", "value": [d["value"] for d in c]}
        for c in by_field.values()
    ]
    work.link(kind, first, absent=absent)
    for others in by_field.values() if both else ():
        for other in others[1:]:
            work.conditions.append({"some": kind, "where": [other]})


def _texts(item: Item, value: FieldValue) -> list[str]:
    """The value, or all values of the field that the words cover ("negotiation" for "Negotiation/Review")."""
    return list(dict.fromkeys(v.value for v in item.values if (v.type, v.field) == (value.type, value.field)))


def is_value(work: Work, item: Item) -> bool:
    """Whether an item that has other meanings too is meant as a value."""
    drafting = work.reading.any("cue", "draft") or work.reading.any("tone")
    strong = [c for c in item.concepts if c.group not in _WEAK and (drafting or c.group != "language")]
    if not item.concepts or (item.fuzzy and not strong):
        return True
    written = any(v.value == item.text for v in item.values) and (item.capital and item.start > 0)
    written = written or (1 < len(item.text) <= 4 and item.text.isupper() and not work.reading.text.isupper())
    if strong and all(c.group == "cue" and c.name in _TWO_FOLD for c in strong):
        return True
    if any(field_beside(work, item, v) for v in item.values) or _joins_value(work, item):
        return True
    if item.has("outcome", "open", "won", "lost") and not written:
        return False
    if strong:
        return written and not item.has("outcome") and not item.has("record")
    return written or (len(item.text) > 3 and not item.has("stop"))


def _joins_value(work: Work, item: Item) -> bool:
    """ "new or working": what stands beside a value of the same field is one too."""
    before = list(work.before(item, steps=2))
    if len(before) < 2 or not before[0].has("logic", "and", "or"):
        return False
    fields = {(v.type, v.field) for v in item.values}
    return any((v.type, v.field) in fields for v in before[1].values) and not work.free(before[1])


def field_beside(work: Work, item: Item, value: FieldValue) -> Item | None:
    """The noun of the value's own field right beside it: "stage proposal", "the proposal stage"."""
    for other in (*work.before(item, steps=2), *work.after(item, steps=1)):
        if other.has("field", value.field, *_TWINS.get(value.field, ())) or any(
            c.field == value.field for c in other.columns
        ):
            return other
    return None


def choose(work: Work, item: Item, target: str, prefer: str | None = None) -> FieldValue | None:
    """The field that is meant where a value stands in several."""

    def rank(value: FieldValue) -> tuple[int, int, int]:
        beside = 0 if field_beside(work, item, value) else 1
        if str(value.type) in (target, prefer):
            near = 0
        elif path_of(target, value.type, value.field):
            near = 1
        else:
            near = 2 if str(value.type) in DOWN[target] else 9
        order = _PREFERRED.index(value.field) if value.field in _PREFERRED else len(_PREFERRED)
        return beside, near, order

    best = min(item.values, key=rank)
    return best if rank(best)[1] < 9 else None
