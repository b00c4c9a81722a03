"""The demo company as each kind of system would export it: one truth, and answers that can be compared."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import select

from assistant.evaluation.checks import Answer
from assistant.evaluation.demo import DEMO_NOW, in_process
from assistant.evaluation.runner import Ask
from assistant.evaluation.salesforce import SalesforceCompany
from assistant.settings import Settings
from assistant.workspace import Workspace
from ingest.demo import generate
from ingest.tables import models, scores

FORMS = [(form, dirty) for form in ("salesforce", "hubspot", "plain") for dirty in (False, True)]
_PREFIXES = {
    "user": ("005",),
    "account": ("001",),
    "contact": ("003",),
    "lead": ("00Q",),
    "opportunity": ("006",),
    "activity": ("00T", "00U"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """Which Salesforce record an exported one is: a HubSpot person may be a lead and a contact."""

    salesforce: Mapping[tuple[str, str], str]

    def of(self, type_: str, id_: str | None) -> str | None:
        """The Salesforce id of a record, itself where it bears one."""
        return None if id_ is None else self.salesforce.get((type_, id_), id_)

    def in_answer(self, answer: Answer) -> dict[str, Any]:
        """The same answer over Salesforce's ids."""
        evidence = [self._ref(one) | {"about": self._ref(one["about"])} for one in answer["evidence"]]
        draft = answer["draft"] and answer["draft"] | {"to": self._ref(answer["draft"]["to"])}
        records = [self._ref(one) for one in answer["records"]]
        return {**answer, "records": records, "evidence": evidence, "draft": draft}

    def _ref(self, ref: Any) -> Any:
        return ref and {**ref, "id": self.of(ref["type"], ref["id"])}


def read_ids(truth: Path) -> Ids:
    """The ids that the generator has written down."""
    found = {}
    with (truth / "ids.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for type_, prefixes in _PREFIXES.items():
                if row["salesforce"].startswith(prefixes):
                    found[type_, row["id"]] = row["salesforce"]
    return Ids(salesforce=found)


def make_form(folder: Path, form: str, *, dirty: bool, **sizes: int) -> tuple[Workspace, Ids]:
    """A workspace that holds the demo company in one of its forms."""
    generate(folder / "export", truth=folder / "truth", as_of=DEMO_NOW, form=form, dirty=dirty, **sizes)
    workspace = Workspace.open(Settings(home=folder / "workspace"))
    workspace.ingest([folder / "export"], as_of=DEMO_NOW)
    return workspace, read_ids(folder / "truth")


def the_company(workspace: Workspace, ids: Ids, clean_export: Path, truth: Path) -> SalesforceCompany:
    """What the clean Salesforce files hold, ranked by the scores of a workspace that another form filled."""

    def scored(moment: pd.Timestamp) -> dict[str, float]:
        at = moment.to_pydatetime()
        workspace.score(as_of=at)
        used = select(models.c.id).where(models.c.in_use)
        statement = select(scores.c.type, scores.c.record_id, scores.c.probability).where(
            scores.c.at == at, scores.c.model_id.in_(used)
        )
        with workspace.records.engine.connect() as connection:
            rows = connection.execute(statement).all()
        return {str(ids.of(row.type, row.record_id)): row.probability for row in rows}

    return SalesforceCompany(
        clean_export, now=pd.Timestamp(DEMO_NOW), scores=scored, themes=truth / "themes.csv"
    )


def asking(workspace: Workspace, ids: Ids) -> Ask:
    """Ask the workspace; its answers bear Salesforce's ids."""
    ask = in_process(workspace, DEMO_NOW)

    def translated(question: str, user: str, session: str) -> Answer:
        return ids.in_answer(ask(question, user, session))

    return translated
