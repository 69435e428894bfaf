"""Jobs by the calendar: each day that is due begins one job, whatever number of processes look, and what was missed is caught up.

A tick is a day, and its time is one in Copenhagen: on the night when the clock is put back it comes once, on the night when it is put
forward it comes an hour later by the clock, and no day is lost or doubled. The day is in the job's key, so that two processes begin one.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, select, update

from jobs.audit import Ledger
from jobs.job import Order
from jobs.runs import unless_there
from jobs.store import Store
from jobs.tables import ABOUT

DENMARK = ZoneInfo("Europe/Copenhagen")
EVERY = timedelta(days=1)
log = structlog.get_logger()


@dataclass(frozen=True)
class Schedule:
    """name: never to be changed. at: the time in Copenhagen. on: whether a day is one. order: the job of a day; its key must hold the day.

    missed: what is begun of several days that went by while no process ran: all of them, or the newest alone.
    """

    name: str
    at: time
    on: Callable[[date], bool]
    order: Callable[[date], Order]
    missed: Literal["all", "newest"] = "newest"

    def moment(self, day: date) -> datetime:
        """When that day's tick is due, in UTC. Of an hour that there is twice, the first; of one that there is not, as long after midnight."""
        return datetime.combine(day, self.at, DENMARK).astimezone(UTC)

    def due(self, after: date, now: datetime) -> list[date]:
        """The days after that one whose time has come."""
        days = (now.astimezone(DENMARK).date() - after).days
        return [day for number in range(1, days + 1) if self.on(day := after + EVERY * number) and self.moment(day) <= now]


class Schedules:
    """The schedules of all processes. A new one begins with the first tick after it is first seen."""

    def __init__(
        self, store: Store, schedules: Sequence[Schedule], start: Callable[[Order], Awaitable[bool]], now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._schedules = schedules
        self._start = start
        self._now = now

    async def round(self) -> None:
        """One look at all of them."""
        for one in self._schedules:
            now = self._now()
            done = await self._done(one, now)
            due = one.due(done, now)
            for day in due if one.missed == "all" else due[-1:]:
                if await self._start(one.order(day)):
                    log.info(
                        "schedule_began", schedule=one.name, day=day.isoformat(), passed_over=len(due) - 1 if one.missed == "newest" else 0
                    )
            if due:
                await self._note(one, due[-1])

    async def _done(self, one: Schedule, now: datetime) -> date:
        """The last day that was begun, or passed over."""
        today = now.astimezone(DENMARK).date()
        first = today if one.moment(today) <= now else today - EVERY

        def write(connection: Connection, ledger: Ledger) -> str:
            del ledger
            unless_there(connection, ABOUT, {"name": f"schedule {one.name}", "value": first.isoformat()})
            return str(connection.execute(select(ABOUT.c.value).where(ABOUT.c.name == f"schedule {one.name}")).scalar_one())

        known = await self._store.read(select(ABOUT.c.value).where(ABOUT.c.name == f"schedule {one.name}"))
        return date.fromisoformat(known[0].value if known else await self._store.write(write))

    async def _note(self, one: Schedule, day: date) -> None:
        """After the jobs: a process that dies between the two begins them again, and finds that they are there."""
        here = (ABOUT.c.name == f"schedule {one.name}", ABOUT.c.value < day.isoformat())

        def write(connection: Connection, ledger: Ledger) -> None:
            del ledger
            connection.execute(update(ABOUT).where(*here).values(value=day.isoformat()))

        await self._store.write(write)
