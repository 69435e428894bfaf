"""The processes of the tests, and what they did to the world."""

import json
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Row, Select, select

from jobs.database import engine, place
from jobs.tables import AUDIT
from tests.jobs import toy_jobs
from tests.jobs.toy_jobs import World

T = TypeVar("T")


def until(look: Callable[[], T], seconds: float = 20.0) -> T:
    """The first true answer."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return found


class Child:
    """One process that runs jobs."""

    def __init__(self, context: ForkServerContext, config: dict[str, Any]) -> None:
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=toy_jobs.main, args=(config, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def up(self) -> "Child":
        assert self.pipe.poll(20), "the process did not come up"
        assert self.pipe.recv() == "up"
        return self

    def ask(self, *what: Any) -> Any:
        self.pipe.send(what)
        assert self.pipe.poll(20), f"no answer to {what}"
        return self.pipe.recv()

    def start(self, key: str, steps: list[list[str]], **form: Any) -> bool:
        return bool(self.ask("start", asdict(toy_jobs.order(key, steps, **form))))

    def start_many(self, key: str, steps: list[list[str]], times: int) -> list[bool]:
        """The same order several times at once."""
        return list(self.ask("start many", [asdict(toy_jobs.order(key, steps))] * times))

    def state(self, key: str) -> str:
        status = self.ask("status", key)
        return str(status["state"]) if status else "unknown"

    def done(self, key: str, seconds: float = 20.0) -> None:
        until(lambda: self.state(key) == "done", seconds)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        with suppress(ProcessLookupError):
            os.kill(int(self.process.pid or 0), how)

    def ended(self, seconds: float = 20.0) -> int | None:
        self.process.join(seconds)
        return self.process.exitcode

    def stop(self) -> None:
        self.kill(signal.SIGTERM)
        if self.ended(10) is None:
            self.kill()
            self.process.join(5)
        self.pipe.close()


class House:
    """The world, and the processes that change it."""

    def __init__(self, folder: Path, context: ForkServerContext, database_url: str | None) -> None:
        self.folder = folder
        self.world = World(folder)
        self.database_url = database_url
        self.context = context
        self._children: list[Child] = []

    def another(self, name: str) -> "House":
        """A world of its own inside this one's folder."""
        folder = self.folder / name
        folder.mkdir()
        return House(folder, self.context, None)

    def launch(self, **config: Any) -> Child:
        """A process, not waited for."""
        child = Child(self.context, {"folder": str(self.folder), "database_url": self.database_url, **config})
        self._children.append(child)
        return child

    def child(self, **config: Any) -> Child:
        return self.launch(**config).up()

    def clock(self, moment: datetime) -> None:
        """From now on it is that time for the processes."""
        fresh = self.folder / "clock.new"
        fresh.write_text(moment.isoformat())
        fresh.replace(self.folder / "clock")

    def open(self, gate: str) -> None:
        (self.folder / gate).touch()

    def keys(self, kind: str) -> Counter[str]:
        return Counter(line["key"] for line in self.world.lines() if line["kind"] == kind)

    def log(self) -> str:
        """What the processes logged."""
        return (self.folder / "log").read_text()

    def told(self) -> list[dict[str, Any]]:
        return [line["message"] for line in self.world.lines() if line["kind"] == "told"]

    def entered(self, key: str, times: int = 1) -> None:
        """Wait until that step is under way, for the nth time."""
        until(lambda: self.keys("call")[key] >= times)

    def pids(self, kind: str, key: str) -> set[int]:
        return {line["pid"] for line in self.world.lines() if (line["kind"], line["key"]) == (kind, key)}

    def passed_is_never_called_again(self) -> None:
        """A step that came through in one process is not called in another."""
        passed: dict[str, int] = {}
        for line in self.world.lines():
            if line["kind"] == "passed":
                passed.setdefault(line["key"], line["pid"])
            if line["kind"] == "call":
                assert passed.get(line["key"], line["pid"]) == line["pid"], line

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """On dbos' own tables (SQLite)."""
        with closing(sqlite3.connect(self.folder / "kollega.jobs.sqlite", timeout=30)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def proved(self, kind: str) -> list[tuple[str, str]]:
        """Run and step of the chain's entries of a kind, in their order."""
        return [(body["run"], body.get("step", "")) for one, body in self.chain() if one == kind]

    def chain(self) -> list[tuple[str, dict[str, Any]]]:
        """Kind and body of all entries."""
        rows = self.run_data(select(AUDIT.c.kind, AUDIT.c.body).order_by(AUDIT.c.seq))
        return [(row.kind, json.loads(row.body)) for row in rows]

    def run_data(self, statement: Select[Any]) -> list[Row[Any]]:
        """Rows of the run data, on either database."""
        source = engine(place(self.database_url, self.folder))
        with source.connect() as connection:
            rows = list(connection.execute(statement).all())
        source.dispose()
        return rows

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A reader that has begun and does not end."""
        with closing(sqlite3.connect(self.folder / "kollega.jobs.sqlite", isolation_level=None)) as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM workflow_status").fetchone()
            yield connection

    def backup(self) -> None:
        with (
            closing(sqlite3.connect(self.folder / "kollega.jobs.sqlite")) as source,
            closing(sqlite3.connect(self.folder / "backup.sqlite")) as target,
        ):
            source.backup(target)

    def locks(self) -> list[str]:
        return [path.name for path in self.folder.glob("*.locks/*") if path.name != ".setup"]

    def close(self) -> None:
        for child in self._children:  # how they stop is tried elsewhere
            child.kill()
        for child in self._children:
            child.process.join(5)
            child.pipe.close()
