"""The package as `python -m manifest build` writes it."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BOT = "7d9a1c52-3f0e-4e57-9d55-0c6f3a1b2c4d"

Ended = subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ended]:
    """Run the command in a clean environment, where VAR_DIR is a folder that is not there yet; cwd is the repository."""
    var = tmp_path_factory.mktemp("manifest") / "var"

    def run(*arguments: str, **environment: str) -> Ended:
        clean = {"PATH": os.environ["PATH"], "VAR_DIR": str(var)}
        return subprocess.run(
            [sys.executable, "-m", "manifest", *arguments],
            cwd=ROOT,
            env=clean | environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def packed(build: Callable[..., Ended], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A package for BOT, with nothing but APP_ID set."""
    var = tmp_path_factory.mktemp("packed") / "var"
    ended = build("build", APP_ID=BOT, VAR_DIR=str(var))
    assert ended.returncode == 0, ended.stderr
    return (var / "kollega.zip").read_bytes()


@pytest.fixture(scope="session")
def files(packed: bytes) -> dict[str, bytes]:
    """What is in it, by name."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="session")
def document(files: dict[str, bytes]) -> dict[str, Any]:
    """manifest.json."""
    found: dict[str, Any] = json.loads(files["manifest.json"])
    return found


@pytest.fixture(scope="session")
def english(files: dict[str, bytes]) -> dict[str, str]:
    """en.json."""
    found: dict[str, str] = json.loads(files["en.json"])
    return found
