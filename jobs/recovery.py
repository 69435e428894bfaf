"""Work whose process died is taken over; work that was lost inside a living process is put back.

dbos leaves the first to a service of its maker's and does not look for the second. What is needed of its insides is named in this
module and nowhere else; tests/jobs checks that the pinned version still has it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import psycopg
import structlog
from dbos import DBOS, WorkflowStatus, error
from dbos._dbos import _get_dbos_instance
from sqlalchemy.exc import SQLAlchemyError

from connectors.errors import Unavailable
from jobs.locks import Lock
from jobs.pace import Pace

INTERNAL_QUEUE = "_dbos_internal_queue"
VERSION = "1"  # pinned: were it computed from the source, every release would strand the open jobs
KEPT = timedelta(days=90)  # dbos' records of finished jobs; longer than anybody looks back, and our run data stays
FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
PASSING = (
    psycopg.Error,
    SQLAlchemyError,
    error.DBOSException,
    OSError,
    Unavailable,
)  # the database is away, or the disk: look again next time

Rounds = Sequence[tuple[Callable[[], Awaitable[None]], float]]  # work done again and again, and the seconds between

log = structlog.get_logger()


class Recovery:
    """Runs beside the jobs of one process: keeps its lock, looks after the others', and after itself."""

    def __init__(
        self,
        lock: Lock,
        executor: str,
        job_name: str,
        *,
        pace: Pace,
        rounds: Rounds,
        let_go: Callable[[str], Awaitable[None]],
    ) -> None:
        self._lock = lock
        self._executor = executor
        self._job_name = job_name
        self._pace = pace
        self._more = rounds
        self._let_go = let_go  # of what a process held that is gone
        self._tasks: list[asyncio.Task[None]] = []
        self._gone: Counter[str] = Counter()  # how often in a row a process was found gone
        self._lost: Counter[str] = Counter()  # how often in a row a job of ours was found to run nowhere
        self._told: set[str] = set()  # what was reported once already
        self._locked_at = time.monotonic()  # since when our lock is ours without a break
        self._last_look = time.monotonic()  # when the database last answered
        self.taken_over = 0  # jobs, since this process started
        self.put_back = 0
        self.silent: list[str] = []  # processes that hold their lock and give no sign of life

    def start(self) -> None:
        """Begin looking. The lock is taken before."""
        self._locked_at = -self._pace.grace  # nothing was lost yet
        rounds = (
            (self._keep_lock, self._pace.audit),
            (self._look, self._pace.audit),
            (self._forget, 3600.0),
            *self._more,
        )
        self._tasks = [asyncio.create_task(self._again_and_again(work, every)) for work, every in rounds]

    async def stop(self) -> None:
        """No more looks. The lock stays until its owner releases it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def is_well(self) -> bool:
        """Whether the database answers and our lock is ours."""
        return self._locked_at < float("inf") and time.monotonic() - self._last_look < self._pace.audit * 5 + 5

    async def _again_and_again(self, work: Callable[[], Awaitable[None]], every: float) -> None:
        while True:
            try:
                await work()
            except PASSING as fault:
                log.warning("jobs_look_failed", work=work.__name__, error=type(fault).__name__)
            await asyncio.sleep(every)

    async def _keep_lock(self) -> None:
        """Apart from the looks: those wait while the database is away, and the lock must be back the moment it is back."""
        try:
            kept = await self._lock.check()
        except PASSING:
            self._locked_at = float("inf")
            raise
        if not kept or self._locked_at == float("inf"):
            self._locked_at = time.monotonic()
            log.warning("jobs_lock_taken_again", executor=self._executor)

    async def _look(self) -> None:
        rows = await DBOS.list_workflows_async(status=["PENDING", "ENQUEUED"], load_input=False, load_output=False)
        self._last_look = time.monotonic()
        pending = [row for row in rows if row.status == "PENDING"]
        await self._others({row.executor_id for row in pending if row.executor_id} - {self._executor})
        await self._ourselves([row for row in pending if row.executor_id == self._executor])
        self._report(rows)
        await self._lock.tidy({row.executor_id for row in pending if row.executor_id})

    async def _others(self, executors: set[str]) -> None:
        """Take over what belongs to processes that were found gone twice in a row."""
        if time.monotonic() - self._locked_at < self._pace.grace:
            self._gone.clear()  # whatever took our lock took theirs too; they need a moment to take it again
            return
        silent = []
        for executor in executors:
            silence = await self._lock.silence(executor)
            self._gone[executor] = self._gone[executor] + 1 if silence is None else 0
            if self._gone[executor] >= 2:
                await self._let_go(executor)  # first: once its jobs are taken over nobody looks after it again
                handles = await asyncio.to_thread(DBOS._recover_pending_workflows, [executor])  # noqa: SLF001 - dbos offers no public way
                self.taken_over += len(handles)
                log.warning("jobs_taken_over", executor=executor, jobs=len(handles))
            elif silence is not None and silence > self._pace.silence:
                silent.append(executor)
                self._once(f"silent {executor}", "jobs_process_silent", executor=executor, seconds=round(silence))
        self._gone = Counter({executor: count for executor, count in self._gone.items() if executor in executors})
        self.silent = silent

    async def _ourselves(self, rows: list[WorkflowStatus]) -> None:
        """Put back jobs of ours that run nowhere: their run died of something that was not a job's error."""
        dbos = _get_dbos_instance()
        running = set(dbos._active_workflows_set.activeList())  # noqa: SLF001 - dbos offers no public way
        oldest = (time.time() - self._pace.orphan) * 1000
        lost = {row.workflow_id for row in rows if row.workflow_id not in running and (row.updated_at or 0) < oldest and self._known(row)}
        self._lost = Counter({key: self._lost[key] + 1 for key in lost})
        for key in [key for key, count in self._lost.items() if count >= 2]:
            await asyncio.to_thread(dbos._sys_db.reenqueue_for_recovery, key, [self._executor], INTERNAL_QUEUE)  # noqa: SLF001 - as above
            self.put_back += 1
            log.warning("job_put_back", job=key)

    def _known(self, row: WorkflowStatus) -> bool:
        return row.name == self._job_name

    def _report(self, rows: list[WorkflowStatus]) -> None:
        """Name what no process of this build will ever run."""
        for row in rows:
            if not self._known(row) or row.app_version != VERSION:
                self._once(f"stranded {row.workflow_id}", "job_stranded", job=row.workflow_id, name=row.name, version=row.app_version)

    def _once(self, what: str, event: str, **fields: object) -> None:
        if what not in self._told:
            self._told.add(what)
            log.warning(event, **fields)

    async def _forget(self) -> None:
        """Delete dbos' records of jobs that finished long ago. What must be kept is run data, and that stays."""
        before = (datetime.now(UTC) - KEPT).isoformat()
        while True:
            old = await DBOS.list_workflows_async(status=FINISHED, completed_before=before, limit=500, load_input=False, load_output=False)
            if not old:
                return
            await DBOS.delete_workflows_async([row.workflow_id for row in old])
