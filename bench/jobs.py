"""Durable jobs: five-step jobs a second against bare dbos, how soon a yes is durable while 50 jobs run, a million entries verified.

`python -m bench.jobs [--entries 1000000] [--jobs 150] [--postgres URL]`. Without a URL a PostgreSQL of its own is started where its
programs are on the machine. Each engine runs in a process of its own, bare and ours in turn.
"""

import argparse
import asyncio
import json
import logging
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import insert

from jobs.audit import hash_of, stamp
from jobs.database import engine, place
from jobs.engine import Job, Jobs, Order
from jobs.tables import AUDIT, create
from jobs.verify import verify
from tests.jobs.postgres_server import Server, binaries

STEPS = 5
AT_ONCE = 32  # jobs under way


async def nothing(number: int) -> int:
    return number


async def work(job: Job) -> str:
    for number in range(STEPS):
        await job.step(f"s{number}", nothing, number)
    return "done"


async def slow(job: Job) -> str:
    for number in range(1000):
        await job.step(f"s{number}", asyncio.sleep, 0.1, None, returns=None)
    return "done"


async def tell(key: str, conversation: str, message: dict[str, Any]) -> None:
    del key, conversation, message


def order(number: int) -> Order:
    return Order(f"bench:{number}", "case.create", {"what": "min skærm er sort"}, {"id": "p1", "name": "Birthe Holm"}, "c")


async def ours(url: str | None, folder: Path, count: int) -> float:
    """Jobs a second."""
    began: dict[str, asyncio.Future[asyncio.Task[Any] | None]] = {}

    async def told(job: Job) -> str:
        began[job.order.key].set_result(asyncio.current_task())
        return await work(job)

    jobs = Jobs(database_url=url, var_dir=folder, work=told, tell=tell, patience=timedelta(0))

    async def whole(number: int) -> None:
        wanted = order(number)
        began[wanted.key] = asyncio.get_running_loop().create_future()
        await jobs.start(wanted)
        task = await began[wanted.key]
        assert task
        await asyncio.wait({task})

    await jobs.launch()
    rate = await paced(whole, count)
    await jobs.close()
    return rate


async def paced(whole: Callable[[int], Awaitable[None]], count: int) -> float:
    """Jobs a second when so many people each order one, wait until it is over, and order the next."""
    numbers = iter(range(count))

    async def person() -> None:
        for number in numbers:
            await whole(number)

    began = time.perf_counter()
    await asyncio.gather(*(person() for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - began)


async def bare(url: str, count: int) -> float:
    """Workflows a second, each started durably under its id, of five steps."""
    from dbos import DBOS, SetWorkflowID

    DBOS(config={"name": "bench-bare", "system_database_url": url, "log_level": "ERROR", "application_version": "1"})

    @DBOS.workflow(name="bare")
    async def flow(order: dict[str, Any]) -> str:
        del order
        for number in range(STEPS):
            await DBOS.run_step_async({"name": f"s{number}"}, nothing, number)
        return "done"

    async def whole(number: int) -> None:
        with SetWorkflowID(f"bench:{number}"):
            handle = await DBOS.start_workflow_async(flow, vars(order(number)))
        await handle.get_result()

    DBOS.launch()
    rate = await paced(whole, count)
    await asyncio.to_thread(DBOS.destroy)
    return rate


async def acknowledged(url: str | None, folder: Path) -> float:
    """The median of how long `Jobs.start` takes, in milliseconds, with 50 jobs under way that make ten steps a second each."""
    jobs = Jobs(database_url=url, var_dir=folder, work=slow, tell=tell, patience=timedelta(0))
    await jobs.launch()
    for number in range(50):
        await jobs.start(order(number))
    taken = []
    for number in range(50, 90):
        began = time.perf_counter()
        await jobs.start(order(number))
        taken.append(time.perf_counter() - began)
        await jobs.cancel(order(number).key)
    await jobs.close()
    return statistics.median(taken) * 1000


def verified(folder: Path, entries: int) -> float:
    """Seconds to verify so many entries."""
    where = place(None, folder)
    source = engine(where)
    prev, at = "0" * 64, stamp(datetime.now(UTC))
    with source.begin() as connection:
        create(connection)
        for first in range(1, entries + 1, 10_000):
            rows = []
            for seq in range(first, min(first + 10_000, entries + 1)):
                body = json.dumps(
                    {"run": f"case.create:{seq // 5}", "step": "create", "asked_by": "p:" + "0" * 32, "parts": {"asked": prev}}
                )
                digest = hash_of(seq, at, "step", body, prev)
                rows.append({"seq": seq, "at": at, "kind": "step", "body": body, "prev": prev, "hash": digest})
                prev = digest
            connection.execute(insert(AUDIT), rows)
    with source.connect() as connection:
        began = time.perf_counter()
        verdict = verify(connection)
        seconds = time.perf_counter() - began
    source.dispose()
    assert (verdict.rows, verdict.faults) == (entries, [])
    return seconds


def in_a_process(what: str, url: str, folder: Path, count: int) -> float:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "bench.jobs", "--one", what, "--postgres", url, "--jobs", str(count), "--folder", str(folder)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1])


def one(what: str, url: str, folder: Path, count: int) -> float:
    match what:
        case "ours":
            return asyncio.run(ours(url or None, folder, count))
        case "acknowledged":
            return asyncio.run(acknowledged(url or None, folder))
        case _:
            lite = f"sqlite:///{folder}/bare.sqlite"
            if not url:
                subprocess.run(
                    [sys.executable, "-c", f"import sqlite3; sqlite3.connect('{folder}/bare.sqlite').execute('PRAGMA journal_mode=WAL')"],
                    check=True,
                )
            return asyncio.run(bare(url or lite, count))


def compared(name: str, fresh: Any, folder: Path, count: int) -> None:
    """Both kinds in turn, five times, and the yes. Each pair has its ratio: what else the machine does changes from minute to minute."""
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    for turn in range(5):
        for what, found in rates.items():
            here = folder / f"{name}-{what}-{turn}"
            here.mkdir()
            found.append(in_a_process(what, fresh(), here, count))
    ratio = statistics.median(mine / theirs for mine, theirs in zip(rates["ours"], rates["bare"], strict=True))
    shown = {what: ", ".join(f"{rate:.0f}" for rate in found) for what, found in rates.items()}
    print(f"{name}: {shown['ours']} jobs/s of {STEPS} steps; bare dbos {shown['bare']}; median of their ratios {ratio:.2f} (wanted 0.8)")
    (folder / f"{name}-yes").mkdir()
    median = in_a_process("acknowledged", fresh(), folder / f"{name}-yes", count)
    print(f"{name}: a yes is durable after {median:.0f} ms at the median with 50 jobs under way (wanted under 200)")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.jobs")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=150)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--one", default="")
    parser.add_argument("--folder", type=Path)
    wanted = parser.parse_args()
    if wanted.one:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        print(one(wanted.one, wanted.postgres, wanted.folder, wanted.jobs))
        return
    folder = Path(tempfile.mkdtemp(prefix="kollega-bench-"))
    try:
        compared("SQLite", lambda: "", folder, wanted.jobs)
        if programs := binaries():
            server = Server(programs)
            try:
                compared("PostgreSQL", server.database, folder, wanted.jobs)
            finally:
                server.remove()
        seconds = verified(folder, wanted.entries)
        print(f"{wanted.entries} entries of the audit chain verified in {seconds:.1f} s (wanted under 10 for 1000000)")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
