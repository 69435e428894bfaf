"""Durable work: a job is started once under its business key, runs in named steps, and survives the death of its process.

A step is recorded once it is done and not called again. One that was under way when the process died is called again, so each step
that writes carries its key (`Job.key`) to the system that it writes to, and looks before it writes.
"""

import asyncio
import contextvars
import functools
import importlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import uuid4

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from connectors.errors import Unavailable
from jobs import anchors, history, standing
from jobs.asks import Asked, Asks
from jobs.audit import Ledger, plain
from jobs.database import place, postgres, prepare
from jobs.history import ANY, Recalled, Which
from jobs.job import Job, Order, Tell, reference
from jobs.limits import Limit, Limits
from jobs.locks import AdvisoryLock, FileLock
from jobs.logs import described, quieten
from jobs.pace import Pace
from jobs.patience import Patience
from jobs.people import Pseudonyms, kept
from jobs.running import STARTED_HERE, Running
from jobs.runs import Runs, unless_there
from jobs.schedules import Schedule, Schedules
from jobs.serializer import JsonSerializer
from jobs.standing import Mending, Record, State, Status
from jobs.store import Store
from jobs.tables import ABOUT
from jobs.waits import Answer, Answered, Reminder, Waits

if TYPE_CHECKING:  # dbos takes 0.4 s to import; `Jobs.launch` does it, in a thread
    from dbos import DBOSConfig, Serializer

    from jobs.recovery import Recovery

__all__ = [
    "Answer",
    "Answered",
    "Job",
    "Jobs",
    "Limit",
    "Order",
    "Pace",
    "Record",
    "Reminder",
    "Schedule",
    "State",
    "Status",
    "Which",
    "reference",
]

T = TypeVar("T")
log = structlog.get_logger()

JOB = "job"  # the workflow's name in every row: never to be changed
# Takeovers in a row in which the job did not come on; a release's restart in the middle of a long retry or wait counts too, until the
# next step is done. A job that kills its process by itself is given up within a minute or two; one that is unlucky never gets there.
RECOVERIES = 20
CLAIMS = 10_000  # dbos' own count never forgets, and a wait of weeks outlives many releases: this is for a run that never gets to ours
KEPT = timedelta(days=5 * 365)  # runs and what may be erased of the chain
HOUR = 3600.0
THREADS = 200  # a database that is away holds one for each job that wants it, and look-ups of names need one too

_CURRENT: list["Jobs"] = []  # at most one: dbos is global to the process


