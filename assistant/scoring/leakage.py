"""Columns that know the outcome: filled or overwritten once a record closes, so of no use before."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.scoring.columns import Column, ColumnKind, LeftOut, Why, level_of
from assistant.scoring.folds import divided
from assistant.scoring.table import Bools, Floats, Ints
from assistant.scoring.values import is_nothing

_TOO_GOOD = 0.93  # ROC-AUC of one column alone that nothing known beforehand reaches
_SURELY = 0.90  # and what it must exceed by two standard errors
_FEW = 20
_NEARLY = 0.85  # of companies without another win: some have bought what no file tells
_BINS = 20


def leaks(
    columns: Sequence[Column],
    values: Mapping[str, Sequence[object]],
    won: Floats,
    closed: Floats,
    flagged: frozenset[str],
    accounts: Sequence[str | None] = (),
) -> list[LeftOut]:
    """Which columns are left out, and why.

    `values` are each column's cells of all records, `won` NaN for open ones, `closed` when each one closed;
    `flagged` are the columns that the mapping says are filled in after the outcome; `accounts` are whose each
    record is.
    """
    found = []
    alone = _without_another_win(accounts, won)
    for column in columns:
        why = _flagged(column, flagged) or _leak(column, values[column.name], won, closed)
        if why is None and column.name.startswith("account.") and alone.any():
            why = _changed_by_winning(column, values[column.name], won, alone)
        if why is not None:
            found.append(why)
    return found


def _flagged(column: Column, flagged: frozenset[str]) -> LeftOut | None:
    if column.name not in flagged:
        return None
    return LeftOut(
        column=column.name,
        why=Why.AFTER_OUTCOME,
        detail="the mapping says that it is filled in once the outcome is known",
    )


def _leak(column: Column, cells: Sequence[object], won: Floats, closed: Floats) -> LeftOut | None:
    known = ~np.isnan(won)
    filled = np.array([not is_nothing(cell) for cell in cells], dtype=bool)
    if column.kind is ColumnKind.DATE and _dated_later(column, cells, known, closed):
        return LeftOut(
            column=column.name,
            why=Why.DATED_LATER,
            detail="its dates lie at or after the outcome of most records",
        )
    if why := _filled_later(column.name, filled, won, known):
        return why
    if column.kind is ColumnKind.CATEGORY and (why := _overwritten(column.name, cells, won, known)):
        return why
    return _equals_outcome(column, cells, won[known], known)


def _without_another_win(accounts: Sequence[str | None], won: Floats) -> Bools:
    """The records whose account has won no other one: what their account is now, it was before or by them."""
    wins = Counter(account for account, is_won in zip(accounts, won == 1, strict=False) if is_won)
    return np.array(
        [
            account is not None and wins[account] == (1 if is_won else 0)
            for account, is_won in zip(accounts, won == 1, strict=False)
        ],
        dtype=bool,
    )


def _changed_by_winning(column: Column, cells: Sequence[object], won: Floats, alone: Bools) -> LeftOut | None:
    """What an account became by its first win ("type: customer"), told by accounts that have no other."""
    chosen = np.flatnonzero(alone)
    theirs, outcomes = [cells[i] for i in chosen.tolist()], won[alone]
    known = ~np.isnan(outcomes)
    filled = np.array([not is_nothing(cell) for cell in theirs], dtype=bool)
    why = _filled_later(column.name, filled, outcomes, known)
    if why is None and column.kind is ColumnKind.CATEGORY:
        why = _overwritten(column.name, theirs, outcomes, known, _NEARLY)
    return why and replace(why, detail=f"{why.detail}, where the company has not bought otherwise")


def _dated_later(column: Column, cells: Sequence[object], known: Bools, closed: Floats) -> bool:
    moments = column.encode(cells)
    both = known & np.isfinite(moments) & np.isfinite(closed)
    if both.sum() < 5:
        return False
    return bool((moments[both] >= closed[both] - 86_400.0).mean() > 0.5)


def _filled_later(name: str, filled: Bools, won: Floats, known: Bools) -> LeftOut | None:
    """Filled for closed records and hardly ever for open ones, or for one outcome alone."""
    share = float(filled[known].mean()) if known.any() else 0.0
    waiting = ~known
    if waiting.sum() >= _FEW and share >= 0.05:
        while_open = float(filled[waiting].mean())
        if while_open < 0.2 * share and _rare(int(filled[waiting].sum()), int(waiting.sum()), share):
            return LeftOut(
                column=name,
                why=Why.FILLED_LATER,
                detail=f"{share:.0%} of closed records hold it, but {while_open:.0%} of open ones",
            )
    with_it = known & filled
    if with_it.sum() >= _FEW and share <= 0.98:
        rate, base = float(won[with_it].mean()), float(won[known].mean())
        pure = (rate <= 0.02 and base >= 0.15) or (rate >= 0.98 and base <= 0.85)
        if pure and not _by_chance(int(with_it.sum()), base if rate > 0.5 else 1 - base):
            outcome = "won" if rate > 0.5 else "lost"
            return LeftOut(column=name, why=Why.FILLED_LATER, detail=f"only {outcome} records hold it")
    return None


def _rare(hits: int, tries: int, chance: float) -> bool:
    """Whether so few hits are not to be expected (normal approximation, four standard errors)."""
    return hits < tries * chance - 4 * math.sqrt(tries * chance * (1 - chance) + 1e-9) or (
        hits == 0 and tries * math.log1p(-min(chance, 0.999)) < -9
    )


def _by_chance(rows: int, chance: float) -> bool:
    return rows * math.log(max(chance, 1e-12)) > -18


def _overwritten(
    name: str, cells: Sequence[object], won: Floats, known: Bools, pure: float = 0.95
) -> LeftOut | None:
    """Open records hold other words than closed ones: the words change as a record closes.

    `pure` is the share of one outcome from which on a word tells it.
    """
    if known.sum() < _FEW or (~known).sum() < _FEW:
        return None
    levels = [level_of(cell) or "" for cell in cells]
    names = {level: i for i, level in enumerate(dict.fromkeys(levels))}
    codes = np.array([names[level] for level in levels], dtype=np.int64)
    shares = {
        side: np.bincount(codes[mask], minlength=len(names)) / mask.sum()
        for side, mask in (("open", ~known), ("closed", known))
    }
    if float(np.minimum(shares["open"], shares["closed"]).sum()) < 0.15:
        return LeftOut(
            column=name, why=Why.OVERWRITTEN, detail="closed records hold other values than open ones"
        )
    count = np.bincount(codes[known], minlength=len(names))
    rate = np.bincount(codes[known], weights=won[known], minlength=len(names)) / np.maximum(count, 1)
    base = float(won[known].mean())
    wins = (count >= 10) & (rate >= pure) & (base <= 0.8)
    losses = (count >= 10) & (rate <= 1 - pure) & (base >= 0.2)
    waiting = int((~known).sum())
    for telling, of_side, side in ((wins, rate, won[known]), (losses, 1 - rate, 1 - won[known])):
        covered = float((count * of_side)[telling].sum()) / max(1.0, float(side.sum()))
        share, while_open = (float(shares[one][telling].sum()) for one in ("closed", "open"))
        rare = while_open < 0.2 * share and _rare(round(while_open * waiting), waiting, share)
        if covered >= 0.1 and rare:
            return LeftOut(
                column=name,
                why=Why.OVERWRITTEN,
                detail="the values that tell the outcome hardly occur while records are open",
            )
    return None


def _equals_outcome(column: Column, cells: Sequence[object], won: Floats, known: Bools) -> LeftOut | None:
    if len(won) < 30 or min(won.sum(), len(won) - won.sum()) < 8:
        return None
    codes = _binned(column, [cell for cell, is_known in zip(cells, known, strict=True) if is_known])
    guess = np.zeros(len(won))
    base = float(won.mean())
    for out in divided(np.arange(len(won)), won, 5):
        size = int(codes.max()) + 1
        count = np.bincount(codes[~out], minlength=size)
        wins = np.bincount(codes[~out], weights=won[~out], minlength=size)
        guess[out] = ((wins + base) / (count + 1))[codes[out]]
    area = roc_auc(guess, won)
    error = math.sqrt(max(area * (1 - area), 1e-4) / min(won.sum(), len(won) - won.sum()))
    if area < _TOO_GOOD or area - 2 * error < _SURELY:
        return None
    return LeftOut(
        column=column.name,
        why=Why.EQUALS_OUTCOME,
        detail=f"alone it tells won from lost with a ROC-AUC of {area:.2f}, as nothing known beforehand does",
    )


def _binned(column: Column, cells: Sequence[object]) -> Ints:
    """Codes for cells: levels, or bins of numbers; one for "not known"."""
    encoded = column.encode(cells)
    if column.kind is ColumnKind.CATEGORY:
        return encoded.astype(np.int64)
    finite = np.isfinite(encoded)
    if not finite.any():
        return np.zeros(len(encoded), dtype=np.int64)
    edges = np.unique(np.quantile(encoded[finite], np.linspace(0, 1, _BINS + 1)))
    codes = np.searchsorted(edges, encoded) + 1
    codes[~finite] = 0
    return codes.astype(np.int64)


def roc_auc(scores: Floats, won: Floats) -> float:
    """The chance that a won record stands above a lost one; ties count half."""
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    wins = float(won.sum())
    losses = len(won) - wins
    if wins == 0 or losses == 0:
        return 0.5
    return float((ranks[won > 0.5].sum() - wins * (wins + 1) / 2) / (wins * losses))
