"""Limits that hold over all processes: so many calls at once ("mailbox:x": 4), or so many a second ("teams": 50).

A call takes a slot in the shared database, or its turn in a row of turns. Calls of one process queue up in order before one of them asks
the database; slots of a process that died are given back by whoever takes its jobs over.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import uuid4
from weakref import WeakValueDictionary

from sqlalchemy import Connection, delete, func, select, update

from jobs.audit import Ledger
from jobs.runs import unless_there
from jobs.store import Store
from jobs.tables import PACE, SLOT

ASK = 0.05  # seconds between two looks for a free slot
SLACK = 1.1  # turns lie a tenth further apart than they must: a call takes its time from its turn to the system


@dataclass(frozen=True)
class Limit:
    """at_once: calls under way at the same time; 0: any number. per_second: calls begun in any second; 0: any number."""

    at_once: int = 0
    per_second: float = 0.0


class Limits:
    """rules: limits by the part of a name before its colon."""

    def __init__(self, store: Store, rules: Mapping[str, Limit], holder: str) -> None:
        self._store = store
        self._rules = rules
        self._holder = holder
        self._doors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def within(self, name: str) -> AsyncIterator[None]:
        """Around a call. Waits until there is room. Raises KeyError for a name without a rule."""
        limit = self._rules[name.partition(":")[0]]
        slot = str(uuid4())
        try:
            door = self._doors.setdefault(name, asyncio.Lock())
            async with door:
                while limit.at_once and not await self._take(name, slot, limit.at_once):  # noqa: ASYNC110 - as below
                    await asyncio.sleep(ASK)  # another process gives it back
                if limit.per_second:
                    await asyncio.sleep(await self._turn(name, SLACK / limit.per_second))
            yield
        finally:
            if limit.at_once:
                await asyncio.shield(asyncio.ensure_future(self._give_back(SLOT.c.id == slot)))

    async def forget(self, holder: str) -> None:
        """Give back what a process held that is gone."""
        await self._give_back(SLOT.c.holder == holder)

    async def _take(self, name: str, slot: str, most: int) -> bool:
        row = {"id": slot, "name": name, "holder": self._holder}

        def write(connection: Connection, ledger: Ledger) -> bool:
            del ledger
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"kollega.limit.{name}"))))
            others = select(func.count()).select_from(SLOT).where(SLOT.c.name == name, SLOT.c.id != slot)
            room = connection.execute(others).scalar_one() < most
            if room:
                unless_there(connection, SLOT, row)
            return bool(room)

        return await self._store.write(write)

    async def _turn(self, name: str, apart: float) -> float:
        """Seconds until the turn that was taken."""

        def write(connection: Connection, ledger: Ledger) -> float:
            del ledger
            now = time.time()
            unless_there(connection, PACE, {"name": name, "free_at": now})
            mine = select(PACE.c.free_at).where(PACE.c.name == name).with_for_update()
            turn = max(now, connection.execute(mine).scalar_one())
            connection.execute(update(PACE).where(PACE.c.name == name).values(free_at=turn + apart))
            return float(turn)

        return max(await self._store.write(write) - time.time(), 0.0)

    async def _give_back(self, which: object) -> None:
        def write(connection: Connection, ledger: Ledger) -> None:
            del ledger
            connection.execute(delete(SLOT).where(which))  # type: ignore[arg-type]  # a condition on SLOT

        await self._store.write(write)
