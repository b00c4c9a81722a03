"""How long 100,000 open leads take to score with all their reasons, and what that holds in memory.

pytest -s -m bench tests/bench/test_speed.py
"""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.scoring import Scoring
from tests.assistant.scoring.worlds import a_world_of_leads, an_empty_workspace
from tests.factories import NOW

pytestmark = pytest.mark.bench
RECORDS = 100_000
_MEGABYTES = 1_500

# In a process of its own, so that its memory is that of scoring alone.
_CODE = """
import json, resource, sys, time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
import numpy as np
from assistant.scoring import Scoring, features
from assistant.scoring.material import read_material
from assistant.scoring.snapshot import Past, Surroundings, ids_of
from assistant.scoring.store import in_use
from ingest.entities import RecordType
from ingest.records import SYSTEM, Records

records, at = Records(Path(sys.argv[1])), datetime.fromisoformat(sys.argv[2])
start = time.perf_counter()
Scoring(records, ZoneInfo("UTC")).ensure(at)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
scorer = in_use(records).scorers[RecordType.LEAD]
with records.seen_by(SYSTEM, at) as run:
    ids = ids_of(run, RecordType.LEAD, "open")
    around, past = Surroundings.read(run), Past.read(run, RecordType.LEAD)
    material = read_material(run, RecordType.LEAD, ids[:4000], around, past)
    values = features.measure(scorer.plan, material, np.arange(4000), np.full(4000, at.timestamp()))
start = time.perf_counter()
for _ in range(len(ids) // 4000):
    scorer.probabilities(values)
bare = time.perf_counter() - start
print(json.dumps({"records": len(ids), "seconds": seconds, "megabytes": peak, "bare": bare}))
"""


def test_a_hundred_thousand_records_are_scored_with_reasons_within_two_minutes(tmp_path: Path) -> None:
    records = an_empty_workspace(tmp_path)
    a_world_of_leads(records, closed=3000, waiting=RECORDS, words=True)
    Scoring(records, ZoneInfo("UTC")).refresh(NOW)
    moment = (NOW + timedelta(hours=1)).isoformat()
    ran = subprocess.run(
        [sys.executable, "-c", _CODE, str(records.engine.url.database), moment],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(ran.stdout)
    sys.stdout.write(
        f"\n{found['records']:,} records with reasons: {found['seconds']:.0f} s, "
        f"{found['megabytes']:.0f} MB at most; bare probabilities {found['bare']:.2f} s, "
        f"{found['seconds'] / found['bare']:.0f} times as long\n"
    )
    assert found["records"] == RECORDS
    assert found["seconds"] <= 120
    assert found["megabytes"] <= _MEGABYTES
