"""A private PostgreSQL server for the tests that need one."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def binaries() -> Path | None:
    """The newest server on the machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if found:
        return found[-1].parent
    other = shutil.which("pg_ctl")
    return Path(other).parent if other else None


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def server() -> Iterator[str]:
    """The URL of an empty database on a server of its own."""
    folder = binaries()
    if folder is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL server on this machine")
        pytest.skip("no PostgreSQL server on this machine")
    home = Path(tempfile.mkdtemp(prefix="kollega-pg-"))
    owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None  # the server refuses to run as root
    if owner:
        os.chown(home, owner.pw_uid, owner.pw_gid)

    def run(*command: str) -> None:
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
        subprocess.run([str(folder / command[0]), *command[1:]], check=True, stdout=subprocess.DEVNULL, cwd=home, timeout=60, **who)  # type: ignore[call-overload]  # the options are those of subprocess.run

    port = free_port()
    run("initdb", "-D", f"{home}/data", "-A", "trust", "-U", "kollega", "--no-sync")
    run("pg_ctl", "-D", f"{home}/data", "-l", f"{home}/log", "-o", f"-k {home} -h 127.0.0.1 -p {port} -F", "-w", "start")
    try:
        yield f"postgresql://kollega@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", f"{home}/data", "-m", "immediate", "stop")
        shutil.rmtree(home)
