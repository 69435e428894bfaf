"""Durable work: a job is started once under its business key, runs in named steps, and survives the death of its process.

A step is recorded once it is done and not called again. One that was under way when the process died is called again, so each step
that writes carries its key (`Job.key`) to the system that it writes to, and looks before it writes.
"""

import asyncio
import contextlib
import contextvars
import functools
import importlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import uuid4

import structlog

from connectors.errors import ConnectorError, Unavailable
from jobs import standing
from jobs.database import place, postgres, prepare
from jobs.job import Job, JobStep, Order, Tell, reference
from jobs.locks import AdvisoryLock, FileLock
from jobs.logs import described, quieten
from jobs.pace import Pace
from jobs.patience import Patience
from jobs.runs import Runs
from jobs.serializer import JobError, JsonSerializer
from jobs.standing import Mending, State, Status

if TYPE_CHECKING:  # dbos takes 0.4 s to import; `Jobs.launch` does it, in a thread
    from dbos import DBOSConfig, Serializer

    from jobs.recovery import Recovery

__all__ = ["Job", "Jobs", "Order", "Pace", "State", "Status", "reference"]

T = TypeVar("T")
log = structlog.get_logger()

JOB = "job"  # the workflow's name in every row: never to be changed
# Each takeover counts, a release's restart in the middle of a long retry too. A job that kills its process by itself is given up
# within a minute or two; one that is merely unlucky never gets there.
RECOVERIES = 20
THREADS = 200  # a database that is away holds one for each job that wants it, and look-ups of names need one too

_CURRENT: list["Jobs"] = []  # at most one: dbos is global to the process
_STARTED_HERE: contextvars.ContextVar[bool] = contextvars.ContextVar("started_here", default=False)


