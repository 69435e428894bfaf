"""Whether this machine can run Kollega: "" when it can, one sentence that says what to do when it can't. Needs no package."""

from __future__ import annotations  # a Python that is too old must come as far as saying so

import errno
import socket
import sqlite3
import sys
import tempfile
from pathlib import Path


def unfit(python: tuple[int, int], sqlite: tuple[int, int, int], *, postgres: bool = False) -> str:
    """Why not, and what to do; "" when all is well. `postgres`: the jobs are kept there, so that SQLite does not matter.

    The job engine's SQLite statements need 3.35, and 3.42 on Python 3.12 and newer.
    """
    if python < (3, 11):
        return f"Kollega needs Python 3.11 or newer, this is {python[0]}.{python[1]}. Install one and run: make PYTHON=python3.11 ..."
    least = (3, 42, 0) if python >= (3, 12) else (3, 35, 0)
    if sqlite < least and not postgres:
        wanted, has = (".".join(map(str, version)) for version in (least, sqlite))
        return f"This Python's SQLite is {has}, Kollega needs {wanted}. Use another Python (make PYTHON=python3.11 ...), or set DATABASE_URL to PostgreSQL."
    return ""


def unwritable(setting: str, folder: Path) -> str:
    """Why nothing can be written in the folder of a setting. It is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"{setting}: nothing can be written in {folder}: {error.strerror}."


def taken(host: str, port: int) -> str:
    """Why nothing can listen there. Asked before anything else is touched: another Kollega may be running with the same files."""
    try:
        socket.getaddrinfo(host, port)
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            return f"HOST is {host}, which is no address of this machine."
        if error.errno == errno.EADDRINUSE:
            return f"PORT {port} at {host} is taken. If Kollega runs there already, stop it, or set PORT to another number."
        return f"PORT is {port}, and Kollega cannot listen there: {error.strerror}."
    return ""


if __name__ == "__main__" and (reason := unfit(sys.version_info[:2], sqlite3.sqlite_version_info)):
    sys.stderr.write(f"kollega: {reason}\n")
    sys.exit(2)
