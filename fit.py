"""Whether the Python at hand can run Kollega: nothing when it can, one sentence when it can't. Needs no package."""

import sqlite3
import sys


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


if __name__ == "__main__" and (reason := unfit(sys.version_info[:2], sqlite3.sqlite_version_info)):
    sys.exit(reason)