class Jobs:
    """The engine. One a process; any number of processes share a database.

    work: runs the steps of a job and returns its outcome, a text. Its code outside steps must do the same each time: no clock, no
    chance, no look-up. tell: hands a message to a conversation, once a key. patience: how long a step whose system does not answer
    is tried. limits: by the part of a limit's name before its colon. person_key: the secret of the pseudonyms, the same for all
    processes of a database; None: one is kept in a file under var_dir. keep: how long runs and erasable details are kept. schedules: the
    same in all processes.
    """

    def __init__(
        self,
        *,
        database_url: str | None,
        var_dir: Path,
        work: Callable[[Job], Awaitable[str]],
        tell: Tell,
        patience: timedelta,
        name: str = "kollega",
        recoveries: int = RECOVERIES,
        pace: Pace | None = None,
        now: Callable[[], datetime] | None = None,
        limits: Mapping[str, Limit] | None = None,
        person_key: str | None = None,
        keep: timedelta = KEPT,
        schedules: Sequence[Schedule] = (),
    ) -> None:
        self.tell = tell
        self._name = name
        self._var_dir = var_dir
        self._pace = pace or Pace()
        self.now = self._now = now or (lambda: datetime.now(UTC))  # the clock that waits go by
        self._keep = keep
        self._place = place(database_url, var_dir)
        self._store = Store(self._place.runs)
        self._runs = Runs(self._store)
        self._pseudonyms = Pseudonyms(person_key.encode() if person_key else kept(var_dir / "person.key"))
        self._executor = str(uuid4())  # a fresh name each time: whoever bears the old one is dead
        self._lock = FileLock(self._place.folder, self._executor) if self._place.folder else AdvisoryLock(self._place.plain, self._executor)
        self._limits = Limits(self._store, limits or {}, self._executor)
        self._waits = Waits(self._store, self._pseudonyms, self._now)
        self._schedules = Schedules(self._store, schedules, self.start, self._now)
        self._asks = Asks(self._store, self._pseudonyms, self._now)
        self._running = Running(
            work=work,
            tell=tell,
            runs=self._runs,
            waits=self._waits,
            limits=self._limits,
            patience=Patience(self._runs, patience, self._pace, self._now),
            pseudonyms=self._pseudonyms,
            recoveries=recoveries,
            now=self._now,
        )
        self._recovery: Recovery | None = None
        self._turns: set[asyncio.Task[Any]] = set()

    async def launch(self) -> None:
        """Open the databases and begin: what a dead process left behind is taken over within seconds.

        Raises RuntimeError if this process runs an engine already, ValueError for another person key than the database was begun with,
        and the driver's errors where the database does not answer.
        """
        if _CURRENT:
            raise RuntimeError("one job engine a process")
        _CURRENT.append(self)
        try:
            await asyncio.to_thread(importlib.import_module, "jobs.recovery")
            await asyncio.to_thread(prepare, self._place)
            await self._store.create()
            await self._store.write(lambda connection, _: self._pseudonyms.settle(connection))
            await self._lock.take()
            self._open()
        except BaseException:  # also a stop in the middle of it: nothing is swallowed, but the lock and dbos must be let go of
            await self._let_go()
            raise

    def _open(self) -> None:
        from dbos import DBOS

        from jobs.recovery import VERSION, Recovery

        quieten()
        engine: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": False} | (
            {"creator": postgres(self._place.plain)} if self._place.plain else {}
        )
        config: DBOSConfig = {
            "name": self._name,
            "system_database_url": self._place.jobs,
            "db_engine_kwargs": engine,
            "executor_id": self._executor,
            "application_version": VERSION,
            "serializer": cast("Serializer", JsonSerializer()),
            "max_executor_threads": THREADS,
            "notification_listener_polling_interval_sec": 0.1,  # nothing waits on it; a stop waits one round
            "log_level": "WARNING",
        }
        DBOS(config=config)
        _workflow()
        rounds = (
            (Mending(self._runs, self.tell, self._pace, self._now).mend, self._pace.mend),
            (self._waits.round, self._pace.audit),
            (self._schedules.round, self._pace.schedule),
            (self._forget, HOUR),
            (self._settle, HOUR),
            (self._anchor, HOUR),
        )
        self._recovery = Recovery(self._lock, self._executor, JOB, pace=self._pace, rounds=rounds, let_go=self._limits.forget)
        DBOS.launch()  # inside the loop, which dbos then runs jobs on
        self._recovery.start()

    async def close(self) -> None:
        """Stop: steps under way get `Pace.drain` seconds to end, nothing new begins, the rest is left for others to take over."""
        if self not in _CURRENT or self._running.closing:
            return
        if self._recovery:
            await self._recovery.stop()
        await self._running.drain(self._pace.drain)
        for task in self._turns:
            task.cancel()
        if tasks := {*self._running.live.values(), *self._turns}:
            await asyncio.wait(tasks, timeout=5)  # a task waits for nothing but its own clean-up
        await self._let_go()

    async def _let_go(self) -> None:
        from dbos import DBOS

        # dbos put its own threads behind this loop's to_thread, and takes them away now.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        try:
            await asyncio.to_thread(DBOS.destroy)
            await self._store.close()
            await self._lock.release()  # last: from here on others may take over
        finally:
            _CURRENT.remove(self)

    async def start(self, order: Order) -> bool:
        """Begin the job unless its key is known. True: new. False: it exists, and the first order counts. Durable when it returns.

        Raises Unavailable when the job database does not answer (the job may have been started: the same key finds it), and TypeError
        for an order that is not plain JSON.
        """
        JsonSerializer().serialize(vars(order))
        return await self._in_turn(self._start(order))

    async def _start(self, order: Order) -> bool:
        from dbos import DBOS, SetWorkflowID, error

        row = {
            "id": order.key,
            "intent": order.intent,
            "person": self._pseudonyms.of(order.person["id"]),
            "tenant": order.person.get("tenant", ""),
            "conversation": order.conversation,
            "reference": reference(order.key),
            "started_at": self._now(),
            "channel": order.channel,
        }
        if not await self._runs.open(row, {"asked_by": plain(order.person), "form": plain(order.form)}):
            return False
        STARTED_HERE.set(True)
        try:
            with SetWorkflowID(order.key, workflow_id_reuse_policy="reject"):
                await DBOS.start_workflow_async(_workflow(), dict(vars(order)))
        except error.DBOSWorkflowIDInUseError:
            return False
        return True

    async def status(self, key: str) -> Status | None:
        """How that job stands, or None. Raises Unavailable when the job database does not answer."""
        return await self._in_turn(standing.of_job(self._runs, key))

    async def record(self, key: str) -> Record | None:
        """What a job was told and what its steps gave; None for a job that is unknown or whose steps are no longer kept.

        Raises Unavailable when the job database does not answer.
        """
        return await self._in_turn(standing.record_of(key))

    async def mine(self, person_id: str, limit: int = 10, which: Which = ANY) -> list[Status]:
        """The newest jobs of one person, newest first. Raises Unavailable when the job database does not answer."""
        return await self._in_turn(self._mine(self._pseudonyms.of(person_id), limit, which))

    async def _mine(self, person: str, limit: int, which: Which) -> list[Status]:
        return await standing.of_rows(self._runs, await history.of_person(self._store, person, limit, which))

    async def saved(self, person_id: str, which: Which = ANY) -> int:
        """The minutes that one person's jobs saved. Raises Unavailable when the job database does not answer."""
        return await self._in_turn(history.saved(self._store, self._pseudonyms.of(person_id), which))

    async def recalled(self, person_id: str, keys: Sequence[str]) -> dict[str, Recalled]:
        """What those jobs were about, for those that this person ordered. Raises Unavailable when the job database does not answer."""
        return await self._in_turn(history.recalled(self._store, self._pseudonyms.of(person_id), keys))

    async def cancel(self, key: str) -> bool:
        """Stop the job; a step under way runs to its end. True: cancelled by this call. False: unknown, or finished before.

        Raises Unavailable when the job database does not answer.
        """
        return await self._in_turn(self._cancel(key))

    async def _cancel(self, key: str) -> bool:
        from dbos import DBOS

        row = await self._runs.get(key)
        if row is None or row.finished_at is not None:
            return False
        await DBOS.cancel_workflow_async(key)
        cancelled = await self._runs.finish(key, "cancelled", "", self._now())
        self._running.cancel(key)
        return cancelled

    async def answer(self, key: str, name: str, message: dict[str, Any], by: dict[str, str]) -> Answered:
        """Answer what a job waits for (`Job.wait`), or will wait for. The first answer counts; the others learn whose that was.

        by: {"id", "name"} of a checked activity. Durable when it returns. Raises Unavailable when the job database does not answer (the
        answer may have been taken: given again, it is found).
        """
        return await self._in_turn(self._waits.answer(key, name, message, by))

    async def ask(self, key: str, people: Sequence[str], shown: dict[str, Any]) -> None:
        """Note that these people (ids) are asked to approve that job; `shown` (JSON) is what they see. For a job's step; safe to repeat."""
        await self._asks.put(key, people, shown)

    async def asks_of(self, person: str) -> list[Asked]:
        """What waits for that person's (id) approval, the oldest first. Raises Unavailable when the job database does not answer."""
        return await self._in_turn(self._asks.of(person))

    async def answers(self, key: str) -> dict[str, Answer]:
        """The answers that count of all waits of that job, by the wait's name. Raises Unavailable when the job database does not answer."""
        return await self._in_turn(self._waits.given(key))

    async def saw(self, who: str, whose: str, system: str, what: str, detail: dict[str, Any] | None = None) -> None:
        """Put on record that a person (id) was shown another's data (id) of a system: what, in a word or two ("case", "absences").

        detail: more of it, which may be erased. Raises Unavailable when the job database does not answer: then show nothing.
        """
        body = {"who": self._pseudonyms.of(who), "whose": self._pseudonyms.of(whose), "system": system, "what": what}
        more = {"who": who, "whose": whose, "more": plain(detail or {})}
        await self._in_turn(self._store.write(lambda _, ledger: ledger.append(self._now(), "sight", body, detail=more)))

    async def prove(self, key: str, kind: str, by: str, body: dict[str, Any], detail: dict[str, Any]) -> None:
        """Put on record, once a job (`key`), that a person (id) did something of that kind; for a job's step, safe to repeat.

        body: ids, numbers and hashes (JSON), which stay for good. detail: the words, which may be erased; the body gets its hash.
        """
        entry = {"run": key, "by": self._pseudonyms.of(by), **body}

        def write(connection: Connection, ledger: Ledger) -> None:
            if unless_there(connection, ABOUT, {"name": f"{kind} {key}", "value": self._now().isoformat()}):
                ledger.append(self._now(), kind, entry, key, {"by_id": by, **plain(detail)})

        await self._store.write(write)

    async def _forget(self) -> None:
        while await self._runs.forget(self._now() - self._keep, self._now()):
            pass

    async def _settle(self) -> None:
        await self._runs.settle(self._now() - timedelta(seconds=HOUR), self._now())  # no call is under way for so long

    async def _anchor(self) -> None:
        await asyncio.to_thread(anchors.daily, self._place, self._var_dir / anchors.FILE, self._now())

    def unwell(self) -> str | None:
        """One sentence for /readyz if jobs cannot run now, else None."""
        return None if self._recovery and self._recovery.is_well() else "The job database does not answer."

    async def _in_turn(self, work: Coroutine[Any, Any, T]) -> T:
        """Beside the caller and out of its context: a job must run the same when it is taken over, and a turn must not hang."""
        if self not in _CURRENT:
            work.close()
            raise RuntimeError("the job engine is not launched")
        task = asyncio.create_task(work, context=contextvars.Context())
        self._turns.add(task)
        task.add_done_callback(self._turns.discard)
        done, _ = await asyncio.wait({task}, timeout=self._pace.answer)
        if not done:
            raise Unavailable("jobs", "the job database does not answer")
        try:
            return task.result()
        except DBAPIError as error:  # a full disk, a right that is missing
            log.error("job_database_refuses", **described(error))  # noqa: TRY400 - a traceback would quote a person
            raise Unavailable("jobs", "the job database does not take it") from error


@functools.cache
def _workflow() -> Callable[[dict[str, Any]], Coroutine[Any, Any, str]]:
    """The one workflow that runs every job, registered with dbos at the first launch."""
    from dbos import DBOS

    return DBOS.workflow(name=JOB, max_recovery_attempts=CLAIMS)(_job)


async def _job(order: dict[str, Any]) -> str:
    return await _CURRENT[0]._running.run(Order(**order))  # noqa: SLF001 - the workflow is the engine's own, outside its class for dbos' sake
