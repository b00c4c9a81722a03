"""The web app calls nobody, even where the environment asks for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LOUD = {
    "ANONYMIZED_TELEMETRY": "True",
    "GRADIO_ANALYTICS_ENABLED": "True",
    "GRADIO_MCP_SERVER": "True",
    "GRADIO_RUN_HISTORY": "True",
    "GRADIO_SHARE": "True",
    "HF_HUB_OFFLINE": "0",
    "HF_HUB_DISABLE_TELEMETRY": "0",
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_API_KEY": "x",
}
STORY = """
import json, socket, sys
from pathlib import Path

called = []
connect, lookup = socket.socket.connect, socket.getaddrinfo

def watched_connect(self, address):
    if self.family != socket.AF_UNIX and not str(address[0]).startswith(("127.", "::1", "localhost")):
        called.append(str(address))
    return connect(self, address)

def watched_lookup(host, *more, **named):
    if host not in (None, "") and not str(host).startswith(("127.", "::1", "localhost", "0.0.0.0")):
        called.append(str(host))
    return lookup(host, *more, **named)

socket.socket.connect, socket.getaddrinfo = watched_connect, watched_lookup

from tests.visitors import Visitor, a_workspace, served

with served(a_workspace(Path(sys.argv[1]))) as address:
    ana = Visitor(address, "ana@hotlist.test")
    page = ana.http.get("/").status_code
    told = ana.do("ask", question="any mail?", session="", turn="1")
print(json.dumps({"page": page, "answered": "Lead of Ana Reyes" in told, "called": called}))
"""


@pytest.mark.slow
def test_no_connection_leaves_with_all_telemetry_asked_for(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent.parent
    run = subprocess.run(
        [sys.executable, "-c", STORY, str(tmp_path)],
        env=os.environ | LOUD,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert json.loads(run.stdout.splitlines()[-1]) == {"page": 200, "answered": True, "called": []}
    print("connections to anywhere but the loopback: 0")
