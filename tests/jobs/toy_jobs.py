"""A process that runs toy jobs with the real engine: what the tests of tests/jobs start, stop and kill.

The world that the jobs change is a journal file outside the processes: like a real system it makes one effect a key, and it notes
every call. A job's form says what its steps do.
"""

import asyncio
import fcntl
import functools
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import structlog
from pydantic import BaseModel

import jobs
from connectors.errors import NotFound, Refused, Unavailable
from connectors.http import about_to_change
from jobs.engine import Job, Jobs, Limit, Order, Pace, Reminder, Schedule

QUICK = {
    "settle": 0.05,
    "first_wait": 0.05,
    "longest_wait": 0.4,
    "audit": 0.2,
    "grace": 1.0,
    "orphan": 1.0,
    "mend": 0.3,
    "schedule": 0.1,
    "silence": 1.0,
    "drain": 3.0,
}


class World:
    """The journal: {"call"}, {"effect"}, {"passed"} and {"told"} lines. `open_gates` are files beside it, made by the tests."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "journal.jsonl"
        self.folder = folder

    def lines(self) -> list[dict[str, Any]]:
        if not self.journal.exists():
            return []
        return [json.loads(line) for line in self.journal.read_text().splitlines()]

    def note(self, **line: Any) -> None:
        with self.journal.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(json.dumps({**line, "pid": os.getpid()}) + "\n")

    def once(self, kind: str, key: str, **more: Any) -> None:
        """Note it unless that key is there already: what a system that knows the key does."""
        with self.journal.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not self.has(kind, key):
                file.write(json.dumps({"kind": kind, "key": key, **more, "pid": os.getpid()}) + "\n")

    def has(self, kind: str, key: str) -> bool:
        return any(line["kind"] == kind and line["key"] == key for line in self.lines())

    def now(self) -> datetime:
        """The time; or what a test has written it to be."""
        clock = self.folder / "clock"
        return datetime.fromisoformat(clock.read_text()) if clock.exists() else datetime.now(UTC)

    def is_open(self, gate: str) -> bool:
        return (self.folder / gate).exists()


class Made(BaseModel):
    number: str
    at: datetime


class Calls:
    """What a step may do, by the word in the form."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def write(self, key: str) -> Made:
        self.world.note(kind="call", key=key)
        await about_to_change()  # as a connector's call does
        self.world.once("effect", key)
        return Made(number=key.rsplit("/", 1)[-1], at=datetime(2026, 11, 24, tzinfo=UTC))

    async def gate(self, key: str) -> str:
        """Waits inside the step, after its effect, until the test opens the gate named like the step."""
        await self.write(key)
        while not self.world.is_open(key.rsplit("/", 1)[-1]):  # noqa: ASYNC110 - the gate is opened by another process
            await asyncio.sleep(0.01)
        return "open"

    async def away(self, key: str) -> Made:
        """A system that does not answer until the gate is open."""
        self.world.note(kind="call", key=key)
        if not self.world.is_open(key.rsplit("/", 1)[-1]):
            raise Unavailable("edoc", "no answer", 503)
        return await self.write(key)

    async def dropped(self, key: str) -> Made:
        """The effect is made, the answer is lost; once."""
        known = self.world.has("effect", key)
        made = await self.write(key)
        if not known:
            raise Unavailable("edoc", "connection lost")
        return made

    async def throttled(self, key: str) -> Made:
        """Asks for a pause, once."""
        if not self.world.has("call", key):
            self.world.note(kind="call", key=key)
            raise Unavailable("graph", "slow down", 429, "throttled", 0.5)
        return await self.write(key)

    async def refuse(self, key: str) -> Made:
        self.world.note(kind="call", key=key)
        raise Refused("servicenow", "closed", 422, "case_closed")

    async def missing(self, key: str) -> Made:
        self.world.note(kind="call", key=key)
        raise NotFound("edoc", "", 404)

    async def crash(self, key: str) -> Made:
        self.world.note(kind="call", key=key)
        raise KeyError(key)

    async def busy(self, key: str) -> None:
        """A call that takes a while, between its "enter" and its "leave"."""
        self.world.note(kind="enter", key=key, at=time.time())
        await asyncio.sleep(0.05)
        self.world.note(kind="leave", key=key, at=time.time())

    async def quick(self, key: str) -> None:
        self.world.note(kind="enter", key=key, at=time.time())

    async def broken(self, key: str) -> Made:
        """A fault of ours, until it is mended."""
        self.world.note(kind="call", key=key)
        if not self.world.is_open("mended"):
            raise KeyError(key)
        return await self.write(key)

    async def poison(self, key: str) -> Made:
        """Takes the whole process along."""
        self.world.note(kind="call", key=key)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


