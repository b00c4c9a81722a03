"""The command line as other programs use it: documents on standard output, one sentence for each failure."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from assistant.cli import app

LEADS = """id,name,company,email,status,outcome,owner,created
1,Anna Weber,Weber Bau,anna@weber.example,new,,Maria Lopez,2026-11-20
2,Bob Stone,Stone Ltd,bob@stone.example,new,,Maria Lopez,2026-11-21
3,Cleo Park,Park Inc,cleo@park.example,new,,Tom Reed,2026-11-22
"""
NOW = "2026-11-24T09:00:00+00:00"


def run(*arguments: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments], input=given)


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "leads.csv").write_text(LEADS, encoding="utf-8")
    assert run("ingest", folder / "leads.csv", "--workspace", folder / "w", "--as-of", NOW).exit_code == 0
    return folder / "w"


def ask(home: Path, question: str, *more: str) -> Any:
    return document(run("ask", question, "--as-of", NOW, "--workspace", home, "--json", *more))


def test_an_import_tells_what_became_of_every_row(home: Path) -> None:
    report = document(run("ingest", home.parent / "leads.csv", "--workspace", home, "--as-of", NOW, "--json"))
    assert report["records"]["lead"]["unchanged"] == 3
    assert report["set_aside"] == []
    assert report["index"]["embedded"] == 0


def test_a_dry_run_prints_a_mapping_that_can_be_passed_back(home: Path, tmp_path: Path) -> None:
    shown = run("ingest", home.parent / "leads.csv", "--dry-run", "--workspace", tmp_path / "w")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(shown.stdout, encoding="utf-8")
    loaded = run(
        "ingest", home.parent / "leads.csv", "--mapping", mapping, "--workspace", tmp_path / "w", "--json"
    )
    assert document(loaded)["records"]["lead"]["new"] == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "--workspace", "{home}", "users", "list"],
        ["users", "list", "--workspace", "{home}", "--json"],
    ],
    ids=["before the command", "after it"],
)
def test_workspace_and_json_may_stand_before_or_after_the_command(
    home: Path, arguments: Sequence[str]
) -> None:
    listed = document(run(*[a.format(home=home) for a in arguments]))
    assert {user["name"] for user in listed["users"]} == {"Maria Lopez", "Tom Reed"}


def test_an_answer_object_holds_all_that_is_promised(home: Path) -> None:
    answer = ask(home, "How many leads do I have?", "--user", "Maria Lopez", "--session", "s1")
    assert set(answer) == {
        "id", "question", "user", "as_of", "session", "answer", "kind", "records", "values", "evidence",
        "draft", "steps", "model", "ungrounded", "elapsed_ms",
    }  # fmt: skip
    assert answer["values"][0]["value"] == 2
    assert answer["kind"] == "answer"
    assert answer["as_of"] == NOW
    assert answer["session"] == "s1"
    assert answer["model"] == "offline"
    assert answer["ungrounded"] == []
    assert answer["steps"][0]["tool"] == "summarise_records"


def test_the_same_question_gives_the_same_answer(home: Path) -> None:
    first, second = (ask(home, "List my leads", "--user", "Maria Lopez") for _ in range(2))
    for varying in ("session", "elapsed_ms", "steps"):
        first.pop(varying), second.pop(varying)
    assert first == second


def test_a_session_continues_and_belongs_to_its_user(home: Path) -> None:
    ask(home, "List my leads", "--user", "Maria Lopez", "--session", "talk")
    ask(home, "List my leads", "--user", "Tom Reed", "--session", "talk")
    again = ask(home, "How many are they?", "--user", "Maria Lopez", "--session", "talk")
    assert [value["value"] for value in again["values"]] == [2]


def test_a_batch_answers_line_by_line_and_goes_on_after_a_bad_one(home: Path, tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "user": "Maria Lopez", "question": "How many leads do I have?"}),
        json.dumps({"id": "b", "user": "nobody@example.com", "question": "How many leads do I have?"}),
        "no JSON at all",
        json.dumps({"id": 4, "user": "Tom Reed", "question": "How many leads do I have?", "session": "x"}),
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = run("ask", "--batch", tmp_path / "questions.jsonl", "--as-of", NOW, "--workspace", home)
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b", "3", 4]
    assert [answer["kind"] for answer in answers] == ["answer", "refused", "refused", "answer"]
    assert [answer["values"][0]["value"] for answer in answers if answer["values"]] == [2, 1]
    assert "nobody@example.com" in answers[1]["answer"]


def test_without_json_the_answer_is_text(home: Path) -> None:
    result = run(
        "ask", "How many leads do I have?", "--user", "Tom Reed", "--as-of", NOW, "--workspace", home
    )
    assert "1" in result.stdout
    assert "{" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ask", "Hello", "--user", "nobody@example.com"], 1),
        (["ingest", "missing.csv"], 1),
        (["ask"], 2),
        (["ask", "Hello"], 2),
        (["ask", "Hello", "--user", "Tom Reed", "--as-of", "soon"], 2),
        (["nonsense"], 2),
        (["users", "set-role", "Tom Reed", "king"], 2),
    ],
)
def test_what_fails_is_said_in_a_line_and_in_the_exit_code(
    home: Path, arguments: list[str], code: int
) -> None:
    result = run(*arguments, "--workspace", home)
    assert result.exit_code == code
    assert "Traceback" not in result.output
    if code == 1:
        assert len(result.stderr.strip().splitlines()) == 1


def test_a_failure_is_a_document_too(home: Path) -> None:
    result = run("ask", "Hello", "--user", "nobody@example.com", "--workspace", home, "--json")
    assert "nobody@example.com" in json.loads(result.stdout)["error"]


def test_users_are_added_given_roles_and_passwords(tmp_path: Path) -> None:
    here = ["--workspace", str(tmp_path), "--json"]
    boss = document(run("users", "add", "boss@x.example", "--name", "Bo Ss", "--role", "manager", *here))
    rep = document(
        run("users", "add", "rep@x.example", "--name", "Re P", "--manager", "boss@x.example", *here)
    )
    assert rep["manager"] == boss["id"]
    assert document(run("users", "set-role", "rep@x.example", "admin", *here))["role"] == "admin"
    assert (
        run("users", "set-password", "Re P", "--password-stdin", *here, given="long enough\n").exit_code == 0
    )
    assert run("users", "set-password", "Re P", "--password-stdin", *here, given="short\n").exit_code == 1
    assert run("users", "add", "rep@x.example", *here).exit_code == 1


def test_the_audit_says_who_asked_what_and_which_records_answered(home: Path) -> None:
    ask(home, "List my leads", "--user", "Tom Reed", "--session", "audited")
    entries = document(run("audit", "--workspace", home, "--json"))["entries"]
    entry = next(e for e in entries if e.get("session") == "audited")
    assert (entry["user"], entry["question"], entry["records"]) == ("Tom Reed", "List my leads", ["lead:3"])


def test_scores_are_listed_with_their_level_and_reasons(home: Path) -> None:
    found = document(run("score", "--as-of", NOW, "--report", "--workspace", home, "--json"))
    assert found["as_of"] == NOW
    assert {(one["type"], one["id"]) for one in found["scores"]} == {
        ("lead", "1"),
        ("lead", "2"),
        ("lead", "3"),
    }
    assert all(0 < one["score"] < 1 and one["level"] for one in found["scores"])
    assert found["model"]["level"] == "rules"
    assert "report" in found


def test_a_workspace_goes_into_a_file_and_comes_back(home: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.hotlist"
    assert run("backup", saved, "--workspace", home).exit_code == 0
    other = tmp_path / "other"
    document(run("restore", saved, "--workspace", other, "--json"))
    answer = ask(other, "How many leads do I have?", "--user", "Maria Lopez")
    assert answer["values"][0]["value"] == 2
    assert run("restore", home.parent / "leads.csv", "--workspace", other).exit_code == 1


def test_the_doctor_names_every_setting_and_says_what_to_do(home: Path, tmp_path: Path) -> None:
    well = document(run("doctor", "--workspace", home, "--json"))
    assert well["well"]
    assert {setting["name"] for setting in well["settings"]} >= {
        "HOTLIST_HOME", "HOTLIST_DATABASE_URL", "HOTLIST_CHROMA_URL", "HOTLIST_MODEL", "HOTLIST_EMBEDDER",
        "HOTLIST_TIMEZONE", "OPENAI_API_KEY", "OPENAI_BASE_URL",
    }  # fmt: skip
    empty = run("doctor", "--workspace", tmp_path / "empty")
    assert empty.exit_code == 1
    assert "hotlist ingest" in empty.stdout


def test_all_that_is_held_on_a_person_goes_into_one_file(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "person.json"
    assert run("export", "--person", "anna@weber.example", "--out", out, "--workspace", home).exit_code == 0
    assert json.loads(out.read_text())["records"][0]["name"] == "Anna Weber"
    assert run("export", "--person", "nobody@weber.example", "--workspace", home).exit_code == 1


def test_forgetting_wants_one_person_named(home: Path) -> None:
    assert run("forget", "--workspace", home).exit_code == 2
    assert run("forget", "--email", "nobody@weber.example", "--workspace", home).exit_code == 1


def test_the_module_is_the_console_script(home: Path) -> None:
    command = [sys.executable, "-m", "assistant", "users", "list", "--workspace", str(home), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(json.loads(ran.stdout)["users"]) == 2


@pytest.mark.slow
def test_the_app_answers_under_the_names_that_it_was_given_and_no_other(home: Path) -> None:
    command = ["serve", "--port", "0", "--called", "hotlist.example", "--workspace", str(home)]
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            said = next(line for line in server.stdout if "http://" in line)
            address = said[said.index("http://") :].split()[0]
            for name, status in (("hotlist.example", 200), ("other.example", 400)):
                got = httpx.get(f"{address}/login", headers={"host": name}, trust_env=False)
                assert got.status_code == status
        finally:
            server.terminate()


def _score(home: Path, *more: str) -> Any:
    return document(run("score", "--as-of", NOW, "--workspace", home, "--json", *more))


def test_contributions_add_up_and_reasons_leave_out_what_is_small(home: Path) -> None:
    for one in _score(home)["scores"]:
        told = one["contributions"]
        assert one["base"] + sum(each["weight"] for each in told) == pytest.approx(one["score"], abs=1e-9)
        assert sum(one["groups"].values()) == pytest.approx(one["score"] - one["base"], abs=1e-9)
        big = [each["reason"] for each in told if abs(each["weight"]) >= 0.005]
        assert set(one["reasons"]) <= set(big)
        assert "everything else" not in one["reasons"]


def test_models_are_listed_and_an_earlier_one_is_taken_up_again(home: Path) -> None:
    _score(home, "--retrain")
    kept = document(run("score", "--versions", "--workspace", home, "--json"))["versions"]
    assert [one["in_use"] for one in kept].count(True) == 1
    back = _score(home, "--roll-back", str(kept[0]["number"]))
    assert back["model"]["id"] == kept[0]["id"]
    unknown = run("score", "--roll-back", "99", "--workspace", home)
    assert unknown.exit_code == 1
    assert "--versions" in unknown.stderr


def test_a_score_that_a_user_finds_wrong_is_kept_for_the_admin(home: Path) -> None:
    said = ("--says", "lost", "--because", "They signed elsewhere.", "--user", "Maria Lopez")
    assert run("score", "--wrong", "1", *said, "--workspace", home, "--as-of", NOW).exit_code == 0
    told = _score(home, "--report")["verdicts"]["verdicts"][0]
    assert (told["id"], told["because"]) == ("1", "They signed elsewhere.")
    assert "They signed elsewhere." in run("score", "--report", "--as-of", NOW, "--workspace", home).stdout
    assert run("score", "--wrong", "3", *said, "--workspace", home, "--as-of", NOW).exit_code == 1
    assert run("score", "--wrong", "1", "--workspace", home).exit_code == 2


def test_who_objects_to_profiling_is_not_scored(home: Path) -> None:
    assert document(run("object", "--email", "BOB@stone.example", "--workspace", home, "--json"))["objects"]
    assert "2" not in {one["id"] for one in _score(home)["scores"]}
    withdrawn = run("object", "--id", "2", "--withdraw", "--workspace", home)
    assert withdrawn.exit_code == 0
    assert "2" in {one["id"] for one in _score(home, "--retrain")["scores"]}
