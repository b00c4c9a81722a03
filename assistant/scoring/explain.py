"""Turns the parts of scores into reasons: what each one rests on, with its figures and its evidence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assistant.scoring import engagement, said
from assistant.scoring.engagement import Seen
from assistant.scoring.features import Material
from assistant.scoring.quotes import Quote
from assistant.scoring.reasons import REST
from assistant.scoring.scorer import Scored, Scorer
from assistant.scoring.snapshot import Surroundings
from assistant.scoring.table import MISSING, Feature, Floats, Ints, Kind
from assistant.scoring.values import is_nothing
from ingest.entities import Evidence, Reason, RecordType, Ref
from ingest.lexicon import said_truth

SMALL = 0.005  # parts below half a point are said together as "everything else"
_SILENT = 14  # days from which on silence is called silence
_LONGEST = 120

Args = Mapping[str, str | float]
_Said = tuple[str, Args, Evidence | None]


@dataclass(frozen=True, kw_only=True)
class Telling:
    """Explains the scores of some records of one type as of one moment."""

    scorer: Scorer
    material: Material
    around: Surroundings
    records: Ints
    moments: Floats
    values: Floats
    quotes: Callable[[Floats], Mapping[int, Quote]] | None = None

    @cached_property
    def _concepts(self) -> dict[str, list[int]]:
        """Which features are told as one thing."""
        concepts: dict[str, list[int]] = {}
        for i, feature in enumerate(self.scorer.plan.features):
            concepts.setdefault(feature.concept, []).append(i)
        return concepts

    @cached_property
    def _measured(self) -> dict[str, Floats]:
        """All engagement features, whether they take part or not: reasons name them in words."""
        seen = Seen.at(self.material.timeline, self.records, self.moments)
        rows = engagement.measure(
            self.material.cohort, self.material.timeline, self.material.past, self.records, self.moments, seen
        )
        return {feature.name: rows[:, i] for i, feature in enumerate(engagement.FEATURES)}

    @cached_property
    def _truths(self) -> frozenset[str]:
        """The columns that say yes or no."""
        hints = self.around.hints(self.material.cohort.type)
        return frozenset(name for name, (kind, _) in hints.items() if kind == "boolean")

    @cached_property
    def _telling(self) -> dict[int, Quote]:
        return {}

    @cached_property
    def _heard(self) -> "_Heard":
        return _Heard.of(self.material, self.records, self.moments)

    def reasons(self, scored: Scored) -> list[list[Reason]]:
        """For each row all parts, the biggest first, small ones together; base plus parts is the score."""
        names = list(self._concepts)
        weights = np.column_stack(
            [scored.parts[:, at].sum(axis=1) for at in self._concepts.values()]
            if names
            else [np.zeros((len(self.values), 0))]
        )
        order = np.argsort(-np.abs(weights), axis=1, kind="stable")
        if self.quotes is not None and "texts" in names:
            weight = weights[:, names.index("texts")]
            self._telling.update(self.quotes(np.where(np.abs(weight) < SMALL, 0.0, np.sign(weight))))
        return [
            self._row(row, names, weights[row], order[row], float(scored.probability[row]), scored.base)
            for row in range(len(self.values))
        ]

    def _row(
        self, row: int, names: list[str], weights: Floats, order: Ints, probability: float, base: float
    ) -> list[Reason]:
        reasons = []
        for place in order.tolist():
            weight = float(weights[place])
            if abs(weight) < SMALL:
                break
            key, args, evidence = self._say(names[place], row, weight)
            reasons.append(Reason(key=key, args=args, weight=weight, evidence=evidence))
        rest = probability - base - sum(reason.weight for reason in reasons)
        if abs(rest) > 1e-12:
            args = {"count": float(len(names) - len(reasons))} | self._small(names, weights)
            reasons.append(Reason(key=REST, args=args, weight=rest))
        return reasons

    def _small(self, names: list[str], weights: Floats) -> dict[str, float]:
        """How much of what is said together is fit, engagement and text."""
        sums: dict[str, float] = {}
        for name, weight in zip(names, weights.tolist(), strict=True):
            if abs(weight) < SMALL:
                group = str(self.scorer.plan.features[self._concepts[name][0]].group)
                sums[group] = sums.get(group, 0.0) + weight
        return sums

    def _say(self, concept: str, row: int, weight: float) -> _Said:
        if concept.startswith("column:"):
            return self._column(self.scorer.plan.features[self._concepts[concept][0]], row)
        if concept.startswith("said."):
            return self._spoken(concept, row)
        if concept == "texts":
            if not self._heard.any[row]:
                return "texts.none", {}, None
            key = "texts.like_won" if weight > 0 else "texts.like_lost"
            quote = self._telling.get(row)
            return key, {}, quote and _evidence(quote, self._about(row))
        say = _ENGAGEMENT.get(concept, _counted)
        key, args = say(concept, {name: float(values[row]) for name, values in self._measured.items()})
        return key, args, None

    def _column(self, feature: Feature, row: int) -> _Said:
        cohort, record = self.material.cohort, int(self.records[row])
        cell = cohort.columns[feature.name][record] if feature.name in cohort.columns else None
        value = float(self.values[row, self.scorer.plan.kept.index(feature.name)])
        missing = is_nothing(cell) or (feature.kind is Kind.CATEGORY and value == MISSING)
        if feature.name in ("email", "phone", "description"):
            level = "missing" if missing else str(cell) if feature.name == "email" else "given"
            return f"{feature.name}.{level}", {}, None
        if feature.name == "title":
            return self._title(cell, record)
        if feature.name == "owner":
            user = self.around.users.get(str(cell))
            return ("owner", {"name": user.name}, None) if user else ("owner.missing", {}, None)
        if missing:
            return "column.missing", {"field": feature.name}, None
        quote = str(cell)[:_LONGEST]
        shown = float(cell) if isinstance(cell, (int, float)) else quote
        evidence = self._field(feature.name, quote, record)
        kind = next(column.kind for column in self.scorer.plan.columns if column.name == feature.name)
        if kind == "date":
            key = "column.date" if value >= 0 else "column.ahead"
            return key, {"field": feature.name, "days": float(abs(round(value)))}, evidence
        if kind == "text":
            return "column.given", {"field": feature.name}, evidence
        says_so = feature.name in self._truths or quote.casefold() in ("true", "false")
        if says_so and (truth := said_truth(quote)) is not None:
            return "column.yes" if truth else "column.no", {"field": feature.name}, evidence
        return "column", {"field": feature.name, "value": shown}, evidence

    def _field(self, name: str, quote: str, record: int) -> Evidence:
        """A value as evidence: of the record itself, or of the company or the user that it belongs to."""
        cohort = self.material.cohort
        about = ref = Ref(type=cohort.type, id=cohort.ids[record])
        holder, _, field = name.partition(".")
        linked = {
            "account": (RecordType.ACCOUNT, cohort.accounts[record]),
            "owner": (RecordType.USER, cohort.columns["owner"][record]),
        }
        if field and holder in linked and linked[holder][1] is not None:
            ref, name = Ref(type=linked[holder][0], id=str(linked[holder][1])), field
        return Evidence(ref=ref, field=name, quote=quote, about=about)

    def _title(self, cell: object, record: int) -> _Said:
        cohort = self.material.cohort
        title = cohort.titles[record]
        if cell is None or title is None:
            return "title.missing", {}, None
        ref = Ref(type=cohort.type, id=cohort.ids[record])
        evidence = (
            Evidence(ref=ref, field="title", quote=title, about=ref)
            if cohort.type is RecordType.LEAD
            else None
        )
        return f"title.{cell}", {"title": title}, evidence

    def _about(self, row: int) -> Ref:
        cohort = self.material.cohort
        return Ref(type=cohort.type, id=cohort.ids[int(self.records[row])])

    def _spoken(self, concept: str, row: int) -> _Said:
        name = concept.removeprefix("said.")
        about = self._about(row)
        if name == "mood":
            count, quote, mood = self._heard.mood(row)
            if not count:
                return "said.mood.neutral", {}, None
            key = "said.mood.positive" if mood > 0 else "said.mood.negative"
            return key, {}, quote and _evidence(quote, about)
        count, quote = self._heard.said(row, name)
        if not count:
            return f"{concept}.none", {}, None
        return concept, {"count": float(count)}, quote and _evidence(quote, about)


def _evidence(quote: Quote, about: Ref) -> Evidence:
    return Evidence(ref=Ref(type=RecordType.ACTIVITY, id=quote[0]), field="text", quote=quote[1], about=about)


@dataclass(frozen=True, kw_only=True)
class _Heard:
    """What each row's customers said, the last first: (feature, strength, quote)."""

    of_row: Mapping[int, list[tuple[int, float, Quote]]]
    any: Ints

    @staticmethod
    def of(material: Material, records: Ints, moments: Floats) -> "_Heard":
        seen = Seen.at(material.timeline, records, moments)
        signals, timeline = material.signals, material.timeline
        of_activity: dict[int, list[int]] = {}
        for i, activity in enumerate(signals.activity.tolist()):
            of_activity.setdefault(activity, []).append(i)
        of_row: dict[int, list[tuple[int, float, Quote]]] = {}
        for row, entry in zip(seen.row[::-1].tolist(), seen.entry[::-1].tolist(), strict=True):
            name = timeline.activities[entry]
            for i in of_activity.get(material.places[name], ()):
                found = (int(signals.feature[i]), float(signals.strength[i]), (name, signals.quotes[i]))
                of_row.setdefault(row, []).append(found)
        spoke = timeline.inbound[seen.entry] >= 0
        return _Heard(of_row=of_row, any=np.bincount(seen.row[spoke], minlength=len(records)))

    def said(self, row: int, name: str) -> tuple[int, Quote | None]:
        """In how many activities it was said, and the last quote."""
        number = list(said.COUNTED).index(name)
        found = [each for each in self.of_row.get(row, ()) if each[0] == number]
        return len({quote[0] for _, _, quote in found}), found[0][2] if found else None

    def mood(self, row: int) -> tuple[int, Quote | None, float]:
        """How many remarks showed a mood, the last quote, and which it showed."""
        found = [each for each in self.of_row.get(row, ()) if each[0] == len(said.COUNTED)]
        return (len(found), found[0][2], found[0][1]) if found else (0, None, 0.0)