Ask = Callable[[str, list[str], dict[str, Any]], Awaitable[None]]


def worker(world: World, renamed: dict[str, str], added: list[list[str]], ask: Ask) -> Any:
    """renamed, added: what a later release does otherwise. ask: notes who is asked for a yes."""
    calls = Calls(world)

    async def work(job: Job) -> str:
        refused = ""
        job.unit = "Koncern IT"
        for old, what in [*job.order.form["steps"], *added]:
            name = renamed.get(old, old)
            try:
                if what == "wait":
                    await waited(world, job, name, ask)
                    continue
                await job.step(name, getattr(calls, what), job.key(name), on="edoc", within=job.order.form.get("within", ""))
            except (Refused, NotFound) as error:
                refused = f"{type(error).__name__} {error.system} {error.reason} {error.status} {error.code} {error.retry_after}"
                if job.order.form.get("gives_up"):
                    raise
                await job.step(f"instead of {name}", calls.write, job.key(f"instead of {name}"))
            world.note(kind="passed", key=job.key(name))
        job.minutes = 7
        await job.tell("done", {"kind": "done", "reference": job.reference, "refused": refused})
        world.note(kind="passed", key=job.key("done"))
        return f"fine {refused}".strip()

    return work


async def waited(world: World, job: Job, name: str, ask: Ask) -> None:
    """Until the form's time, with a reminder at each of its moments."""
    form = job.order.form

    async def remind(at: str) -> None:
        world.note(kind="reminded", key=job.key(name), at=at)

    reminders = [Reminder(datetime.fromisoformat(at), functools.partial(remind, at)) for at in form.get("remind", [])]
    if form.get("ask"):
        await job.step(f"ask {name}", ask, job.order.key, form["ask"], {"role": "approver"}, on="approval")
    world.note(kind="waits", key=job.key(name))
    answer = await job.wait(name, datetime.fromisoformat(form["until"]), reminders)
    world.note(kind="answer", key=job.key(name), by=answer and answer.by["name"], message=answer and answer.message)
    if answer:
        job.approved_by = [answer.by["id"]]


class Killer:
    """Kills the process before the nth line of the engine (or counts them), from the moment it is armed."""

    def __init__(self, at: int | None, files: tuple[str, ...]) -> None:
        self.at = at
        self.count = 0
        self._files = {str(Path(next(iter(jobs.__path__))) / name) for name in files} | {__file__}

    def arm(self) -> None:
        threading.settrace(self.trace)
        sys.settrace(self.trace)

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in self._files or frame.f_code.co_name in QUIET:
            return None
        if event == "line":
            self.count += 1
            if self.count == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self.trace


QUIET = {
    "lines",
    "has",
    "is_open",
    "now",
    "<genexpr>",
    "<listcomp>",
    "trace",
    "unwell",
    "main",
    "serve",
    "command",
}  # the toy's own reading and talking
ENGINE = ("engine.py", "running.py", "job.py", "patience.py", "runs.py", "store.py", "audit.py")
RECOVERY = ("recovery.py", "locks.py")


def order(key: str, steps: list[list[str]], **form: Any) -> Order:
    return Order(key, "case.create", {"steps": steps, **form}, {"id": "p1", "name": "Birthe Holm", "tenant": "t1"}, "conv-1")


def nightly(missed: Literal["all", "newest"]) -> Schedule:
    """Each night at half past two, a time that there is twice or not at all in the nights of the clock's change."""
    return Schedule("nightly", time_of_day(2, 30), bool, lambda day: order(f"night {day}", [["a", "write"]]), missed)


