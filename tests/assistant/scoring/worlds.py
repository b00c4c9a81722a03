"""Small invented workspaces whose outcomes follow a law that is known."""

import math
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from ingest import tables
from ingest.records import Records
from tests.factories import NOW, days_ago

INDUSTRIES = ("Retail", "Health", "Logistics", "Education")
SOURCES = ("Referral", "Web", "Fair")


def an_empty_workspace(folder: Path) -> Records:
    """Records without a row."""
    return Records(folder / "records.db")


def write(records: Records, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert many rows at once."""
    if rows:
        with records.writing() as connection:
            connection.execute(tables.metadata.tables[table].insert(), rows)


def a_world_of_leads(
    records: Records,
    *,
    closed: int,
    waiting: int = 30,
    seed: int = 1,
    effect: float = 1.6,
    extra: Any = None,
    words: bool = False,
) -> dict[str, float]:
    """Leads that convert the more, the more they write and if they come by referral; each one's true chance.

    `extra(rng, won, is_open)` gives the other columns of a lead. With `words`, customers also say things
    that matter.
    """
    rng, aside = random.Random(seed), random.Random(seed + 1000)
    leads, activities, about = [], [], []
    chances: dict[str, float] = {}
    for number in range(closed + waiting):
        is_open = number >= closed
        source, industry = rng.choice(SOURCES), rng.choice(INDUSTRIES)
        keen = rng.random() < 0.5
        created = days_ago(rng.uniform(5, 60) if is_open else rng.uniform(70, 500))
        log_odds = -1.2 + effect * (source == "Referral") + effect * keen
        eager = words and rng.random() < 0.5
        log_odds += 1.5 * eager
        chance = 1 / (1 + math.exp(-log_odds))
        won = rng.random() < chance
        identity = f"L{number:05d}"
        chances[identity] = chance
        lasted = timedelta(days=rng.uniform(20, 60))
        leads.append(
            {
                "id": identity,
                "name": f"Lead {number}",
                "source": source,
                "industry": industry,
                "employees": float(rng.randint(5, 500)),
                "outcome": "open" if is_open else "won" if won else "lost",
                "created_at": created,
                "closed_at": None if is_open else created + lasted,
                "extra": extra(aside, won, is_open) if extra else {},
            }
        )
        for step in range(4 if keen else 1):
            at = created + lasted * (step + 1) / 6
            one = f"{identity}-{step}"
            text = "We would like to place the order." if eager and step == 0 else "Here are the minutes."
            activities.append(
                {
                    "id": one,
                    "kind": "email",
                    "at": min(at, NOW - timedelta(hours=1)),
                    "direction": "inbound" if keen or eager else "outbound",
                    "text": text,
                }
            )
            about.append({"activity_id": one, "type": "lead", "record_id": identity})
    write(records, "leads", leads)
    write(records, "activities", activities)
    write(records, "activity_about", about)
    return chances


def a_list_of_leads(
    records: Records, *, closed: int, waiting: int = 20, seed: int = 1, effect: float = 1.5
) -> dict[str, float]:
    """One file without any date: two columns that matter, one that does not; each lead's true chance."""
    rng = random.Random(seed)
    leads, chances = [], {}
    for number in range(closed + waiting):
        source, size = rng.choice(SOURCES), rng.gauss(0, 1)
        chance = 1 / (1 + math.exp(0.8 - effect * (source == "Referral") - effect * size))
        identity = f"L{number:05d}"
        chances[identity] = chance
        won = "won" if rng.random() < chance else "lost"
        leads.append(
            {
                "id": identity,
                "name": f"Lead {number}",
                "source": source,
                "outcome": "open" if number >= closed else won,
                "extra": {"Size": f"{size:.3f}", "Colour": rng.choice(("red", "green", "blue"))},
            }
        )
    write(records, "leads", leads)
    return chances
