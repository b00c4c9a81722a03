"""Claims of a text against facts: single cases, and the checker's own figures on mutated answers."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant import claims, wording
from assistant.agent import fixed_texts
from assistant.answers import Finding, Line, Listed, Value, Window
from assistant.evidence import Fact, facts
from assistant.grounding import ungrounded
from assistant.people import AllNames
from assistant.settings import Settings
from assistant.workspace import Workspace
from ingest.entities import Evidence, RecordType, Ref

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def lead(number: str) -> Ref:
    return Ref(type=RecordType.LEAD, id=number)


FOUND = Finding(
    listed=(
        Listed(
            ref=lead("1"), name="Anna Weber", score=0.834, cells={"company": "Weber Bau 24", "employees": 40}
        ),
        Listed(ref=lead("2"), name="Bob Stone", score=0.71, cells={"company": "Stone Ltd", "employees": 12}),
    ),
    values=(
        Value(label="won", value=3, unit="count", group={"stage": "Closed Won"}),
        Value(label="rate", value=0.625, unit="fraction"),
        Value(label="open leads", value=7, unit="count"),
        Value(label="pipeline", value=125000.5, unit="EUR"),
    ),
    evidence=(
        Evidence(ref=lead("n1"), field="text", quote="We need 40 seats by March 2027", about=lead("1")),
    ),
)


def loose(text: str, language: str = "en", **more: object) -> tuple[str, ...]:
    held = facts(
        [FOUND],
        question="Who is hot, over 20k?",
        user="Maria Lopez",
        at=NOW,
        timezone=ZoneInfo("UTC"),
        language=language,
    )
    return ungrounded(text, held, language=language, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Anna Weber stands at 83 %, Bob Stone at 71 %.",
        "Anna Weber (Weber Bau 24) stands at 83.4%.",
        "There are 7 in all, worth €125,000.50, over your 20k.",
        "About EUR 125k in total.",
        "The rate is 62.5 % or 0.625.",
        "Anna Weber wrote: “We need 40 seats by March 2027”.",
        "| 1 | Anna Weber | 83% |\n| 2 | Bob Stone | 71% |",
        "Today is 24 Nov 2026, a Tuesday: Tue 24 Nov 2026.",
        "Closed Won: three.",
    ],
)
def test_what_the_findings_hold_may_be_said(text: str) -> None:
    assert loose(text) == ()


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Anna Weber stands at 84 %.", "84 %"),
        ("Anna Weber stands at 71 %.", "71 %"),
        ("Bob Stone has 40 employees.", "40"),
        ("There are 8 in all.", "8"),
        ("Worth $125,000.50.", "$125,000.50"),
        ("Worth -€125,000.50.", "-€125,000.50"),
        ("Worth €125,000.50k.", "€125,000.50k"),
        ("The rate is -62.5 %.", "-62.5 %"),
        ("It was due on 23 Nov 2026.", "23 Nov 2026"),
        ("Today is Mon 24 Nov 2026.", "24 Nov 2026"),
        ("Write to anna@weber.example.", "anna@weber.example"),
        ("See https://evil.example/x.", "https://evil.example/x"),
        ("Let us meet at 14:30.", "14:30"),
        ("There are nine in all.", "nine"),
        ("| 2 | Anna Weber | 83% |", "2"),
    ],
)
def test_what_no_finding_holds_is_named(text: str, claim: str) -> None:
    assert loose(text) == (claim,)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Es sind 7, zusammen 125.000,50 EUR; Anna Weber steht bei 83,4 %."),
        ("es", "Son 7, en total 125.000,50 €; Anna Weber está en el 83,4 %."),
        ("zh", "共 7 条，合计 125,000.50 EUR；Anna Weber 为 83.4%。今天是2026年11月24日。"),
        ("zh", "客户Anna Weber的评分是83%。"),
    ],
)
def test_figures_are_read_as_each_language_writes_them(language: str, text: str) -> None:
    assert loose(text, language) == ()
    assert loose(text.replace("83", "84"), language)


def test_a_quote_stays_with_its_date() -> None:
    [piece] = claims.pieces("- “再这样下去我们就不续约了。” (the customer, 8 Sep 2026)", "en")
    assert len(piece.days) == 1
    assert len(list(claims.pieces("共 7 条。合计 3 条。", "zh"))) == 2


def test_a_group_may_go_by_the_word_that_the_table_shows() -> None:
    kinds = {"email": 84, "call": 32}
    found = Finding(
        lines=(Line(key="values"),),
        values=tuple(
            Value(label="activities", value=value, unit="count", group={"kind": kind})
            for kind, value in kinds.items()
        ),
    )
    for language in ("en", "de"):
        held = facts(
            [found], question="?", user="Maria Lopez", at=NOW, timezone=ZoneInfo("UTC"), language=language
        )
        text = wording.render(found, language)
        assert "84" in text
        assert ungrounded(text, held, language=language) == ()
        assert ungrounded(text.replace("84", "85"), held, language=language) == ("85",)


def test_the_name_of_a_record_that_no_finding_holds_is_named() -> None:
    everybody = {"Cleo Park", "Anna Weber", "Park"}
    assert loose("Anna Weber knows Cleo Park.", known=lambda words: everybody & set(words)) == (
        "Cleo Park",
        "Park",
    )


def test_all_and_none_must_stand_in_what_the_rules_wrote() -> None:
    assert loose("All of them are new.", by_rule="These are new.") == ("all of them",)
    assert loose("All of them are new.", by_rule="All of them are new.") == ()


def test_the_number_of_a_week_is_held_by_its_period() -> None:
    week = Window(
        start=datetime(2026, 11, 9, tzinfo=UTC), end=datetime(2026, 11, 16, tzinfo=UTC), label="2026-W46"
    )
    found = Finding(lines=(Line(key="steps.none", args={"window": week}),), window=week)
    held = facts([found], question="?", user="U", at=NOW, timezone=ZoneInfo("UTC"), language="en")
    assert ungrounded(wording.render(found, "en"), held, language="en") == ()


def test_a_code_must_stand_in_what_the_rules_wrote() -> None:
    assert loose("Anna Weber said PX-ALPHA.", by_rule="Anna Weber said so.") == ("PX-ALPHA",)
    assert loose("Anna Weber said PX-ALPHA.", by_rule="Anna Weber said PX-ALPHA.") == ()


def test_a_counted_thing_keeps_its_number() -> None:
    assert loose("Anna Weber has 40 seats.", by_rule="There are 7 seats and 40 wishes.") == ("40",)


# The checker's own figures


@dataclass(frozen=True)
class Case:
    text: str
    language: str
    findings: tuple[Finding, ...]
    held: list[Fact]
    user: str


QUESTIONS = """how much is in our pipeline by stage
which deals have been silent for 14 days
which deals are overdue
how many leads came in last month by source
what did my team win last quarter
list my team's open deals over 50k
average deal size by industry this year
win rate by source
show contacts in Germany
list all activities from last week
best customers
leads by country
which leads were created this month
total won amount by month this year
which accounts have no activity in the last 30 days
list open deals closing this month
how many deals did we lose last quarter
show the 10 biggest open deals
how many emails last 30 days by rep
hottest deals
who are my team's hottest leads
deals created last month
open deals by product
weighted pipeline by stage""".splitlines()


@pytest.fixture(scope="module")
def cases(demo: Path) -> list[Case]:
    workspace = Workspace.open(Settings(home=demo))
    users = [user for user in workspace.records.everybody() if user.role != "rep"][:2]
    found = []
    for user in users:
        for question in QUESTIONS:
            answer = workspace.ask(user, question)
            for language in wording.LANGUAGES:
                held = facts(
                    answer.findings,
                    question=question,
                    user=user.name,
                    at=answer.as_of,
                    timezone=workspace.timezone,
                    language=language,
                    fixed=fixed_texts(answer.findings, language),
                )
                text = wording.render(answer.findings, language)
                found.append(Case(text, language, answer.findings, held, user.name))
    return found


def rows(text: str) -> list[int]:
    lines = text.split("\n")
    return [i for i, line in enumerate(lines) if line.startswith("| ") and not set(line) <= set("|- ")][1:]


def digit(case: Case, dice: random.Random) -> str | None:
    spots = [m.start() for m in re.finditer(r"\d", case.text)]
    return replaced(case.text, dice, spots, 1, lambda old: dice.choice([d for d in "0123456789" if d != old]))


def sign(case: Case, dice: random.Random) -> str | None:
    spots = [m.start() for m in re.finditer(r"(?<=\| )[€$]?\d[\d.,]*(?: %|%| EUR| USD)?(?= \|)", case.text)]
    spots = [s for s in spots if case.text[:s].rsplit("\n", 1)[-1].strip() != "|"]  # a rank has no sign
    return replaced(case.text, dice, spots, 0, lambda _: "-")


def unit(case: Case, dice: random.Random) -> str | None:
    spots = [m.start() for m in re.finditer(r"(?<=\d)\s?%|[€$]|\b(?:EUR|USD)\b", case.text)]
    swaps = {"%": " GBP", "€": "$", "$": "€", "E": "U", "U": "E"}
    return replaced(case.text, dice, spots, 1, lambda old: swaps.get(old, "\u00a0GBP "))


def scale(case: Case, dice: random.Random) -> str | None:
    spots = [m.end() for m in re.finditer(r"[€$]\d[\d.,]*\d(?![\w%.,])", case.text)]
    return replaced(case.text, dice, spots, 0, lambda _: dice.choice("kM"))


def swapped_names(case: Case, dice: random.Random) -> str | None:
    names = [one.name for f in case.findings for one in f.listed[: f.shown] if case.text.count(one.name) == 1]
    names = [name for name in names if not any(name in other for other in names if other != name)]
    if len(names) < 2:
        return None
    first, second = dice.sample(names, 2)
    return case.text.replace(first, "\0").replace(second, first).replace("\0", second)


def swapped_figures(case: Case, dice: random.Random) -> str | None:
    lines, table = case.text.split("\n"), rows(case.text)
    if len(table) < 2:
        return None
    i, j = dice.sample(table, 2)
    first, second = lines[i].split(" | "), lines[j].split(" | ")
    if len(first) != len(second) or first[:2] == second[:2]:
        return None
    columns = [
        k
        for k in range(2, len(first) - 1)
        if first[k] != second[k] and re.search(r"\d", first[k] + second[k])
    ]
    if not columns:
        return None
    k = dice.choice(columns)
    first[k], second[k] = second[k], first[k]
    lines[i], lines[j] = " | ".join(first), " | ".join(second)
    return "\n".join(lines)


def swapped_ranks(case: Case, dice: random.Random) -> str | None:
    lines, table = case.text.split("\n"), rows(case.text)
    table = [i for i in table if re.match(r"\| \d+ \| ", lines[i])]
    if len(table) < 2:
        return None
    i, j = dice.sample(table, 2)
    (_, first, rest_i), (_, second, rest_j) = (lines[n].split("|", 2) for n in (i, j))
    lines[i], lines[j] = f"|{second}|{rest_i}", f"|{first}|{rest_j}"
    return None if rest_i == rest_j else "\n".join(lines)


def shifted_day(case: Case, dice: random.Random) -> str | None:
    cells = re.finditer(
        r"(?<=\| )\d{1,2}(?= [A-Z][a-z]{2} 20\d\d)|(?<=\| )\d{2}(?=\.\d\d\.20\d\d)", case.text
    )
    spots = [m.start() for m in cells]
    return replaced(case.text, dice, spots, 2, lambda day: f"{int(day) + (1 if int(day) < 28 else -1):02d}")


def added_all(case: Case, dice: random.Random) -> str:
    return f"{case.text}\n\n{dice.choice(['All of them are open.', 'None of them has an amount.'])}"


def replaced(
    text: str, dice: random.Random, spots: Sequence[int], length: int, change: Callable[[str], str]
) -> str | None:
    if not spots:
        return None
    at = dice.choice(spots)
    if length == 2 and not text[at : at + 2].isdigit():
        length = 1
    return text[:at] + change(text[at : at + length]) + text[at + length :]


MUTATIONS = (
    digit, sign, unit, scale, swapped_names, swapped_figures, swapped_ranks, shifted_day, added_all,
)  # fmt: skip


def mutated(
    cases: Sequence[Case], dice: random.Random, strangers: Sequence[str]
) -> Iterator[tuple[str, Case, str]]:
    for case in cases:
        for mutation in MUTATIONS:
            text = mutation(case, dice)
            if text and sorted(text.split("\n")) != sorted(case.text.split("\n")):
                yield mutation.__name__, case, text
        held = {name for fact in case.held for name in fact.names}
        unheard = [
            name for name in dice.sample(strangers, 12) if name.casefold() not in held and name != case.user
        ]
        yield "added person", case, f"{case.text}\n\n{unheard[0]} is worth a call, too."


@pytest.mark.slow
def test_the_checker_catches_corrupted_answers_and_raises_no_false_alarm(
    cases: list[Case], demo: Path
) -> None:
    workspace = Workspace.open(Settings(home=demo))
    known = AllNames(workspace.records).among
    alarms = sum(
        bool(
            ungrounded(case.text, case.held, language=case.language)
            + ungrounded(case.text, case.held, language=case.language, known=known, by_rule=case.text)
        )
        for case in cases
    )
    dice, tried, caught = random.Random(7), Counter[str](), Counter[str]()
    for _ in range(2):
        for kind, case, text in mutated(cases, dice, sorted(AllNames(workspace.records).people())):
            tried[kind] += 1
            caught[kind] += bool(
                ungrounded(text, case.held, language=case.language, known=known, by_rule=case.text)
            )
    share = sum(caught.values()) / sum(tried.values())
    for kind, count in tried.items():
        print(f"{kind}: {caught[kind]} of {count}")
    print(f"GRD-02 caught {share:.4f} of {sum(tried.values())}; GRD-03 false alarms {alarms} of {len(cases)}")
    assert alarms / len(cases) <= 0.005
    assert share >= 0.99
    for swap in ("swapped_names", "swapped_figures"):
        assert caught[swap] / tried[swap] >= 0.97
