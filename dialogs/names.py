"""The names that the systems know, read once an hour and when somebody asks for it, so that texts are searched for them.

They are held in memory alone: nothing about them is stored, and logs say no more than how many there are.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from connectors.errors import ConnectorError
from connectors.names import KnowsNames, Names
from connectors.systems import Systems
from nlu.known import Known
from nlu.ordinary import ordinary

EVERY = 3600.0  # seconds between two readings
AGAIN = 60.0  # seconds before another try where a system could not be read
log = structlog.get_logger()


class KnownNames:
    """Reads all names and hands an index of them to `know`, which is called in the loop's thread. The old index serves until then."""

    def __init__(self, systems: Systems, know: Callable[[Known], None]) -> None:
        self._systems = systems
        self._know = know
        self._names: dict[str, Names] = {}  # the last that each system told
        self._asked = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self.read = asyncio.Event()  # set when the systems have been asked for the first time

    async def refresh(self) -> bool:
        """Read what the systems know and swap the index where that has changed. False where a system could not be read: its last names stay."""
        async with self._one_at_a_time:
            asked = self._systems.all(KnowsNames)  # type: ignore[type-abstract]  # asked for by its protocol, never made from it
            told = await asyncio.gather(*(self._told(one) for one in asked))
            names = self._names | {one.name: new for one, new in zip(asked, told, strict=True) if new is not None}
            if names != self._names:
                await self._swap(names)
            self.read.set()
            return None not in told

    def soon(self) -> None:
        """Read them again now: a list has been made, somebody was not found."""
        self._asked.set()

    @asynccontextmanager
    async def watching(self, every: float = EVERY, again: float = AGAIN) -> AsyncIterator[None]:
        """Read them at once, in the background, and then now and then, until the end of the block."""
        task = asyncio.create_task(self._watch(every, again))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self, every: float, again: float) -> None:
        while True:
            self._asked.clear()
            wait = every if await self.refresh() else again
            try:
                async with asyncio.timeout(wait):
                    await self._asked.wait()
            except TimeoutError:
                continue

    async def _told(self, system: KnowsNames) -> Names | None:
        try:
            return await system.names()
        except ConnectorError as error:
            log.warning("names not read", system=system.name, reason=str(error))
            return None

    async def _swap(self, names: dict[str, Names]) -> None:
        start = time.monotonic()
        known = await asyncio.to_thread(index, tuple(names.values()))
        self._names = names
        self._know(known)
        counts = {kind: sum(len(getattr(one, kind)) for one in names.values()) for kind in ("people", "lists", "mailboxes")}
        log.info("names read", **counts, seconds=round(time.monotonic() - start, 2))


def index(names: tuple[Names, ...]) -> Known:
    """An index of all of them. Blocking, for seconds where there are tens of thousands."""
    known = Known.of(
        people=[name for one in names for name in one.people],
        lists=[name for one in names for name in one.lists],
        mailboxes=[name for one in names for name in one.mailboxes],
    )
    ordinary()  # read now, not in the first turn
    return known