_Measured = Mapping[str, float]


def _age(_: str, measured: _Measured) -> tuple[str, Args]:
    return "age", {"days": _whole(measured["age_days"])}


def _silence(_: str, measured: _Measured) -> tuple[str, Args]:
    if not measured["count_all"]:
        return "silence.never", {}
    days = _whole(measured["silent_days"])
    if days == 0:
        return "silence.today", {}
    return "silence.recent" if days < _SILENT else "silence.long", {"days": days}


def _replies(_: str, measured: _Measured) -> tuple[str, Args]:
    if measured["inbound_30"]:
        return "replies.count", {"count": measured["inbound_30"]}
    if measured["unanswered"] >= 2:
        return "replies.unanswered", {"count": measured["unanswered"]}
    if measured["inbound_silent_days"] == measured["inbound_silent_days"]:  # not NaN
        return "replies.old", {"days": _whole(measured["inbound_silent_days"])}
    return "replies.none", {}


def _outreach(_: str, measured: _Measured) -> tuple[str, Args]:
    count = measured["outbound_30"]
    return ("outreach.count", {"count": count}) if count else ("outreach.none", {})


def _pace(_: str, measured: _Measured) -> tuple[str, Args]:
    count = measured["count_30"]
    before = count - measured["trend_30"]
    if count and abs(count - before) >= 2 and before:
        return "pace.rising" if count > before else "pace.falling", {"count": count, "before": before}
    return ("pace.count", {"count": count}) if count else ("pace.none", {})


def _next_step(_: str, measured: _Measured) -> tuple[str, Args]:
    return ("next_step.planned" if measured["next_step"] else "next_step.none"), {}


def _history(_: str, measured: _Measured) -> tuple[str, Args]:
    won, lost = measured["won_before"], measured["lost_before"]
    if won and lost:
        return "history.mixed", {"won": won, "lost": lost}
    if won or lost:
        return ("history.won", {"count": won}) if won else ("history.lost", {"count": lost})
    return "history.none", {}


def _counted(concept: str, measured: _Measured) -> tuple[str, Args]:
    count = measured[f"{concept}_90"]
    return (f"{concept}.count", {"count": count}) if count else (f"{concept}.none", {})


def _whole(days: float) -> float:
    return 0.0 if days != days else float(int(days))


_ENGAGEMENT: Mapping[str, Callable[[str, _Measured], tuple[str, Args]]] = {
    "age": _age,
    "silence": _silence,
    "replies": _replies,
    "outreach": _outreach,
    "pace": _pace,
    "next_step": _next_step,
    "history": _history,
}
