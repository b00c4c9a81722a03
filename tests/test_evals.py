"""The evaluation: its questions can be asked, its checks catch wrong answers, and enough answers are right.

The runs over whole companies are marked slow; `python -m tests.evals.runner demo` prints what was wrong.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from assistant.evaluation.checks import Check, Company
from assistant.evaluation.demo import DEMO_NOW, demo_questions
from assistant.evaluation.questions import Question, read_questions
from assistant.evaluation.runner import filled, pick, run
from assistant.evaluation.salesforce import SalesforceCompany
from assistant.evaluation.spans import span
from assistant.evaluation.tongues import written_in
from assistant.evaluation.truth import chosen, figures
from ingest.demo import generate
from tests.evals.agreement import agree, paraphrases
from tests.evals.companies import MAVEN, WORKBENCH, demo_exam, maven_questions, workbench_questions
from tests.evals.maven import MavenCompany
from tests.evals.runner import evaluate
from tests.evals.workbench import WorkbenchCompany

NOW = pd.Timestamp("2026-11-24T09:00:00Z")

# The least share of right answers, by kind of question ("" is all of them).
DEMO_FLOORS = {"": 0.85}
MAVEN_FLOORS = {"": 0.93}
WORKBENCH_FLOORS = {"": 0.80}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    generate(folder / "export", as_of=DEMO_NOW, truth=folder / "truth")
    return folder


@pytest.fixture(scope="module")
def company(exported: Path) -> SalesforceCompany:
    leads = pd.read_csv(
        exported / "export" / "Lead.csv", usecols=[0], dtype=str, on_bad_lines="skip", engine="python"
    )
    deals = pd.read_csv(exported / "export" / "Opportunity.csv", usecols=[0], dtype=str)
    ids = [*leads["Id"], *deals["Id"]]

    def scores(moment: pd.Timestamp) -> dict[str, float]:
        return {one: ((position * 7919 + moment.day) % 9973) / 9973 for position, one in enumerate(ids)}

    return SalesforceCompany(
        exported / "export", now=NOW, scores=scores, themes=exported / "truth" / "themes.csv"
    )


@pytest.fixture(scope="module")
def maven(shared_data: Path) -> MavenCompany:
    return MavenCompany(shared_data / "crm-maven")


@pytest.fixture(scope="module")
def workbench(shared_data: Path) -> WorkbenchCompany:
    return WorkbenchCompany(shared_data / "workbench-crm")


# -- the questions


def assert_answerable(question: Question, company: Company) -> None:
    """What is asked names nothing that is missing, and where an answer is due the data hold one."""
    picked, frames = pick(question, company), company.seen_by(question.user)
    for turn in question.turns:
        expect = filled(turn.expect, picked)
        assert "{" not in filled(turn.ask, picked)
        kinds = expect.get("kind", "answer")
        if kinds == "answer" and "records" in expect:
            assert len(chosen(expect["records"], frames, company.now))
        if kinds == "answer" and "values" in expect:
            values = expect["values"] if isinstance(expect["values"], list) else [expect["values"]]
            assert all(figures(one, frames, company.now) for one in values)


def test_there_are_enough_questions_of_every_sort() -> None:
    demo, maven = demo_questions(), maven_questions()
    everything = [*demo, *maven, *workbench_questions()]
    assert len(everything) >= 600
    assert sum(question.held_out for question in everything) >= len(everything) / 3
    languages = Counter(question.language for question in demo)
    assert languages["en"] >= 250
    assert min(languages[tongue] for tongue in ("zh", "de", "es")) >= 60
    assert {question.about for question in demo} >= {
        *("rank", "find", "summarise", "describe", "search", "explain", "neglected", "overdue", "draft"),
        *("changes", "ownership", "conversation", "refused", "empty", "clarify"),
        *("planned", "similar", "cross-sell", "risk", "topics", "campaign", "custom", "share", "names"),
    }


def test_no_two_questions_share_an_id() -> None:
    ids = [question.id for question in (*demo_questions(), *maven_questions(), *workbench_questions())]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("question", demo_questions(), ids=lambda question: question.id)
def test_every_question_has_an_answer_in_the_data(question: Question, company: SalesforceCompany) -> None:
    assert_answerable(question, company)


@pytest.mark.data
@pytest.mark.parametrize("question", maven_questions(), ids=lambda question: question.id)
def test_every_question_over_the_maven_set_has_one(question: Question, maven: MavenCompany) -> None:
    assert_answerable(question, maven)


@pytest.mark.data
@pytest.mark.parametrize("question", workbench_questions(), ids=lambda question: question.id)
def test_every_question_over_the_workbench_set_has_one(
    question: Question, workbench: WorkbenchCompany
) -> None:
    assert_answerable(question, workbench)


def test_a_question_with_an_unknown_check_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("set: x\nlanguage: en\nquestions: [{id: 1, about: find, ask: hi, expect: {colour: red}}]")
    with pytest.raises(ValueError, match="question 1"):
        read_questions(file)


# -- the periods


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("this week", "2026-11-23", "2026-11-24 09:00:00.000001"),
        ("last week", "2026-11-16", "2026-11-23"),
        ("next week", "2026-11-30", "2026-12-07"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("all of this month", "2026-11-01", "2026-12-01"),
        ("last quarter", "2026-07-01", "2026-10-01"),
        ("2017-Q4", "2017-10-01", "2018-01-01"),
        ("2017-03", "2017-03-01", "2017-04-01"),
        ("last 14 days", "2026-11-10 09:00", "2026-11-24 09:00:00.000001"),
        ("before 2026-11-24", "1900-01-01", "2026-11-24"),
    ],
)
def test_a_period_means_what_the_interface_says(text: str, start: str, end: str) -> None:
    assert span(text, NOW) == (pd.Timestamp(start, tz="UTC"), pd.Timestamp(end, tz="UTC"))


# -- the second opinion


def test_duplicates_of_one_owner_are_one_lead(company: SalesforceCompany, exported: Path) -> None:
    pairs = pd.read_csv(exported / "truth" / "duplicates.csv", dtype=str)
    ids = set(company.seen_by("admin")["leads"]["id"])
    assert not ids & set(pairs[pairs["same_owner"] == "true"]["id"])
    assert set(pairs["duplicate_of"]) | set(pairs[pairs["same_owner"] == "false"]["id"]) <= ids


def test_a_rep_sees_a_part_a_manager_more_and_the_admin_all(company: SalesforceCompany) -> None:
    for name in ("leads", "deals", "accounts", "contacts", "activities"):
        rep, manager, admin = (set(company.seen_by(who)[name]["id"]) for who in ("rep", "manager", "admin"))
        assert rep < manager < admin
    assert not set(company.seen_by("rep")["leads"]["id"]) & set(company.seen_by("rep2")["leads"]["id"])


def test_nothing_that_is_still_to_come_counts_as_an_activity(company: SalesforceCompany) -> None:
    frames = company.seen_by("admin")
    assert frames["activities"]["at"].max() <= NOW < frames["planned"]["at"].min()
    assert frames["leads"]["last_activity"].max() <= NOW


# -- the checks


def answer(company: SalesforceCompany, **parts: Any) -> dict[str, Any]:
    return {
        "question": "?",
        "user": company.user("rep")["email"],
        "as_of": NOW.isoformat(),
        "session": "s",
        "answer": "Here you are.",
        "kind": "answer",
        "records": [],
        "values": [],
        "evidence": [],
        "draft": None,
        "ungrounded": [],
        **parts,
    }


def failures(
    company: SalesforceCompany, expect: Mapping[str, Any], language: str = "en", **parts: Any
) -> list[str]:
    return Check(company=company, user="rep", language=language, answer=answer(company, **parts)).failures(
        expect
    )


def listed(frame: Any, kind: str = "lead") -> list[dict[str, str]]:
    return [{"type": kind, "id": one, "name": "…"} for one in frame["id"]]


RANKED = {
    "records": {"from": "leads", "where": {"outcome": "open", "mine": True}, "order": ["-score"], "limit": 5}
}
COUNTED = {"values": {"from": "leads", "where": {"outcome": "open", "mine": True}, "figure": "count"}}
SUMMED = {"values": {"from": "deals", "where": {"outcome": "open"}, "figure": "sum", "by": ["stage"]}}


def test_a_ranking_must_be_complete_and_in_order(company: SalesforceCompany) -> None:
    ranked = chosen(RANKED["records"], company.seen_by("rep"), NOW)
    best = listed(ranked)[:5]
    assert not failures(company, RANKED, records=best)
    assert failures(company, RANKED, records=best[:4])
    assert failures(company, RANKED, records=[best[1], best[0], *best[2:]])
    assert failures(company, RANKED, records=[*best[:4], listed(ranked)[20]])


def test_a_list_must_hold_all_and_no_other(company: SalesforceCompany) -> None:
    expect = {"records": {"from": "leads", "where": {"outcome": "open", "industry": "Retail"}}}
    frames = company.seen_by("rep")
    right = listed(chosen(expect["records"], frames, NOW))
    assert not failures(company, expect, records=right[::-1])
    assert failures(company, expect, records=right[1:])
    wrong = chosen({"from": "leads", "where": {"industry": "Logistics"}}, frames, NOW)
    assert failures(company, expect, records=[*right, *listed(wrong)[:1]])


def test_a_record_of_somebody_else_is_always_wrong(company: SalesforceCompany) -> None:
    other = listed(company.seen_by("rep2")["leads"])[:1]
    assert any("may not see" in failure for failure in failures(company, {}, records=other))


def test_a_figure_must_be_right_to_the_cent(company: SalesforceCompany) -> None:
    count = figures(COUNTED["values"], company.seen_by("rep"), NOW)[0].value
    value = {"label": "leads", "group": {}, "value": count, "unit": "count"}
    assert not failures(company, COUNTED, values=[value])
    assert failures(company, COUNTED, values=[{**value, "value": count + 1}])
    assert failures(company, COUNTED, values=[{**value, "group": {"industry": "Retail"}}])
    assert failures(company, COUNTED, values=[{**value, "value": 1}, value])


def test_each_group_and_currency_must_be_stated(company: SalesforceCompany) -> None:
    values = [
        {"label": "pipeline", "group": {"stage": one.group[0]}, "value": one.value, "unit": one.unit}
        for one in figures(SUMMED["values"], company.seen_by("rep"), NOW)
    ]
    assert len(values) > 3
    assert not failures(company, SUMMED, values=values)
    assert failures(company, SUMMED, values=values[:-1])
    assert failures(company, SUMMED, values=[{**values[0], "value": values[0]["value"] + 0.02}, *values[1:]])


def test_a_sum_may_be_introduced_by_how_many_it_is_made_of(company: SalesforceCompany) -> None:
    spec = {"from": "deals", "where": {"outcome": "open"}}
    frames = company.seen_by("rep")
    sums = [
        {"label": "pipeline", "group": {}, "value": one.value, "unit": one.unit}
        for one in figures({**spec, "figure": "sum"}, frames, NOW)
    ]
    count = {"label": "deals", "group": {}, "value": len(chosen(spec, frames, NOW)), "unit": "count"}
    assert not failures(company, {"values": {**spec, "figure": "sum"}}, values=[count, *sums])
    assert failures(company, {"values": {**spec, "figure": "sum"}}, values=[{**count, "value": 1}, *sums])


def test_the_next_page_must_go_on_where_the_first_ended(company: SalesforceCompany) -> None:
    expect = {"records": {**RANKED["records"], "skip": 5}}
    ranked = listed(chosen(RANKED["records"], company.seen_by("rep"), NOW))
    assert not failures(company, expect, records=ranked[5:10])
    assert failures(company, expect, records=ranked[:5])


def test_a_share_is_a_part_of_the_whole(company: SalesforceCompany) -> None:
    frames = company.seen_by("rep")
    spec = {"from": "leads", "where": {"outcome": "open"}, "figure": "share", "part": {"source": "Webinar"}}
    leads = frames["leads"]
    of = leads[leads["outcome"] == "open"]
    assert figures(spec, frames, NOW)[0].value == (of["source"] == "Webinar").mean()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Here are the five leads that you have not contacted for two weeks.", "en"),
        ("Das sind die fünf Leads, die seit zwei Wochen nicht kontaktiert sind.", "de"),
        ("Estos son los cinco leads que están sin contacto por dos semanas.", "es"),
        ("这五个线索两周没有联系了。", "zh"),
    ],
)
def test_an_answer_in_another_language_is_noticed(text: str, language: str) -> None:
    assert [tongue for tongue in ("en", "de", "es", "zh") if written_in(text, tongue)] == [language]
    assert written_in("Beacon Analytics | 12.000 | Retail", language if language != "zh" else "en")


def test_a_quote_must_stand_in_the_record(company: SalesforceCompany) -> None:
    said = company.seen_by("rep")["activities"]
    row = said[said["text"].str.len() > 40].iloc[0]
    quote = {"type": "activity", "id": row["id"], "field": "text", "quote": row["text"][5:35], "about": None}
    assert not failures(company, {"evidence": True}, evidence=[quote])
    assert failures(company, {"evidence": True}, evidence=[{**quote, "quote": "never said that"}])
    assert failures(company, {"evidence": True})


def test_what_is_found_by_meaning_must_have_been_said(company: SalesforceCompany) -> None:
    expect = {"topic": {"theme": "price_objection"}}
    leads = company.seen_by("rep")["leads"]
    voiced = leads["themes"].map(lambda themes: "price_objection" in themes)
    assert not failures(company, expect, records=listed(leads[voiced]))
    assert failures(company, expect, records=listed(leads[~voiced])[:5])
    assert failures(company, expect)


def test_the_kind_the_language_and_the_words_are_checked(company: SalesforceCompany) -> None:
    assert failures(company, {"kind": "refused"})
    assert not failures(company, {"kind": ["answer", "empty"]})
    assert failures(company, {}, language="zh")
    assert not failures(company, {}, language="zh", answer="您有三个线索。")
    assert failures(company, {}, answer="您有三个线索，都是这周新增的。")
    assert failures(company, {"says": ["Zyxwena"]})
    assert failures(company, {}, ungrounded=["42"])


def test_a_draft_must_go_to_the_right_person(company: SalesforceCompany) -> None:
    draft = {"channel": "email", "subject": "Hello", "body": "Hi Ann", "to": {"type": "lead", "id": "00Q1"}}
    assert not failures(company, {"draft": {"to": "00Q1", "says": ["ann"]}}, draft=draft)
    assert failures(company, {"draft": {"to": "00Q2"}}, draft=draft)
    assert failures(company, {"draft": {"channel": "message"}}, draft=draft)
    assert failures(company, {"draft": {"lacks": ["ann"]}}, draft=draft)
    assert failures(company, {"draft": {"shorter": True}}, draft=draft)
    assert failures(company, {"draft": {}})


def test_a_run_counts_turns_and_says_what_was_wrong(company: SalesforceCompany) -> None:
    questions = [question for question in demo_questions() if question.id == "demo-en-talk-2"]
    count = figures(COUNTED["values"], company.seen_by("rep"), NOW)[0].value
    always = [{"label": "leads", "group": {}, "value": count, "unit": "count"}]
    report = run(questions, company, lambda _question, _user, _session: answer(company, values=always))
    assert [outcome.right for outcome in report.outcomes] == [True, False, False]
    assert report.as_json()["by"]["language"] == {"en": {"right": 1, "of": 3}}
    assert "and in retail?" in report.text()


# -- other wordings


def test_a_figure_agrees_with_a_list_that_states_it(company: SalesforceCompany) -> None:
    count = {"label": "leads", "group": {}, "value": 3, "unit": "count"}
    leads = listed(company.seen_by("rep")["leads"])[:4]
    itself = answer(company, values=[count])
    assert agree(itself, answer(company, values=[count], records=leads))
    assert not agree(itself, answer(company, values=[{**count, "value": 4}]))
    assert not agree(itself, answer(company, kind="empty"))


def test_a_list_agrees_only_with_itself_but_what_is_found_by_meaning_may_differ_a_little(
    company: SalesforceCompany,
) -> None:
    leads = listed(company.seen_by("rep")["leads"])[:10]
    itself = answer(company, records=leads)
    assert not agree(itself, answer(company, records=leads[::-1]))
    assert not agree(itself, answer(company, records=leads[:9]))
    assert agree(itself, answer(company, records=leads[8::-1]), by_meaning=True)
    assert not agree(itself, answer(company, records=leads[:7]), by_meaning=True)


def test_each_paraphrased_question_exists_and_is_not_held_out() -> None:
    known = {one.id: one for one in (*demo_questions(), *maven_questions(), *workbench_questions())}
    others = paraphrases()
    assert len(others) >= 100
    assert all(len(set(asks)) == 5 for asks in others.values())
    assert not [one for one in others if known[one].held_out]


# -- whole runs


def under_floor(report: Any, floors: Mapping[str, float]) -> list[str]:
    shares = {
        about: report.share(lambda one, about=about: about in ("", one.question.about)) for about in floors
    }
    return [
        f"{about or 'all'}: {shares[about]:.3f} < {floor}"
        for about, floor in floors.items()
        if shares[about] < floor
    ]


@pytest.mark.slow
def test_enough_questions_over_the_demo_company_are_answered_right(tmp_path: Path) -> None:
    report = evaluate(demo_exam(), tmp_path, demo_questions())
    assert not under_floor(report, DEMO_FLOORS), report.text()


@pytest.mark.slow
@pytest.mark.data
def test_every_figure_over_the_maven_set_is_right(tmp_path: Path, shared_data: Path) -> None:
    assert (
        MavenCompany(shared_data / "crm-maven").seen_by("admin")["deals"]["outcome"].eq("won").sum() == 4238
    )
    report = evaluate(MAVEN, tmp_path, maven_questions())
    assert not under_floor(report, MAVEN_FLOORS), report.text()


@pytest.mark.slow
@pytest.mark.data
def test_enough_questions_over_the_workbench_customers_are_answered_right(
    tmp_path: Path, shared_data: Path
) -> None:
    assert len(WorkbenchCompany(shared_data / "workbench-crm").seen_by("admin")["leads"]) == 200
    report = evaluate(WORKBENCH, tmp_path, workbench_questions())
    assert not under_floor(report, WORKBENCH_FLOORS), report.text()
