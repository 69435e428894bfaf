"""`python -m simulators` as a process: its one line, its speed, TLS, and a state that outlives `kill -9`."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from simulators.certificate import context
from simulators.server import CONTROL, build

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"Simulators at (https?://127\.0\.0\.1:\d+): (.*)\n")


@contextmanager
def process(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address."""
    command = [sys.executable, "-m", "simulators", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": ""}) as running:
        assert running.stdout
        try:
            found = LINE.match(running.stdout.readline())
            assert found
            assert "/servicenow/" in found[2]
            yield running, found[1]
        finally:
            running.kill()


def ask(url: str, body: dict[str, Any] | None = None) -> Any:
    """A JSON answer, as the administrator of ServiceNow."""
    headers = {"Authorization": aiohttp.encode_basic_auth("admin", "admin"), "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10) as answer:
        return json.load(answer)


def test_the_state_survives_kill_9(tmp_path: Path) -> None:
    with process("--data", str(tmp_path)) as (running, url):
        made = ask(f"{url}/servicenow/api/now/table/incident", {"short_description": "Overlever", "correlation_id": "k"})["result"]
        journal = ask(f"{url}/control/journal")
        running.send_signal(signal.SIGKILL)
        running.wait(10)
    with process("--data", str(tmp_path)) as (running, url):
        found = ask(f"{url}/servicenow/api/now/table/incident?sysparm_query=correlation_id=k")["result"]
        assert [(row["number"], row["sys_id"]) for row in found] == [(made["number"], made["sys_id"])]
        assert ask(f"{url}/control/journal") == journal
        again = ask(f"{url}/servicenow/api/now/table/incident", {"short_description": "Ny"})["result"]
        assert again["number"] > made["number"]
        assert [line["status"] for line in ask(f"{url}/control/journal")] == [201, 201]
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0


def test_a_world_that_was_half_seeded_is_seeded_again(tmp_path: Path) -> None:
    from simulators.store import Store

    store = Store(tmp_path / "simulators.sqlite")
    store.table("servicenow", "incident")["x"] = {"sys_id": "x", "number": "INC1"}
    store.close()
    app = build(tmp_path)

    incidents = app[CONTROL].simulation.store.table("servicenow", "incident")
    assert "x" not in incidents
    assert len(incidents) > 100
    app[CONTROL].simulation.store.close()


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "simulators", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert command[-1] in done.stderr


def test_tls_serves_a_certificate_that_can_be_verified(tmp_path: Path) -> None:
    with process("--tls", "--data", str(tmp_path)) as (_, url):
        trusted = ssl.create_default_context(cafile=tmp_path / "simulators.crt")
        with urllib.request.urlopen(f"{url}/control/journal", context=trusted, timeout=10) as answer:
            assert (url[:5], json.load(answer)) == ("https", [])
    assert (tmp_path / "simulators.key").stat().st_mode & 0o077 == 0


def test_the_certificate_is_kept_while_it_is_good_and_made_again_when_it_is_not(tmp_path: Path) -> None:
    context(tmp_path)
    first = (tmp_path / "simulators.crt").read_bytes()
    context(tmp_path)
    assert (tmp_path / "simulators.crt").read_bytes() == first
    (tmp_path / "simulators.crt").write_text("nonsense")
    context(tmp_path)
    assert (tmp_path / "simulators.crt").read_bytes() not in {first, b"nonsense"}
