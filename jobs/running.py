"""The jobs that run in this process: each from its beginning to its end, or what is left of it, step by step."""

import asyncio
import contextlib
import contextvars
import functools
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy.exc import SQLAlchemyError

from connectors.errors import ConnectorError
from connectors.http import BEFORE_CHANGE
from jobs.job import Job, JobStep, Order, Tell, cancelled
from jobs.limits import Limits
from jobs.logs import described
from jobs.patience import Patience
from jobs.people import Pseudonyms
from jobs.runs import Event, Runs
from jobs.serializer import JobError
from jobs.standing import State
from jobs.trace import Trace, outcome
from jobs.waits import Answer, Cancelled, Reminder, Waits

log = structlog.get_logger()

STARTED_HERE: contextvars.ContextVar[bool] = contextvars.ContextVar("started_here", default=False)


class Mark:
    """Puts on record, once and before it happens, that a step is about to change something (`connectors.http.BEFORE_CHANGE`)."""

    def __init__(self, note: Callable[[], Awaitable[None]]) -> None:
        self.made = False
        self._note = note
        self._alone = asyncio.Lock()

    async def __call__(self) -> None:
        async with self._alone:  # calls at the same time: each waits until it is on record
            if not self.made:
                await self._note()
                self.made = True

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Inside, every call of a connector that changes something comes here first."""
        token = BEFORE_CHANGE.set(self)
        try:
            yield
        finally:
            BEFORE_CHANGE.reset(token)


@dataclass
class Running:
    """What runs, and what it needs. recoveries: takeovers in a row without a further step after which a job is given up."""

    work: Callable[[Job], Awaitable[str]]
    tell: Tell
    runs: Runs
    waits: Waits
    limits: Limits
    patience: Patience
    pseudonyms: Pseudonyms
    recoveries: int
    now: Callable[[], datetime]
    live: dict[Job, "asyncio.Task[Any]"] = field(default_factory=dict)
    closing: bool = False
    quiet: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, order: Order) -> str:
        """One job; its outcome."""
        job = Job(order, self, recovered=not STARTED_HERE.get())
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self.live[job] = task
        task.add_done_callback(functools.partial(self._left, job))
        with structlog.contextvars.bound_contextvars(reference=job.reference, intent=order.intent):
            state, result = await self._work_through(job)
            await self._finish(job, state, result)
        job.busy += 1  # until the task is over: dbos is still writing that the job has ended
        return result

    async def drain(self, seconds: float) -> None:
        """Begin nothing new; give the steps under way so long to end, then leave the jobs to whoever takes them over."""
        self.closing = True
        self._change()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.quiet.wait()
        for task in self.live.values():
            task.cancel()

    def cancel(self, key: str) -> None:
        """Break off a rest: between two tries, in a wait. Elsewhere a cancelled job notices before its next step."""
        for job, task in self.live.items():
            if job.order.key == key and not job.busy:
                task.cancel()

    async def _work_through(self, job: Job) -> tuple[State, str]:
        if job.recovered and await self._lost_too_often(job):
            await job.report({"kind": "crashed"})
            return "failed", "its process died each time"
        try:
            result = await self.work(job)
            if not isinstance(result, str):
                raise TypeError("a job's outcome must be a text")  # noqa: TRY301 - handled as any other fault of the work
        except ConnectorError as error:
            log.warning("job_failed", error=type(error).__name__, system=error.system, status=error.status, code=error.code)
            message = {"kind": "failed", "error": type(error).__name__, "system": error.system, "code": error.code}
            await job.report(message)
            return "failed", outcome(error)
        except SQLAlchemyError:  # the job database: nothing can be recorded now, so the run ends here and is put back (`jobs.recovery`)
            raise
        except Exception as error:  # noqa: BLE001 - the border of a job: the person must hear of it whatever broke
            kind = error.kind if isinstance(error, JobError) else type(error).__name__
            log.error("job_crashed", **described(error))  # noqa: TRY400 - the traceback would quote what a person wrote
            await job.report({"kind": "crashed"})
            return "failed", kind
        return "done", result

    async def _lost_too_often(self, job: Job) -> bool:
        row = await self.runs.lost_once_more(job.order.key)
        job.attempt = row.attempt if row else 0
        return bool(row and row.deaths > self.recoveries)

    async def _finish(self, job: Job, state: State, result: str) -> None:
        with self._moved(job, 1):
            await self.runs.finish(
                job.order.key,
                state,
                result,
                self.now(),
                minutes=job.minutes if state == "done" else 0,
                by_hand=job.minutes if job.by_hand is None else job.by_hand,
                spent=job.spent,
                unit=job.unit,
                version=job.version,
                links=json.dumps(job.links),
                approved_by=json.dumps([self.pseudonyms.of(one) for one in job.approved_by]),
            )

    async def once(self, job: Job, name: str, call: Callable[[], Awaitable[Any]], trace: Trace) -> Any:
        """`call()`, tried with patience and recorded; or what was recorded."""
        step = JobStep(job, name, self, self.runs)
        mark = Mark(lambda: self.runs.note_begun(Event(**self._event(job, name, trace, self.now()), failures=0)))
        attempt = functools.partial(self._within, job, trace.within, call) if trace.within else call

        async def body() -> Any:
            began, answer, error = self.now(), None, None
            with mark.watching():
                try:
                    answer = await self.patience.run(step, attempt)
                except (ConnectorError, JobError) as failure:
                    error = failure
            event = self._event(job, name, trace, began, ended=outcome(error), answer=answer)
            await self.runs.note_event(Event(**event, failures=step.failures, begun=mark.made or job.recovered))
            if error:
                raise error
            return answer

        return await self._step(job, name, body)

    async def was_begun(self, job: Job, name: str) -> bool:
        """Whether a step is on record as about to change something, and not as over."""
        return any(row.activity == name for row in await self.runs.begun(job.order.key))

    async def waited(self, job: Job, name: str, until: datetime, reminders: Sequence[Reminder]) -> Answer | None:
        """The answer to a wait, or what was recorded of it."""
        if job.recovered and not job.came_on:
            await self.runs.came_on(job.order.key)
            job.came_on = True
        trace = Trace("person", "wait", {"until": until})

        async def body() -> dict[str, Any] | None:
            try:
                with self.resting(job):
                    since, answer = await self.waits.wait(job.order.key, name, until, reminders)
            except Cancelled:
                raise cancelled(job.order.key) from None
            plain = {**asdict(answer), "at": answer.at.isoformat()} if answer else None
            ended = "answered" if answer else "no answer in time"
            event = self._event(job, f"wait {name}", trace, since, ended=ended, answer=plain)
            who = self.pseudonyms.of(answer.by["id"]) if answer else "bot"
            await self.runs.note_event(Event(**event, failures=0, lifecycle="resume", resource=who))
            return plain

        found = await self._step(job, f"wait {name}", body)
        return Answer(**{**found, "at": datetime.fromisoformat(found["at"])}) if found else None

    async def _step(self, job: Job, name: str, body: Callable[[], Awaitable[Any]]) -> Any:
        from dbos import DBOS

        if self.closing:
            await asyncio.Event().wait()  # until `drain` cancels the task; another process goes on from here
        with self._moved(job, 1):
            return await DBOS.run_step_async({"name": name}, body)

    async def _within(self, job: Job, limit: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """The call, once there is room for it. Until then nothing is under way."""
        async with contextlib.AsyncExitStack() as stack:
            with self.resting(job):
                await stack.enter_async_context(self.limits.within(limit))
            return await call()

    def _event(self, job: Job, name: str, trace: Trace, began: datetime, *, ended: str = "", answer: Any = None) -> dict[str, Any]:
        """What the run data and the chain keep of a step that begins to change something (`ended` ""), or that is over."""
        came_on = bool(ended) and not job.came_on
        job.came_on = job.came_on or bool(ended)
        body = {
            "run": job.order.key,
            "attempt": job.attempt,
            "step": name,
            "system": trace.system,
            "call": trace.what,
            "asked_by": self.pseudonyms.of(job.order.person["id"]),
            "approved_by": [self.pseudonyms.of(one) for one in job.approved_by],
        }
        return {
            "run_id": job.order.key,
            "attempt": job.attempt,
            "activity": name,
            "began_at": began,
            "at": self.now(),
            "system": trace.system,
            "outcome": ended,
            "body": {**body, "outcome": ended} if ended else body,
            "detail": trace.detail(answer),
            "came_on": came_on,
        }

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

    def _left(self, job: Job, _task: "asyncio.Task[Any]") -> None:
        del self.live[job]
        self._change()

    def _change(self) -> None:
        (self.quiet.clear if any(job.busy for job in self.live) else self.quiet.set)()
