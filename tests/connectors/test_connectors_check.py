"""`python -m connectors check` as an administrator reads it: a line for each system, and what to do about the one that fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.opened import kinds

ROOT = Path(__file__).parents[2]
DOWN = "http://127.0.0.1:1"
NAMES = [kind.name for kind in kinds()]
GRAPH = "GRAPH_TENANT_ID, GRAPH_CLIENT_ID and GRAPH_CLIENT_SECRET"


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_ID", "_SECRET", "_AUTHKEY"))}
    command = [sys.executable, "-m", "connectors", "check"]
    return subprocess.run(command, env={**plain, **environment}, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def told(found: subprocess.CompletedProcess[str], status: int) -> dict[str, str]:
    """Each system's line without its name; nothing else is printed."""
    assert (found.stderr, found.returncode) == ("", status)
    lines = [line.split(maxsplit=1) for line in found.stdout.splitlines()]
    assert [name for name, _ in lines] == NAMES
    return {name: " ".join(text.split()) for name, text in lines}


def test_all_is_well(simulators: str) -> None:
    lines = told(run(SIMULATORS_URL=simulators), 0)
    assert all(line.startswith("ok ") and line.endswith(" (simulated)") for line in lines.values())


def test_nothing_is_configured() -> None:
    lines = told(run(), 1)
    assert all(line.startswith("not used set ") for line in lines.values())
    assert lines["edoc"] == "not used set EDOC_URL, EDOC_CLIENT_ID and EDOC_AUTHKEY, or SIMULATORS_URL for the simulator"


def test_one_that_is_not_used_is_no_failure(simulators: str) -> None:
    lines = told(run(EDOC_URL=f"{simulators}/edoc", EDOC_CLIENT_ID="kollega", EDOC_AUTHKEY="simulator"), 0)
    assert {name for name, line in lines.items() if line.startswith("ok ")} == {"edoc"}


def test_credentials_that_are_missing_are_all_named_and_the_others_are_tried(simulators: str) -> None:
    lines = told(run(SIMULATORS_URL=simulators, GRAPH_URL="https://graph.example"), 1)
    assert lines["directory"] == lines["outlook"] == f"failed GRAPH_URL is set; set {GRAPH} too"
    assert lines["servicenow"].startswith("ok ")


def test_wrong_credentials(simulators: str) -> None:
    secret = {"SERVICENOW_CLIENT_ID": "kollega", "SERVICENOW_CLIENT_SECRET": "wrong-secret"}
    found = run(SERVICENOW_URL=f"{simulators}/servicenow", **secret)
    host = simulators.removeprefix("http://")
    advice = "check SERVICENOW_CLIENT_ID and SERVICENOW_CLIENT_SECRET (credentials, HTTP 401)"
    assert told(found, 1)["servicenow"] == f"failed {host} does not accept Kollega; {advice}"
    assert "wrong-secret" not in found.stdout


@pytest.mark.parametrize("path", ["", "/nowhere"])
def test_another_thing_at_the_address(simulators: str, path: str) -> None:
    lines = told(run(EDOC_URL=simulators + path, EDOC_CLIENT_ID="kollega", EDOC_AUTHKEY="simulator"), 1)
    assert lines["edoc"].startswith(f"failed something else answers at {simulators.removeprefix('http://')}; check EDOC_URL (")


def test_nobody_at_the_address() -> None:
    lines = told(run(SIMULATORS_URL=DOWN), 1)
    advice = "does not answer; check SIMULATORS_URL, and that this machine may reach it"
    assert lines["edoc"] == f"failed 127.0.0.1:1 {advice} (unreachable)"
    assert lines["servicenow"] == f"failed the sign-in for 127.0.0.1:1 {advice} (no_token)"


def test_a_setting_that_cannot_be_read() -> None:
    found = run(EDOC_URL="edoc.example")
    wanted = "kollega: EDOC_URL must be an address that begins with http:// or https://.\n"
    assert (found.stdout, found.stderr, found.returncode) == ("", wanted, 2)
