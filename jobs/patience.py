"""A step whose system does not answer is tried again, ever more slowly, until its time is over."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from connectors.errors import Unavailable
from jobs.pace import Pace
from jobs.runs import Runs, Trouble

T = TypeVar("T")
log = structlog.get_logger()


class Step(Protocol):
    """What the patience needs to know of the step that it tries."""

    key: str  # the job's
    name: str
    recovered: bool  # the job ran before, in a process that is gone: there may be notes of it
    failures: int  # set here: how often the system did not answer

    def settles(self) -> bool:
        """True once, for the step at which a job goes on in another process: what was sent before may still be under way."""

    async def tell_retrying(self, system: str, until: datetime) -> None:
        """Say once that it takes longer."""

    def resting(self) -> AbstractContextManager[None]:
        """Around a pause: nothing is under way, the process may stop here."""

    async def stop_if_cancelled(self) -> None:
        """Raises if the job was cancelled."""


class Patience:
    """Tries a step until it comes through, is refused, or `limit` has passed since it first failed, restarts or not."""

    def __init__(self, runs: Runs, limit: timedelta, pace: Pace, now: Callable[[], datetime]) -> None:
        self._runs = runs
        self._limit = limit
        self._pace = pace
        self._now = now

    async def run(self, step: Step, attempt: Callable[[], Awaitable[T]]) -> T:
        """The result of the first attempt that comes through. Raises the last Unavailable when the time is over, other errors at once."""
        trouble = await self._runs.trouble(step.key, step.name) if step.recovered else None
        if step.settles():
            with step.resting():
                await self._sleep_until(self._now() + timedelta(seconds=self._pace.settle))
            await step.stop_if_cancelled()
        while True:
            if trouble and trouble.next_at:
                await self._pause(step, trouble, trouble.next_at)
            try:
                result = await attempt()
            except Unavailable as error:
                trouble = await self._failed(step, trouble, error)
                continue
            if trouble:
                await self._over(step, trouble)
            return result

    async def _failed(self, step: Step, before: Trouble | None, error: Unavailable) -> Trouble:
        """The step's new standing. Raises the error if no further try is due."""
        now = self._now()
        first = before.first_at if before else now
        failures = step.failures = before.failures + 1 if before else 1
        until = first + self._limit
        wait = min(self._pace.first_wait * 2 ** min(failures - 1, 20), self._pace.longest_wait)
        asked = timedelta(seconds=min(max(error.retry_after or 0.0, 0.0), 1e8))
        if now >= until or now + asked > until:
            log.warning("step_given_up", step=step.name, system=error.system, failures=failures)
            await self._over(step, Trouble(error.system, failures, first, None))
            raise error
        due = min(max(now + timedelta(seconds=wait), now + asked), until)
        trouble = Trouble(error.system, failures, first, due)
        await self._runs.note(step.key, step.name, trouble)
        log.info("step_retries", step=step.name, system=error.system, status=error.status, failures=failures, next=due.isoformat())
        return trouble

    async def _over(self, step: Step, trouble: Trouble) -> None:
        """No further try is due. The first failure stays on record: if we die before the result is kept, the deadline must not move."""
        await self._runs.note(step.key, step.name, Trouble(trouble.system, trouble.failures, trouble.first_at, None))

    async def _pause(self, step: Step, trouble: Trouble, due: datetime) -> None:
        tell = trouble.first_at + timedelta(seconds=self._pace.tell_after)
        with step.resting():
            await self._sleep_until(min(tell, due))
        if self._now() >= tell:
            await step.tell_retrying(trouble.system, trouble.first_at + self._limit)
        with step.resting():
            await self._sleep_until(due)
        await step.stop_if_cancelled()

    async def _sleep_until(self, moment: datetime) -> None:
        await asyncio.sleep(max((moment - self._now()).total_seconds(), 0.0))
