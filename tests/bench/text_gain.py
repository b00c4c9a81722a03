"""How much of what customers' words tell of the outcome reaches the score, on invented companies.

python -m tests.bench.text_gain [SEED …]

The texts are the phrase bank that was kept for judging. The last quarter of the outcomes is held out: their
leads are scored as they stood a minute before, with and without what was said, and the ranking is set
against the chance that the outcome was drawn from.
"""

import csv
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import numpy as np

from assistant.scoring import features
from assistant.scoring.gate import with_told
from assistant.scoring.leakage import roc_auc
from assistant.scoring.learning import before
from assistant.scoring.material import Material, read_material
from assistant.scoring.reading import read_new
from assistant.scoring.said import Signals
from assistant.scoring.snapshot import Past, Surroundings, ids_of
from assistant.scoring.telling import content_of, meanings_in_use
from assistant.scoring.texts import Content
from assistant.scoring.threads import one_thread
from ingest.demo.generator import generate
from ingest.entities import RecordType
from ingest.load import load
from ingest.records import SYSTEM, Records
from vectorstore.embedders import embedder
from vectorstore.index import Index

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
LEADS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """ROC-AUC on held-out outcomes: without and with text, and of the chance they were drawn from."""

    structured: float
    with_text: float
    latent: float

    @property
    def share(self) -> float:
        """How much of what could be gained is gained."""
        return (self.with_text - self.structured) / (self.latent - self.structured)


def gain(seed: int, folder: Path, leads: int = LEADS) -> Gain:
    """Make a company, learn from the older outcomes, and rank the newer ones."""
    truth = folder / "truth"
    generate(
        folder / "export", as_of=NOW, seed=seed, leads=leads, accounts=leads // 10, opportunities=leads // 10,
        activities=8 * leads, phrases="unseen", dirty=False, truth=truth,
    )  # fmt: skip
    records = Records(folder / "records.db")
    load(records, [folder / "export"], mapping=None, now=NOW, timezone=ZoneInfo("UTC"), progress=_silent)
    Index(folder / "index", records, embedder(), None).refresh(_silent)
    read_new(records, _silent)
    meanings = meanings_in_use(records)
    assert meanings is not None
    with records.seen_by(SYSTEM, NOW) as run:
        around = Surroundings.read(run)
        ids = ids_of(run, RecordType.LEAD)
        material = read_material(run, RecordType.LEAD, ids, around, Past.read(run, RecordType.LEAD))
    with one_thread():
        content = content_of(records, material.places, meanings)
        none = np.zeros(0, dtype=np.int64)
        silent = Signals(activity=none, feature=none, strength=np.zeros(0), quotes=(), names=())
        hints = around.hints(RecordType.LEAD)
        return Gain(
            structured=_area(replace(material, signals=silent), hints, None),
            with_text=_area(material, hints, content),
            latent=_latent(material, truth / "latent.csv"),
        )


def _silent(*_: object) -> None:
    pass


def _newer(material: Material) -> tuple[float, np.ndarray]:  # type: ignore[type-arg]
    closed = material.cohort.closed
    until = float(np.nanquantile(closed, 0.75))
    return until, np.flatnonzero(~material.cohort.is_open & (closed > until))


def _area(material: Material, hints: dict[str, tuple[str, bool]], content: Content | None) -> float:
    until, newer = _newer(material)
    scorer = before(material, until, hints, content)
    assert scorer is not None
    known = with_told(material, scorer, content)
    values = features.measure(scorer.plan, known, newer, material.cohort.closed[newer] - 60.0)
    return roc_auc(scorer.probabilities(values), material.cohort.outcome[newer])


def _latent(material: Material, file: Path) -> float:
    with file.open(encoding="utf-8", newline="") as rows:
        chances = {row["id"]: float(row["probability"]) for row in csv.DictReader(rows)}
    _, newer = _newer(material)
    drawn = np.array([chances[material.cohort.ids[i]] for i in newer.tolist()])
    return roc_auc(drawn, material.cohort.outcome[newer])


def main(seeds: list[int]) -> None:
    """Print a line for each company and the mean."""
    shares = []
    for seed in seeds:
        with TemporaryDirectory() as folder:
            found = gain(seed, Path(folder))
        shares.append(found.share)
        sys.stdout.write(
            f"seed {seed}: structured {found.structured:.4f}, with text {found.with_text:.4f}, "
            f"latent {found.latent:.4f}, share gained {found.share:.3f}\n"
        )
        sys.stdout.flush()
    sys.stdout.write(f"mean share gained: {np.mean(shares):.3f}\n")


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [1, 2, 3, 4, 5])
