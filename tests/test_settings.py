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


def start(var: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python app.py` with nothing else in its environment, until it ends."""
    clean = {"PATH": os.environ["PATH"], "VAR_DIR": str(var), "LOG_LEVEL": "ERROR", **environment}
    return subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=clean, capture_output=True, text=True, timeout=60, check=False)


def refused(ended: subprocess.CompletedProcess[str], sentence: str) -> None:
    """One sentence on stderr, nothing else anywhere, and the one exit status of a start that cannot succeed."""
    assert ended.stderr == f"kollega: {sentence}\n"
    assert (ended.stdout, ended.returncode) == ("", 2)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "x"}, "PORT must be a whole number from 0 to 65535."),
        ({"PORT": "70000"}, "PORT must be a whole number from 0 to 65535."),
        ({"PATIENCE_MINUTES": "-1"}, "PATIENCE_MINUTES must be a whole number, 0 or more."),
        ({"INTENT_THRESHOLD": "high"}, "INTENT_THRESHOLD must be a number from 0 to 1."),
        ({"HOST": "0.0.0.0"}, "HOST is 0.0.0.0, but without APP_ID only loopback (127.0.0.1) may be bound."),
        ({"APP_ID": "a"}, "APP_ID is set and needs APP_PASSWORD and APP_TENANT_ID too."),
        (
            {"SERVICENOW_URL": "https://x.example"},
            "SERVICENOW_URL is set and needs SERVICENOW_CLIENT_ID and SERVICENOW_CLIENT_SECRET too.",
        ),
        (
            {"GRAPH_URL": "https://x.example"},
            "GRAPH_URL is set and needs GRAPH_TENANT_ID, GRAPH_CLIENT_ID and GRAPH_CLIENT_SECRET too.",
        ),
        ({"EDOC_URL": "https://x.example", "EDOC_CLIENT_ID": "k"}, "EDOC_URL is set and needs EDOC_AUTHKEY too."),
        ({"KVANTUM_URL": "https://x.example"}, "KVANTUM_URL is set and needs KVANTUM_CLIENT_ID and KVANTUM_CLIENT_SECRET too."),
        ({"TIMEREG_URL": "https://x.example", "TIMEREG_USER": "k"}, "TIMEREG_URL is set and needs TIMEREG_PASSWORD too."),
        ({"EDOC_URL": "x.example"}, "EDOC_URL must be an address that begins with http:// or https://."),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must begin with postgresql:// or sqlite:///."),
        ({"DATABASE_URL": "sqlite:///"}, "DATABASE_URL must name a file: what is kept must outlive the process."),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR."),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(environment: dict[str, str], sentence: str, tmp_path: Path) -> None:
    refused(start(tmp_path, **environment), sentence)


def test_every_setting_that_can_be_wrong_is_told_in_our_own_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = [name for name, field in settings.Settings.model_fields.items() if field.annotation in {int, float}]
    assert len(numbers) >= 3
    for name in numbers:
        monkeypatch.setenv(name.upper(), "many")
    with pytest.raises(SystemExit) as ended:
        settings.load()
    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert [line.partition(" must be a ")[0] for line in told] == [f"kollega: {name.upper()}" for name in numbers]


def test_several_faults_are_several_sentences(tmp_path: Path) -> None:
    ended = start(tmp_path, GRAPH_URL="https://x.example", APP_ID="a", HOST="0.0.0.0")
    assert [line.split()[1] for line in ended.stderr.splitlines()] == ["APP_ID", "GRAPH_URL"]


SOMEWHERE = {"PORT": "0", "SIMULATORS_URL": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"VAR_DIR": "/proc/nowhere"}, "VAR_DIR: nothing can be written in /proc/nowhere: No such file or directory."),
        (
            {"DATABASE_URL": "sqlite:////proc/nowhere/x.sqlite"},
            "DATABASE_URL: nothing can be written in /proc/nowhere: No such file or directory.",
        ),
        (
            {"DATABASE_URL": "postgresql://nobody:hemmelig@127.0.0.1:9/x"},
            "DATABASE_URL: the database does not answer, does not let Kollega in, or is not Kollega's (OperationalError).",
        ),
        (
            {"HOST": "192.0.2.1", "APP_ID": "a", "APP_PASSWORD": "b", "APP_TENANT_ID": "c"},
            "HOST is 192.0.2.1, which is no address of this machine.",
        ),
        (
            {"HOST": "nowhere.invalid", "APP_ID": "a", "APP_PASSWORD": "b", "APP_TENANT_ID": "c"},
            "HOST is nowhere.invalid, which is no address of this machine.",
        ),
    ],
)
def test_what_is_missing_around_the_bot_is_one_sentence_too(environment: dict[str, str], sentence: str, tmp_path: Path) -> None:
    refused(start(tmp_path, **SOMEWHERE, **environment), sentence)


def test_a_database_that_is_none_of_ours_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_text("no database, only a text that somebody keeps in this place " * 100)
    ended = start(tmp_path, **SOMEWHERE, DATABASE_URL=f"sqlite:///{tmp_path}/x.sqlite")
    refused(ended, "DATABASE_URL: the database does not answer, does not let Kollega in, or is not Kollega's (DatabaseError).")


def test_a_second_kollega_on_the_port_says_so_and_nothing_else(tmp_path: Path) -> None:
    """Also where it would start the simulators, or use those of the first: it must not say what to open."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = start(tmp_path / "var", PORT=port)
    refused(ended, f"PORT {port} at 127.0.0.1 is taken. If Kollega runs there already, stop it, or set PORT to another number.")
    assert list((tmp_path / "var").iterdir()) == []


def test_a_secret_never_stands_in_an_error(tmp_path: Path) -> None:
    ended = start(tmp_path, APP_ID="a", APP_PASSWORD="hemmelig")
    assert ended.returncode == 2
    assert "hemmelig" not in ended.stderr + ended.stdout


def test_a_python_that_does_not_fit_is_told_in_one_sentence() -> None:
    assert unfit((3, 11), (3, 40, 1)) == ""
    assert unfit((3, 12), (3, 45, 0)) == ""
    assert "3.11 or newer" in unfit((3, 10), (3, 40, 1))
    assert "3.42.0" in unfit((3, 12), (3, 40, 1))
    assert unfit((3, 12), (3, 40, 1), postgres=True) == ""
