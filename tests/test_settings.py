"""Settings: documented, and one sentence for each fault."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import settings
from fit import unfit

ROOT = Path(__file__).parents[1]


def test_every_setting_is_documented() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == settings.table()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "x"}, "PORT: "),
        ({"HOST": "0.0.0.0"}, "without APP_ID only loopback"),
        ({"APP_ID": "a"}, "APP_PASSWORD is missing; APP_ID needs it"),
        ({"SERVICENOW_URL": "https://x.example"}, "SERVICENOW_CLIENT_ID is missing; SERVICENOW_URL needs it"),
        ({"GRAPH_URL": "https://x.example"}, "GRAPH_TENANT_ID is missing; GRAPH_URL needs it"),
        ({"EDOC_URL": "https://x.example", "EDOC_CLIENT_ID": "k"}, "EDOC_AUTHKEY is missing; EDOC_URL needs it"),
        ({"EDOC_URL": "x.example"}, "EDOC_URL: must be an address"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL: must begin with postgresql://"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL: must be DEBUG"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(environment: dict[str, str], sentence: str, tmp_path: Path) -> None:
    clean = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"VAR_DIR": "/proc/nowhere"}, "VAR_DIR: cannot write to /proc/nowhere"),
        ({"DATABASE_URL": "postgresql://nobody:hemmelig@127.0.0.1:9/x"}, "DATABASE_URL: the database does not answer"),
    ],
)
def test_what_is_missing_around_the_bot_is_one_sentence_too(environment: dict[str, str], sentence: str, tmp_path: Path) -> None:
    clean = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(tmp_path),
        "PORT": "0",
        "SIMULATORS_URL": "http://127.0.0.1:9",
        "LOG_LEVEL": "ERROR",
    }
    ended = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.strip().startswith(f"kollega: {sentence}")
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "hemmelig" not in ended.stderr


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        clean = {
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(tmp_path),
            "PORT": port,
            "SIMULATORS_URL": "http://127.0.0.1:9",
            "LOG_LEVEL": "ERROR",
        }
        ended = subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=clean, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"kollega: PORT: cannot listen at 127.0.0.1:{port}")
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_secret_never_stands_in_an_error(tmp_path: Path) -> None:
    clean = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "APP_ID": "a", "APP_PASSWORD": "hemmelig"}
    ended = subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=clean, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2
    assert "hemmelig" not in ended.stderr + ended.stdout


def test_a_python_that_does_not_fit_is_told_in_one_sentence() -> None:
    assert unfit((3, 11), (3, 40, 1)) == ""
    assert unfit((3, 12), (3, 45, 0)) == ""
    assert "3.11 or newer" in unfit((3, 10), (3, 40, 1))
    assert "3.42.0" in unfit((3, 12), (3, 40, 1))
    assert unfit((3, 12), (3, 40, 1), postgres=True) == ""
