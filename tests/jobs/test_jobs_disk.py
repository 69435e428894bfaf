"""One SQLite file: many processes, long readers, a backup, a full disk, and years of old jobs."""

import functools
import math
import os
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from jobs.recovery import KEPT
from jobs.tables import RUN
from tests.jobs.toy_house import House, until
from tests.jobs.toy_jobs import order

SOAK = float(os.environ.get("SOAK_SECONDS", "4"))  # 60 for the whole of it
OLD = 10_000
NO_LIMIT = -1


def test_three_processes_and_a_reader_on_one_file(house: House) -> None:
    """Sixteen jobs at a time in each, while somebody reads for long and backups run: no error seen, no job lost."""
    children = [house.child() for _ in range(3)]
    end, waves = time.monotonic() + SOAK, 0
    house.sql("SELECT count(*) FROM workflow_status")
    with house.reading() as reader:
        while time.monotonic() < end:
            for place, child in enumerate(children):
                child.pipe.send(
                    ("start many", [asdict(order(f"k{waves}-{place}-{n}", [["a", "write"], ["b", "write"]])) for n in range(16)])
                )
            assert [child.pipe.recv() for child in children] == [[True] * 16] * 3
            house.backup()
            waves += 1
            until(functools.partial(are_over, house, waves * 48), 60)
        assert reader.execute("SELECT count(*) FROM workflow_status").fetchone() == (0,)  # still its own point in time
    assert set(house.keys("call").values()) == {1}
    assert "error" not in house.log()
    taken = sorted(finished(house))
    sys.stdout.write(f"{len(taken)} jobs, p99 {taken[math.ceil(len(taken) * 0.99) - 1]:.2f} s\n")


def are_over(house: House, number: int) -> bool:
    return len(finished(house)) == number


def finished(house: House) -> list[float]:
    """How long each finished job took, in seconds."""
    rows = house.run_data(select(RUN.c.started_at, RUN.c.finished_at).where(RUN.c.state == "done"))
    return [(row.finished_at - row.started_at).total_seconds() for row in rows]


def test_a_full_disk_loses_no_job_that_was_acknowledged(house: House) -> None:
    child = house.child(pace={"answer": 0.5})
    child.start("under way", [["a", "gate"], ["b", "write"]])
    house.entered("under way/a")
    child.ask("disk", largest(house.folder))
    answers = {}
    for number in range(200):
        answers[f"k{number}"] = child.ask("start", asdict(order(f"k{number}", [["a", "write"]])))
        if answers[f"k{number}"] is not True:
            break
    assert "Unavailable" in str(answers.popitem()[1])  # a turn says so; nothing is acknowledged that is not written
    house.open("a")
    child.ask("disk", NO_LIMIT)
    for key in ("under way", *answers):
        child.done(key, 40)
    assert set(house.keys("effect").values()) == {1}
    assert not [message for message in house.told() if message["kind"] != "done"]


def largest(folder: Path) -> int:
    return max(path.stat().st_size for path in folder.glob("*.sqlite-wal"))


def test_ten_thousand_old_jobs_are_forgotten_while_others_run(house: House) -> None:
    """dbos' records of them go after ninety days; their keys are still refused, and nothing else is touched."""
    first = house.child()
    first.start("recent", [["a", "write"]])
    first.done("recent")
    until(lambda: house.sql("SELECT 1 FROM workflow_status WHERE status = 'SUCCESS'"))
    first.stop()
    age(house)
    child = house.child()
    child.start("running", [["a", "gate"], ["b", "write"]])
    house.entered("running/a")
    until(lambda: house.sql("SELECT count(*) FROM workflow_status") == [(2,)], 60)
    house.open("a")
    child.done("running")
    assert [child.start(key, [["x", "write"]]) for key in ("recent", "old1", "old9999")] == [False] * 3
    assert house.keys("effect") == {"recent/a": 1, "running/a": 1, "running/b": 1}
    assert house.sql("SELECT count(*) FROM operation_outputs WHERE workflow_uuid LIKE 'old%'") == [(0,)]


def age(house: House) -> None:
    """Ten thousand copies of the job that is done, as they stand when they are older than dbos' records are kept."""
    long_ago = int((datetime.now(UTC) - KEPT - timedelta(days=1)).timestamp() * 1000)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    for table, key, file in (
        *((name, "workflow_uuid", "jobs") for name in ("workflow_status", "workflow_input", "workflow_output", "operation_outputs")),
        ("run", "id", "runs"),
    ):
        with closing(sqlite3.connect(house.folder / f"kollega.{file}.sqlite", timeout=30)) as connection, connection:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            values = ["'old' || i" if name == key else str(long_ago) if name == "completed_at" else f't."{name}"' for name in columns]
            named = ", ".join(f'"{name}"' for name in columns)
            copied = f"INSERT INTO {table} ({named}) {numbers} SELECT {', '.join(values)} FROM n, (SELECT * FROM {table} WHERE {key} = 'recent') AS t"
            connection.execute(copied, [OLD])