class Jobs:
    """The engine. One a process; any number of processes share a database.

    work: runs the steps of a job and returns its outcome, a text. Its code outside steps must do the same each time: no clock, no
    chance, no look-up. tell: hands a message to a conversation, once a key. patience: how long a step whose system does not answer
    is tried.
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
    ) -> None:
        self.tell = tell
        self._work = work
        self._name = name
        self._workflow = functools.partial(_workflow, recoveries)
        self._pace = pace or Pace()
        self._now = now or (lambda: datetime.now(UTC))
        self._place = place(database_url, var_dir)
        self._runs = Runs(self._place.runs)
        self._patience = Patience(self._runs, patience, self._pace, self._now)
        self._executor = str(uuid4())  # a fresh name each time: whoever bears the old one is dead
        self._lock = FileLock(self._place.folder, self._executor) if self._place.folder else AdvisoryLock(self._place.plain, self._executor)
        self._recovery: Recovery | None = None
        self._live: dict[Job, asyncio.Task[Any]] = {}
        self._turns: set[asyncio.Task[Any]] = set()
        self._closing = False
        self._quiet = asyncio.Event()

    async def launch(self) -> None:
        """Open the databases and begin: what a dead process left behind is taken over within seconds.

        Raises RuntimeError if this process runs an engine already, and the driver's errors where the database does not answer.
        """
        if _CURRENT:
            raise RuntimeError("one job engine a process")
        _CURRENT.append(self)
        try:
            await asyncio.to_thread(importlib.import_module, "jobs.recovery")
            await asyncio.to_thread(prepare, self._place)
            await self._runs.create()
            await self._lock.take()
            self._open()
        except BaseException:
            await self._let_go()
            raise

    def _open(self) -> None:
        from dbos import DBOS

        from jobs.recovery import VERSION, Recovery

        quieten()
        engine: dict[str, Any] = {"hide_parameters": True} | ({"creator": postgres(self._place.plain)} if self._place.plain else {})
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
        self._workflow()
        self._recovery = Recovery(self._lock, self._executor, JOB, self._pace, Mending(self._runs, self.tell, self._pace, self._now).mend)
        DBOS.launch()  # inside the loop, which dbos then runs jobs on
        self._recovery.start()

    async def close(self) -> None:
        """Stop: steps under way get `Pace.drain` seconds to end, nothing new begins, the rest is left for others to take over."""
        if self not in _CURRENT or self._closing:
            return
        self._closing = True
        if self._recovery:
            await self._recovery.stop()
        self._change()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pace.drain):
                await self._quiet.wait()
        tasks = {*self._live.values(), *self._turns}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=5)  # a task waits for nothing but its own clean-up
        await self._let_go()

    async def _let_go(self) -> None:
        from dbos import DBOS

        # dbos put its own threads behind this loop's to_thread, and takes them away now.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        try:
            await asyncio.to_thread(DBOS.destroy)
            await self._runs.close()
            await self._lock.release()  # last: from here on others may take over
        finally:
            _CURRENT.remove(self)

    async def start(self, order: Order) -> bool:
        """Begin the job unless its key is known. True: new. False: it exists, and the first order counts. Durable when it returns.

        Raises Unavailable when the job database does not answer (the job may have been started: the same key finds it), and TypeError
        for an order that is not plain JSON.
        """
        JsonSerializer().serialize(asdict(order))
        return await self._in_turn(self._start(order))

    async def _start(self, order: Order) -> bool:
        from dbos import DBOS, SetWorkflowID, error

        row = {
            "id": order.key,
            "intent": order.intent,
            "person_id": order.person["id"],
            "tenant": order.person.get("tenant", ""),
            "conversation": order.conversation,
            "reference": reference(order.key),
            "started_at": self._now(),
        }
        if not await self._runs.open(row):
            return False
        _STARTED_HERE.set(True)
        try:
            with SetWorkflowID(order.key, workflow_id_reuse_policy="reject"):
                await DBOS.start_workflow_async(self._workflow(), asdict(order))
        except error.DBOSWorkflowIDInUseError:
            return False
        return True

    async def status(self, key: str) -> Status | None:
        """How that job stands, or None. Raises Unavailable when the job database does not answer."""
        return await self._in_turn(standing.of_job(self._runs, key))

    async def mine(self, person_id: str, limit: int = 10) -> list[Status]:
        """The newest jobs of one person, newest first. Raises Unavailable when the job database does not answer."""
        return await self._in_turn(standing.of_person(self._runs, person_id, limit))

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
        cancelled = await self._runs.finish(key, "cancelled", "", 0, self._now())
        for job, task in self._live.items():
            if job.order.key == key and not job.busy:
                task.cancel()  # it rests between two tries; elsewhere it notices before its next step
        return cancelled

    def unwell(self) -> str | None:
        """One sentence for /readyz if jobs cannot run now, else None."""
        return None if self._recovery and self._recovery.is_well() else "The job database does not answer."

    async def run(self, order: Order) -> str:
        """One job from its beginning to its end, or what is left of it. For the workflow below alone."""
        job = Job(order, self, recovered=not _STARTED_HERE.get())
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._live[job] = task
        task.add_done_callback(functools.partial(self._left, job))
        with structlog.contextvars.bound_contextvars(reference=job.reference, intent=order.intent):
            state, outcome = await self._work_through(job)
            await self.once(job, "job/close", lambda: self._runs.finish(order.key, state, outcome, job.minutes, self._now()))
        job.busy += 1  # until the task is over: dbos is still writing that the job has ended
        return outcome

    async def _work_through(self, job: Job) -> tuple[State, str]:
        try:
            outcome = await self._work(job)
            if not isinstance(outcome, str):
                raise TypeError("a job's outcome must be a text")  # noqa: TRY301 - handled as any other fault of the work
        except ConnectorError as error:
            log.warning("job_failed", error=type(error).__name__, system=error.system, status=error.status, code=error.code)
            message = {"kind": "failed", "error": type(error).__name__, "system": error.system, "code": error.code}
            await job.report(message)
            return "failed", f"{type(error).__name__} {error.system} {error.code}".rstrip()
        except Exception as error:  # noqa: BLE001 - the border of a job: the person must hear of it whatever broke
            kind = error.kind if isinstance(error, JobError) else type(error).__name__
            log.error("job_crashed", **described(error))  # noqa: TRY400 - the traceback would quote what a person wrote
            await job.report({"kind": "crashed"})
            return "failed", kind
        return "done", outcome

    async def once(self, job: Job, name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """`call()`, tried with patience and recorded; or what was recorded."""
        from dbos import DBOS

        if self._closing:
            await asyncio.Event().wait()  # until `close` cancels the task; another process goes on from here
        step = JobStep(job, name, self, self._runs)

        async def body() -> Any:
            return await self._patience.run(step, call)

        with self._moved(job, 1):
            return await DBOS.run_step_async({"name": name}, body)

    def resting(self, job: Job) -> contextlib.AbstractContextManager[None]:
        """Around a pause in a step."""
        return self._moved(job, -1)

    @contextlib.contextmanager
    def _moved(self, job: Job, steps: int) -> Iterator[None]:
        job.busy += steps
        self._change()
        try:
            yield
        finally:
            job.busy -= steps
            self._change()

    def _left(self, job: Job, _task: asyncio.Task[Any]) -> None:
        del self._live[job]
        self._change()

    def _change(self) -> None:
        (self._quiet.clear if any(job.busy for job in self._live) else self._quiet.set)()

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
        return task.result()


@functools.cache
def _workflow(recoveries: int) -> Callable[[dict[str, Any]], Coroutine[Any, Any, str]]:
    """The one workflow that runs every job, registered with dbos at the first launch."""
    from dbos import DBOS

    return DBOS.workflow(name=JOB, max_recovery_attempts=recoveries)(_job)


async def _job(order: dict[str, Any]) -> str:
    return await _CURRENT[0].run(Order(**order))
