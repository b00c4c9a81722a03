"""Public sets with outcomes, the scorer on them as the product makes it, and the usual estimators beside."""

import gzip
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assistant.scoring import features
from assistant.scoring.features import Material
from assistant.scoring.folds import divided, groups_of
from assistant.scoring.learning import learn
from assistant.scoring.said import Signals
from assistant.scoring.snapshot import Cohort, Past, Timeline
from assistant.scoring.table import Bools, Floats, Ints
from assistant.scoring.threads import one_thread
from ingest.entities import RecordType

_DAY = 86_400.0


@dataclass(frozen=True, kw_only=True)
class PublicSet:
    """Columns as text, outcomes (1 or 0), rows that stay together, and the order in time if there is one."""

    name: str
    columns: pd.DataFrame
    won: Floats
    groups: Ints
    order: Floats | None = None

    def splits(self, parts: int = 5) -> Iterator[tuple[Bools, Bools]]:
        """Masks to learn from and to check on: by time what comes next, else each group on one side."""
        if self.order is None:
            for out in divided(self.groups, self.won, parts):
                yield ~out, out
            return
        share = np.argsort(np.argsort(self.order)) / len(self.order)
        for start in (0.5, 0.6, 0.7, 0.8, 0.9):
            yield share < start, (share >= start) & (share < start + 0.1)


def public_sets(data: Path) -> Iterator[PublicSet]:
    """Those of the folder of public data that hold outcomes."""
    deals = _read(data / "b2b-deals-salvirt" / "Salvirt_B2B_ML_dataset_HF.csv", separator=";")
    yield _set("b2b-deals-salvirt", deals, "Status", "Won")
    yield _set("telco-churn", _read(data / "telco-churn" / "telco_churn_dev.csv"), "Churn", "Yes")
    visits = _read(data / "online-shoppers" / "online_shoppers_dev.csv")
    visits["Revenue"] = visits["Revenue"].str.upper()
    yield _set("online-shoppers", visits, "Revenue", "TRUE")
    yield _set("online-shoppers, no PageValues", visits.drop(columns="PageValues"), "Revenue", "TRUE")
    policies = _read(data / "insurance-coil2000" / "coil2000_train.csv")
    yield _set("insurance-coil2000", policies, "CARAVAN", "1")
    calls = _read(data / "bank-telemarketing" / "bank_additional_dev.csv.gz")
    order = calls["row"].astype(float).to_numpy()
    yield _set("bank-telemarketing", calls.drop(columns=["row", "duration"]), "y", "yes", order)


def _read(path: Path, separator: str = ",") -> pd.DataFrame:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return pd.read_csv(StringIO(raw.decode("utf-8")), sep=separator, dtype=str, keep_default_na=False)


def _set(name: str, table: pd.DataFrame, target: str, won: str, order: Floats | None = None) -> PublicSet:
    columns = table.drop(columns=target)
    keys: list[object] = ["\0".join(row) for row in columns.itertuples(index=False)]
    return PublicSet(
        name=name,
        columns=columns,
        won=(table[target] == won).to_numpy(dtype=np.float64),
        groups=groups_of(keys),
        order=order,
    )


def ours(public: PublicSet, train: Bools, test: Bools) -> Floats:
    """What the product scores: rows to check on are open records to it."""
    return taught(public, train, test)[0]


def taught(public: PublicSet, train: Bools, test: Bools) -> tuple[Floats, list[dict[str, str]]]:
    """What the product scores, and the columns that it left out."""
    material, moments, at = _material(public, train, test)
    with one_thread():
        made = learn(material, at, {})
    waiting = np.flatnonzero(material.cohort.is_open)
    values = features.measure(made.scorer.plan, material, waiting, moments[waiting] + 60.0)
    return made.scorer.probabilities(values), made.report["left_out"]


def reported(public: PublicSet) -> Mapping[str, Any]:
    """The product's own report where every row is known."""
    every = np.ones(len(public.won), dtype=bool)
    material, _, at = _material(public, every, ~every)
    with one_thread():
        return learn(material, at, {}).report


def _material(public: PublicSet, train: Bools, test: Bools) -> tuple[Material, Floats, float]:
    """The rows as the product reads records, when each came, and the moment that stands for now."""
    rows = np.flatnonzero(train | test)
    known = train[rows]
    moments = np.full(len(rows), np.nan) if public.order is None else public.order[rows] * _DAY
    none = np.zeros(0, dtype=np.int64)
    cohort = Cohort(
        type=RecordType.LEAD,
        ids=tuple(f"{row:07d}" for row in rows),
        created=moments,
        closed=np.where(known, moments + 3600.0, np.nan),
        outcome=np.where(known, public.won[rows], np.nan),
        accounts=(None,) * len(rows),
        columns={name: public.columns[name].iloc[rows].tolist() for name in public.columns},
        titles=(None,) * len(rows),
    )
    material = Material(
        cohort=cohort,
        timeline=Timeline(
            starts=np.zeros(len(rows) + 1, dtype=np.int64), record=none, activities=(), at=np.zeros(0),
            known=np.zeros(0), planned_at=np.zeros(0), kind=none, inbound=none,
            planned=np.zeros(0, dtype=bool),
        ),
        past=Past(numbers={}, won=none, lost=none),
        signals=Signals(activity=none, feature=none, strength=np.zeros(0), quotes=(), names=()),
        places={},
    )  # fmt: skip
    return material, moments, 0.0 if public.order is None else float(np.nanmax(moments)) + _DAY


