"""The report on the scores for people: how good they are on outcomes not seen before, and what is odd."""

from collections.abc import Iterator, Mapping
from typing import Any

_WORDS = {"lead": ("leads", "converted"), "opportunity": ("deals", "won")}


def report_lines(found: Mapping[str, Any]) -> list[str]:
    """The lines of the report within the document of `hotlist score --report`."""
    lines = [line for type_, one in sorted(found["report"].items()) for line in _of_type(type_, one)]
    lines += ["", *found["drift"]["alarms"]] if found["drift"]["alarms"] else []
    return lines + list(_verdicts(found["verdicts"]))


def _of_type(type_: str, one: Mapping[str, Any]) -> Iterator[str]:
    records, won = _WORDS[type_]
    yield ""
    if not one["outcomes"]:
        yield f"{records}: {one['level']}, no outcomes to learn from yet"
    else:
        count, rate = one["outcomes"], one["base_rate"]
        yield f"{records}: {one['level']}, learned from {count:,} outcomes, {rate:.1%} {won}"
    if not one.get("published", True):
        yield f"  the new model was kept aside: {one['why_published']}"
    if one.get("held_out"):
        yield from _held_out(one, records, won)
    for out in one["left_out"]:
        yield f"  left out: {out['column']} ({out['why']}): {out['detail']}"
    if one["activities_after_outcome"]:
        yield f"  left out: {one['activities_after_outcome']:,} activities after the outcome of their record"


def _held_out(one: Mapping[str, Any], records: str, won: str) -> Iterator[str]:
    held = one["held_out"]
    low, high = held["roc_auc_interval"]
    yield f"  {one['verdict']}; {one['split']}: {held['records']:,} {records}, {held['won']:,} {won}"
    yield (
        f"  ROC-AUC {held['roc_auc']:.3f} ({low:.3f} to {high:.3f}) · PR-AUC {held['pr_auc']:.3f} · "
        f"log loss {held['log_loss']:.4f} · Brier {held['brier']:.4f} · "
        f"calibration error {held['calibration_error']:.3f}"
    )
    for name, figures in one["baselines"].items():
        mark = "  in use" if name == one["candidate"] else ""
        yield (
            f"    {name:20s} ROC-AUC {figures['roc_auc']:.3f} · log loss {figures['log_loss']:.4f} · "
            f"Brier {figures['brier']:.4f}{mark}"
        )
    for band in held["bands"]:
        yield (
            f"  {band['records']:,} {records} stood at {band['from']:.0%}–{band['to']:.0%}, "
            f"{band['won']:,} {won}"
        )
    for lift in held["lift"]:
        times = "" if lift["lift"] is None else f", {lift['lift']:.2f} times the usual rate"
        yield f"  the best {lift['share']:.0%} ({lift['records']:,}): {lift['won']:g} {won}{times}"
    for weak in one["weak_segments"]:
        yield (
            f"  weak: {weak['column']} {weak['value']} is {weak['why']} "
            f"({weak['records']:,} {records}, mean score {weak['mean_score']:.0%}, {weak['rate']:.0%} {won})"
        )


def _verdicts(told: Mapping[str, Any]) -> Iterator[str]:
    if not told["given"]:
        return
    yield ""
    yield (
        f"Users found {told['given']:,} scores wrong; of {told['decided']:,} decided since, "
        f"they were right in {told['user_was_right']:,}."
    )
    for one in told["verdicts"]:
        stood = "" if one["score"] is None else f" at {one['score']:.0%}"
        yield (
            f"  {one['at'][:10]} {one['user']}: {one['type']} {one['id']}{stood}, "
            f"really {one['says']}: {one['because']} (now {one['outcome']})"
        )
