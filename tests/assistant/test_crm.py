"""`hotlist sync` through the command line: what it says without credentials, and what it brings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingest.crm.servers import salesforce
from tests.ingest.crm.test_sync_salesforce import a_salesforce


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    others = {name: value for name, value in os.environ.items() if name[:7] not in ("SALESFO", "HUBSPOT")}
    command = [sys.executable, "-m", "assistant", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=others | environment)


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_without_credentials_it_says_which_settings_lack(tmp_path: Path, crm: str) -> None:
    done = run("sync", crm, "--workspace", str(tmp_path))
    assert done.returncode == 1
    assert crm.upper() in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_crm_there_is_none_of_is_wrong_usage(tmp_path: Path) -> None:
    assert run("sync", "excel", "--workspace", str(tmp_path)).returncode == 2


@pytest.mark.slow
def test_the_command_brings_the_records_and_answers_about_them(tmp_path: Path) -> None:
    with salesforce(a_salesforce()).running() as server:
        signed_in = {"SALESFORCE_INSTANCE_URL": server.url, "SALESFORCE_ACCESS_TOKEN": "t"}
        done = run("sync", "salesforce", "--workspace", str(tmp_path), "--json", **signed_in)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["records"]["lead"]["new"] == 120
    question = ("ask", "How many open leads do I have?", "--user", "rep1@us.example")
    answer = json.loads(run(*question, "--workspace", str(tmp_path), "--json").stdout)
    assert [value["value"] for value in answer["values"]] == [40]
    doctor = json.loads(run("doctor", "--workspace", str(tmp_path), "--json", **signed_in).stdout)
    assert "salesforce" in next(check["found"] for check in doctor["checks"] if check["name"] == "sync")
    assert '"t"' not in json.dumps(doctor["settings"]), "no secret is shown"
