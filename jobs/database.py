"""Where jobs are kept: two SQLite files beside each other, or one PostgreSQL database."""

import fcntl
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import Engine, create_engine, make_url

from jobs.tables import NO_SCHEMA
from settings import kept_at

ALIVE: dict[str, int] = {  # a host that vanishes without a word is noticed within half a minute, not in hours
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}


@dataclass(frozen=True)
class Place:
    """dbos keeps its tables at `jobs`, our run data lies at `runs`: two files on SQLite, or each writer would wait for the other."""

    jobs: str  # SQLAlchemy URL
    runs: str  # SQLAlchemy URL
    plain: str  # the PostgreSQL URL as given, "" on SQLite
    folder: Path | None  # SQLite: where the lock files of the running processes lie; beside the database, whose sharers must share them

    @property
    def run_file(self) -> Path:
        """SQLite: the file of the run data."""
        return Path(str(make_url(self.runs).database))


def place(database_url: str | None, var_dir: Path) -> Place:
    """Where DATABASE_URL puts the jobs; None is a file under `var_dir`. Raises ValueError for a URL that names no file."""
    if database_url and database_url.startswith("postgresql://"):
        return Place(database_url, kept_at(database_url, var_dir, "runs"), database_url, None)
    if database_url and make_url(database_url).database in {None, "", ":memory:"}:
        raise ValueError("DATABASE_URL names no file; jobs must outlive the process")
    jobs, runs = (kept_at(database_url, var_dir, part) for part in ("jobs", "runs"))
    locks = Path(jobs.removeprefix("sqlite:///").removesuffix(".jobs.sqlite") + ".locks")
    return Place(jobs, runs, "", locks)


def prepare(where: Place) -> None:
    """Make SQLite's folder and files, with the write-ahead log on (half again as fast, and readers never wait)."""
    if where.folder is None:
        return
    where.folder.mkdir(parents=True, exist_ok=True)
    with (where.folder / ".setup").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)  # the switch fails while another process makes it
        for url in (where.jobs, where.runs):
            connection = sqlite3.connect(str(make_url(url).database), timeout=30)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.close()


def engine(where: Place) -> Engine:
    """The run data for a command that looks at all of it, as it is at one point in time."""
    if where.folder is not None:
        return create_engine(where.runs, execution_options=NO_SCHEMA)
    return create_engine(where.runs, isolation_level="REPEATABLE READ", connect_args=ALIVE)


def postgres(url: str) -> Callable[[], psycopg.Connection]:
    """How dbos connects: as usual, but each failure says "connection failed", the words by which dbos knows to wait and try again.

    Without them a restart of a server on a Unix socket, or a failed look-up of its name, would end the job's run.
    """

    def connect() -> psycopg.Connection:
        try:
            return psycopg.connect(url, **ALIVE)  # type: ignore[arg-type]  # its signature does not know libpq's own parameters
        except psycopg.OperationalError as error:
            raise psycopg.OperationalError(f"connection failed: {error}") from error

    return connect