Estimator = Callable[[PublicSet, Bools, Bools], Floats]


def baselines() -> Mapping[str, Estimator]:
    """The usual estimators with their defaults; those that are not installed are left out."""
    found: dict[str, Estimator] = {
        "logistic regression": _logistic,
        "random forest": _forest,
        "gradient boosting": _boosting,
        "naive Bayes on counts": _naive_bayes,
    }
    for name, module, estimator in (("lightgbm", "lightgbm", _lightgbm), ("catboost", "catboost", _catboost)):
        try:
            __import__(module)
        except ImportError:
            continue
        found[name] = estimator
    return found


def _typed(public: PublicSet) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Numbers as numbers, identifiers dropped; names of categories and of numbers."""
    table, numbers = public.columns.copy(), []
    for name in list(table):
        parsed = pd.to_numeric(table[name], errors="coerce")
        if parsed.notna().mean() > 0.95:
            table[name] = parsed.fillna(parsed.median())
            numbers.append(name)
        elif table[name].nunique() > 0.5 * len(table):
            table = table.drop(columns=name)
    return table, [name for name in table if name not in numbers], numbers


def _fitted(public: PublicSet, train: Bools, test: Bools, model: Any, table: pd.DataFrame) -> Floats:
    model.fit(table[train], public.won[train].astype(int))
    return np.asarray(model.predict_proba(table[test])[:, 1], dtype=np.float64)


def _encoded(categories: list[str], numbers: list[str], model: Any) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    return make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), categories), (StandardScaler(), numbers)
        ),
        model,
    )


def _logistic(public: PublicSet, train: Bools, test: Bools) -> Floats:
    from sklearn.linear_model import LogisticRegression

    table, categories, numbers = _typed(public)
    return _fitted(
        public, train, test, _encoded(categories, numbers, LogisticRegression(max_iter=2000)), table
    )


def _forest(public: PublicSet, train: Bools, test: Bools) -> Floats:
    from sklearn.ensemble import RandomForestClassifier

    table, categories, numbers = _typed(public)
    return _fitted(
        public, train, test, _encoded(categories, numbers, RandomForestClassifier(random_state=0)), table
    )


def _boosting(public: PublicSet, train: Bools, test: Bools) -> Floats:
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    table, categories, numbers = _typed(public)
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    model = make_pipeline(
        make_column_transformer((encoder, categories), ("passthrough", numbers)),
        HistGradientBoostingClassifier(categorical_features=list(range(len(categories))), random_state=0),
    )
    return _fitted(public, train, test, model, table)


def _lightgbm(public: PublicSet, train: Bools, test: Bools) -> Floats:
    import lightgbm

    table, categories, _ = _typed(public)
    table[categories] = table[categories].astype("category")
    table.columns = [name.replace(".", "_") for name in table]
    model = lightgbm.LGBMClassifier(verbose=-1, n_jobs=1, random_state=0)
    return _fitted(public, train, test, model, table)


def _catboost(public: PublicSet, train: Bools, test: Bools) -> Floats:
    import catboost

    table, categories, _ = _typed(public)
    model = catboost.CatBoostClassifier(
        verbose=0, cat_features=categories, thread_count=1, random_seed=0, allow_writing_files=False
    )
    return _fitted(public, train, test, model, table)


def _naive_bayes(public: PublicSet, train: Bools, test: Bools) -> Floats:
    """Counts of won and lost for each value, 0.1 added to each, numbers as they stand: as Odoo reckons."""
    won = public.won[train] > 0.5
    log_odds = np.full(int(test.sum()), np.log((won.sum() + 0.1) / ((~won).sum() + 0.1)))
    for name in public.columns:
        cells = public.columns[name]
        taught = cells[train]
        wins, losses = taught[won].value_counts(), taught[~won].value_counts()
        if len(wins) + len(losses) > 0.5 * train.sum():
            continue  # identifiers
        of_won = (cells[test].map(wins).fillna(0).to_numpy() + 0.1) / (won.sum() + 0.1)
        of_lost = (cells[test].map(losses).fillna(0).to_numpy() + 0.1) / ((~won).sum() + 0.1)
        log_odds += np.log(of_won / of_lost)
    return np.asarray(np.clip(1 / (1 + np.exp(-log_odds)), 1e-4, 1 - 1e-4), dtype=np.float64)
