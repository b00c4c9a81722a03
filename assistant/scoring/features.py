"""Records as they stood at given moments, as the table that estimators learn from: one code for all uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from assistant.scoring import engagement, said, texts
from assistant.scoring.columns import Column
from assistant.scoring.engagement import Seen
from assistant.scoring.said import Signals
from assistant.scoring.snapshot import Cohort, Past, Timeline
from assistant.scoring.table import Feature, Floats, Ints
from assistant.scoring.texts import TextModel


@dataclass(frozen=True, kw_only=True)
class Material:
    """All that features are made of, for one cohort: read once, measured at any moments up to then."""

    cohort: Cohort
    timeline: Timeline
    past: Past
    signals: Signals
    places: Mapping[str, int]
    told: Floats | None = None  # what each activity tells under the plan's text model


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Which columns and which features take part, and what outcomes taught of texts."""

    columns: tuple[Column, ...]
    kept: tuple[str, ...]
    texts: TextModel | None

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The table's columns."""
        known = {feature.name: feature for feature in self._candidates()}
        return tuple(known[name] for name in self.kept)

    def _candidates(self) -> list[Feature]:
        return [
            *(column.feature for column in self.columns),
            *engagement.FEATURES,
            *said.FEATURES,
            *texts.FEATURES,
        ]

    def as_json(self) -> dict[str, Any]:
        """The plan for the stored scorer."""
        return {
            "columns": [column.as_json() for column in self.columns],
            "kept": list(self.kept),
            "texts": None if self.texts is None else self.texts.as_json(),
        }

    @staticmethod
    def from_json(stored: Any) -> "Plan":
        """The plan of `as_json`."""
        return Plan(
            columns=tuple(map(Column.from_json, stored["columns"])),
            kept=tuple(stored["kept"]),
            texts=None if stored["texts"] is None else TextModel.from_json(stored["texts"]),
        )


def plan_of(columns: Sequence[Column]) -> Plan:
    """A plan in which everything takes part but what outcomes teach of texts: that must be learned first."""
    known = (*(column.feature for column in columns), *engagement.FEATURES, *said.FEATURES)
    return Plan(columns=tuple(columns), kept=tuple(feature.name for feature in known), texts=None)


def measure(plan: Plan, material: Material, records: Ints, moments: Floats) -> Floats:
    """Rows × the plan's features: each record as it stood at its moment."""
    kept = set(plan.kept)
    cohort, timeline = material.cohort, material.timeline
    parts: dict[str, Floats] = {}
    for column in plan.columns:
        if column.name in kept:
            values = cohort.columns.get(column.name)
            encoded = column.encode(values if values is not None else [None] * len(cohort.ids))
            parts[column.name] = column.at(encoded[records], moments)
    seen = Seen.at(timeline, records, moments)
    rows = len(records)
    if kept & {feature.name for feature in engagement.FEATURES}:
        happened = engagement.measure(cohort, timeline, material.past, records, moments, seen)
        parts.update(_named(engagement.FEATURES, happened))
    if kept & {feature.name for feature in said.FEATURES}:
        spoken = said.measure(timeline, material.signals, material.places, rows, seen)
        parts.update(_named(said.FEATURES, spoken))
    if plan.texts is not None:
        silent = np.full(len(material.places), np.nan)
        tells = silent if material.told is None else material.told
        told = texts.measure(tells, timeline, material.places, rows, seen)
        parts.update(_named(texts.FEATURES, told))
    if not plan.kept:
        return np.zeros((len(records), 0))
    return np.column_stack([parts[name] for name in plan.kept])


def _named(features: Sequence[Feature], measured: Floats) -> dict[str, Floats]:
    return {feature.name: measured[:, i] for i, feature in enumerate(features)}