def main(config: dict[str, Any], pipe: Connection) -> None:
    with Path(config["folder"], "log").open("a") as log:
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
        asyncio.run(serve(config, pipe))


def hurry(times: float) -> None:
    """The pauses of dbos, which grow to a minute while its database is away, so many times shorter."""
    sleep = time.sleep
    time.sleep = lambda seconds: sleep(float(seconds) / times)


async def serve(config: dict[str, Any], pipe: Connection) -> None:
    hurry(config.get("hurry", 1.0))
    loop = asyncio.get_running_loop()
    stop, inbox = asyncio.Event(), asyncio.Queue[Any]()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    world = World(Path(config["folder"]))
    killer = Killer(config["kill_at"], tuple(config["kill_in"])) if "kill_at" in config else None
    if killer and config.get("armed"):
        killer.arm()

    async def tell(key: str, conversation: str, message: dict[str, Any]) -> None:
        if config.get("tell_fails"):
            raise Unavailable("teams", "down", 503)
        world.note(kind="handed", key=key)
        world.once("told", key, conversation=conversation, message=message)

    async def ask(key: str, people: list[str], shown: dict[str, Any]) -> None:
        await engine.ask(key, people, shown)

    engine = Jobs(
        database_url=config.get("database_url"),
        var_dir=Path(config["folder"]),
        work=worker(world, config.get("renamed", {}), config.get("added", []), ask),
        tell=tell,
        patience=timedelta(seconds=config.get("patience", 60)),
        recoveries=config.get("recoveries", 20),
        limits={"mailbox": Limit(at_once=4), "teams": Limit(per_second=50)},
        pace=Pace(**{**QUICK, **config.get("pace", {})}),
        now=world.now,
        schedules=[nightly(config["missed"])] if "missed" in config else [],
    )
    await engine.launch()
    pipe.send("up")
    loop.add_reader(pipe.fileno(), lambda: inbox.put_nowait(_received(pipe, stop)))
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        coming = asyncio.create_task(inbox.get())
        await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if coming.done() and coming.result() is not None:
            asked: list[Any] = coming.result()
            if killer and asked[0] == "start":
                killer.arm()
            with suppress(BrokenPipeError):  # the test is gone already
                pipe.send(await command(engine, killer, *asked))
        coming.cancel()
    structlog.get_logger().info("stopping")
    await engine.close()


def _received(pipe: Connection, stop: asyncio.Event) -> Any:
    try:
        return pipe.recv()
    except EOFError:
        stop.set()
        return None


async def command(engine: Jobs, killer: Killer | None, what: str, *args: Any) -> Any:
    match what:
        case "start":
            try:
                return await engine.start(Order(**args[0]))
            except Unavailable as error:
                return str(error)
        case "start many":
            return await asyncio.gather(*(engine.start(Order(**one)) for one in args[0]))
        case "status":
            with suppress(Unavailable):  # asked again
                status = await engine.status(args[0])
                return asdict(status) if status else None
            return None
        case "mine":
            return [asdict(one) for one in await engine.mine(*args)]
        case "cancel":
            return await engine.cancel(args[0])
        case "asked":
            return [one.key for one in await engine.asks_of(args[0])]
        case "answer":
            return asdict(await engine.answer(*args))
        case "vanish":  # the run dies of something that is no job's error, and its row stays
            return [task.cancel() for job, task in engine._running.live.items() if job.order.key == args[0]]
        case "disk":  # no file may grow beyond so many bytes; -1: it may
            resource.setrlimit(resource.RLIMIT_FSIZE, (args[0], resource.RLIM_INFINITY))
            return True
        case "count":
            return killer.count if killer else None
        case "unwell":
            return engine.unwell()
        case "recovery":
            recovery = engine._recovery
            assert recovery
            return {
                "taken_over": recovery.taken_over,
                "put_back": recovery.put_back,
                "silent": recovery.silent,
                "live": len(engine._running.live),
            }
    raise ValueError(what)
