"""Lists of one file as five trades keep them: what they hold by pandas, and a workspace that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from assistant.evaluation.truth import Frame
from assistant.people import add_user
from assistant.settings import Settings
from assistant.workspace import Workspace
from ingest.entities import Role
from tests.evals.maven import ADMIN, NOW

MAPPINGS = Path(__file__).parent.parent / "mappings"
_OPEN_EVERY = 10  # of so many rows, one has no outcome yet: it is to be scored


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicList:
    """A public list: its file, the column that tells the outcome, and the cells that say yes and no to it."""

    folder: str
    file: str
    outcome: str
    won: str
    separator: str = ","
    every: int = 1  # of a long list, only each such row

    def rows(self, data: Path) -> Frame:
        """The list as texts; each tenth row's outcome is not known yet."""
        path = data / self.folder / self.file
        frame = pd.read_csv(path, sep=self.separator, dtype=str, keep_default_na=False)
        frame = frame.iloc[:: self.every].reset_index(drop=True)
        frame.loc[frame.index % _OPEN_EVERY == 0, self.outcome] = ""
        return frame


LISTS = {
    one.folder: one
    for one in (
        PublicList(
            folder="bank-telemarketing", file="bank_additional_dev.csv.gz", outcome="y", won="yes", every=6
        ),
        PublicList(folder="telco-churn", file="telco_churn_dev.csv", outcome="Churn", won="No"),
        PublicList(
            folder="online-shoppers", file="online_shoppers_dev.csv", outcome="Revenue", won="TRUE", every=2
        ),
        PublicList(
            folder="insurance-coil2000", file="coil2000_train.csv", outcome="CARAVAN", won="1", every=2
        ),
        PublicList(
            folder="b2b-deals-salvirt",
            file="Salvirt_B2B_ML_dataset_HF.csv",
            outcome="Status",
            won="Won",
            separator=";",
        ),
    )
}


def make_list(name: str, data: Path, folder: Path) -> tuple[Workspace, Frame]:
    """A workspace that holds the list, loaded with its mapping, and the list itself.

    `won` is 1 or 0 in the frame, and missing where the outcome is not known.
    """
    one = LISTS[name]
    frame = one.rows(data)
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_csv(folder / one.file.removesuffix(".gz"), index=False)
    mapping = folder / "mapping.yaml"
    document = yaml.load((MAPPINGS / f"{name}.yaml").read_text(), Loader=yaml.BaseLoader)
    document["files"][0]["values"]["outcome"]["open"] = [""]
    mapping.write_text(yaml.safe_dump(document))
    workspace = Workspace.open(Settings(home=folder / "workspace"))
    workspace.ingest([folder / one.file.removesuffix(".gz")], mapping=mapping, as_of=NOW.to_pydatetime())
    add_user(workspace.records, ADMIN, name="Ada Admin", role=Role.ADMIN, manager=None)
    numbers = {
        column: pd.to_numeric(frame[column], errors="coerce")
        for column in frame.columns
        if column != one.outcome
        and pd.to_numeric(frame[column].replace("", None), errors="coerce").notna().mean() > 0.9
    }
    won = frame[one.outcome].map({"": None}).where(frame[one.outcome] == "", frame[one.outcome] == one.won)
    return workspace, frame.assign(**numbers, won=won.astype("float"))


def is_right(answer: Mapping[str, Any], truth: float | Mapping[str, float]) -> bool:
    """Whether the answer states the figure first, or the figure of every group among its values."""
    if isinstance(truth, float):
        return bool(answer["values"]) and _same(answer["values"][0]["value"], truth)
    found: dict[str, list[float]] = {}
    for value in answer["values"]:
        group = str(next(iter(value["group"].values()), None))
        found.setdefault(group, []).append(value["value"])
    return all(any(_same(value, wanted) for value in found.get(group, [])) for group, wanted in truth.items())


def _same(stated: float, truth: float) -> bool:
    return abs(stated - truth) < 1e-6 * max(1.0, abs(truth))
